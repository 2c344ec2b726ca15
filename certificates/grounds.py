"""The grounds on which a credential holder is cleaned up: what each is called, leads to, and counts as.

Five legal acts are kept apart: suspending is for a while, cancelling ends a credential without blame,
revoking is a sanction, exchanging gives another credential, and voiding concerns the card and not the
person. A ground that concerns a card alone is in no count of people.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from core.texts import Text, lazy_gettext as _


class Measure(StrEnum):
    """What a ground leads to."""

    CANCEL = "cancel"
    CANCEL_OR_EXCHANGE = "cancel_or_exchange"
    SUSPEND = "suspend"
    SUSPEND_THEN_REVOKE = "suspend_then_revoke"
    SUSPEND_OR_REVOKE = "suspend_or_revoke"
    REVOKE = "revoke"
    EXPIRE = "expire"
    CANCEL_EXTRA = "cancel_extra"
    VOID = "void"


class GroundClass(StrEnum):
    """The classes in which a clean-up is announced; the last one counts cards and no people."""

    OFF_POST = "off_post"
    CONTRACT = "contract"
    SELF_FUNDED = "self_funded"
    SUPPORT = "support"
    OTHER = "other"
    CARD_ONLY = "card_only"


@dataclass(frozen=True)
class Ground:
    """One ground: its code, its words, the measure it leads to, and the class it is announced in."""

    code: str
    text: Text
    measure: Measure
    group: GroundClass


CLASS_NAMES: dict[GroundClass, Text] = {
    GroundClass.OFF_POST: _("不在岗"),
    GroundClass.CONTRACT: _("合同工、临时工"),
    GroundClass.SELF_FUNDED: _("自筹经费"),
    GroundClass.SUPPORT: _("工勤"),
    GroundClass.OTHER: _("其他"),
    GroundClass.CARD_ONLY: _("只涉及证件"),
}

MEASURE_NAMES: dict[Measure, Text] = {
    Measure.CANCEL: _("注销"),
    Measure.CANCEL_OR_EXCHANGE: _("注销或换发"),
    Measure.SUSPEND: _("暂扣"),
    Measure.SUSPEND_THEN_REVOKE: _("暂扣，仍不合格的吊销"),
    Measure.SUSPEND_OR_REVOKE: _("暂扣或吊销"),
    Measure.REVOKE: _("吊销"),
    Measure.EXPIRE: _("到期失效"),
    Measure.CANCEL_EXTRA: _("注销多余证件"),
    Measure.VOID: _("证件作废"),
}

# The order counts: a person with several grounds is counted once, by the first of them in this table.
GROUNDS: dict[str, Ground] = {
    ground.code: ground
    for ground in (
        Ground("O1", _("调离执法岗位、岗位调整"), Measure.CANCEL, GroundClass.OFF_POST),
        Ground("O2", _("调出本单位"), Measure.CANCEL_OR_EXCHANGE, GroundClass.OFF_POST),
        Ground("O3", _("退休"), Measure.CANCEL, GroundClass.OFF_POST),
        Ground("O4", _("辞职"), Measure.CANCEL, GroundClass.OFF_POST),
        Ground("O5", _("辞退、开除"), Measure.CANCEL, GroundClass.OFF_POST),
        Ground("O6", _("死亡"), Measure.CANCEL, GroundClass.OFF_POST),
        Ground("O7", _("一年以上未从事执法"), Measure.CANCEL, GroundClass.OFF_POST),
        Ground("I1", _("合同工"), Measure.CANCEL, GroundClass.CONTRACT),
        Ground("I2", _("临时工"), Measure.CANCEL, GroundClass.CONTRACT),
        Ground("I3", _("劳务派遣、政府购买服务"), Measure.CANCEL, GroundClass.CONTRACT),
        Ground("I4", _("工勤人员"), Measure.CANCEL, GroundClass.SUPPORT),
        Ground("I5", _("自筹经费、自收自支"), Measure.CANCEL, GroundClass.SELF_FUNDED),
        Ground("I6", _("公益性岗位、辅助人员、借调"), Measure.CANCEL, GroundClass.OTHER),
        Ground("I7", _("单位已无执法职能"), Measure.CANCEL, GroundClass.OTHER),
        Ground("U1", _("考试不合格（补考仍不合格）"), Measure.SUSPEND_THEN_REVOKE, GroundClass.OTHER),
        Ground("U2", _("未按要求参加培训考试、学时不足"), Measure.SUSPEND, GroundClass.OTHER),
        Ground("U3", _("年度考核不称职、不合格"), Measure.CANCEL, GroundClass.OTHER),
        Ground("U4", _("逾期未审验"), Measure.SUSPEND, GroundClass.OTHER),
        Ground("U5", _("证件到期未换"), Measure.EXPIRE, GroundClass.OTHER),
        Ground("M1", _("正在接受审查"), Measure.SUSPEND, GroundClass.OTHER),
        Ground("M2", _("受党纪政务处分"), Measure.CANCEL, GroundClass.OTHER),
        Ground("M3", _("受刑事处罚"), Measure.CANCEL, GroundClass.OTHER),
        Ground("M4", _("涂改、转借证件"), Measure.REVOKE, GroundClass.OTHER),
        Ground("M5", _("滥用职权、违法执法"), Measure.SUSPEND_OR_REVOKE, GroundClass.OTHER),
        Ground("D1", _("一人多证"), Measure.CANCEL_EXTRA, GroundClass.CARD_ONLY),
        Ground("D2", _("证件遗失、损毁"), Measure.VOID, GroundClass.CARD_ONLY),
    )
}
_PLACES = {code: place for place, code in enumerate(GROUNDS)}


def leading_ground(codes: Iterable[str]) -> Ground:
    """Return the ground under which a person with these grounds is counted, once."""
    return GROUNDS[min(codes, key=_PLACES.__getitem__)]


def codes_of(group: GroundClass) -> tuple[str, ...]:
    """Return the codes of one class."""
    return tuple(code for code, ground in GROUNDS.items() if ground.group is group)
