"""The verbs of invigilators: give time, pause, resume, hand in, let in again, note an irregularity.

Each is done to many attempts at once or to one; each attempt gets its own entry in the room's log and in
the audit chain, with the reason. Attempts are locked in one order, so that two invigilators who act on
the same people wait for each other and the second finds what the first did.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, lazyload

from core import clock
from core.audit import Actor
from core.errors import Reason, refuse_if
from core.operations import record_audit
from exam.invigilation import EVENT_OF, Act, AttemptFacts, Order, reasons_against, reasons_against_order
from exam.models.planning import Sitting
from exam.models.room import Attempt, RoomEvent
from exam.operations.handing_in import hand_in
from exam.operations.room import give_time
from exam.queries.newest import newest_attempt
from exam.states import ATTEMPT, AttemptState, FinishKind, SittingState
from exam.time_ledger import Line, TimeKind, stood_still

MINUTE = 60


@dataclass(frozen=True)
class Refusal:
    """One candidate to whom the act was not done, and why."""

    candidate_id: UUID
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Tally:
    """To how many an act was done, and who was refused."""

    done: int
    refused: tuple[Refusal, ...]


@dataclass(frozen=True)
class _Case:
    """One candidate an act is done to, with the attempt where there is one."""

    sitting_id: UUID
    candidate_id: UUID
    attempt: Attempt | None


def act_on(
    session: Session,
    sitting: Sitting,
    candidate_ids: Sequence[UUID],
    order: Order,
    *,
    decided_at: datetime,
    actor: Actor,
) -> Tally:
    """Do one act to each of these candidates that it can be done to; say who was refused and why.

    ``decided_at`` is when the person saw what they decide on: where the same was done to an attempt
    since, by a colleague or by the same form sent twice, it is not done again.
    """
    refuse_if(reasons_against_order(order))
    state = lock_sitting(session, sitting)
    attempts = _locked_attempts(session, candidate_ids)
    now = clock.now()
    recent = _just_done(session, sitting.id, order, decided_at)
    refused = []
    for candidate_id in sorted(candidate_ids):
        case = _Case(sitting.id, candidate_id, attempts.get(candidate_id))
        reasons = reasons_against(order, _facts(case, state, recent), now)
        if reasons:
            refused.append(Refusal(candidate_id, tuple(reasons)))
        else:
            _do(session, case, order, actor)
    return Tally(len(candidate_ids) - len(refused), tuple(refused))


def predicted(
    session: Session,
    sitting: Sitting,
    candidate_ids: Sequence[UUID],
    order: Order,
    *,
    decided_at: datetime | None = None,
) -> list[Refusal]:
    """Return who would be refused if the order were given now; nothing is locked or changed."""
    state, now = SittingState(sitting.state), clock.now()
    attempts = _attempts(session, candidate_ids)
    recent = _just_done(session, sitting.id, order, decided_at) if decided_at else frozenset[UUID]()
    cases = [_Case(sitting.id, one, attempts.get(one)) for one in candidate_ids]
    judged = [(case, reasons_against(order, _facts(case, state, recent), now)) for case in cases]
    return [Refusal(case.candidate_id, tuple(reasons)) for case, reasons in judged if reasons]


def lock_sitting(session: Session, sitting: Sitting) -> SittingState:
    """Let whoever closes the sitting wait, or wait for them; return the state it is in then."""
    query = select(Sitting).options(lazyload(Sitting.blueprint)).where(Sitting.id == sitting.id)
    locked = query.with_for_update(read=True).execution_options(populate_existing=True)
    return SittingState(session.scalars(locked).one().state)


def _locked_attempts(session: Session, candidate_ids: Sequence[UUID]) -> dict[UUID, Attempt]:
    query = select(Attempt).where(Attempt.candidate_id.in_(candidate_ids), newest_attempt()).order_by(Attempt.id)
    locked = query.with_for_update(of=Attempt).execution_options(populate_existing=True)
    return {attempt.candidate_id: attempt for attempt in session.scalars(locked)}


def _attempts(session: Session, candidate_ids: Sequence[UUID]) -> dict[UUID, Attempt]:
    query = select(Attempt).where(Attempt.candidate_id.in_(candidate_ids), newest_attempt())
    return {attempt.candidate_id: attempt for attempt in session.scalars(query)}


def _just_done(session: Session, sitting_id: UUID, order: Order, since: datetime) -> frozenset[UUID]:
    """Return the attempts, or candidates without one, to which the same was done since then."""
    query = select(RoomEvent.attempt_id, RoomEvent.candidate_id).where(
        RoomEvent.sitting_id == sitting_id,
        RoomEvent.kind == EVENT_OF[order.act],
        RoomEvent.category == (order.category or ""),
        RoomEvent.at >= since,
    )
    return frozenset(whose for row in session.execute(query) for whose in row if whose is not None)


def _facts(case: _Case, sitting: SittingState, recent: frozenset[UUID]) -> AttemptFacts:
    attempt = case.attempt
    if attempt is None:
        return AttemptFacts(sitting, None, was_just_done=case.candidate_id in recent)
    return AttemptFacts(
        sitting=sitting,
        state=AttemptState(attempt.state),
        deadline_at=attempt.deadline_at,
        accept_until=attempt.accept_until,
        finished_at=attempt.finished_at,
        was_just_done=attempt.id in recent,
    )


def _do(session: Session, case: _Case, order: Order, actor: Actor) -> None:
    seconds = 0
    if case.attempt is not None and order.act in _VERBS:
        seconds = _VERBS[order.act](session, case.attempt, order, actor)
    event = RoomEvent(
        attempt_id=case.attempt.id if case.attempt else None,
        candidate_id=None if case.attempt else case.candidate_id,
        sitting_id=case.sitting_id,
        kind=EVENT_OF[order.act],
        category=order.category or "",
        reason=order.reason,
        seconds=seconds,
        account_id=actor.account_id,
        at=clock.now(),
    )
    session.add(event)
    session.flush()
    subject_id = case.attempt.id if case.attempt else case.candidate_id
    detail = {"reason": order.reason, "seconds": seconds, "category": order.category or ""}
    record_audit(session, actor, AUDIT_VERBS[order.act], subject_id, detail)


def _give(session: Session, attempt: Attempt, order: Order, actor: Actor) -> int:
    kind = TimeKind.OUTAGE if order.act is Act.MAKE_GOOD else TimeKind.EXTRA
    give_time(session, attempt, Line(kind, order.minutes * MINUTE), order.reason, actor)
    return order.minutes * MINUTE


def _pause(session: Session, attempt: Attempt, _order: Order, _actor: Actor) -> int:
    attempt.state, attempt.paused_at = ATTEMPT.after(AttemptState(attempt.state), "pause"), clock.now()
    session.flush()
    return 0


def _resume(session: Session, attempt: Attempt, order: Order, actor: Actor) -> int:
    seconds = _stood_still(attempt)
    attempt.state, attempt.paused_at = ATTEMPT.after(AttemptState(attempt.state), "resume"), None
    give_time(session, attempt, Line(TimeKind.PAUSE, seconds), order.reason, actor)
    return seconds


def _hand_in(session: Session, attempt: Attempt, order: Order, actor: Actor) -> int:
    """Hand in as it stands; the time of a pause is given back first, so that letting in again finds it."""
    if attempt.paused_at is not None:
        give_time(session, attempt, Line(TimeKind.PAUSE, _stood_still(attempt)), order.reason, actor)
    hand_in(session, attempt, actor, FinishKind.INVIGILATOR)
    return 0


def _let_in(session: Session, attempt: Attempt, order: Order, actor: Actor) -> int:
    """Open a handed-in attempt again with the time that was left when it was handed in.

    The mark of that hand-in stays; the next hand-in makes a further one.
    """
    now = clock.now()
    seconds = stood_still(attempt.finished_at or now, now)
    attempt.state = ATTEMPT.after(AttemptState(attempt.state), "let_in")
    attempt.finished_at = attempt.finish_kind = None
    give_time(session, attempt, Line(TimeKind.LET_IN, seconds), order.reason, actor)
    if order.minutes:
        give_time(session, attempt, Line(TimeKind.EXTRA, order.minutes * MINUTE), order.reason, actor)
    return seconds + order.minutes * MINUTE


def _stood_still(attempt: Attempt) -> int:
    now = clock.now()
    return stood_still(attempt.paused_at or now, now)


_VERBS: dict[Act, Callable[[Session, Attempt, Order, Actor], int]] = {
    Act.GIVE_TIME: _give,
    Act.MAKE_GOOD: _give,
    Act.PAUSE: _pause,
    Act.RESUME: _resume,
    Act.HAND_IN: _hand_in,
    Act.LET_IN: _let_in,
}
AUDIT_VERBS = {
    Act.GIVE_TIME: "exam:time:give",
    Act.MAKE_GOOD: "exam:time:make_good",
    Act.PAUSE: "exam:attempt:pause",
    Act.RESUME: "exam:attempt:resume",
    Act.HAND_IN: "exam:attempt:hand_in_for",
    Act.LET_IN: "exam:attempt:let_in",
    Act.NOTE: "exam:irregularity:note",
}
