"""The verb of every answer: append it to the attempt's log.

The statement that appends checks by itself that the attempt is running, that this page is the newest and
that there is time left. Nothing is accepted on trust of an earlier look. What was written in time and
comes too late is held for a person to decide on, never dropped.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Insert, Integer, String, Uuid, bindparam, cast, func, literal_column, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from core import clock
from core.db import Instant, OneStatement, instant_in, is_postgresql, new_key, reading, write_at_once
from core.errors import InvalidError, NotFoundError, Reason, RefusedError, refuse_if
from core.texts import lazy_gettext as _
from exam.marking import Given, reasons_against_response
from exam.models.room import Attempt, HeldResponse, Paper, Response
from exam.papers import PaperEntry, entries_of
from exam.queries.room import kinds_of, log_of
from exam.queries.shapes import known_shape, read_shape
from exam.shapes import Shape, fits
from exam.states import AttemptState, FinishKind, HeldSource
from exam.time_ledger import MILLISECOND
from questions.kinds import ItemKind

MOST_AT_ONCE = 200
COLUMNS = ["attempt_id", "seq", "sitting_id", "place", "choice", "late_ms", "received_at"]


@dataclass(frozen=True)
class Saved:
    """What the server holds after a save: it is only said once it is stored.

    ``held`` are the places whose answers came too late and wait for a person's decision.
    """

    last_seq: int
    saved_places: tuple[int, ...]
    remaining_ms: int
    held: tuple[int, ...] = ()


@dataclass(frozen=True)
class _Asked:
    """Who wants to write, when, and how long after the deadline that is."""

    attempt_id: UUID
    fence: int
    now: datetime
    late_ms: int


def append_responses(session: Session, attempt_id: UUID, fence: int, given: Sequence[Given]) -> Saved:
    """Append responses to the log, all of them or none; sending the same ones again is harmless."""
    if not 0 < len(given) <= MOST_AT_ONCE or len({one.seq for one in given}) < len(given):
        raise InvalidError(_("一次最多保存 %(limit)s 条作答，且序号不能重复。", limit=MOST_AT_ONCE))
    now = clock.now()
    deadline, entries = _deadline_and_paper(session, attempt_id)
    check_shape(session, entries, given)
    asked = _Asked(attempt_id, fence, now, max(0, (now - deadline) // MILLISECOND))
    if asked.late_ms and any(one.left_ms <= 0 for one in given):
        raise RefusedError([Reason("over", _("考试时间已到，不能再作答。"))])
    places = tuple(sorted({one.place for one in given}))
    last_seq = max(one.seq for one in given)
    if _append(session, asked, given) < len(given) and (held := _held(session, asked, given)):
        return Saved(last_seq, places, 0, held=held)
    return Saved(last_seq, places, remaining_ms(deadline, now))


def append_at_once(attempt_id: UUID, fence: int, given: Given) -> Saved | None:
    """Append one response before the deadline by one statement, which is durable when this returns.

    None says that it is no plain case: nothing is decided then, ``append_responses`` does that and says
    why. A response that is in the log already is no plain case either.
    """
    shape = known_shape(attempt_id) or _shape(attempt_id)
    if shape is None or not fits(shape, given):
        return None
    now = clock.now()
    values = {
        "attempt": attempt_id,
        "fence": fence,
        "now": now,
        "seq": given.seq,
        "place": given.place,
        "choice": given.choice,
    }
    deadline = write_at_once(_AT_ONCE, values)
    return None if deadline is None else Saved(given.seq, (given.place,), remaining_ms(instant_in(deadline), now))


def hold_responses(session: Session, attempt: Attempt, given: Sequence[Given], source: HeldSource) -> int:
    """Keep responses that came too late for a person to decide on; return how many are new."""
    rows = [
        {
            "id": new_key(),
            "attempt_id": attempt.id,
            "sitting_id": attempt.sitting_id,
            "seq": one.seq,
            "place": one.place,
            "choice": one.choice,
            "left_ms": one.left_ms,
            "source": source,
            "received_at": clock.now(),
            "reason": "",
        }
        for one in given
    ]
    dialect = postgresql if is_postgresql(session) else sqlite
    statement = dialect.insert(HeldResponse.__table__).values(rows).on_conflict_do_nothing()
    return len(session.execute(statement.returning(HeldResponse.__table__.c.id)).all())


def refuse_idle_place(state: AttemptState, newest: int, fence: int) -> None:
    """Refuse a page whose attempt is handed in or was opened somewhere else since."""
    if fence != newest:
        raise RefusedError([Reason("other_place", _("本试卷已在另一窗口打开，这里不能再作答。"))])
    if state == AttemptState.HANDED_IN:
        raise RefusedError([Reason("handed_in", _("试卷已经交卷，不能再修改。"))])


def remaining_ms(deadline: datetime, now: datetime) -> int:
    """Return the time left, in milliseconds; none once the deadline has passed."""
    return max(0, (deadline - now) // MILLISECOND)


def _shape(attempt_id: UUID) -> Shape | None:
    with reading() as session:
        return read_shape(session, attempt_id)


def _deadline_and_paper(session: Session, attempt_id: UUID) -> tuple[datetime, list[PaperEntry]]:
    query = select(Attempt.deadline_at, Paper.entries).join(Paper, Paper.id == Attempt.paper_id)
    row = session.execute(query.where(Attempt.id == attempt_id)).one_or_none()
    if row is None:
        raise NotFoundError
    return row.deadline_at, entries_of(row.entries)


def check_shape(session: Session, entries: Sequence[PaperEntry], given: Sequence[Given]) -> None:
    """Refuse responses that cannot be ones to this paper; when they came is not judged."""
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
    values = {
        "attempt": asked.attempt_id,
        "fence": asked.fence,
        "now": asked.now,
        "late": asked.late_ms,
        "batch": json.dumps(batch),
    }
    return len(session.execute(statement, values).all())


def _held(session: Session, asked: _Asked, given: Sequence[Given]) -> tuple[int, ...]:
    """Return the places whose responses were held, or say why nothing was written.

    What the log holds already, sent again, is not held; where that is everything, all is well.
    """
    attempt = session.get_one(Attempt, asked.attempt_id, populate_existing=True)
    stored = {one.seq: one for one in log_of(session, asked.attempt_id)}
    if attempt.fence == asked.fence and all(stored.get(one.seq) == one for one in given):
        return ()
    if _came_too_late(attempt, asked) and all(one.left_ms > 0 for one in given):
        late = [one for one in given if stored.get(one.seq) != one]
        hold_responses(session, attempt, late, HeldSource.ROOM)
        return tuple(sorted({one.place for one in late}))
    refuse_idle_place(AttemptState(attempt.state), attempt.fence, asked.fence)
    if attempt.state == AttemptState.PAUSED:
        raise RefusedError([Reason("paused", _("考试已暂停，请等候监考人员通知。"))])
    if attempt.accept_until < asked.now:
        raise RefusedError([Reason("over", _("考试时间已到，不能再作答。"))])
    raise RefusedError([Reason("seq_taken", _("作答记录与服务器保存的不一致，请刷新页面后核对。"))])


def _came_too_late(attempt: Attempt, asked: _Asked) -> bool:
    """Say whether it is only the time that stands against this place's responses."""
    if attempt.fence != asked.fence:
        return False
    if attempt.state == AttemptState.HANDED_IN:
        return attempt.finish_kind == FinishKind.DEADLINE
    return attempt.state == AttemptState.ANSWERING and attempt.accept_until < asked.now


