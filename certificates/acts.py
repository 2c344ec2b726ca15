"""The acts in the life of a credential: what each is called, on which grounds it is done, what it must cite.

An act is appended and never edited. It has its ground, its legal basis, its paper, its date and its person;
of these the public learns none but the date, by what the card is worth from then on.
"""

from dataclasses import dataclass
from enum import StrEnum

from certificates.grounds import GROUNDS
from core.errors import Reason
from core.texts import Text, lazy_gettext as _


class ActKind(StrEnum):
    """One act. The first five begin a card; ``REPLACE`` ends the one whose place another takes."""

    ISSUE = "issue"
    TAKE_OVER = "take_over"
    RENEW = "renew"
    REISSUE = "reissue"
    EXCHANGE = "exchange"
    REVIEW = "review"
    SUSPEND = "suspend"
    EXTEND = "extend"
    LIFT = "lift"
    VOID = "void"
    CANCEL = "cancel"
    REVOKE = "revoke"
    REPLACE = "replace"


ACT_NAMES: dict[ActKind, Text] = {
    ActKind.ISSUE: _("核发"),
    ActKind.TAKE_OVER: _("承接录入"),
    ActKind.RENEW: _("到期换发"),
    ActKind.REISSUE: _("遗失补办"),
    ActKind.EXCHANGE: _("变更换发"),
    ActKind.REVIEW: _("年度审验"),
    ActKind.SUSPEND: _("暂扣"),
    ActKind.EXTEND: _("延长暂扣"),
    ActKind.LIFT: _("解除暂扣"),
    ActKind.VOID: _("遗失作废"),
    ActKind.CANCEL: _("注销"),
    ActKind.REVOKE: _("吊销"),
    ActKind.REPLACE: _("由新证替换"),
}

# What the page of an act tells whoever is about to do it.
EFFECTS: dict[ActKind, Text] = {
    ActKind.RENEW: _("核发新证，有效期自今天起五年；旧证即时注销，请收回。"),
    ActKind.REISSUE: _("核发新证，有效期与遗失的证件相同；遗失的证件已经作废。"),
    ActKind.EXCHANGE: _("按新的内容核发新证，有效期与旧证相同；旧证即时注销，请收回。人员名册一并更正。"),
    ActKind.REVIEW: _("逐项核实。全部符合的审验通过；有一项不符合的，审验不通过，由您另行办理暂扣或注销。"),
    ActKind.SUSPEND: _(
        "即时生效，截止日期次日自动恢复。一次不超过 90 天，可延长一次。公众查询显示“暂扣中”，不显示原因。"
    ),
    ActKind.EXTEND: _("自原截止日期起再延长不超过 90 天，只能延长一次。"),
    ActKind.LIFT: _("证件即时恢复有效。"),
    ActKind.VOID: _("证件即时作废并在遗失声明中公告证号，不能恢复；持证人可以补办。"),
    ActKind.CANCEL: _("证件即时注销，不能恢复。涉及本人的情形，执法资格一并取消。公众查询不显示原因。"),
    ActKind.REVOKE: _("提请后须由另一人批准才生效。批准后证件即时吊销，执法资格取消，两年内不得重新申领。"),
}

# Grounds that no clean-up knows: they end nothing, or concern the card and not the person.
OWN_GROUNDS: dict[str, Text] = {
    "A1": _("培训考试合格"),
    "A2": _("平台启用前已核发"),
    "R1": _("有效期将满"),
    "R2": _("证件遗失"),
    "R3": _("工作单位变更"),
    "R4": _("姓名变更"),
    "R5": _("执法类别或执法区域变更"),
    "R6": _("证件损毁"),
    "V1": _("按年度审验"),
    "L1": _("暂扣的情形已经消除"),
    "L2": _("补考合格或学时已经补足"),
    "L3": _("原暂扣决定已经撤销"),
    "E1": _("情况复杂，期限内不能查清"),
}

