"""The verbs that end an attempt: hand in, mark what was saved, give a receipt.

An attempt whose time is over is handed in as it stands and as of its deadline, whoever finds it and
however late. A mark is never changed: marking again is a further row.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from core import clock
from core.audit import SYSTEM, Actor
from core.operations import record_audit
from core.signing import signature_of
from exam.blueprints import MultipleRule
from exam.marking import Given, latest_choices, score
from exam.models.planning import Candidate, ExamBlueprint, Sitting
from exam.models.results import Mark
from exam.models.room import Attempt, Receipt
from exam.queries.keys import accepted_keys
from exam.queries.room import log_of, overdue, own_overdue, paper_of
from exam.receipts import ReceiptFacts, body_of, log_digest
from exam.states import ATTEMPT, FinishKind, MarkCause


def hand_in(
    session: Session, attempt: Attempt, actor: Actor, finish_kind: FinishKind = FinishKind.CANDIDATE
) -> Attempt:
    """Close the attempt, mark what was saved and write the receipt; handing in again changes nothing."""
    now = clock.now()
    if now > attempt.deadline_at and attempt.paused_at is None:
        finish_kind = FinishKind.DEADLINE
    finished_at = min(now, attempt.deadline_at)
    if not _close(session, attempt, finished_at, finish_kind):
        return attempt
    log, number = log_of(session, attempt.id), _marks(session, attempt.id) + 1
    mark = _mark(session, attempt, log, number, MarkCause.HAND_IN if number == 1 else MarkCause.LET_IN)
    write_receipt(session, attempt, log, number)
    detail = {"finish": finish_kind, "score": mark.score, "answered": mark.answered_count}
    record_audit(session, actor, "exam:attempt:hand_in", attempt.id, detail)
    return attempt


def finish_overdue(
    session: Session, now: datetime, sitting_id: UUID | None = None, *, limit: int | None = None
) -> int:
    """Hand in the attempts whose time is over, as they stand and as of their deadline; return how many.

    A ``limit`` keeps one transaction short: while it runs, everybody else who writes may have to wait.

    One that is being handed in at this very moment is left to whoever is doing it: waiting for it here,
    with others in hand, would let two of us wait for each other.
    """
    query = overdue(now) if sitting_id is None else overdue(now).where(Attempt.sitting_id == sitting_id)
    attempts = session.scalars(query.limit(limit).with_for_update(skip_locked=True)).all()
    for attempt in attempts:
        hand_in(session, attempt, SYSTEM, FinishKind.DEADLINE)
    return len(attempts)


def finish_own_overdue(session: Session, officer_id: UUID | None, now: datetime) -> int:
    """Hand in one officer's attempts whose time is over, before anything is decided on what they say."""
    attempts = own_overdue(session, now, officer_id)
    for attempt in attempts:
        hand_in(session, attempt, SYSTEM, FinishKind.DEADLINE)
    return len(attempts)


def mark_again(session: Session, attempt: Attempt, cause: MarkCause) -> Mark:
    """Mark the attempt's log as it stands and store it as the mark that counts from now on."""
    return _mark(session, attempt, log_of(session, attempt.id), _marks(session, attempt.id) + 1, cause)


def write_receipt(session: Session, attempt: Attempt, log: Sequence[Given], number: int) -> None:
    """Sign what the log holds now, beside the mark of the same number; earlier receipts stay true of their part."""
    candidate_no = session.scalars(select(Candidate.candidate_no).where(Candidate.id == attempt.candidate_id)).one()
    finished_at = attempt.finished_at or clock.now()
    body = body_of(ReceiptFacts(attempt.id, candidate_no, number, len(log), log_digest(log), finished_at))
    session.add(
        Receipt(
            attempt_id=attempt.id,
            number=number,
            body=body,
            signature=signature_of(body),
            issued_at=clock.now(),
        )
    )
    session.flush()


def _mark(session: Session, attempt: Attempt, log: Sequence[Given], number: int, cause: MarkCause) -> Mark:
    entries = paper_of(session, attempt.paper_id)
    asked = select(ExamBlueprint.cut_score, ExamBlueprint.multiple_rule).join(Sitting)
    cut_score, multiple_rule = session.execute(asked.where(Sitting.id == attempt.sitting_id)).one()
    accepted = accepted_keys(session, attempt.sitting_id, [entry.version_id for entry in entries])
    result = score(entries, latest_choices(log), accepted, MultipleRule(multiple_rule))
    mark = Mark(
        attempt_id=attempt.id,
        number=number,
        cause=cause,
        sitting_id=attempt.sitting_id,
        score=result.score,
        full_score=result.full_score,
        cut_score=cut_score,
        answered_count=result.answered_count,
        marked_at=clock.now(),
    )
    session.add(mark)
    session.flush()
    return mark


def _marks(session: Session, attempt_id: UUID) -> int:
    return session.scalar(select(func.count()).select_from(Mark).where(Mark.attempt_id == attempt_id)) or 0


def _close(session: Session, attempt: Attempt, finished_at: datetime, finish_kind: FinishKind) -> bool:
    """Move a running attempt to handed in; say whether it was this call that did."""
    closed = (
        update(Attempt)
        .where(Attempt.id == attempt.id, Attempt.state.in_(ATTEMPT.moves["hand_in"].sources))
        .values(
            state=ATTEMPT.moves["hand_in"].target,
            finished_at=finished_at,
            finish_kind=finish_kind,
            paused_at=None,
        )
        .returning(Attempt.id)
    )
    moved = session.execute(closed, execution_options={"synchronize_session": False}).one_or_none()
    session.refresh(attempt)
    return moved is not None
