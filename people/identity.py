"""Who is signed in, as the rest of a request sees them: a frozen copy, not a row.

Flask-Login asks for four members; everything else is what views and templates may want to know.
"""

from dataclasses import dataclass
from uuid import UUID

from core.audit import Actor
from people.permissions import Role, may
from people.scope import Scope, scope_of


@dataclass(frozen=True)
class Identity:
    """One signed-in account, or the public when ``account_id`` is None."""

    account_id: UUID | None
    role: Role
    display_name: str
    organisation_id: UUID | None
    officer_id: UUID | None
    session_version: int
    must_change_password: bool

    @property
    def is_authenticated(self) -> bool:
        """Say whether somebody is signed in."""
        return self.account_id is not None

    @property
    def is_active(self) -> bool:
        """Say whether the account may be used; a closed account is never loaded."""
        return self.is_authenticated

    @property
    def is_anonymous(self) -> bool:
        """Say whether nobody is signed in."""
        return not self.is_authenticated

    def get_id(self) -> str:
        """Return what the cookie holds: a new session version ends every older cookie."""
        return f"{self.account_id}:{self.session_version}"

    @property
    def actor(self) -> Actor:
        """Return who to write into the audit chain."""
        return Actor(self.account_id, self.display_name)

    @property
    def scope(self) -> Scope:
        """Return for whom this person may act."""
        return scope_of(self.role, self.organisation_id)

    def may(self, permission: str) -> bool:
        """Say whether the role allows it."""
        return may(self.role, permission)


PUBLIC = Identity(None, Role.PUBLIC, "", None, None, 0, False)
# Whoever runs commands on the machine itself; the audit chain names them so.
COMMAND_LINE = Identity(None, Role.ADMINISTRATOR, "command", None, None, 0, False)