SUSPEND_GROUNDS = ("U1", "U2", "U4", "M1", "M5")
REVOKE_GROUNDS = ("U1", "M4", "M5")
CANCEL_GROUNDS = tuple(
    code for code in GROUNDS if code not in {"U1", "U2", "U4", "U5", "M1", "M4", "M5", "D1", "D2"}
)
EXCHANGE_GROUNDS = ("R3", "R4", "R5", "R6")
GROUNDS_OF: dict[ActKind, tuple[str, ...]] = {
    ActKind.ISSUE: ("A1",),
    ActKind.TAKE_OVER: ("A2",),
    ActKind.RENEW: ("R1",),
    ActKind.REISSUE: ("R2",),
    ActKind.EXCHANGE: EXCHANGE_GROUNDS,
    ActKind.REVIEW: ("V1",),
    ActKind.SUSPEND: SUSPEND_GROUNDS,
    ActKind.EXTEND: ("E1", *SUSPEND_GROUNDS),
    ActKind.LIFT: ("L1", "L2", "L3"),
    ActKind.VOID: ("D2",),
    ActKind.CANCEL: (*CANCEL_GROUNDS, "D1"),
    ActKind.REVOKE: REVOKE_GROUNDS,
    ActKind.REPLACE: ("R1", "R2", *EXCHANGE_GROUNDS),
}
# What takes something from a person must cite the paper in which it was decided.
NEEDS_PAPER = frozenset({ActKind.SUSPEND, ActKind.EXTEND, ActKind.LIFT, ActKind.CANCEL, ActKind.REVOKE})
# These end a card for a reason that lies in the card; its holder stays qualified.
CARD_ONLY = frozenset({"D1", "D2"})

# The rule in force in the province the profile comes from; its articles are cited by whoever acts.
BASIS = "《河北省行政执法证件和行政执法监督检查证件管理办法》（省政府令〔2007〕第1号）"
LONGEST_BASIS, LONGEST_PAPER, LONGEST_REASON = 200, 60, 500


@dataclass(frozen=True)
class Warrant:
    """What an act rests on: its ground (a code), its legal basis, its paper, and why, in words."""

    ground: str
    basis: str = BASIS
    paper: str = ""
    reason: str = ""

    @property
    def stripped(self) -> "Warrant":
        """Return the same without blanks at the ends of what was typed."""
        return Warrant(self.ground, self.basis.strip(), self.paper.strip(), self.reason.strip())


def ground_text(code: str) -> Text:
    """Return a ground in words, whether the clean-up knows it or only acts do."""
    return OWN_GROUNDS[code] if code in OWN_GROUNDS else GROUNDS[code].text


def reasons_against_warrant(kind: ActKind, warrant: Warrant) -> list[Reason]:
    """Return what is missing in what an act is to rest on, in the order of the form."""
    reasons = []
    if warrant.ground not in GROUNDS_OF[kind]:
        reasons.append(Reason("no_ground", _("请选择办理情形。")))
    if not warrant.basis:
        reasons.append(Reason("no_basis", _("请填写法律依据，写明名称和条款。")))
    if kind in NEEDS_PAPER and not warrant.paper:
        reasons.append(Reason("no_paper", _("请填写决定的文号，例如“×法治办〔2026〕8号”。")))
    if kind in NEEDS_PAPER and not warrant.reason:
        reasons.append(Reason("no_reason", _("请写明核实的情况和理由。")))
    return reasons + _too_long(warrant)


def _too_long(warrant: Warrant) -> list[Reason]:
    limits = (
        (warrant.basis, LONGEST_BASIS, _("法律依据")),
        (warrant.paper, LONGEST_PAPER, _("文号")),
        (warrant.reason, LONGEST_REASON, _("理由")),
    )
    return [
        Reason("too_long", _("%(what)s超过 %(limit)s 个字，请写得短一些。", what=what, limit=limit))
        for text, limit, what in limits
        if len(text) > limit
    ]
