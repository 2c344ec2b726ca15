"""What a unit answers for its people who have not completed training or exam, and until when.

An answer is never edited: whoever has something to add gives a further one, and must have seen the one
before it, so that two people who answer at once do not bury each other's words.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from core.errors import Reason
from core.texts import Text, lazy_gettext as _
from exam.states import Outcome, SittingState

WORDS_LENGTH = 300
ANSWER_WORKING_DAYS = 5


class AbsenceReason(StrEnum):
    """Why somebody has not completed, as the unit answers for them."""

    ILLNESS = "illness"
    LEAVE = "leave"
    LEFT_UNIT = "left_unit"
    DUTY = "duty"
    OTHER = "other"


ABSENCE_REASON_NAMES: dict[AbsenceReason, Text] = {
    AbsenceReason.ILLNESS: _("因病"),
    AbsenceReason.LEAVE: _("请假"),
    AbsenceReason.LEFT_UNIT: _("已调离本单位"),
    AbsenceReason.DUTY: _("执行公务"),
    AbsenceReason.OTHER: _("其他"),
}


@dataclass(frozen=True)
class AnswerDraft:
    """One answer as it is typed: the reason in a word and in words, what will be done, and until when."""

    reason: AbsenceReason
    words: str = ""
    plan: str = ""
    plan_until: date | None = None


@dataclass(frozen=True)
class AnswerFacts:
    """What answering for one person rests on: the result that counts, and the answers given and seen."""

    name: str
    state: SittingState
    outcome: Outcome | None
    given: int
    seen: int


def reasons_against_answering(facts: AnswerFacts) -> list[Reason]:
    """Return every reason why nobody can answer for this person now."""
    if facts.state is not SittingState.CLOSED:
        return [Reason("not_closed", _("考试结束、结果确定后才能填写未完成原因。"))]
    if facts.outcome is not Outcome.NOT_COMPLETED:
        text = _("%(name)s 不在未按要求完成人员之列，无需填写原因。", name=facts.name)
        return [Reason("is_completed", text)]
    if facts.given != facts.seen:
        text = _(
            "%(name)s 的原因刚刚已有人填写，您的内容没有保存。请看过新的答复；仍需补充的，再提交一次。",
            name=facts.name,
        )
        return [Reason("answered_meanwhile", text)]
    return []


def reasons_against_answer(draft: AnswerDraft, today: date) -> list[Reason]:
    """Return every reason why this answer will not do, in the order of the form."""
    reasons = []
    if draft.reason is AbsenceReason.OTHER and not draft.words:
        reasons.append(Reason("words_missing", _("原因选“其他”的，请在“情况说明”中写明具体原因。")))
    if max(len(draft.words), len(draft.plan)) > WORDS_LENGTH:
        text = _("情况说明和后续安排各不超过 %(limit)s 个字，请精简。", limit=WORDS_LENGTH)
        reasons.append(Reason("words_length", text))
    if draft.plan_until is not None and not draft.plan:
        reasons.append(Reason("plan_missing", _("填写了完成期限的，请同时写明后续安排。")))
    if draft.plan_until is not None and draft.plan_until < today:
        reasons.append(Reason("plan_past", _("后续安排的完成期限不能早于今天。")))
    return reasons
