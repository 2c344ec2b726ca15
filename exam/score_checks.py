"""A candidate's request to have the score checked: until when it may be asked, and who may answer it.

The answer says that the score stands or that it was corrected; corrected it only is where a later mark
stands beside the one that was asked about.
"""

from dataclasses import dataclass
from datetime import datetime

from core.errors import Reason
from core.texts import Text, lazy_gettext as _
from exam.admission import city_time
from exam.states import CheckFinding, SittingKind, SittingState

REQUEST_LENGTH, ANSWER_LENGTH = 1000, 2000


@dataclass(frozen=True)
class AskingFacts:
    """What asking rests on; ``until`` is the last instant, None before the results are out."""

    kind: SittingKind
    state: SittingState
    until: datetime | None
    has_score: bool
    has_asked: bool


@dataclass(frozen=True)
class AnsweringFacts:
    """What answering rests on: whether it is answered, who answers, and whether a later mark exists."""

    is_answered: bool
    is_closer: bool
    is_candidate: bool
    is_corrected_since: bool


def reasons_against_asking(facts: AskingFacts, now: datetime) -> list[Reason]:
    """Return every reason why a score check cannot be asked for now."""
    if facts.kind is SittingKind.MOCK:
        return [Reason("is_mock", _("模拟考试不计成绩，不办理成绩复核。"))]
    if facts.state is not SittingState.CLOSED or facts.until is None:
        return [Reason("not_closed", _("考试结束、成绩确定后才能申请复核。"))]
    reasons = []
    if facts.has_asked:
        reasons.append(Reason("has_asked", _("您已经申请过复核，每场考试只能申请一次。")))
    if not facts.has_score:
        reasons.append(Reason("no_score", _("您没有参加本场考试，没有成绩可以复核。")))
    if now >= facts.until:
        text = _("申请成绩复核的期限已于 %(time)s 截止。", time=city_time(facts.until))
        reasons.append(Reason("too_late", text))
    return reasons


def reasons_against_request(text: str) -> list[Reason]:
    """Return why what the candidate wrote will not do."""
    return _reasons_against_text(text, REQUEST_LENGTH, _("请写明对哪些题目或哪部分成绩有疑问。"))


def reasons_against_answering(facts: AnsweringFacts) -> list[Reason]:
    """Return every reason why this person cannot answer the request."""
    reasons = []
    if facts.is_answered:
        reasons.append(Reason("is_answered", _("这项申请已经答复，不能再改。")))
    if facts.is_candidate:
        reasons.append(Reason("is_candidate", _("不能答复本人的复核申请，请交由他人处理。")))
    if facts.is_closer:
        text = _("本场考试由您结束，复核须由另一名管理员答复。")
        reasons.append(Reason("is_closer", text))
    return reasons


def reasons_against_answer(facts: AnsweringFacts, finding: CheckFinding, text: str) -> list[Reason]:
    """Return every reason why this answer cannot be given."""
    reasons = reasons_against_answering(facts)
    if finding is CheckFinding.CORRECTED and not facts.is_corrected_since:
        words = _("申请提出后没有新的成绩，不能答复“成绩已更正”。确需更正的，请先办理答案更正。")
        reasons.append(Reason("not_corrected", words))
    return reasons + _reasons_against_text(text, ANSWER_LENGTH, _("请写明复核的经过和结论。"))


def _reasons_against_text(text: str, limit: int, missing: Text) -> list[Reason]:
    if not text.strip():
        return [Reason("text_missing", missing)]
    if len(text) > limit:
        return [Reason("text_length", _("内容超过 %(limit)s 个字，请精简。", limit=limit))]
    return []
