"""An officer on protected work, exempt from being named in public."""

from sqlalchemy.orm import Session

from core import clock
from exam.list_states import ExemptionState
from exam.models.publishing import PublicationExemption
from people.models import Officer
from people.permissions import Role
from tests.factories import make_account


def exempt(session: Session, officer: Officer, state: ExemptionState = ExemptionState.APPROVED) -> None:
    """Put an exemption of the officer into a state, by two people."""
    first, second = (make_account(session, Role.ADMINISTRATOR) for _each in range(2))
    decided = state is not ExemptionState.PROPOSED
    exemption = PublicationExemption(
        officer_id=officer.id,
        reason="特殊岗位",
        state=state,
        proposed_by=first.id,
        proposed_at=clock.now(),
        decided_by=second.id if decided else None,
        decided_at=clock.now() if decided else None,
    )
    session.add(exemption)
    session.flush()
