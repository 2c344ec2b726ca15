"""The verbs of the exam room: start, open, answer, hand in.

An answer is only ever appended, and the statement that appends it checks by itself that the attempt is
running, that this page is the newest and that there is time left. Nothing is accepted on trust of an
earlier look.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Insert, Integer, String, Uuid, bindparam, cast, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, lazyload

from core import clock
from core.audit import SYSTEM, Actor
from core.db import Instant, is_postgresql
from core.errors import InvalidError, NotFoundError, Reason, RefusedError, refuse_if
from core.operations import record_audit
from core.texts import lazy_gettext as _
from exam import admission
from exam.marking import Given, latest_choices, reasons_against_response, score
from exam.models import Attempt, Candidate, Mark, Paper, Response, Sitting
from exam.papers import PaperEntry, draw, entries_of, paper_seed, rows_of
from exam.queries.planning import candidate_facts, cells_of, sitting_facts
from exam.queries.room import attempt_of, kinds_of, log_of, overdue, own_overdue, paper_of
from exam.states import ATTEMPT, AttemptState, FinishKind
from questions.bank import BankItem
from questions.kinds import ItemKind
from questions.queries import active_bank, keys_of

MOST_AT_ONCE = 200
MILLISECOND = timedelta(milliseconds=1)
COLUMNS = ["attempt_id", "seq", "sitting_id", "place", "choice", "received_at"]


@dataclass(frozen=True)
class Saved:
    """What the server holds after a save: it is only said once it is stored."""

    last_seq: int
    saved_places: tuple[int, ...]
    remaining_ms: int


def start_attempt(
    session: Session, candidate: Candidate, actor: Actor, bank: Sequence[BankItem] | None = None
) -> Attempt:
    """Draw and store the candidate's paper and start the time; a running attempt goes on instead.

    Who starts many attempts in one transaction reads the bank once and hands it in.
    """
    sitting, now = _take_turns(session, candidate), clock.now()
    running = attempt_of(session, candidate.id)
    if running is not None and running.state == AttemptState.ANSWERING:
        return running
    facts = candidate_facts(session, candidate), sitting_facts(session, sitting)
    refuse_if(admission.reasons_against(*facts, now))
    session.add(_new_paper(sitting, candidate, active_bank(session) if bank is None else bank, now))
    attempt = _new_attempt(sitting, candidate, now)
    session.add(attempt)
    session.flush()
    record_audit(session, actor, "exam:attempt:start", attempt.id, {"candidate_no": candidate.candidate_no})
    return attempt


def open_place(session: Session, attempt: Attempt) -> int:
    """Open the room in a new place and return its number; every older place may no longer write."""
    opened = update(Attempt).where(Attempt.id == attempt.id).values(fence=Attempt.fence + 1)
    session.execute(opened, execution_options={"synchronize_session": False})
    session.refresh(attempt)
    return attempt.fence


def append_responses(session: Session, attempt_id: UUID, fence: int, given: Sequence[Given]) -> Saved:
    """Append responses to the log, all of them or none; sending the same ones again is harmless."""
    if not 0 < len(given) <= MOST_AT_ONCE or len({one.seq for one in given}) < len(given):
        raise InvalidError(_("一次最多保存 %(limit)s 条作答，且序号不能重复。", limit=MOST_AT_ONCE))
    now = clock.now()
    asked = _Asked(attempt_id, fence, now)
    deadline, entries = _deadline_and_paper(session, attempt_id)
    _check_shape(session, entries, given)
    if _append(session, asked, given) < len(given):
        _refuse_if_unsaved(session, asked, given)
    places = tuple(sorted({one.place for one in given}))
    return Saved(max(one.seq for one in given), places, remaining_ms(deadline, now))


def hand_in(
    session: Session, attempt: Attempt, actor: Actor, finish_kind: FinishKind = FinishKind.CANDIDATE
) -> Attempt:
    """Close the attempt and mark what was saved; handing in again changes nothing."""
    now = clock.now()
    if now > attempt.deadline_at:
        finish_kind = FinishKind.DEADLINE
    finished_at = min(now, attempt.deadline_at)
    if not _close(session, attempt, finished_at, finish_kind):
        return attempt
    mark = _new_mark(session, attempt, now)
    session.add(mark)
    session.flush()
    detail = {"finish": finish_kind, "score": mark.score, "answered": mark.answered_count}
    record_audit(session, actor, "exam:attempt:hand_in", attempt.id, detail)
    return attempt


def finish_overdue(session: Session, now: datetime, sitting_id: UUID | None = None) -> int:
    """Hand in every attempt whose time is over, as it stands and as of its deadline; return how many.

    One that is being handed in at this very moment is left to whoever is doing it: waiting for it here,
    with others in hand, would let two of us wait for each other.
    """
    query = overdue(now) if sitting_id is None else overdue(now).where(Attempt.sitting_id == sitting_id)
    attempts = session.scalars(query.with_for_update(skip_locked=True)).all()
    for attempt in attempts:
        hand_in(session, attempt, SYSTEM, FinishKind.DEADLINE)
    return len(attempts)


def finish_own_overdue(session: Session, officer_id: UUID | None, now: datetime) -> int:
    """Hand in one officer's attempts whose time is over, before anything is decided on what they say."""
    attempts = own_overdue(session, now, officer_id)
    for attempt in attempts:
        hand_in(session, attempt, SYSTEM, FinishKind.DEADLINE)
    return len(attempts)


