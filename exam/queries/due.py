"""Who was due at a sitting, and what becomes of each by the marks and the hours that count.

Hours count as they were recorded by the instant asked about: a correction years later must not turn on
training that came after the sitting.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from exam.models.planning import Candidate, Sitting
from exam.models.results import Mark, Result
from exam.models.room import Attempt
from exam.outcomes import Decision, OutcomeFacts, outcome_of
from exam.queries.newest import newest_attempt, newest_mark, newest_result
from exam.queries.planning import required_hours
from exam.states import Outcome, Shortfall, Standing
from people.posts import EmploymentType
from training.queries import hours_by_officer

ZERO = Decimal(0)
_OF_DUE = (Candidate.id, Candidate.officer_id, Candidate.organisation_id, Candidate.employment)


@dataclass(frozen=True)
class DuePerson:
    """One candidate who was due, with the marks of the attempt where there was one."""

    candidate_id: UUID
    officer_id: UUID
    organisation_id: UUID
    employment: EmploymentType
    score: int | None
    cut_score: int | None


@dataclass(frozen=True)
class StandingResult:
    """The result of a candidate that counts, as it is stored."""

    number: int
    decision: Decision


@dataclass(frozen=True)
class Standard:
    """What the outcomes of one sitting are measured by: hours asked for, hours done by officer, cut score."""

    required: Decimal | None
    hours: Mapping[UUID, Decimal]
    cut_score: int

    def decide(self, officer_id: UUID, score: int | None, cut_score: int | None = None) -> Decision:
        """Return what becomes of an officer with this score; a mark's own cut score goes before the blueprint's."""
        cut_score = self.cut_score if cut_score is None else cut_score
        return outcome_of(OutcomeFacts(self.hours.get(officer_id, ZERO), self.required, score, cut_score))

    def has_hours(self, officer_id: UUID) -> bool:
        """Say whether an officer has the hours asked for."""
        return self.required is None or self.hours.get(officer_id, ZERO) >= self.required

    def decide_for(self, person: DuePerson) -> Decision:
        """Return what becomes of somebody who was due."""
        return self.decide(person.officer_id, person.score, person.cut_score)


def due_people(session: Session, sitting_id: UUID) -> list[DuePerson]:
    """Return everybody who was due at a sitting, with the mark that counts."""
    query = (
        select(*_OF_DUE, Mark.score, Mark.cut_score)
        .select_from(Candidate)
        .outerjoin(Attempt, (Attempt.candidate_id == Candidate.id) & newest_attempt())
        .outerjoin(Mark, (Mark.attempt_id == Attempt.id) & newest_mark())
        .where(Candidate.sitting_id == sitting_id, Candidate.standing == Standing.REGISTERED)
        .order_by(Candidate.id)
    )
    return [DuePerson(*row) for row in session.execute(query)]


def standard_of(session: Session, sitting: Sitting, until: datetime) -> Standard:
    """Return what outcomes of a sitting are measured by, with the hours recorded until then."""
    hours = hours_by_officer(session, sitting.course_id, until=until) if sitting.course_id else {}
    return Standard(required_hours(session, sitting), hours, sitting.blueprint.cut_score)


def standing_results(session: Session, sitting_id: UUID) -> dict[UUID, StandingResult]:
    """Return the results of a sitting that count, by candidate."""
    query = select(Result.candidate_id, Result.number, Result.outcome, Result.shortfall, Result.score)
    rows = session.execute(query.where(Result.sitting_id == sitting_id, newest_result()))
    return {
        row.candidate_id: StandingResult(row.number, _decision(row.outcome, row.shortfall, row.score))
        for row in rows
    }


def _decision(outcome: str, shortfall: str | None, score: int | None) -> Decision:
    return Decision(Outcome(outcome), Shortfall(shortfall) if shortfall else None, score)
