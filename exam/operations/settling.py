"""The verbs that settle what became of whoever was due: once at the closing, and again after a correction.

A result is never edited. Where a later mark leads to another one, a further row stands beside it and
counts from then on; a list that was published before stays as it was published.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from core.db import new_key
from exam.models.planning import Candidate, Sitting
from exam.models.results import Result
from exam.operations.tallying import ask_for_tally
from exam.outcomes import Decision
from exam.queries.due import DuePerson, due_people, standard_of, standing_results
from exam.states import MarkCause, SittingKind, SittingState

FIRST = 1


@dataclass(frozen=True)
class Settled:
    """One result to be written down: which of the candidate's, why, what, and as of when."""

    number: int
    cause: MarkCause
    decision: Decision
    at: datetime


def settle(session: Session, sitting: Sitting, at: datetime) -> int:
    """Write down one result for everybody who was due and return how many; a mock exam settles nothing."""
    if sitting.kind == SittingKind.MOCK:
        return 0
    due = due_people(session, sitting.id)
    standard = standard_of(session, sitting, at)
    rows = [_row(sitting, one, Settled(FIRST, MarkCause.HAND_IN, standard.decide_for(one), at)) for one in due]
    _store(session, rows)
    ask_for_tally(session, sitting)
    return len(rows)


def settle_again(
    session: Session, sitting: Sitting, candidate_ids: Iterable[UUID], cause: MarkCause, at: datetime
) -> int:
    """Let the newest marks of these candidates count: where outcome or score changes, a further result.

    Returns how many results changed. Before the sitting is closed there is nothing to settle again, and a
    mock exam is never settled. Hours count as they stood at the closing.
    """
    if SittingState(sitting.state) is not SittingState.CLOSED or sitting.kind == SittingKind.MOCK:
        return 0
    wanted = frozenset(candidate_ids)
    _take_turns(session, sitting, wanted)
    stored = standing_results(session, sitting.id)
    people = [one for one in due_people(session, sitting.id) if one.candidate_id in wanted & stored.keys()]
    standard = standard_of(session, sitting, sitting.closed_at or at)
    rows = []
    for person in people:
        before, decision = stored[person.candidate_id], standard.decide_for(person)
        if before.decision != decision:
            rows.append(_row(sitting, person, Settled(before.number + 1, cause, decision, at)))
    _store(session, rows)
    ask_for_tally(session, sitting)
    return len(rows)


def _take_turns(session: Session, sitting: Sitting, candidate_ids: frozenset[UUID]) -> None:
    """Let two corrections of the same candidates wait for each other, always in the same order."""
    query = select(Candidate.id).where(Candidate.sitting_id == sitting.id).order_by(Candidate.id)
    if len(candidate_ids) == 1:
        query = query.where(Candidate.id.in_(candidate_ids))
    session.execute(query.with_for_update()).all()


def _row(sitting: Sitting, person: DuePerson, settled: Settled) -> dict[str, object]:
    return {
        "id": new_key(),
        "candidate_id": person.candidate_id,
        "number": settled.number,
        "cause": settled.cause,
        "sitting_id": sitting.id,
        "officer_id": person.officer_id,
        "organisation_id": person.organisation_id,
        "employment": person.employment,
        "outcome": settled.decision.outcome,
        "shortfall": settled.decision.shortfall,
        "score": settled.decision.score,
        "settled_at": settled.at,
    }


def _store(session: Session, rows: list[dict[str, object]]) -> None:
    if rows:
        session.execute(insert(Result), rows)
