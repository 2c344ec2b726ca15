"""Whether a person may decide on a response that came too late, and what is asked of the decision.

Nothing late is dropped or counted by itself: a person says which, with a reason.
"""

from dataclasses import dataclass

from core.errors import Reason
from core.texts import Text, lazy_gettext as _
from exam.invigilation import reasons_against_words
from exam.states import AttemptState, HeldDecision, HeldSource

DECISION_NAMES: dict[HeldDecision, Text] = {
    HeldDecision.ACCEPTED: _("采纳"),
    HeldDecision.REFUSED: _("不采纳"),
}
SOURCE_NAMES: dict[HeldSource, Text] = {
    HeldSource.ROOM: _("作答页面补发"),
    HeldSource.FILE: _("离线作答文件"),
}


@dataclass(frozen=True)
class HeldFacts:
    """What a decision rests on: where the attempt stands and how many of the chosen are still undecided."""

    state: AttemptState
    undecided: int


def reasons_against_decision(facts: HeldFacts, reason: str) -> list[Reason]:
    """Return every reason why the chosen responses cannot be decided on now."""
    reasons = []
    if facts.undecided == 0:
        reasons.append(Reason("nothing_held", _("没有可以处理的迟到作答，可能已由他人处理。请刷新页面核对。")))
    if facts.state is not AttemptState.HANDED_IN:
        text = _("考生还在作答，待交卷后再处理迟到的作答，以免与正在保存的作答混在一起。")
        reasons.append(Reason("not_handed_in", text))
    return reasons + reasons_against_words(reason)
