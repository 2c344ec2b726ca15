"""Reads over all sittings that are over: the figures of each, for the first sitting and with its make-ups."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from exam.endings import End, best
from exam.models.planning import Sitting
from exam.models.results import Result
from exam.pass_rates import UnitFigures, figures_of
from exam.queries.cube import moves_between, split, within
from exam.queries.newest import newest_result
from exam.states import SittingKind, SittingState
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
        found.setdefault(sitting_id, Counter()).update(split(outcome, shortfall, *counts))
    return found


def _with_make_ups(session: Session, scope: Scope, first: Ends) -> Ends:
    """Return the ends of each first sitting with its closed make-ups: everybody once, by the best end."""
    found: Ends = {}
    for sitting_id, make_up_ids in _families(session).items():
        ends = found.setdefault(sitting_id, Counter(first.get(sitting_id, Counter())))
        for before, after, count in moves_between(session, sitting_id, make_up_ids, scope):
            ends[before] -= count
            ends[best((before, after))] += count
    return found


def _families(session: Session) -> dict[UUID, list[UUID]]:
    query = select(Sitting.first_sitting_id, Sitting.id).where(
        Sitting.kind == SittingKind.MAKE_UP, Sitting.state == SittingState.CLOSED
    )
    found: dict[UUID, list[UUID]] = {}
    for first_id, make_up_id in session.execute(query):
        if first_id is not None:
            found.setdefault(first_id, []).append(make_up_id)
    return found