def _insert(insert: Any, each: Any) -> Insert:
    """Return the statement: the batch, one row for each, from the attempt that may still be written.

    On PostgreSQL the attempt's row is locked against handing in until the save is committed; on SQLite
    there is one writer at a time.
    """
    may_write = (
        select(Attempt.id, Attempt.sitting_id)
        .where(
            Attempt.id == bindparam("attempt", type_=Uuid),
            Attempt.state == literal_column(f"'{AttemptState.ANSWERING}'"),
            Attempt.fence == bindparam("fence", type_=Integer),
            Attempt.accept_until >= bindparam("now", type_=Instant),
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
        bindparam("late", type_=Integer),
        bindparam("now", type_=Instant),
    ).where(may_write.c.id.is_not(None))
    statement = insert(Response.__table__).from_select(
        COLUMNS, rows.join_from(may_write, given, given.c.value.is_not(None))
    )
    return statement.on_conflict_do_nothing().returning(Response.__table__.c.seq)  # type: ignore[no-any-return]


_ON_SQLITE = _insert(sqlite.insert, func.json_each)
_ON_POSTGRESQL = _insert(postgresql.insert, lambda batch: func.jsonb_array_elements(cast(batch, postgresql.JSONB)))

# The same rule for one response that is not late. It locks the attempt's row as the other does; on SQLite
# the deadline is read again because a returning clause there knows only the new row.
_AT_ONCE = OneStatement(
    names=("attempt", "fence", "now", "seq", "place", "choice"),
    postgresql="""
        with may_write as (
            select id, sitting_id, deadline_at from attempt
            where id = $1::uuid and state = 'answering' and fence = $2::integer and deadline_at >= $3::timestamptz
            for share
        )
        insert into response (attempt_id, seq, sitting_id, place, choice, late_ms, received_at)
        select id, $4::integer, sitting_id, $5::integer, $6::text, 0, $3::timestamptz from may_write
        on conflict do nothing
        returning (select (extract(epoch from deadline_at) * 1000000)::bigint from may_write)
    """,
    sqlite="""
        insert into response (attempt_id, seq, sitting_id, place, choice, late_ms, received_at)
        select id, :seq, sitting_id, :place, :choice, 0, :now from attempt
        where id = :attempt and state = 'answering' and fence = :fence and deadline_at >= :now
        on conflict do nothing
        returning (select deadline_at from attempt where id = attempt_id)
    """,
)
