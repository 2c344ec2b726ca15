"""Reads over the results of closed sittings: figures by organisation, and the people behind a figure."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from core.paging import Page, page_of
from exam.cut_offs import Cell, Cut, CutOff, by_unit
from exam.endings import NOT_COMPLETED, PARTICIPATED, RANKS, End, end_of
from exam.models.planning import Candidate
from exam.models.results import Result
from exam.pass_rates import UnitRow, figures_of
from exam.queries.cube import best_in, cells, is_body_of, rank_of, within
from exam.queries.newest import newest_result
from exam.states import Outcome, Shortfall
from people.models import Officer, Organisation
from people.posts import COUNTY_KINDS, EmploymentType, OrganisationKind
from people.scope import Scope

NAMED_ONE_BY_ONE = 500
_OF_EACH = (
    Organisation.id,
    Organisation.code,
    Organisation.name,
    Organisation.name_en,
    Organisation.kind,
    Organisation.parent_id,
)


class Group(StrEnum):
    """The people behind one figure: the branches of the tree of outcomes."""

    DUE = "due"
    PARTICIPATED = "participated"
    PASSED = "passed"
    FAILED = "failed"
    NOT_COMPLETED = "not_completed"
    TRAINING_NOT_STARTED = "training_not_started"
    TRAINING_SHORT = "training_short"
    EXAM_ABSENT = "exam_absent"
    PASSED_PENDING_TRAINING = "passed_pending_training"


_ENDS: Mapping[Group, frozenset[End]] = {
    Group.PARTICIPATED: PARTICIPATED,
    Group.PASSED: frozenset({End.PASSED}),
    Group.FAILED: frozenset({End.FAILED}),
    Group.NOT_COMPLETED: NOT_COMPLETED,
    Group.TRAINING_NOT_STARTED: frozenset({End.TRAINING_NOT_STARTED}),
    Group.TRAINING_SHORT: frozenset({End.TRAINING_SHORT, End.PASSED_PENDING_TRAINING}),
    Group.EXAM_ABSENT: frozenset({End.EXAM_ABSENT}),
    Group.PASSED_PENDING_TRAINING: frozenset({End.PASSED_PENDING_TRAINING}),
}


@dataclass(frozen=True)
class PeopleFilter:
    """Which people of a sitting to list; empty means everybody who was due.

    A county stands for its own bodies too, unless ``is_alone``. With ``make_up_ids`` everybody is listed by
    the best end in those sittings and the first. ``scores`` are the lowest and the highest wanted.
    """

    group: Group = Group.DUE
    organisation_id: UUID | None = None
    kind: OrganisationKind | None = None
    text: str = ""
    employment: EmploymentType | None = None
    is_alone: bool = False
    make_up_ids: tuple[UUID, ...] = ()
    scores: tuple[int, int] | None = None


@dataclass(frozen=True)
class Person:
    """One person who was due: the result of the first sitting, and the one that counts at the cut-off."""

    first: Result
    counted: Result

    @property
    def candidate(self) -> Candidate:
        """Return the candidate of the first sitting, who is counted."""
        return self.first.candidate

    @property
    def end(self) -> End:
        """Return the end the person is counted by."""
        shortfall = Shortfall(self.counted.shortfall) if self.counted.shortfall else None
        return end_of(Outcome(self.counted.outcome), shortfall, has_score=self.counted.score is not None)


def figures_by_organisation(session: Session, sitting_id: UUID, scope: Scope) -> list[UnitRow]:
    """Return the figures of every organisation with a result in the sitting, by code."""
    return unit_rows(session, cells(session, CutOff(Cut.FIRST, sitting_id, (), None), scope), scope)


def unit_rows(session: Session, counted: Iterable[Cell], scope: Scope) -> list[UnitRow]:
    """Return a row for every organisation that is counted, and for the county of a body that is, by code.

    A county above one's own unit is not among them: nobody is counted for it.
    """
    ends = by_unit(counted)
    units = _units(session, ends.keys())
    bodies = [unit for unit in units if unit.id in ends and unit.kind == OrganisationKind.COUNTY_BODY]
    counties = {unit.parent_id for unit in bodies if scope.covers(unit.parent_id)}
    return [
        UnitRow(
            organisation_id=unit.id,
            code=unit.code,
            name=unit.name,
            name_en=unit.name_en,
            kind=OrganisationKind(unit.kind),
            figures=figures_of(ends.get(unit.id, {})),
            parent_id=unit.parent_id,
        )
        for unit in units
        if unit.id in ends or unit.id in counties
    ]


def _units(session: Session, wanted: Set[UUID]) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return these organisations and what they stand under, by code; of very many, all there are."""
    query = select(*_OF_EACH).order_by(Organisation.code)
    if len(wanted) <= NAMED_ONE_BY_ONE:
        above = select(Organisation.parent_id).where(Organisation.id.in_(wanted))
        query = query.where(or_(Organisation.id.in_(wanted), Organisation.id.in_(above)))
    return session.execute(query).all()


