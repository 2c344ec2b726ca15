"""Reads over all sittings that are over: the figures of each, for the first sitting and with its make-ups."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from exam.endings import End, best, end_of_rank
from exam.models.planning import Sitting
from exam.models.results import Result
from exam.pass_rates import UnitFigures, figures_of
from exam.queries.cube import rank_of, split, within
from exam.queries.newest import newest_of, newest_result
from exam.states import Outcome, SittingKind, SittingState
from people.scope import Scope

Ends = dict[UUID, Counter[End]]


@dataclass(frozen=True)
class SittingFigures:
    """One sitting that is over; ``with_make_up`` is None where none of its make-ups is."""

    sitting_id: UUID
    title: str
    kind: SittingKind
    closed_at: datetime
    first: UnitFigures
    with_make_up: UnitFigures | None


def sittings_over(session: Session, scope: Scope) -> list[SittingFigures]:
    """Return every closed sitting that counts with its figures within the scope, the oldest first."""
    query = select(Sitting.id, Sitting.title, Sitting.kind, Sitting.closed_at).where(
        Sitting.state == SittingState.CLOSED, Sitting.kind != SittingKind.MOCK
    )
    first = _ends(session, scope)
    later = _with_make_ups(session, scope, first)
    return [
        SittingFigures(
            sitting_id=row.id,
            title=row.title,
            kind=SittingKind(row.kind),
            closed_at=row.closed_at,
            first=figures_of(first.get(row.id, Counter())),
            with_make_up=figures_of(later[row.id]) if row.id in later else None,
        )
        for row in session.execute(query.order_by(Sitting.closed_at, Sitting.id))
    ]


def _ends(session: Session, scope: Scope) -> Ends:
    groups = (Result.sitting_id, Result.outcome, Result.shortfall)
    query = select(*groups, func.count(), func.count(Result.score)).where(newest_result()).group_by(*groups)
    found: Ends = {}
    for sitting_id, outcome, shortfall, *counts in session.execute(within(query, Result.organisation_id, scope)):
        found.setdefault(sitting_id, Counter()).update(split(Outcome(outcome), shortfall, *counts))
    return found


def _with_make_ups(session: Session, scope: Scope, first: Ends) -> Ends:
    """Return the ends of each first sitting with its closed make-ups: everybody once, by the best end."""
    result = aliased(Result)
    later = (
        select(Sitting.first_sitting_id, Result.officer_id, func.max(rank_of(Result)).label("rank"))
        .join(Result, Result.sitting_id == Sitting.id)
        .where(Sitting.kind == SittingKind.MAKE_UP, Sitting.state == SittingState.CLOSED, newest_result())
        .group_by(Sitting.first_sitting_id, Result.officer_id)
        .subquery()
    )
    query = (
        select(later.c.first_sitting_id, rank_of(result).label("before"), later.c.rank, func.count())
        .select_from(later)
        .join(result, (result.officer_id == later.c.officer_id) & (result.sitting_id == later.c.first_sitting_id))
        .where(newest_of(result))
        .group_by(later.c.first_sitting_id, "before", later.c.rank)
    )
    found: Ends = {}
    for sitting_id, before, after, count in session.execute(within(query, result.organisation_id, scope)):
        ends = found.setdefault(sitting_id, Counter(first.get(sitting_id, Counter())))
        was = end_of_rank(before)
        ends[was] -= count
        ends[best((was, end_of_rank(after)))] += count
    return found
