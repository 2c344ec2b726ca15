"""The annual review of a credential, from 1 to 31 March: what is asked, and what the answers come to.

It decides nothing about the card: who does not pass, or is not reviewed in time, is suspended or cancelled
by an act of its own.
"""

from enum import StrEnum

from core.texts import Text, lazy_gettext as _


class ReviewOutcome(StrEnum):
    """What a review came to."""

    PASSED = "passed"
    FAILED = "failed"


class ReviewQuestion(StrEnum):
    """What is asked of each holder, so that yes to all of them passes."""

    IN_POST = "in_post"
    CLEAN = "clean"
    CARD_WHOLE = "card_whole"
    HOURS_MET = "hours_met"
    UNCHANGED = "unchanged"


QUESTION_NAMES: dict[ReviewQuestion, Text] = {
    ReviewQuestion.IN_POST: _("仍在本单位执法岗位"),
    ReviewQuestion.CLEAN: _("本年度没有受处分、处罚，没有违法执法"),
    ReviewQuestion.CARD_WHOLE: _("证件在有效期内，本人持有，完好"),
    ReviewQuestion.HOURS_MET: _("上一年度培训学时已达要求"),
    ReviewQuestion.UNCHANGED: _("姓名、单位、执法类别、执法区域没有变化"),
}
OUTCOME_NAMES: dict[ReviewOutcome, Text] = {
    ReviewOutcome.PASSED: _("审验通过"),
    ReviewOutcome.FAILED: _("审验未通过"),
}
