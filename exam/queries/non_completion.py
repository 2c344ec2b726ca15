"""Reads over those who have not completed a closed sitting: who, why, what their units answered, who is missing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from core import clock
from core.errors import NotFoundError
from core.paging import Page, page_of
from exam.models.duties import NonCompletionAnswer
from exam.models.planning import Candidate, Sitting
from exam.models.results import Result
from exam.non_completion import ANSWER_WORKING_DAYS, AnswerFacts
from exam.queries.due_days import due_day
from exam.queries.newest import newest_result
from exam.queries.planning import required_hours
from exam.states import Outcome, Shortfall, SittingState
from people.models import Officer, Organisation
from people.scope import Scope
from training.hours import shortfall
from training.queries import hours_by_officer

ZERO = Decimal(0)
ASKED_ONE_BY_ONE = 500
_later = aliased(NonCompletionAnswer)
_IS_NEWEST = (
    ~select(_later.id)
    .where(_later.candidate_id == NonCompletionAnswer.candidate_id, _later.number > NonCompletionAnswer.number)
    .correlate(NonCompletionAnswer)
    .exists()
)


@dataclass(frozen=True)
class AnswerFilter:
    """What a sitting's list of those who have not completed is narrowed to; empty means everybody."""

    text: str = ""
    organisation_id: UUID | None = None
    shortfall: Shortfall | None = None
    is_answered: bool | None = None


@dataclass(frozen=True)
class Hours:
    """Class hours of one person as they counted at the closing; ``required`` None asked for none."""

    done: Decimal
    required: Decimal | None

    @property
    def missing(self) -> Decimal:
        """Return how many hours were missing."""
        return ZERO if self.required is None else shortfall(self.done, self.required)


@dataclass(frozen=True)
class MissingPerson:
    """Somebody who has not completed, with the hours, and the unit's newest answer where there is one."""

    result: Result
    hours: Hours
    answer: NonCompletionAnswer | None

    @property
    def candidate(self) -> Candidate:
        """Return the candidate."""
        return self.result.candidate

    @property
    def given(self) -> int:
        """Return how many answers there are."""
        return self.answer.number if self.answer else 0


@dataclass(frozen=True)
class AnswerCounts:
    """How many people have not completed, for how many there is an answer, and for how many it came late."""

    missing: int = 0
    answered: int = 0
    late: int = 0

    def __add__(self, other: "AnswerCounts") -> "AnswerCounts":
        return AnswerCounts(self.missing + other.missing, self.answered + other.answered, self.late + other.late)

    @property
    def open(self) -> int:
        """Return for how many there is no answer."""
        return self.missing - self.answered


@dataclass(frozen=True)
class UnitAnswers:
    """One unit with its counts."""

    organisation: Organisation
    counts: AnswerCounts


def answer_end(session: Session, sitting: Sitting) -> datetime | None:
    """Return the instant from which an answer is late; None before the sitting is closed."""
    day = last_day(session, sitting)
    return clock.end_of(day) if day else None


def last_day(session: Session, sitting: Sitting) -> date | None:
    """Return the last day on which an answer is in time; None before the sitting is closed."""
    if sitting.closed_at is None:
        return None
    return due_day(session, clock.day_of(sitting.closed_at), ANSWER_WORKING_DAYS)


def missing_people(
    session: Session, sitting: Sitting, scope: Scope, wanted: AnswerFilter, number: int
) -> Page[MissingPerson]:
    """Return one page of those who have not completed, those without an answer first, by unit and number."""
    page = page_of(session, _people(sitting.id, scope, wanted), number)
    return Page(_persons(session, sitting, page.rows), page.number, page.size, page.total)


def all_missing_people(
    session: Session, sitting: Sitting, scope: Scope, wanted: AnswerFilter
) -> list[MissingPerson]:
    """Return everybody who has not completed, for the sheet."""
    return _persons(session, sitting, session.scalars(_people(sitting.id, scope, wanted)).all())


def missing_person(session: Session, sitting: Sitting, candidate_id: UUID, scope: Scope) -> MissingPerson:
    """Return one person who has not completed, within the scope."""
    query = select(Result).where(Result.candidate_id == candidate_id, *_of_sitting(sitting.id))
    found = session.scalar(query)
    if found is None or not scope.covers(found.organisation_id):
        raise NotFoundError
    return _persons(session, sitting, [found])[0]


def answers_of(session: Session, candidate_id: UUID) -> list[NonCompletionAnswer]:
    """Return every answer for one person, the newest first."""
    query = select(NonCompletionAnswer).where(NonCompletionAnswer.candidate_id == candidate_id)
    return list(session.scalars(query.order_by(NonCompletionAnswer.number.desc())))


def answers_by_unit(session: Session, sitting: Sitting, scope: Scope) -> list[UnitAnswers]:
    """Return for each unit how many have not completed and how many of them are answered for, by code."""
    end = answer_end(session, sitting)
    if end is None:
        return []
    first = _first_answers(sitting.id)
    query = (
        select(
            Organisation,
            func.count(Result.id),
            func.count(first.c.at),
            func.sum(case((first.c.at >= end, 1), else_=0)),
        )
        .select_from(Result)
        .join(Organisation, Result.organisation_id == Organisation.id)
        .outerjoin(first, first.c.candidate_id == Result.candidate_id)
        .where(*_of_sitting(sitting.id))
        .group_by(Organisation.id)
        .order_by(Organisation.code)
    )
    return [UnitAnswers(row[0], AnswerCounts(*row[1:])) for row in session.execute(_within(query, scope))]


