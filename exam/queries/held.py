"""Reads over responses that came too late: what was written, when, and what was decided."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from exam.models.planning import Candidate
from exam.models.room import Attempt, HeldResponse
from people.models import Account, Officer, Organisation
from people.scope import Scope


@dataclass(frozen=True)
class HeldRow:
    """One held response with how late it is; ``written_at`` is what the candidate's page says."""

    held: HeldResponse
    written_at: datetime
    late: timedelta
    decided_by: str | None


@dataclass(frozen=True)
class HeldAttempt:
    """One attempt with everything held of it, in the order in which it was written."""

    attempt: Attempt
    candidate_id: UUID
    name: str
    candidate_no: str
    unit: str
    rows: tuple[HeldRow, ...]

    @property
    def undecided(self) -> int:
        """Return how many wait for a decision."""
        return sum(1 for row in self.rows if row.held.decision is None)


def held_of_sitting(session: Session, sitting_id: UUID, scope: Scope) -> list[HeldAttempt]:
    """Return everything held of a sitting by attempt; those with something to decide come first."""
    query = (
        select(HeldResponse, Attempt, Candidate.id, Officer.name, Candidate.candidate_no, Organisation.name)
        .join(Attempt, HeldResponse.attempt_id == Attempt.id)
        .join(Candidate, Attempt.candidate_id == Candidate.id)
        .join(Officer, Candidate.officer_id == Officer.id)
        .join(Organisation, Candidate.organisation_id == Organisation.id)
        .where(HeldResponse.sitting_id == sitting_id)
        .order_by(Candidate.candidate_no, Attempt.id, HeldResponse.seq, HeldResponse.id)
    )
    if scope.organisation_id is not None:
        query = query.where(Candidate.organisation_id == scope.organisation_id)
    names = _names(session, sitting_id)
    people: dict[UUID, tuple[Attempt, UUID, str, str, str]] = {}
    rows: dict[UUID, list[HeldRow]] = {}
    for held, attempt, candidate_id, name, candidate_no, unit in session.execute(query):
        people[attempt.id] = (attempt, candidate_id, name, candidate_no, unit)
        rows.setdefault(attempt.id, []).append(row_of(held, attempt, names))
    found = [HeldAttempt(*people[one], tuple(rows[one])) for one in people]
    return sorted(found, key=lambda one: one.undecided == 0)


def row_of(held: HeldResponse, attempt: Attempt, names: dict[UUID, str]) -> HeldRow:
    """Return one held response with what its times come to."""
    written_at = attempt.deadline_at - timedelta(milliseconds=held.left_ms)
    late = max(timedelta(0), held.received_at - attempt.deadline_at)
    return HeldRow(held, written_at, late, names.get(held.decided_by) if held.decided_by else None)


def undecided_of(attempt_id: UUID) -> Select[HeldResponse]:
    """Select what is held of an attempt and undecided, in the order in which it was written."""
    query = select(HeldResponse).where(HeldResponse.attempt_id == attempt_id, HeldResponse.decision.is_(None))
    return query.order_by(HeldResponse.seq, HeldResponse.id)


def _names(session: Session, sitting_id: UUID) -> dict[UUID, str]:
    query = (
        select(Account.id, Account.display_name)
        .join(HeldResponse, HeldResponse.decided_by == Account.id)
        .where(HeldResponse.sitting_id == sitting_id)
    )
    return {row.id: row.display_name for row in session.execute(query)}
