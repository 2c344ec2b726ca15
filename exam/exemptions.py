"""Who is left unnamed on a public list: officers on protected work, approved by a second person.

They count in every figure all the same; their line shows neither name nor number.
"""

from dataclasses import dataclass

from core.errors import Reason
from core.texts import lazy_gettext as _
from exam.list_states import EXEMPTION, ExemptionState

REASON_LENGTH = 500


@dataclass(frozen=True)
class DecisionFacts:
    """What deciding on an exemption rests on."""

    state: ExemptionState
    is_proposer: bool


def reasons_against_proposing(has_standing: bool, reason: str) -> list[Reason]:
    """Return why an exemption cannot be proposed."""
    reasons = []
    if has_standing:
        reasons.append(Reason("has_one", _("该人员已有待批准或已批准的不公开姓名事项，不用重复办理。")))
    return reasons + reasons_against_reason(reason)


def reasons_against_decision(facts: DecisionFacts, verb: str) -> list[Reason]:
    """Return why this person cannot approve, reject or end the exemption."""
    reasons = EXEMPTION.reasons_against(facts.state, verb)
    if not reasons and verb in {"approve", "reject"} and facts.is_proposer:
        reasons.append(Reason("is_proposer", _("这一事项由您提出，须由另一名管理员决定。")))
    return reasons


def reasons_against_reason(text: str) -> list[Reason]:
    """Return why a reason will not do."""
    if not text.strip():
        return [Reason("no_reason", _("请写明原因和依据，例如所从事的工作和批准文件。"))]
    if len(text) > REASON_LENGTH:
        return [Reason("too_long", _("内容超过 %(limit)s 个字，请精简。", limit=REASON_LENGTH))]
    return []
