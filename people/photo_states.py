"""Where an archive of photos stands between its upload and its confirmation."""

from enum import StrEnum

from core.lifecycle import Lifecycle, move
from core.texts import lazy_gettext as _


class IntakeState(StrEnum):
    """Where an archive of photos stands."""

    READING = "reading"
    READY = "ready"
    REFUSED = "refused"


INTAKE = Lifecycle[IntakeState](
    moves={
        "finish": move({IntakeState.READING}, IntakeState.READY),
        "refuse": move({IntakeState.READING}, IntakeState.REFUSED),
    },
    words={
        IntakeState.READING: _("正在读取"),
        IntakeState.READY: _("待确认"),
        IntakeState.REFUSED: _("没有读取"),
    },
)
