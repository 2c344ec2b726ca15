"""Reads over who is due at a sitting and has fewer class hours than it asks for: how many, and who."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from core.paging import Page, page_of
from exam.models.planning import Candidate, Sitting
from exam.states import SittingKind, SittingState, Standing
from people.models import Officer, Organisation
from people.scope import Scope
from training.hours import shortfall
from training.models import Course, HourEntry

ZERO = Decimal(0)


@dataclass(frozen=True)
class ShortPerson:
    """Somebody who is due at a sitting, with the hours done and those asked for."""

    candidate: Candidate
    done: Decimal
    required: Decimal

    @property
    def missing(self) -> Decimal:
        """Return how many hours are missing."""
        return shortfall(self.done, self.required)


def short_counts(session: Session, scope: Scope, now: datetime) -> dict[tuple[UUID, UUID], int]:
    """Count who is short of hours by (sitting, unit), at every sitting that is not over."""
    query = (
        select(Candidate.sitting_id, Candidate.organisation_id, func.count())
        .join(Sitting, Candidate.sitting_id == Sitting.id)
        .join(Course, Sitting.course_id == Course.id)
        .where(Sitting.kind != SittingKind.MOCK, Sitting.state != SittingState.CLOSED, Sitting.closes_at > now)
        .where(*_is_short())
        .group_by(Candidate.sitting_id, Candidate.organisation_id)
    )
    rows = session.execute(_within(query, scope))
    return {(sitting_id, unit_id): count for sitting_id, unit_id, count in rows}


def short_people(session: Session, sitting: Sitting, scope: Scope, number: int) -> Page[ShortPerson]:
    """Return one page of those who are short of hours at one sitting, by unit and candidate number."""
    query = (
        select(Candidate, _done().label("done"), Course.required_hours)
        .join(Sitting, Candidate.sitting_id == Sitting.id)
        .join(Course, Sitting.course_id == Course.id)
        .join(Officer, Candidate.officer_id == Officer.id)
        .join(Organisation, Candidate.organisation_id == Organisation.id)
        .where(Candidate.sitting_id == sitting.id, *_is_short())
        .order_by(Organisation.code, Candidate.candidate_no)
    )
    page = page_of(session, _within(query, scope), number)
    return Page([ShortPerson(*row) for row in page.rows], page.number, page.size, page.total)


def _done() -> ColumnElement[Decimal]:
    """Return the hours of the query's own candidate: asked one by one, because a unit has few of them."""
    query = select(func.coalesce(func.sum(HourEntry.hours), ZERO, type_=HourEntry.hours.type)).where(
        HourEntry.course_id == Sitting.course_id, HourEntry.officer_id == Candidate.officer_id
    )
    return query.correlate(Sitting, Candidate).scalar_subquery()


def _is_short() -> tuple[ColumnElement[bool], ...]:
    return (Candidate.standing == Standing.REGISTERED, _done() < Course.required_hours)


def _within(query: Select[*tuple[Any, ...]], scope: Scope) -> Select[*tuple[Any, ...]]:
    if scope.organisation_id is None:
        return query
    return query.where(Candidate.organisation_id == scope.organisation_id)
