"""What is written down of an exam besides answers: comings, goings, irregularities, acts of invigilators.

Nothing here voids an attempt: a machine counts and flags, a person decides.
"""

from datetime import timedelta
from enum import StrEnum

from core.errors import Reason
from core.texts import Text, lazy_gettext as _

HIDDEN_MS = 3_000
# A page that is there is heard of every 40 s at the latest; what is silent for longer has lost the server.
CUT_OFF_AFTER = timedelta(seconds=60)
LONGEST_REASON = 500


class EventKind(StrEnum):
    """The kinds of things that happen around an attempt."""

    TAKEN_OVER = "taken_over"
    LEFT_PAGE = "left_page"
    LEAVE_LIMIT = "leave_limit"
    TIME_GIVEN = "time_given"
    PAUSED = "paused"
    RESUMED = "resumed"
    HANDED_IN = "handed_in"
    LET_IN = "let_in"
    IRREGULARITY = "irregularity"
    FILE_HANDED_IN = "file"
    CUT_OFF = "cut_off"


class Irregularity(StrEnum):
    """The categories of irregularities."""

    IDENTITY = "identity"
    MATERIALS = "materials"
    COMMUNICATION = "communication"
    DEVICE = "device"
    DISTURBANCE = "disturbance"
    CHEATING = "cheating"
    OTHER = "other"


EVENT_NAMES: dict[EventKind, Text] = {
    EventKind.TAKEN_OVER: _("换到另一窗口或设备作答"),
    EventKind.LEFT_PAGE: _("离开作答页面"),
    EventKind.LEAVE_LIMIT: _("离开页面达到规定次数，自动交卷"),
    EventKind.TIME_GIVEN: _("延长时间"),
    EventKind.PAUSED: _("暂停"),
    EventKind.RESUMED: _("继续"),
    EventKind.HANDED_IN: _("监考人员代为交卷"),
    EventKind.LET_IN: _("恢复作答"),
    EventKind.IRREGULARITY: _("异常情况"),
    EventKind.FILE_HANDED_IN: _("上传离线作答文件"),
    EventKind.CUT_OFF: _("与服务器断线后恢复"),
}

IRREGULARITY_NAMES: dict[Irregularity, Text] = {
    Irregularity.IDENTITY: _("身份核验"),
    Irregularity.MATERIALS: _("携带禁带物品"),
    Irregularity.COMMUNICATION: _("与他人交流"),
    Irregularity.DEVICE: _("设备或网络故障"),
    Irregularity.DISTURBANCE: _("扰乱考场秩序"),
    Irregularity.CHEATING: _("涉嫌作弊"),
    Irregularity.OTHER: _("其他"),
}


def is_at_limit(times_left: int, limit: int) -> bool:
    """Say whether the page was left so often that the attempt is handed in; a limit of 0 never is."""
    return 0 < limit <= times_left


def reasons_against_leave(seconds: int, since_opening: timedelta) -> list[Reason]:
    """Return why a page cannot have been left for so long; it was opened so long ago."""
    if seconds * 1000 >= HIDDEN_MS and timedelta(seconds=seconds) <= since_opening:
        return []
    return [Reason("leave_seconds", _("离开页面的时长不合情理，没有记录。"))]
