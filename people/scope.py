"""For whom an account may act: the whole city, one organisation, or nobody but its own officer."""

from dataclasses import dataclass
from uuid import UUID

from people.permissions import Role


@dataclass(frozen=True)
class Scope:
    """Which organisations' people may be seen; ``organisation_id`` None means the whole city."""

    organisation_id: UUID | None

    def covers(self, organisation_id: UUID) -> bool:
        """Say whether people of this organisation may be seen."""
        return self.organisation_id in (None, organisation_id)


CITY = Scope(None)


def scope_of(role: Role, organisation_id: UUID | None) -> Scope:
    """Return the scope of an account; city administrators and HR see every organisation.

    An invigilator is the whole city's or one organisation's.
    """
    if role in {Role.ADMINISTRATOR, Role.HR} or (role is Role.INVIGILATOR and organisation_id is None):
        return CITY
    if organisation_id is None:
        raise ValueError("an account below the city needs its organisation")
    return Scope(organisation_id)
