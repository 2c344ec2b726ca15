"""Reads over the results of closed sittings: figures by organisation, and the people behind a figure."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from core.paging import Page, page_of
from exam.models.planning import Candidate
from exam.models.results import Result
from exam.pass_rates import Ending, UnitRow, figures_of
from exam.queries.newest import newest_result
from exam.states import Outcome, Shortfall
from people.models import Officer, Organisation
from people.posts import OrganisationKind
from people.scope import Scope

OF_EACH = (Organisation.id, Organisation.code, Organisation.name, Organisation.name_en, Organisation.kind)


class Group(StrEnum):
    """The people behind one figure; the last three are the shortfalls."""

    DUE = "due"
    PARTICIPATED = "participated"
    PASSED = "passed"
    FAILED = "failed"
    NOT_COMPLETED = "not_completed"
    TRAINING_NOT_STARTED = "training_not_started"
    TRAINING_SHORT = "training_short"
    EXAM_ABSENT = "exam_absent"


_OUTCOMES = {Group(outcome): outcome for outcome in Outcome}
_SHORTFALLS = {Group(shortfall): shortfall for shortfall in Shortfall}


@dataclass(frozen=True)
class PeopleFilter:
    """Which people of a sitting to list; empty means everybody who was due."""

    group: Group = Group.DUE
    organisation_id: UUID | None = None
    kind: OrganisationKind | None = None
    text: str = ""


def figures_by_organisation(session: Session, sitting_id: UUID, scope: Scope) -> list[UnitRow]:
    """Return the figures of every organisation with a result in the sitting, by code; in one query."""
    query = (
        select(*OF_EACH, Result.outcome, Result.shortfall, func.count())
        .join(Organisation, Result.organisation_id == Organisation.id)
        .where(Result.sitting_id == sitting_id, newest_result())
        .group_by(*OF_EACH, Result.outcome, Result.shortfall)
        .order_by(Organisation.code)
    )
    units: dict[tuple[Any, ...], dict[Ending, int]] = {}
    for *unit, outcome, shortfall, count in session.execute(_within(query, scope)):
        ending = (Outcome(outcome), Shortfall(shortfall) if shortfall else None)
        units.setdefault(tuple(unit), {})[ending] = count
    return [
        UnitRow(one_id, code, name, name_en, OrganisationKind(kind), figures_of(counts))
        for (one_id, code, name, name_en, kind), counts in units.items()
    ]


def people(session: Session, sitting_id: UUID, scope: Scope, wanted: PeopleFilter, number: int) -> Page[Result]:
    """Return one page of the people behind a figure, by unit and candidate number."""
    query = (
        select(Result)
        .join(Candidate, Result.candidate_id == Candidate.id)
        .join(Officer, Candidate.officer_id == Officer.id)
        .join(Organisation, Result.organisation_id == Organisation.id)
        .where(Result.sitting_id == sitting_id, newest_result())
        .order_by(Organisation.code, Candidate.candidate_no)
    )
    return page_of(session, _within(_narrowed(query, wanted), scope), number)


def passed_count(session: Session, sitting_id: UUID) -> int:
    """Return how many passed a sitting."""
    passed = (Result.sitting_id == sitting_id, Result.outcome == Outcome.PASSED, newest_result())
    return session.scalar(select(func.count()).select_from(Result).where(*passed)) or 0


def _narrowed(query: Select[Any], wanted: PeopleFilter) -> Select[Any]:
    if wanted.group is Group.PARTICIPATED:
        query = query.where(Result.outcome != Outcome.NOT_COMPLETED)
    elif wanted.group in _OUTCOMES:
        query = query.where(Result.outcome == _OUTCOMES[wanted.group])
    elif wanted.group in _SHORTFALLS:
        query = query.where(Result.shortfall == _SHORTFALLS[wanted.group])
    if wanted.organisation_id is not None:
        query = query.where(Result.organisation_id == wanted.organisation_id)
    if wanted.kind is not None:
        is_county = Organisation.kind == OrganisationKind.COUNTY
        query = query.where(is_county if wanted.kind is OrganisationKind.COUNTY else ~is_county)
    if wanted.text:
        named = Officer.name.contains(wanted.text, autoescape=True)
        query = query.where(or_(named, Candidate.candidate_no == wanted.text))
    return query


def _within(query: Select[*tuple[Any, ...]], scope: Scope) -> Select[*tuple[Any, ...]]:
    if scope.organisation_id is None:
        return query
    return query.where(Result.organisation_id == scope.organisation_id)
