"""The verb of leaving the page: count it, and hand in at the sitting's limit for a person to look at.

Nothing is voided here, and a page that is left and never comes back is counted by nobody.
"""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.audit import Actor
from core.errors import InvalidError, Reason, RefusedError
from core.operations import record_audit
from core.texts import lazy_gettext as _
from exam.events import EventKind, is_at_limit, reasons_against_leave
from exam.models.planning import Sitting
from exam.models.room import Attempt, RoomEvent
from exam.operations.handing_in import hand_in
from exam.operations.saving import refuse_idle_place
from exam.queries.leaving import times_left
from exam.states import AttemptState, FinishKind


@dataclass(frozen=True)
class Leaves:
    """How often the page was left, at how many the paper is handed in (0 never), and whether it now was."""

    count: int
    limit: int
    is_handed_in: bool


def count_leave(
    session: Session, attempt: Attempt, seconds: int, actor: Actor, *, fence: int, number: int | None = None
) -> Leaves:
    """Write down that the page was left for so long; at the sitting's limit the attempt is handed in.

    ``number`` says which time it was by the page's count: a message that is sent again, because its
    answer was lost, is not counted twice.
    """
    session.execute(select(Attempt.id).where(Attempt.id == attempt.id).with_for_update())
    session.refresh(attempt)
    refuse_idle_place(attempt.state, attempt.fence, fence)
    limit = session.scalars(select(Sitting.leave_limit).where(Sitting.id == attempt.sitting_id)).one()
    before = times_left(session, attempt.id)
    if number is not None and number <= before:
        return Leaves(before, limit, is_handed_in=False)
    if attempt.state == AttemptState.PAUSED:
        raise RefusedError([Reason("paused", _("考试已暂停，请等候监考人员通知。"))])
    reasons = reasons_against_leave(seconds, clock.now() - attempt.started_at)
    if reasons:
        raise InvalidError(reasons[0].text)
    _write_down(session, attempt, EventKind.LEFT_PAGE, seconds, actor)
    record_audit(session, actor, "exam:page:leave", attempt.id, {"seconds": seconds, "count": before + 1})
    return _handed_in_at_limit(session, attempt, Leaves(before + 1, limit, is_handed_in=False), actor)


def _handed_in_at_limit(session: Session, attempt: Attempt, leaves: Leaves, actor: Actor) -> Leaves:
    if not is_at_limit(leaves.count, leaves.limit):
        return leaves
    _write_down(session, attempt, EventKind.LEAVE_LIMIT, 0, actor)
    record_audit(session, actor, "exam:attempt:reach_leave_limit", attempt.id, {"count": leaves.count})
    hand_in(session, attempt, actor, FinishKind.LEAVE_LIMIT)
    return Leaves(leaves.count, leaves.limit, is_handed_in=True)


def _write_down(session: Session, attempt: Attempt, kind: EventKind, seconds: int, actor: Actor) -> None:
    session.add(
        RoomEvent(
            attempt_id=attempt.id,
            sitting_id=attempt.sitting_id,
            kind=kind,
            seconds=seconds,
            account_id=actor.account_id,
            at=clock.now(),
        )
    )
    session.flush()
