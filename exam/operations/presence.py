"""The verb of being there: note when a candidate's page was last heard of, and how long it was cut off before.

A page that says nothing for a minute has lost the server, or the server was down; when it is back, the
length of the silence is written down, so that time can be given to all whom it befell. No audit: nobody
decides anything here.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from core import clock
from core.db import OneStatement, instant_in, is_postgresql, write_at_once
from exam.events import CUT_OFF_AFTER, EventKind
from exam.models.room import Attempt, Presence, RoomEvent
from exam.time_ledger import MILLISECOND, MORE, stood_still, time_left


@dataclass(frozen=True)
class Sign:
    """What a page says when it asks how its attempt stands."""

    attempt_id: UUID
    fence: int
    unsaved_count: int
    address: str


@dataclass(frozen=True)
class Standing:
    """How an attempt stands: its state, the milliseconds that are left, the seconds given on top."""

    state: str
    remaining_ms: int
    extra_seconds: int


def note_presence(session: Session, attempt: Attempt, sign: Sign) -> None:
    """Write down that an attempt's page is there, how much it has not saved, and from where it asks."""
    now = clock.now()
    query = select(Presence.seen_at).where(Presence.attempt_id == attempt.id).with_for_update()
    seen_at = session.scalar(query)
    if seen_at is not None and now - seen_at >= CUT_OFF_AFTER:
        session.add(
            RoomEvent(
                attempt_id=attempt.id,
                sitting_id=attempt.sitting_id,
                kind=EventKind.CUT_OFF,
                seconds=stood_still(seen_at, now),
                at=now,
            )
        )
    seen = {"seen_at": now, "unsaved_count": sign.unsaved_count, "address": sign.address}
    dialect = postgresql if is_postgresql(session) else sqlite
    statement = dialect.insert(Presence.__table__).values(attempt_id=attempt.id, **seen)
    session.execute(statement.on_conflict_do_update(index_elements=["attempt_id"], set_=seen))


def note_at_once(sign: Sign) -> Standing | None:
    """Note a page that was heard of a moment ago by one statement, and return how its attempt stands.

    None says that it is no plain case: it was cut off, it is no longer the newest place, or it never was
    heard of. Nothing is written then.
    """
    now = clock.now()
    values = {
        "attempt": sign.attempt_id,
        "fence": sign.fence,
        "now": now,
        "since": now - CUT_OFF_AFTER,
        "unsaved": sign.unsaved_count,
        "address": sign.address,
    }
    said = write_at_once(_AT_ONCE, values)
    return None if said is None else _standing(str(said).split("|"), now)


def _standing(parts: list[str], now: datetime) -> Standing:
    state, deadline, paused, extra = parts
    paused_at = instant_in(paused) if paused else None
    left = time_left(instant_in(deadline), paused_at, now)
    return Standing(state, left // MILLISECOND, int(extra))


def _more(kinds: Any) -> str:
    return ", ".join(f"'{kind}'" for kind in sorted(kinds))


_EXTRA = f"(select coalesce(sum(seconds), 0) from time_entry where attempt_id = a.id and kind in ({_more(MORE)}))"  # noqa: S608
_MICROSECONDS = "(extract(epoch from {}) * 1000000)::bigint"
_DEADLINE, _PAUSED = _MICROSECONDS.format("a.deadline_at"), _MICROSECONDS.format("a.paused_at")
_AT_ONCE = OneStatement(
    names=("attempt", "fence", "now", "since", "unsaved", "address"),
    postgresql=f"""
        update presence p set seen_at = $3::timestamptz, unsaved_count = $5::integer, address = $6::text
        from attempt a
        where p.attempt_id = $1::uuid and a.id = p.attempt_id and a.fence = $2::integer
            and p.seen_at > $4::timestamptz
        returning concat(a.state, '|', {_DEADLINE}, '|', {_PAUSED}, '|', {_EXTRA})
    """,  # noqa: S608
    sqlite=f"""
        update presence set seen_at = :now, unsaved_count = :unsaved, address = :address
        where attempt_id = :attempt and seen_at > :since
            and exists (select 1 from attempt where id = :attempt and fence = :fence)
        returning (
            select a.state || '|' || a.deadline_at || '|' || coalesce(a.paused_at, '') || '|' || {_EXTRA}
            from attempt a where a.id = presence.attempt_id
        )
    """,  # noqa: S608
)
