"""Reads over courses and the hours recorded for them, each within a scope."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from core.errors import NotFoundError
from core.paging import Page, page_of
from people.models import Officer, Organisation
from people.scope import Scope
from training.hours import NO_CREDIT, DayCredit, HourSource, shortfall
from training.models import Course, HourEntry

ASKED_ONE_BY_ONE = 500
ZERO = Decimal(0)


@dataclass(frozen=True)
class ProgressFilter:
    """What a course's list of officers is narrowed to; empty means everybody with an entry."""

    text: str = ""
    organisation_id: UUID | None = None
    short_only: bool = False


@dataclass(frozen=True)
class ProgressRow:
    """One officer with the hours done in one course, held against those it asks for."""

    officer: Officer
    done: Decimal
    required: Decimal

    @property
    def short(self) -> Decimal:
        """Return the hours still missing."""
        return shortfall(self.done, self.required)


@dataclass(frozen=True)
class CourseTotals:
    """How many officers have hours in a course, how many of them have enough, and all their hours."""

    officers: int = 0
    complete: int = 0
    hours: Decimal = ZERO

    @property
    def short(self) -> int:
        """Return how many officers have begun and still miss hours."""
        return self.officers - self.complete


@dataclass(frozen=True)
class UnitProgress:
    """The totals of one course for one organisation."""

    organisation: Organisation
    totals: CourseTotals


def courses(session: Session) -> list[Course]:
    """Return every course, the newest first."""
    return list(session.scalars(select(Course).order_by(Course.starts_on.desc(), Course.title)))


def course(session: Session, course_id: UUID) -> Course:
    """Return one course."""
    found = session.get(Course, course_id)
    if found is None:
        raise NotFoundError
    return found


def hours_done(session: Session, course_id: UUID, officer_id: UUID) -> Decimal:
    """Return what an officer's entries in a course come to."""
    query = select(func.sum(HourEntry.hours)).where(
        HourEntry.course_id == course_id, HourEntry.officer_id == officer_id
    )
    return session.scalar(query) or ZERO


def hours_between(session: Session, officer_ids: Sequence[UUID], first: date, last: date) -> dict[UUID, Decimal]:
    """Return what each officer's entries in all courses come to from one day to another, both included."""
    query = (
        select(HourEntry.officer_id, func.sum(HourEntry.hours))
        .where(HourEntry.held_on.between(first, last))
        .group_by(HourEntry.officer_id)
    )
    if len(officer_ids) <= ASKED_ONE_BY_ONE:
        query = query.where(HourEntry.officer_id.in_(officer_ids))
    done = dict(session.execute(query).all())
    return {one: done[one] for one in officer_ids if one in done}


def hours_by_officer(
    session: Session,
    course_id: UUID,
    officer_ids: Sequence[UUID] | None = None,
    organisation_id: UUID | None = None,
    until: datetime | None = None,
) -> dict[UUID, Decimal]:
    """Return what each officer's entries in a course come to, in one query; who has none is not in it.

    With ``until`` only what was recorded by then is counted. A long list of officers is picked out here,
    because a statement can only carry so many values.
    """
    query = _sums(course_id)
    if until is not None:
        query = query.where(HourEntry.recorded_at <= until)
    if organisation_id is not None:
        query = query.join(Officer, Officer.id == HourEntry.officer_id)
        query = query.where(Officer.organisation_id == organisation_id)
    if officer_ids is not None and len(officer_ids) <= ASKED_ONE_BY_ONE:
        query = query.where(HourEntry.officer_id.in_(officer_ids))
    done = dict(session.execute(query).all())
    return done if officer_ids is None else {one: done[one] for one in officer_ids if one in done}


def credits_by_day(session: Session, course_id: UUID) -> dict[tuple[UUID, date], DayCredit]:
    """Return what each officer has in a course for each day, in one query."""
    query = (
        select(HourEntry.officer_id, HourEntry.held_on, HourEntry.source, func.sum(HourEntry.hours))
        .where(HourEntry.course_id == course_id)
        .group_by(HourEntry.officer_id, HourEntry.held_on, HourEntry.source)
    )
    found: dict[tuple[UUID, date], DayCredit] = {}
    for officer_id, day, source, hours in session.execute(query):
        before = found.get((officer_id, day), NO_CREDIT)
        found[officer_id, day] = before.plus(hours, HourSource(source))
    return found