def answer_facts(session: Session, sitting: Sitting, seen: dict[UUID, int], scope: Scope) -> list[AnswerFacts]:
    """Return what answering for these people rests on, in their order; whoever is out of scope is not found."""
    given = _given(session, seen)
    outcomes = _outcomes(session, seen)
    people = {one.id: one for one in session.scalars(select(Candidate).where(Candidate.id.in_(seen)))}
    facts = []
    for candidate_id, seen_number in seen.items():
        one = people.get(candidate_id)
        if one is None or one.sitting_id != sitting.id or not scope.covers(one.organisation_id):
            raise NotFoundError
        outcome = outcomes.get(candidate_id)
        state = SittingState(sitting.state)
        facts.append(AnswerFacts(one.officer.name, state, outcome, given.get(candidate_id, 0), seen_number))
    return facts


def unanswered_counts(session: Session, scope: Scope) -> dict[tuple[UUID, UUID], int]:
    """Return how many people without an answer each unit has, by (sitting, unit), over all closed sittings.

    The sittings are named, because the index over results begins with them.
    """
    closed = list(session.scalars(select(Sitting.id).where(Sitting.state == SittingState.CLOSED)))
    query = (
        select(Result.sitting_id, Result.organisation_id, func.count())
        .where(Result.sitting_id.in_(closed), Result.outcome == Outcome.NOT_COMPLETED, newest_result())
        .where(~_is_answered())
        .group_by(Result.sitting_id, Result.organisation_id)
    )
    rows = session.execute(_within(query, scope))
    return {(sitting_id, unit_id): count for sitting_id, unit_id, count in rows}


def _of_sitting(sitting_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return (Result.sitting_id == sitting_id, Result.outcome == Outcome.NOT_COMPLETED, newest_result())


def _people(sitting_id: UUID, scope: Scope, wanted: AnswerFilter) -> Select[Any]:
    is_answered = _is_answered()
    query = (
        select(Result)
        .join(Candidate, Result.candidate_id == Candidate.id)
        .join(Officer, Candidate.officer_id == Officer.id)
        .join(Organisation, Result.organisation_id == Organisation.id)
        .where(*_of_sitting(sitting_id))
        .order_by(case((is_answered, 1), else_=0), Organisation.code, Candidate.candidate_no)
    )
    if wanted.organisation_id is not None:
        query = query.where(Result.organisation_id == wanted.organisation_id)
    if wanted.shortfall is not None:
        query = query.where(Result.shortfall == wanted.shortfall)
    if wanted.is_answered is not None:
        query = query.where(is_answered if wanted.is_answered else ~is_answered)
    if wanted.text:
        named = Officer.name.contains(wanted.text, autoescape=True)
        query = query.where(or_(named, Candidate.candidate_no == wanted.text))
    return _within(query, scope)


def _is_answered() -> ColumnElement[bool]:
    answers = select(NonCompletionAnswer.id).where(NonCompletionAnswer.candidate_id == Result.candidate_id)
    return answers.exists()


def _persons(session: Session, sitting: Sitting, results: Sequence[Result]) -> list[MissingPerson]:
    answers = _newest_answers(session, sitting.id, [one.candidate_id for one in results])
    officers = [one.candidate.officer_id for one in results]
    done: dict[UUID, Decimal] = {}
    if sitting.course_id is not None:
        done = hours_by_officer(session, sitting.course_id, officers, until=sitting.closed_at)
    required = required_hours(session, sitting)
    return [
        MissingPerson(one, Hours(done.get(one.candidate.officer_id, ZERO), required), answers.get(one.candidate_id))
        for one in results
    ]


def _newest_answers(
    session: Session, sitting_id: UUID, candidate_ids: Sequence[UUID]
) -> dict[UUID, NonCompletionAnswer]:
    query = (
        select(NonCompletionAnswer)
        .where(NonCompletionAnswer.sitting_id == sitting_id, _IS_NEWEST)
        .options(joinedload(NonCompletionAnswer.account))
    )
    if len(candidate_ids) <= ASKED_ONE_BY_ONE:
        query = query.where(NonCompletionAnswer.candidate_id.in_(candidate_ids))
    return {one.candidate_id: one for one in session.scalars(query)}


def _first_answers(sitting_id: UUID) -> Any:
    """Return when each person was answered for first: a later addition makes nobody late."""
    return (
        select(NonCompletionAnswer.candidate_id, NonCompletionAnswer.answered_at.label("at"))
        .where(NonCompletionAnswer.sitting_id == sitting_id, NonCompletionAnswer.number == 1)
        .subquery()
    )


def _given(session: Session, candidate_ids: Iterable[UUID]) -> dict[UUID, int]:
    query = (
        select(NonCompletionAnswer.candidate_id, func.max(NonCompletionAnswer.number))
        .where(NonCompletionAnswer.candidate_id.in_(list(candidate_ids)))
        .group_by(NonCompletionAnswer.candidate_id)
    )
    return dict(session.execute(query).all())


def _outcomes(session: Session, candidate_ids: Iterable[UUID]) -> dict[UUID, Outcome]:
    query = select(Result.candidate_id, Result.outcome)
    rows = session.execute(query.where(and_(Result.candidate_id.in_(list(candidate_ids)), newest_result())))
    return {candidate_id: Outcome(outcome) for candidate_id, outcome in rows}


def _within(query: Select[*tuple[Any, ...]], scope: Scope) -> Select[*tuple[Any, ...]]:
    if scope.organisation_id is None:
        return query
    return query.where(Result.organisation_id == scope.organisation_id)