def refuse_idle_place(state: AttemptState, newest: int, fence: int) -> None:
    """Refuse a page whose attempt is handed in or was opened somewhere else since."""
    if state == AttemptState.HANDED_IN:
        raise RefusedError([Reason("handed_in", _("试卷已经交卷，不能再修改。"))])
    if fence != newest:
        raise RefusedError([Reason("other_place", _("本试卷已在另一窗口打开，这里不能再作答。"))])


def remaining_ms(deadline: datetime, now: datetime) -> int:
    """Return the time left, in milliseconds; none once the deadline has passed."""
    return max(0, (deadline - now) // MILLISECOND)


@dataclass(frozen=True)
class _Asked:
    """Who wants to write, and when."""

    attempt_id: UUID
    fence: int
    now: datetime


def _take_turns(session: Session, candidate: Candidate) -> Sitting:
    """Wait for whoever closes the sitting or starts for the same candidate, and see what they left."""
    query = select(Sitting).options(lazyload(Sitting.blueprint)).where(Sitting.id == candidate.sitting_id)
    locked = query.with_for_update(read=True).execution_options(populate_existing=True)
    sitting = session.scalars(locked).one()
    session.execute(select(Candidate.id).where(Candidate.id == candidate.id).with_for_update())
    return sitting


def _new_paper(sitting: Sitting, candidate: Candidate, bank: Sequence[BankItem], now: datetime) -> Paper:
    if sitting.seed is None:
        raise ValueError("an open sitting has its seed")
    seed = paper_seed(sitting.seed, candidate.id)
    entries = rows_of(draw(cells_of(sitting.blueprint), bank, seed))
    return Paper(candidate_id=candidate.id, sitting_id=sitting.id, seed=seed, entries=entries, drawn_at=now)


def _new_attempt(sitting: Sitting, candidate: Candidate, now: datetime) -> Attempt:
    duration = timedelta(minutes=sitting.blueprint.duration_minutes)
    return Attempt(
        candidate_id=candidate.id,
        sitting_id=sitting.id,
        state=AttemptState.ANSWERING,
        fence=0,
        started_at=now,
        deadline_at=min(now + duration, sitting.closes_at),
    )


def _deadline_and_paper(session: Session, attempt_id: UUID) -> tuple[datetime, list[PaperEntry]]:
    query = select(Attempt.deadline_at, Paper.entries).join(Paper, Paper.candidate_id == Attempt.candidate_id)
    row = session.execute(query.where(Attempt.id == attempt_id)).one_or_none()
    if row is None:
        raise NotFoundError
    return row.deadline_at, entries_of(row.entries)


def _check_shape(session: Session, entries: Sequence[PaperEntry], given: Sequence[Given]) -> None:
    refuse_if([reason for one in given for reason in reasons_against_response(entries, one)])
    doubled = [one for one in given if len(one.choice) > 1]
    if not doubled:
        return
    kinds = kinds_of(session, {entries[one.place - 1].version_id for one in doubled})
    for one in doubled:
        if kinds[entries[one.place - 1].version_id] is not ItemKind.MULTIPLE:
            text = _("第 %(place)s 题只能选一项，请重新选择。", place=one.place)
            raise RefusedError([Reason("one_letter", text)])


def _append(session: Session, asked: _Asked, given: Sequence[Given]) -> int:
    """Run the one statement that checks and writes; return how many rows are new."""
    batch = [[one.seq, one.place, one.choice] for one in given]
    statement = _ON_POSTGRESQL if is_postgresql(session) else _ON_SQLITE
    values = {"attempt": asked.attempt_id, "fence": asked.fence, "now": asked.now, "batch": json.dumps(batch)}
    return len(session.execute(statement, values).all())


def _refuse_if_unsaved(session: Session, asked: _Asked, given: Sequence[Given]) -> None:
    """Say why nothing was written; where the log holds these very responses already, all is well."""
    query = select(Attempt.state, Attempt.fence, Attempt.deadline_at).where(Attempt.id == asked.attempt_id)
    attempt = session.execute(query).one()
    refuse_idle_place(attempt.state, attempt.fence, asked.fence)
    if attempt.deadline_at < asked.now:
        raise RefusedError([Reason("over", _("考试时间已到，不能再作答。"))])
    stored = {one.seq: one for one in log_of(session, asked.attempt_id)}
    if any(stored.get(one.seq) != one for one in given):
        raise RefusedError([Reason("seq_taken", _("作答记录与服务器保存的不一致，请刷新页面后核对。"))])


def _close(session: Session, attempt: Attempt, finished_at: datetime, finish_kind: FinishKind) -> bool:
    """Move a running attempt to handed in; say whether it was this call that did."""
    closed = (
        update(Attempt)
        .where(Attempt.id == attempt.id, Attempt.state == AttemptState.ANSWERING)
        .values(
            state=ATTEMPT.after(AttemptState.ANSWERING, "hand_in"),
            finished_at=finished_at,
            finish_kind=finish_kind,
        )
        .returning(Attempt.id)
    )
    moved = session.execute(closed, execution_options={"synchronize_session": False}).one_or_none()
    session.refresh(attempt)
    return moved is not None


def _new_mark(session: Session, attempt: Attempt, now: datetime) -> Mark:
    entries = paper_of(session, attempt.candidate_id)
    keys = keys_of(session, [entry.version_id for entry in entries])
    result = score(entries, latest_choices(log_of(session, attempt.id)), keys)
    return Mark(
        attempt_id=attempt.id,
        sitting_id=attempt.sitting_id,
        score=result.score,
        full_score=result.full_score,
        cut_score=session.get_one(Sitting, attempt.sitting_id).blueprint.cut_score,
        answered_count=result.answered_count,
        marked_at=now,
    )


def _insert(insert: Any, each: Any) -> Insert:
    """Return the statement: the batch, one row for each, from the attempt that may still be written.

    On PostgreSQL the attempt's row is locked against handing in until the save is committed; on SQLite
    there is one writer at a time.
    """
    may_write = (
        select(Attempt.id, Attempt.sitting_id)
        .where(
            Attempt.id == bindparam("attempt", type_=Uuid),
            Attempt.state == AttemptState.ANSWERING,
            Attempt.fence == bindparam("fence", type_=Integer),
            Attempt.deadline_at >= bindparam("now", type_=Instant),
        )
        .with_for_update(read=True)
        .cte("may_write")
    )
    given = each(bindparam("batch", type_=String)).table_valued("value", name="given")
    part = [given.c.value.op("->>")(position) for position in range(3)]
    rows = select(
        may_write.c.id,
        cast(part[0], Integer),
        may_write.c.sitting_id,
        cast(part[1], Integer),
        part[2],
        bindparam("now", type_=Instant),
    ).where(may_write.c.id.is_not(None))
    statement = insert(Response.__table__).from_select(
        COLUMNS, rows.join_from(may_write, given, given.c.value.is_not(None))
    )
    return statement.on_conflict_do_nothing().returning(Response.__table__.c.seq)  # type: ignore[no-any-return]


_ON_SQLITE = _insert(sqlite.insert, func.json_each)
_ON_POSTGRESQL = _insert(postgresql.insert, lambda batch: func.jsonb_array_elements(cast(batch, postgresql.JSONB)))