def hours_on(session: Session, course_id: UUID, officer_id: UUID, day: date) -> Decimal:
    """Return what one officer's entries in a course come to on one day."""
    query = select(func.sum(HourEntry.hours)).where(
        HourEntry.course_id == course_id, HourEntry.officer_id == officer_id, HourEntry.held_on == day
    )
    return session.scalar(query) or ZERO


def entries_of(session: Session, course_id: UUID, officer_id: UUID) -> list[HourEntry]:
    """Return one officer's entries in a course, by day and in the order they were recorded."""
    query = select(HourEntry).where(HourEntry.course_id == course_id, HourEntry.officer_id == officer_id)
    return list(session.scalars(query.order_by(HourEntry.held_on, HourEntry.recorded_at, HourEntry.id)))


def course_progress(
    session: Session, course: Course, scope: Scope, wanted: ProgressFilter, number: int
) -> Page[ProgressRow]:
    """Return one page of officers with their hours, by organisation and name.

    They are those with at least one entry; a search by name finds those without any as well.
    """
    page = page_of(session, _progress(course, scope, wanted), number)
    rows = [ProgressRow(officer, done, course.required_hours) for officer, done in page.rows]
    return Page(rows, page.number, page.size, page.total)


def progress_by_organisation(session: Session, course: Course, scope: Scope) -> list[UnitProgress]:
    """Return the totals of each organisation with at least one entry in the course, by code."""
    done = _sums(course.id).subquery()
    query = (
        select(Organisation, *_totals(done.c.hours, course.required_hours))
        .join(Officer, Officer.organisation_id == Organisation.id)
        .join(done, done.c.officer_id == Officer.id)
        .group_by(Organisation.id)
        .order_by(Organisation.code)
    )
    rows = session.execute(_within(query, scope))
    return [UnitProgress(row[0], CourseTotals(*row[1:])) for row in rows]


def course_totals(session: Session, scope: Scope) -> Mapping[UUID, CourseTotals]:
    """Return the totals of every course with an entry within the scope, in one query."""
    done = (
        select(HourEntry.course_id, HourEntry.officer_id, func.sum(HourEntry.hours).label("hours"))
        .group_by(HourEntry.course_id, HourEntry.officer_id)
        .subquery()
    )
    query = (
        select(Course.id, *_totals(done.c.hours, Course.required_hours))
        .join(done, done.c.course_id == Course.id)
        .join(Officer, Officer.id == done.c.officer_id)
        .group_by(Course.id)
    )
    return {row[0]: CourseTotals(*row[1:]) for row in session.execute(_within(query, scope))}


def _sums(course_id: UUID) -> Select[UUID, Decimal]:
    return (
        select(HourEntry.officer_id, func.sum(HourEntry.hours).label("hours"))
        .where(HourEntry.course_id == course_id)
        .group_by(HourEntry.officer_id)
    )


def _totals(hours: Any, required: Any) -> tuple[Any, Any, Any]:
    complete = func.sum(case((hours >= required, 1), else_=0))
    return func.count(), complete, func.sum(hours)


def _progress(course: Course, scope: Scope, wanted: ProgressFilter) -> Select[Any]:
    sums = _sums(course.id).subquery()
    done = func.coalesce(sums.c.hours, ZERO, type_=HourEntry.hours.type)
    query = (
        select(Officer, done)
        .join(Organisation, Officer.organisation_id == Organisation.id)
        .join(sums, sums.c.officer_id == Officer.id, isouter=bool(wanted.text))
    )
    if wanted.organisation_id is not None:
        query = query.where(Officer.organisation_id == wanted.organisation_id)
    if wanted.text:
        query = query.where(Officer.name.contains(wanted.text, autoescape=True))
    if wanted.short_only:
        query = query.where(done < course.required_hours)
    return _within(query, scope).order_by(Organisation.code, Officer.name, Officer.id)


def _within(query: Select[*tuple[Any, ...]], scope: Scope) -> Select[*tuple[Any, ...]]:
    if scope.organisation_id is None:
        return query
    return query.where(Officer.organisation_id == scope.organisation_id)
