"""Sittings that are over with people who came to ends, written down as settling would."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from core import clock
from core.jobs import work_once
from exam import jobs
from exam.endings import End
from exam.models.planning import Candidate, Sitting
from exam.models.results import Result
from exam.states import Outcome, Shortfall, SittingKind, SittingState
from people.models import Officer, Organisation
from tests.factories import make_candidate, make_officer, make_sitting

WORK = (jobs,)  # importing it tells the worker what it can do
# Outcome, shortfall and score of a result that comes to each end.
STORED: Mapping[End, tuple[Outcome, Shortfall | None, int | None]] = {
    End.PASSED: (Outcome.PASSED, None, 4),
    End.FAILED: (Outcome.FAILED, None, 2),
    End.PASSED_PENDING_TRAINING: (Outcome.NOT_COMPLETED, Shortfall.TRAINING_SHORT, 3),
    End.TRAINING_SHORT: (Outcome.NOT_COMPLETED, Shortfall.TRAINING_SHORT, None),
    End.TRAINING_NOT_STARTED: (Outcome.NOT_COMPLETED, Shortfall.TRAINING_NOT_STARTED, None),
    End.EXAM_ABSENT: (Outcome.NOT_COMPLETED, Shortfall.EXAM_ABSENT, None),
}


def make_closed_sitting(session: Session, **changes: Any) -> Sitting:
    return make_sitting(session, state=SittingState.CLOSED, closed_at=clock.now(), **changes)


def make_closed_make_up(session: Session, first: Sitting, **changes: Any) -> Sitting:
    return make_closed_sitting(session, kind=SittingKind.MAKE_UP, first_sitting_id=first.id, **changes)


def make_result(session: Session, candidate: Candidate, end: End, **changes: Any) -> Result:
    outcome, shortfall, score = STORED[end]
    fields: dict[str, Any] = {
        "candidate_id": candidate.id,
        "sitting_id": candidate.sitting_id,
        "organisation_id": candidate.organisation_id,
        "employment": candidate.employment,
        "outcome": outcome,
        "shortfall": shortfall,
        "score": score,
        "settled_at": clock.now(),
    }
    result = Result(**{**fields, **changes})
    session.add(result)
    session.flush()
    return result


def make_settled(session: Session, sitting: Sitting, unit: Organisation, end: End, **changes: Any) -> Officer:
    """Return a new officer of the unit who was a candidate of the sitting and came to this end."""
    officer = make_officer(session, unit)
    candidate = make_candidate(session, sitting, officer, **changes)
    make_result(session, candidate, end)
    return officer


def work_all() -> None:
    """Do every job there is, as the worker would."""
    while work_once():
        pass
