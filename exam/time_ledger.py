"""The time ledger of an attempt: what was given, when it ends, and what a pause costs nobody.

The deadline is never typed in: it is the start and the sum of the ledger's lines. The server's clock
alone is asked, and not here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from core.errors import Reason
from core.texts import Text, lazy_gettext as _

MOST_EXTRA_MINUTES = 240

MILLISECOND = timedelta(milliseconds=1)


class TimeKind(StrEnum):
    """Why a line stands in a time ledger."""

    ALLOWANCE = "allowance"
    ACCOMMODATION = "accommodation"
    EXTRA = "extra"
    OUTAGE = "outage"
    PAUSE = "pause"
    LET_IN = "let_in"


MORE = frozenset({TimeKind.ACCOMMODATION, TimeKind.EXTRA, TimeKind.OUTAGE})


TIME_NAMES: dict[TimeKind, Text] = {
    TimeKind.ALLOWANCE: _("规定时长"),
    TimeKind.ACCOMMODATION: _("合理便利"),
    TimeKind.EXTRA: _("延长时间"),
    TimeKind.OUTAGE: _("故障补时"),
    TimeKind.PAUSE: _("暂停顺延"),
    TimeKind.LET_IN: _("恢复作答顺延"),
}


@dataclass(frozen=True)
class Line:
    """One line of a ledger, in whole seconds."""

    kind: TimeKind
    seconds: int


def allowance(started_at: datetime, closes_at: datetime, duration: timedelta) -> int:
    """Return the seconds a paper is given: its duration, or what is left of the window."""
    return max(0, int(min(duration, closes_at - started_at).total_seconds()))


def deadline(started_at: datetime, ledger: Iterable[Line]) -> datetime:
    """Return the instant at which an attempt's time is over."""
    return started_at + timedelta(seconds=sum(line.seconds for line in ledger))


def extra_seconds(ledger: Iterable[Line]) -> int:
    """Return the seconds given on top of the allowance; what only makes up for a standstill is no gift."""
    return sum(line.seconds for line in ledger if line.kind in MORE)


def time_left(deadline_at: datetime, paused_at: datetime | None, now: datetime) -> timedelta:
    """Return the time left, none after the deadline; while an attempt is paused it stands still."""
    return max(timedelta(0), deadline_at - (paused_at or now))


def stood_still(since: datetime, until: datetime) -> int:
    """Return the seconds between two instants, a begun second in the candidate's favour."""
    passed = until - since
    return max(0, -(-passed // timedelta(seconds=1)))


def reasons_against_extra(minutes: int) -> list[Reason]:
    """Return why so much more time cannot be given at once."""
    if 1 <= minutes <= MOST_EXTRA_MINUTES:
        return []
    text = _("一次延长的时间应为 1 到 %(limit)s 分钟。", limit=MOST_EXTRA_MINUTES)
    return [Reason("extra_minutes", text)]
