"""What the invigilators' board says of a candidate: where they stand, and who needs a look first.

A machine only shows: nothing here changes an attempt, and nothing here knows a key or a score.
"""

import hashlib
import json
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from core.texts import Text, lazy_gettext as _
from exam.states import AttemptState
from exam.time_ledger import stood_still

OFFLINE_AFTER = timedelta(seconds=45)
PAGE_SIZES = (100, 200, 500)
_FINGERPRINT_BYTES = 6


class BoardState(StrEnum):
    """Where a candidate stands as the invigilator sees it."""

    NOT_IN = "not_in"
    ANSWERING = "answering"
    OFFLINE = "offline"
    PAUSED = "paused"
    HANDED_IN = "handed_in"


class BoardSort(StrEnum):
    """What the rows of the board are put in order by."""

    PROBLEM = "problem"
    NUMBER = "number"


BOARD_NAMES: dict[BoardState, Text] = {
    BoardState.NOT_IN: _("未进场"),
    BoardState.ANSWERING: _("作答中"),
    BoardState.OFFLINE: _("断线"),
    BoardState.PAUSED: _("已暂停"),
    BoardState.HANDED_IN: _("已交卷"),
}
SORT_NAMES: dict[BoardSort, Text] = {
    BoardSort.PROBLEM: _("需要处理的在前"),
    BoardSort.NUMBER: _("按准考证号"),
}
_CALM_RANKS = {
    BoardState.OFFLINE: 0,
    BoardState.PAUSED: 2,
    BoardState.ANSWERING: 3,
    BoardState.NOT_IN: 4,
    BoardState.HANDED_IN: 5,
}
_IRREGULAR_RANK = 1


@dataclass(frozen=True)
class Signs:
    """The signs of life of one attempt; ``state`` None where there is no attempt yet."""

    state: AttemptState | None
    started_at: datetime | None = None
    opened_at: datetime | None = None
    received_at: datetime | None = None
    seen_at: datetime | None = None


@dataclass(frozen=True)
class BoardRow:
    """One candidate on the board.

    ``deadline_at`` stands while the time runs; ``left_seconds`` while it stands still.
    """

    candidate_id: UUID
    attempt_id: UUID | None
    name: str
    candidate_no: str
    unit_id: UUID
    room_id: UUID | None
    state: BoardState
    last_seen: datetime | None
    unsent: int
    deadline_at: datetime | None
    left_seconds: int | None
    irregular: int
    times_left: int
    cut_off_seconds: int
    answered: int = 0
    extra_seconds: int = 0


def last_seen(signs: Signs) -> datetime | None:
    """Return when a candidate's page was last heard of: the newest of all signs of life."""
    known = [signs.seen_at, signs.received_at, signs.opened_at, signs.started_at]
    return max((one for one in known if one is not None), default=None)


def state_of(signs: Signs, now: datetime) -> BoardState:
    """Return where a candidate stands, by the signs of life of their attempt."""
    return state_at(signs.state, last_seen(signs), now)


def state_at(state: AttemptState | None, seen: datetime | None, now: datetime) -> BoardState:
    """Return where a candidate stands: offline is who answers and was not heard of for 45 seconds."""
    if state is None:
        return BoardState.NOT_IN
    if state is not AttemptState.ANSWERING:
        return BoardState(state)
    is_offline = seen is None or now - seen >= OFFLINE_AFTER
    return BoardState.OFFLINE if is_offline else BoardState.ANSWERING


def time_left(state: AttemptState | None, deadline_at: datetime | None, paused_at: datetime | None) -> int | None:
    """Return the seconds that are left while the time stands still; None while it runs or is over."""
    if state is not AttemptState.PAUSED or deadline_at is None or paused_at is None:
        return None
    return stood_still(paused_at, deadline_at)


def problem_rank(state: BoardState, irregular: int) -> int:
    """Return how soon somebody wants to be looked at: who is offline, then what is irregular, then the rest."""
    return min(_CALM_RANKS[state], _IRREGULAR_RANK) if irregular else _CALM_RANKS[state]


def clock_text(seconds: int) -> str:
    """Return seconds as the room's clock shows them: minutes and seconds, hours where there are any."""
    minutes, rest = divmod(max(0, seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes:02d}:{rest:02d}"


def fingerprint(cells: Sequence[object]) -> str:
    """Return eight letters that stand for what a row shows; a page that holds them need not be sent it again."""
    body = json.dumps(cells, ensure_ascii=False, separators=(",", ":")).encode()
    return urlsafe_b64encode(hashlib.sha256(body).digest()[:_FINGERPRINT_BYTES]).decode()
