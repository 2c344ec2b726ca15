"""When a list may be drafted, approved, published, put back or discarded, and why not.

The drafter never approves. What was approved is what is published: a draft that the results have left
behind goes no further.
"""

from dataclasses import dataclass

from core.errors import Reason
from core.private_numbers import reasons_against_making_public
from core.texts import lazy_gettext as _
from exam.legal_bases import LegalBasis
from exam.list_states import PASS_LIST, EffectMode, PassListState
from exam.notices import MOST_NOTICE_DAYS

REASON_LENGTH, CONTACT_LENGTH = 500, 200


@dataclass(frozen=True)
class ListTerms:
    """What the drafter settles: how the list takes effect, on what ground, and where to object."""

    mode: EffectMode
    notice_days: int
    basis: LegalBasis
    contact: str = ""
    reason: str = ""


@dataclass(frozen=True)
class DraftingFacts:
    """What drafting a version rests on; ``changed`` is None for the first version."""

    has_open_draft: bool
    changed: int | None


@dataclass(frozen=True)
class MoveFacts:
    """What a move of a draft rests on."""

    state: PassListState
    is_drafter: bool
    is_outdated: bool
    is_superseded: bool


def reasons_against_drafting(facts: DraftingFacts) -> list[Reason]:
    """Return why no further version of a list can be drafted now."""
    reasons = []
    if facts.has_open_draft:
        reasons.append(Reason("has_open_draft", _("已有一份名单等待批准或公布，请先办结或作废。")))
    elif facts.changed == 0:
        reasons.append(
            Reason("nothing_changed", _("名单与现在的成绩、名册和异议处理结果一致，没有需要更正的内容。"))
        )
    return reasons


def reasons_against_terms(terms: ListTerms, *, is_correction: bool) -> list[Reason]:
    """Return why a list cannot be drafted on these terms, in the order of the form."""
    reasons = []
    if terms.mode is EffectMode.NOTICE:
        if not 1 <= terms.notice_days <= MOST_NOTICE_DAYS:
            text = _("公示期请填写 1 至 %(limit)s 个工作日。", limit=MOST_NOTICE_DAYS)
            reasons.append(Reason("notice_days", text))
        if not terms.contact.strip():
            text = _("公示期内接受异议，请填写公布机关的联系方式（科室、固定电话、地址）。")
            reasons.append(Reason("no_contact", text))
    if is_correction and not terms.reason.strip():
        reasons.append(Reason("no_reason", _("请写明更正的原因，公众会看到。")))
    if len(terms.contact) > CONTACT_LENGTH or len(terms.reason) > REASON_LENGTH:
        text = _(
            "联系方式不超过 %(contact)s 个字，更正原因不超过 %(reason)s 个字，请精简。",
            contact=CONTACT_LENGTH,
            reason=REASON_LENGTH,
        )
        reasons.append(Reason("too_long", text))
    return reasons + reasons_against_making_public(f"{terms.contact}\n{terms.reason}")


def reasons_against_move(facts: MoveFacts, verb: str) -> list[Reason]:
    """Return why a draft cannot be approved, published, put back or discarded by this person now."""
    reasons = PASS_LIST.reasons_against(facts.state, verb)
    if reasons:
        return reasons
    if verb == "approve" and facts.is_drafter:
        reasons.append(Reason("is_drafter", _("名单由您起草，须由另一名管理员批准。")))
    if verb in {"approve", "publish"}:
        if facts.is_outdated:
            text = _("起草以后成绩、名册或异议处理结果有变化，这份名单已不准确。请作废后重新起草。")
            reasons.append(Reason("is_outdated", text))
        if facts.is_superseded:
            reasons.append(Reason("is_superseded", _("所更正的名单已有更新的版本。请作废后重新起草。")))
    return reasons


def reasons_against_remark(text: str) -> list[Reason]:
    """Return why a reason for putting back or discarding will not do."""
    if not text.strip():
        return [Reason("no_remark", _("请写明原因。"))]
    if len(text) > REASON_LENGTH:
        return [Reason("too_long", _("内容超过 %(limit)s 个字，请精简。", limit=REASON_LENGTH))]
    return []
