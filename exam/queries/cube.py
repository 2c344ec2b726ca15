"""The one count that all tables of figures are added up from: people by unit, employment and end.

The database counts each result once, from one index, and hands over a row for each end that a unit has;
make-ups are counted as moves from one end to a better one. Everything else is added up from these integers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, text
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql.expression import UnaryExpression
from sqlalchemy.sql.operators import custom_op

from core.db import is_postgresql
from core.errors import NotFoundError
from exam.cut_offs import Cell, Cut, CutOff, Move, moved
from exam.endings import RANKS, End, end_of, end_of_rank
from exam.models.planning import NOT_DUE, Candidate, Sitting
from exam.models.results import Result
from exam.queries.newest import newest_of, newest_result
from exam.states import Outcome, Shortfall, SittingKind, SittingState, Standing
from people.models import Organisation
from people.posts import OrganisationKind
from people.scope import Scope


@dataclass(frozen=True)
class Outside:
    """How many of a sitting's list are in no denominator, by why."""

    exempt: int
    withdrawn: int


_GROUPS = (Result.organisation_id, Result.employment, Result.outcome, Result.shortfall)


def cut_off(session: Session, sitting: Sitting, cut: Cut) -> CutOff:
    """Return a cut-off of a sitting; one with make-ups needs a closed one."""
    make_ups = closed_make_ups(session, sitting) if cut is Cut.WITH_MAKE_UP else []
    if cut is Cut.WITH_MAKE_UP and not make_ups:
        raise NotFoundError
    closings: list[datetime] = [one.closed_at for one in (sitting, *make_ups) if one.closed_at is not None]
    return CutOff(cut, sitting.id, tuple(one.id for one in make_ups), max(closings, default=None))


def closed_make_ups(session: Session, sitting: Sitting) -> list[Sitting]:
    """Return the make-ups of a sitting that are over, the first first."""
    query = select(Sitting).where(
        Sitting.first_sitting_id == sitting.id,
        Sitting.kind == SittingKind.MAKE_UP,
        Sitting.state == SittingState.CLOSED,
    )
    return list(session.scalars(query.order_by(Sitting.closed_at, Sitting.id)))


def cells(session: Session, taken_at: CutOff, scope: Scope) -> list[Cell]:
    """Return how many people within the scope came to each end, by unit and employment."""
    return after_make_ups(session, taken_at, scope, _first_cells(session, taken_at.sitting_id, scope))


def after_make_ups(session: Session, taken_at: CutOff, scope: Scope, first: list[Cell]) -> list[Cell]:
    """Return the cells at a cut-off from those of the first sitting, which need not be counted twice."""
    if not taken_at.make_up_ids:
        return first
    return moved(first, _moves(session, taken_at, scope))


def counting(sitting_id: UUID) -> Select[*tuple[Any, ...]]:
    """Return the count of one sitting: unit, employment, outcome, shortfall, people, and how many have a score."""
    return (
        select(*_GROUPS, func.count(), func.count(Result.score))
        .where(Result.sitting_id == sitting_id, newest_result())
        .group_by(*_GROUPS)
    )


def within(query: Select[*tuple[Any, ...]], column: ColumnElement[UUID] | Any, scope: Scope) -> Select[Any]:
    """Narrow a query to the units of a scope: the whole city, or one unit with the bodies of its county."""
    if scope.organisation_id is None:
        return query
    below = select(Organisation.id).where(is_body_of(scope.organisation_id))
    return query.where(or_(column == scope.organisation_id, column.in_(below)))


def is_body_of(county_id: UUID) -> ColumnElement[bool]:
    """Say that an organisation is a body of this county."""
    return and_(Organisation.parent_id == county_id, Organisation.kind == OrganisationKind.COUNTY_BODY)


def rank_of(result: Any) -> ColumnElement[int]:
    """Return the rank of a result's end, as the database computes it."""
    is_short = result.shortfall == Shortfall.TRAINING_SHORT
    return case(
        (result.outcome == Outcome.PASSED, RANKS[End.PASSED]),
        (result.outcome == Outcome.FAILED, RANKS[End.FAILED]),
        (and_(is_short, result.score.is_not(None)), RANKS[End.PASSED_PENDING_TRAINING]),
        (is_short, RANKS[End.TRAINING_SHORT]),
        (result.shortfall == Shortfall.EXAM_ABSENT, RANKS[End.EXAM_ABSENT]),
        else_=RANKS[End.TRAINING_NOT_STARTED],
    )