def people(session: Session, sitting_id: UUID, scope: Scope, wanted: PeopleFilter, number: int) -> Page[Person]:
    """Return one page of the people behind a figure, by unit and candidate number."""
    query = (
        select(Result)
        .join(Candidate, Result.candidate_id == Candidate.id)
        .join(Officer, Candidate.officer_id == Officer.id)
        .join(Organisation, Result.organisation_id == Organisation.id)
        .where(Result.sitting_id == sitting_id, newest_result())
        .order_by(Organisation.code, Candidate.candidate_no)
    )
    narrowed = _grouped(_narrowed(query, wanted), wanted)
    page: Page[Result] = page_of(session, within(narrowed, Result.organisation_id, scope), number)
    counted = _best_results(session, page.rows, wanted.make_up_ids)
    rows = [Person(one, counted.get(one.candidate.officer_id, one)) for one in page.rows]
    return Page(rows, page.number, page.size, page.total)


def passed_count(session: Session, sitting_id: UUID) -> int:
    """Return how many passed a sitting."""
    passed = (Result.sitting_id == sitting_id, Result.outcome == Outcome.PASSED, newest_result())
    return session.scalar(select(func.count()).select_from(Result).where(*passed)) or 0


def _grouped(query: Select[Any], wanted: PeopleFilter) -> Select[Any]:
    """Narrow to the ends of a group, each person by the best end up to the cut-off."""
    if wanted.group not in _ENDS:
        return query
    rank: Any = rank_of(Result)
    if wanted.make_up_ids:
        later = best_in(wanted.make_up_ids)
        query = query.outerjoin(later, later.c.officer_id == Result.officer_id)
        is_better = later.c.rank > rank
        return query.where(
            or_(
                is_better & later.c.rank.in_(_ranks(wanted.group)),
                is_better.is_not(True) & rank.in_(_ranks(wanted.group)),
            )
        )
    return query.where(rank.in_(_ranks(wanted.group)))


def _ranks(group: Group) -> list[int]:
    return sorted(RANKS[end] for end in _ENDS[group])


def _narrowed(query: Select[Any], wanted: PeopleFilter) -> Select[Any]:
    if wanted.organisation_id is not None:
        is_unit = Result.organisation_id == wanted.organisation_id
        query = query.where(is_unit if wanted.is_alone else or_(is_unit, is_body_of(wanted.organisation_id)))
    if wanted.kind is not None:
        is_county = Organisation.kind.in_(COUNTY_KINDS)
        query = query.where(is_county if wanted.kind in COUNTY_KINDS else ~is_county)
    if wanted.employment is not None:
        query = query.where(Result.employment == wanted.employment)
    if wanted.scores is not None:
        query = query.where(Result.score.between(*wanted.scores))
    if wanted.text:
        named = Officer.name.contains(wanted.text, autoescape=True)
        query = query.where(or_(named, Candidate.candidate_no == wanted.text))
    return query


def _best_results(session: Session, rows: Iterable[Result], make_up_ids: tuple[UUID, ...]) -> dict[UUID, Result]:
    """Return the make-up result of each officer that counts before the first one."""
    firsts = {one.candidate.officer_id: one for one in rows}
    if not make_up_ids or not firsts:
        return {}
    query = (
        select(Result, rank_of(Result))
        .join(Candidate, Result.candidate_id == Candidate.id)
        .where(Result.sitting_id.in_(make_up_ids), Candidate.officer_id.in_(firsts), newest_result())
        .order_by(rank_of(Result), Result.settled_at.desc())
    )
    first = aliased(Result)
    ranked = select(first.id, rank_of(first)).where(first.id.in_([one.id for one in firsts.values()]))
    before = {row[0]: row[1] for row in session.execute(ranked)}
    return {
        result.candidate.officer_id: result
        for result, rank in session.execute(query)
        if rank > before[firsts[result.candidate.officer_id].id]
    }
