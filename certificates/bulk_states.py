"""Where the work on many at once stands: the drawing of a list, a file for the printer."""

from enum import StrEnum

from core.lifecycle import Lifecycle, move
from core.texts import Text, lazy_gettext as _


class RunState(StrEnum):
    """Whether the documents of a list are being drawn."""

    GOING = "going"
    PAUSED = "paused"


class PrintState(StrEnum):
    """Where a file for the printer stands."""

    WAITING = "waiting"
    READY = "ready"
    FAILED = "failed"


class PrintKind(StrEnum):
    """What a file for the printer is."""

    SHEETS = "sheets"
    CARDS = "cards"
    HAND_OUT = "hand_out"


RUN = Lifecycle[RunState](
    moves={
        "pause": move({RunState.GOING}, RunState.PAUSED),
        "continue": move({RunState.PAUSED}, RunState.GOING),
    },
    words={RunState.GOING: _("进行中"), RunState.PAUSED: _("已暂停")},
)

PRINT = Lifecycle[PrintState](
    moves={
        "finish": move({PrintState.WAITING}, PrintState.READY),
        "fail": move({PrintState.WAITING}, PrintState.FAILED),
    },
    words={
        PrintState.WAITING: _("正在制作"),
        PrintState.READY: _("可以下载"),
        PrintState.FAILED: _("没有制成"),
    },
)

PRINT_NAMES: dict[PrintKind, Text] = {
    PrintKind.SHEETS: _("A4 拼版（每页 10 张）"),
    PrintKind.CARDS: _("证卡打印机文件（逐张正反面）"),
    PrintKind.HAND_OUT: _("领证签收表"),
}