def best_in(sitting_ids: Sequence[UUID]) -> Any:
    """Return, as a subquery, the rank of the best end of each officer in these sittings."""
    best_rank = func.max(rank_of(Result)).label("rank")
    return _ranked(best_rank, sitting_ids).group_by(Result.officer_id).subquery()


def _ranked(rank: ColumnElement[int], sitting_ids: Sequence[UUID]) -> Select[*tuple[Any, ...]]:
    return select(Result.officer_id, rank).where(Result.sitting_id.in_(sitting_ids), newest_result())


def split(outcome: str, shortfall: str | None, count: int, scored: int) -> dict[End, int]:
    """Return the ends of one counted row: those with a score and those without may have come to different ones."""
    with_score, without = _ends_of(outcome, shortfall)
    if with_score is without:
        return {without: count}
    return {end: number for end, number in ((with_score, scored), (without, count - scored)) if number}


@cache
def _ends_of(outcome: str, shortfall: str | None) -> tuple[End, End]:
    """Return what an outcome stands for with a score and without; a table asks for the same few over and over."""
    kind, why = Outcome(outcome), Shortfall(shortfall) if shortfall else None
    return end_of(kind, why, has_score=True), end_of(kind, why, has_score=False)


def outside(session: Session, sitting_id: UUID, scope: Scope) -> Outside:
    """Return how many stand on the list and outside every denominator; an index holds those few."""
    query = select(Candidate.standing, func.count()).where(
        Candidate.sitting_id == sitting_id, text(f"candidate.{NOT_DUE}")
    )
    grouped = within(query, Candidate.organisation_id, scope).group_by(Candidate.standing)
    counts: dict[Standing, int] = dict(session.execute(grouped).all())
    return Outside(exempt=counts.get(Standing.EXEMPT, 0), withdrawn=counts.get(Standing.WITHDRAWN, 0))


def _first_cells(session: Session, sitting_id: UUID, scope: Scope) -> list[Cell]:
    found = []
    query = within(counting(sitting_id), Result.organisation_id, scope)
    for unit, employment, outcome, shortfall, count, scored in session.execute(query):
        ends = split(outcome, shortfall, count, scored)
        found += [Cell(unit, employment, end, number) for end, number in ends.items()]
    return found


def moves_between(
    session: Session, sitting_id: UUID, make_up_ids: Sequence[UUID], scope: Scope
) -> list[tuple[End, End, int]]:
    """Return how many people went from which end of a sitting to which best end in its make-ups."""
    rows = session.execute(
        _moving(session, CutOff(Cut.WITH_MAKE_UP, sitting_id, tuple(make_up_ids), None), scope, ())
    )
    return [(end_of_rank(before), end_of_rank(after), count) for before, after, count in rows]


def _moves(session: Session, taken_at: CutOff, scope: Scope) -> list[Move]:
    rows = session.execute(_moving(session, taken_at, scope, ("organisation_id", "employment")))
    return [
        Move(unit, employment, end_of_rank(before), end_of_rank(after), count)
        for unit, employment, before, after, count in rows
    ]


def _moving(session: Session, taken_at: CutOff, scope: Scope, by: Sequence[str]) -> Select[*tuple[Any, ...]]:
    """Return the count of people by where they stood after the first sitting and by their best end since.

    SQLite looks each of them up by officer. It is told not to use the index of sittings, as it would
    otherwise go through the whole first sitting for each. PostgreSQL need not group a make-up that is the
    only one: an officer has one result in it that counts.
    """
    first = aliased(Result)
    later, sitting = best_in(taken_at.make_up_ids), first.sitting_id
    if not is_postgresql(session):
        sitting = UnaryExpression(sitting, operator=custom_op("+"), type_=sitting.type)  # type: ignore[assignment, arg-type]
    elif len(taken_at.make_up_ids) == 1:
        later = _ranked(rank_of(Result).label("rank"), taken_at.make_up_ids).subquery()
    groups = (*(getattr(first, name) for name in by), rank_of(first).label("before"), later.c.rank)
    query = (
        select(*groups, func.count())
        .select_from(later)
        .join(first, first.officer_id == later.c.officer_id)
        .where(sitting == taken_at.sitting_id, newest_of(first))
        .group_by(*groups)
    )
    return within(query, first.organisation_id, scope)
