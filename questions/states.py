"""The life cycle of an item: drawn into new papers, or kept out of them; it is never deleted."""

from enum import StrEnum

from core.lifecycle import Lifecycle, move
from core.texts import Text, lazy_gettext as _


class ItemState(StrEnum):
    """Whether an item may be drawn into new papers."""

    ACTIVE = "active"
    RETIRED = "retired"


RETIRE, RESTORE = "retire", "restore"

STATE_NAMES: dict[ItemState, Text] = {
    ItemState.ACTIVE: _("启用"),
    ItemState.RETIRED: _("停用"),
}

ITEM = Lifecycle(
    moves={
        RETIRE: move({ItemState.ACTIVE}, ItemState.RETIRED),
        RESTORE: move({ItemState.RETIRED}, ItemState.ACTIVE),
    },
    words=STATE_NAMES,
)
