"""Life cycles around a pass list: of one version of it, of an objection, of an exemption from publication.

A version that was published stays published: that it is effective, superseded, or past the day its
names come off is computed from dates (``exam/notices.py``) and stored nowhere.
"""

from enum import StrEnum

from core.lifecycle import Lifecycle, move
from core.texts import Text, lazy_gettext as _

FILE_LOG_KIND = "pass_list_file"


class PassListState(StrEnum):
    """Where one version of a list stands on its way to the public."""

    DRAFT = "draft"
    APPROVED = "approved"
    PUBLISHED = "published"
    DISCARDED = "discarded"


class EffectMode(StrEnum):
    """Whether a published list takes effect after a notice period or at once."""

    NOTICE = "notice_then_effective"
    AT_ONCE = "publish_effective"


class ListLayout(StrEnum):
    """The files of a published list that are drawn and stored; the value ends the file's name."""

    PDF = "pdf"
    XLSX = "xlsx"


class LineChange(StrEnum):
    """What a correction did to a line."""

    ADDED = "added"
    CHANGED = "changed"
    WITHDRAWN = "withdrawn"


class ObjectionState(StrEnum):
    """Where an objection stands."""

    OPEN = "open"
    UPHELD = "upheld"
    DISMISSED = "dismissed"


class ExemptionState(StrEnum):
    """Where an exemption from publication stands."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    ENDED = "ended"


PASS_LIST = Lifecycle[PassListState](
    moves={
        "approve": move({PassListState.DRAFT}, PassListState.APPROVED),
        "put_back": move({PassListState.APPROVED}, PassListState.DRAFT),
        "discard": move({PassListState.DRAFT, PassListState.APPROVED}, PassListState.DISCARDED),
        "publish": move({PassListState.APPROVED}, PassListState.PUBLISHED),
    },
    words={
        PassListState.DRAFT: _("待批准"),
        PassListState.APPROVED: _("已批准，待公布"),
        PassListState.PUBLISHED: _("已公布"),
        PassListState.DISCARDED: _("已作废"),
    },
)

OBJECTION = Lifecycle[ObjectionState](
    moves={
        "uphold": move({ObjectionState.OPEN}, ObjectionState.UPHELD),
        "dismiss": move({ObjectionState.OPEN}, ObjectionState.DISMISSED),
    },
    words={
        ObjectionState.OPEN: _("正在核查"),
        ObjectionState.UPHELD: _("异议成立"),
        ObjectionState.DISMISSED: _("异议不成立"),
    },
)

EXEMPTION = Lifecycle[ExemptionState](
    moves={
        "approve": move({ExemptionState.PROPOSED}, ExemptionState.APPROVED),
        "reject": move({ExemptionState.PROPOSED}, ExemptionState.REJECTED),
        "end": move({ExemptionState.APPROVED}, ExemptionState.ENDED),
    },
    words={
        ExemptionState.PROPOSED: _("待批准"),
        ExemptionState.APPROVED: _("不公开姓名"),
        ExemptionState.REJECTED: _("未批准"),
        ExemptionState.ENDED: _("已终止"),
    },
)

MODE_NAMES: dict[EffectMode, Text] = {
    EffectMode.NOTICE: _("公示期满后生效"),
    EffectMode.AT_ONCE: _("公布即生效"),
}

CHANGE_NAMES: dict[LineChange, Text] = {
    LineChange.ADDED: _("增补"),
    LineChange.CHANGED: _("更正"),
    LineChange.WITHDRAWN: _("撤下"),
}
