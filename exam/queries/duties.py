"""Reads behind a unit's open duties: what its sittings and supervision cards ask of it now."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from exam.duties import CardWork, Duty, SittingWork, duties_of_sitting, duty_of_card, in_order
from exam.models.duties import SupervisionCard
from exam.models.planning import Sitting
from exam.queries.non_completion import answer_end, unanswered_counts
from exam.queries.short_hours import short_counts
from exam.states import SittingKind, SittingState
from exam.supervision import WAITING_FOR_UNIT
from people.scope import Scope

# How many people of each unit something is to be done for at each sitting: (sitting, unit) → people.
Counts = Mapping[tuple[UUID, UUID], int]


def open_duties(session: Session, scope: Scope, now: datetime, unregistered: Counts) -> list[Duty]:
    """Return what every unit within the scope has open, by date; whom to register is counted elsewhere."""
    short = short_counts(session, scope, now)
    unanswered = unanswered_counts(session, scope)
    keys = {*unregistered, *short, *unanswered}
    wanted = {sitting_id for sitting_id, _unit in keys}
    sittings = {one.id: one for one in session.scalars(select(Sitting).where(Sitting.id.in_(wanted)))}
    found: list[Duty] = []
    for key in keys:
        work = _work(
            session,
            sittings[key[0]],
            key[1],
            unregistered=unregistered.get(key, 0),
            short=short.get(key, 0),
            unanswered=unanswered.get(key, 0),
        )
        found += duties_of_sitting(work, now)
    return in_order([*found, *map(duty_of_card, _cards(session, scope))])


def sittings_to_register_for(session: Session, now: datetime) -> list[UUID]:
    """Return the sittings that have not begun and that units register their people for.

    A make-up takes those who did not pass the first sitting, and a mock exam whoever wants to.
    """
    query = select(Sitting.id).where(
        Sitting.kind == SittingKind.REGULAR, Sitting.state != SittingState.CLOSED, Sitting.opens_at > now
    )
    return list(session.scalars(query.order_by(Sitting.opens_at, Sitting.id)))


def _work(
    session: Session, sitting: Sitting, unit_id: UUID, *, unregistered: int, short: int, unanswered: int
) -> SittingWork:
    return SittingWork(
        organisation_id=unit_id,
        sitting_id=sitting.id,
        title=sitting.title,
        kind=SittingKind(sitting.kind),
        state=SittingState(sitting.state),
        opens_at=sitting.opens_at,
        closes_at=sitting.closes_at,
        answer_end=answer_end(session, sitting),
        unregistered=unregistered,
        short=short,
        unanswered=unanswered,
    )


def _cards(session: Session, scope: Scope) -> list[CardWork]:
    query = select(SupervisionCard).where(SupervisionCard.state.in_(WAITING_FOR_UNIT))
    if scope.organisation_id is not None:
        query = query.where(SupervisionCard.organisation_id == scope.organisation_id)
    return [
        CardWork(one.organisation_id, one.id, one.number, clock.end_of(one.due_on))
        for one in session.scalars(query)
    ]
