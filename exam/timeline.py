"""The timeline of one attempt: everything that happened, in one order, for an invigilator to read.

It tells what was given and when; it knows no key and no score.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.texts import Text, lazy_gettext as _


class Moment(StrEnum):
    """The kinds of things on a timeline."""

    STARTED = "started"
    OPENED = "opened"
    RESPONSE = "response"
    TIME = "time"
    EVENT = "event"
    HELD = "held"
    DECIDED = "decided"
    SEEN = "seen"
    FINISHED = "finished"


MOMENT_NAMES: dict[Moment, Text] = {
    Moment.STARTED: _("开始作答"),
    Moment.OPENED: _("打开作答页面"),
    Moment.RESPONSE: _("作答"),
    Moment.TIME: _("时间"),
    Moment.EVENT: _("考场记录"),
    Moment.HELD: _("迟到作答"),
    Moment.DECIDED: _("处理迟到作答"),
    Moment.SEEN: _("最近一次联系"),
    Moment.FINISHED: _("交卷"),
}
_RANKS = {moment: rank for rank, moment in enumerate(Moment)}


@dataclass(frozen=True)
class Line:
    """One line of a timeline; what a kind does not have is left empty.

    ``name`` says what it is in words, ``seq``, ``place`` and ``choice`` belong to answers, ``seconds``
    to time given, ``late_ms`` to what came after the deadline.
    """

    at: datetime
    moment: Moment
    name: Text = ""
    seq: int = 0
    place: int = 0
    choice: str = ""
    seconds: int = 0
    late_ms: int = 0
    reason: str = ""
    who: str = ""

    @property
    def minutes(self) -> str:
        """Return the seconds as minutes and seconds."""
        return f"{self.seconds // 60}:{self.seconds % 60:02d}"

    @property
    def late_seconds(self) -> int:
        """Return how many seconds late, a begun second counted."""
        return -(-self.late_ms // 1000)


def in_order(lines: Iterable[Line]) -> list[Line]:
    """Return the lines as they happened, the oldest first; answers of one moment by their number."""
    return sorted(lines, key=lambda line: (line.at, _RANKS[line.moment], line.seq))
