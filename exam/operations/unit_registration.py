"""The verb of a unit that puts its own people on a sitting's list, while the list is still its own affair."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from core import clock
from core.errors import NotFoundError, refuse_if
from exam.models.planning import Sitting
from exam.operations.planning import register_candidates
from exam.registration import reasons_against_unit
from exam.states import SittingKind
from people.identity import Identity
from people.models import Officer


def register_own_people(session: Session, sitting: Sitting, officers: Sequence[Officer], identity: Identity) -> int:
    """Put people within the scope on the list, all of them or nobody; return how many.

    The city's office may do so until the window is over, a unit until it opens.
    """
    if not all(identity.scope.covers(one.organisation_id) for one in officers):
        raise NotFoundError
    if identity.scope.organisation_id is not None:
        refuse_if(reasons_against_unit(SittingKind(sitting.kind), sitting.opens_at, clock.now()))
    return register_candidates(session, sitting, officers, identity.actor)
