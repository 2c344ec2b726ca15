"""The verbs that bring a candidate into the exam room: start an attempt, open a place to answer from.

An attempt's deadline is never set by hand: it is what its time ledger adds up to.
"""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, lazyload

from core import clock
from core.audit import Actor
from core.errors import Reason, RefusedError, refuse_if
from core.operations import record_audit
from core.texts import lazy_gettext as _
from exam import admission, time_ledger
from exam.accommodations import AccommodationKind
from exam.events import EventKind
from exam.models.planning import Candidate, ExamBlueprint, Sitting
from exam.models.room import Attempt, RoomEvent, TimeEntry
from exam.operations.papers import paper_for
from exam.queries.accommodations import granted_to
from exam.queries.planning import candidate_facts, sitting_facts
from exam.queries.room import attempt_of, ledger_of
from exam.states import AttemptState, SittingKind
from exam.time_ledger import Line, TimeKind


def start_attempt(session: Session, candidate: Candidate, actor: Actor, address: str = "") -> Attempt:
    """Take the candidate's paper and start the time; a running attempt goes on instead.

    Raises RefusedError with every reason that admission gives, the address asked from among them.
    """
    sitting, now = _take_turns(session, candidate), clock.now()
    running = attempt_of(session, candidate.id)
    if running is not None and running.state != AttemptState.HANDED_IN:
        return running
    facts = candidate_facts(session, candidate, address), sitting_facts(session, sitting)
    refuse_if(admission.reasons_against(*facts, now))
    paper_id = paper_for(session, sitting, candidate.id, _next_number(session, sitting, candidate))
    lines = _first_lines(session, sitting, candidate)
    deadline = time_ledger.deadline(now, lines)
    attempt = Attempt(
        candidate_id=candidate.id,
        paper_id=paper_id,
        sitting_id=sitting.id,
        state=AttemptState.ANSWERING,
        fence=0,
        started_at=now,
        deadline_at=deadline,
        accept_until=deadline + timedelta(seconds=sitting.grace_seconds),
    )
    session.add(attempt)
    session.flush()
    session.add_all([TimeEntry(attempt_id=attempt.id, kind=one.kind, seconds=one.seconds, at=now) for one in lines])
    session.flush()
    record_audit(session, actor, "exam:attempt:start", attempt.id, {"candidate_no": candidate.candidate_no})
    return attempt


def open_place(session: Session, attempt: Attempt, actor: Actor, held_fence: int | None = None) -> int:
    """Open the room in a new place and return its number; every older place may no longer write.

    ``held_fence`` is the place the page says it was in before, after a reload; where it is not the
    newest, this is a take-over, and it is written down.
    """
    if _is_taken_over(attempt, held_fence):
        session.add(
            RoomEvent(
                attempt_id=attempt.id,
                sitting_id=attempt.sitting_id,
                kind=EventKind.TAKEN_OVER,
                account_id=actor.account_id,
                at=clock.now(),
            )
        )
        record_audit(session, actor, "exam:place:take_over", attempt.id, {"from": attempt.fence})
    opened = update(Attempt).where(Attempt.id == attempt.id)
    session.execute(
        opened.values(fence=Attempt.fence + 1, opened_at=clock.now()),
        execution_options={"synchronize_session": False},
    )
    session.refresh(attempt)
    return attempt.fence


def refuse_unasked_take_over(attempt: Attempt, held_fence: int | None) -> None:
    """Refuse to take a paper away from another window or device that nobody asked to be closed."""
    if _is_taken_over(attempt, held_fence):
        text = _("本试卷正在另一窗口或设备上作答。确需在这里继续的，请点“在这里继续作答”，原窗口随即停止。")
        raise RefusedError([Reason("open_elsewhere", text)])


def give_time(session: Session, attempt: Attempt, line: Line, reason: str, actor: Actor) -> None:
    """Write a line into the attempt's ledger and move its deadline to what the ledger now adds up to."""
    entry = TimeEntry(
        attempt_id=attempt.id,
        kind=line.kind,
        seconds=line.seconds,
        reason=reason,
        account_id=actor.account_id,
        at=clock.now(),
    )
    session.add(entry)
    session.flush()
    grace = attempt.accept_until - attempt.deadline_at
    attempt.deadline_at = time_ledger.deadline(attempt.started_at, ledger_of(session, attempt.id))
    attempt.accept_until = attempt.deadline_at + grace
    session.flush()


def _is_taken_over(attempt: Attempt, held_fence: int | None) -> bool:
    """Say whether opening now takes the paper from another place than the one the page was in."""
    return attempt.fence > 0 and held_fence != attempt.fence


def _take_turns(session: Session, candidate: Candidate) -> Sitting:
    """Wait for whoever closes the sitting or starts for the same candidate, and see what they left."""
    query = select(Sitting).options(lazyload(Sitting.blueprint)).where(Sitting.id == candidate.sitting_id)
    locked = query.with_for_update(read=True).execution_options(populate_existing=True)
    sitting = session.scalars(locked).one()
    session.execute(select(Candidate.id).where(Candidate.id == candidate.id).with_for_update())
    return sitting


def _next_number(session: Session, sitting: Sitting, candidate: Candidate) -> int:
    """Return which of the candidate's papers comes now: the first, and in a mock exam always a new one."""
    if sitting.kind != SittingKind.MOCK:
        return 1
    count = select(func.count()).select_from(Attempt).where(Attempt.candidate_id == candidate.id)
    return (session.scalar(count) or 0) + 1


def _first_lines(session: Session, sitting: Sitting, candidate: Candidate) -> Sequence[Line]:
    asked = select(ExamBlueprint.duration_minutes).where(ExamBlueprint.id == sitting.blueprint_id)
    duration = timedelta(minutes=session.scalars(asked).one())
    seconds = time_ledger.allowance(clock.now(), sitting.closes_at, duration)
    lines = [Line(TimeKind.ALLOWANCE, seconds)]
    more = granted_to(session, candidate.id).get(AccommodationKind.EXTRA_TIME)
    return [*lines, Line(TimeKind.ACCOMMODATION, more.seconds)] if more else lines
