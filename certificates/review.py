"""The annual review of a credential, from 1 to 31 March: who is due, what is asked, what the answers come to.

It decides nothing about the card: who does not pass, or is not reviewed in time, is suspended or cancelled
by an act of its own. Whoever comes late is still reviewed, until the year is over.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from core.errors import Reason
from core.texts import Text, lazy_gettext as _

MONTH, LAST_DAY = 3, 31


class ReviewOutcome(StrEnum):
    """What a review came to."""

    PASSED = "passed"
    FAILED = "failed"


class ReviewState(StrEnum):
    """How a credential stands in the review of a year."""

    NOT_DUE = "not_due"
    COMING = "coming"
    OPEN = "open"
    OVERDUE = "overdue"
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
    ReviewQuestion.CLEAN: _("上次审验以来没有受到处分、处罚，没有违法执法"),
    ReviewQuestion.CARD_WHOLE: _("证件由本人持有，完好，在有效期内"),
    ReviewQuestion.HOURS_MET: _("近一年培训学时达到要求"),
    ReviewQuestion.UNCHANGED: _("姓名、单位、执法类别、执法区域没有变化"),
}
OUTCOME_NAMES: dict[ReviewOutcome, Text] = {
    ReviewOutcome.PASSED: _("审验通过"),
    ReviewOutcome.FAILED: _("审验未通过"),
}
REVIEW_NAMES: dict[ReviewState, Text] = {
    ReviewState.NOT_DUE: _("本年度不需审验"),
    ReviewState.COMING: _("待审验（3 月 1 日起）"),
    ReviewState.OPEN: _("正在审验期"),
    ReviewState.OVERDUE: _("未通过年度审验"),
    ReviewState.PASSED: _("已通过年度审验"),
    ReviewState.FAILED: _("年度审验未通过"),
}


@dataclass(frozen=True)
class ReviewFacts:
    """What the review of a year rests on; ``outcome`` is that of the newest review in the year, if any.

    ``registered_on`` is the day the card came into the register.
    """

    valid_from: date
    valid_until: date
    registered_on: date
    outcome: ReviewOutcome | None = None


def opens_on(year: int) -> date:
    """Return the first day of the review of a year."""
    return date(year, MONTH, 1)


def closes_on(year: int) -> date:
    """Return the last day of the review of a year."""
    return date(year, MONTH, LAST_DAY)


def review_state(facts: ReviewFacts, today: date) -> ReviewState:
    """Return how a standing credential stands in the review of this year.

    A card of this year is not reviewed in it, nor one that ran out before the review began, nor one that
    was taken over after that: it was reviewed where it came from.
    """
    year = today.year
    if facts.outcome is not None:
        return ReviewState(facts.outcome)
    is_new = facts.valid_from.year >= year or facts.registered_on > opens_on(year)
    if is_new or facts.valid_until < opens_on(year):
        return ReviewState.NOT_DUE
    if today < opens_on(year):
        return ReviewState.COMING
    return ReviewState.OPEN if today <= closes_on(year) else ReviewState.OVERDUE


def reasons_against_review(facts: ReviewFacts, today: date) -> list[Reason]:
    """Return why a standing credential is not reviewed on a day; who failed may be reviewed again."""
    match review_state(facts, today):
        case ReviewState.NOT_DUE:
            return [Reason("not_due", _("本年度核发或承接的证件，审验期前已到期的证件，不需审验。"))]
        case ReviewState.COMING:
            text = _("未到审验时间，%(day)s 起审验。", day=opens_on(today.year).isoformat())
            return [Reason("too_early", text)]
        case ReviewState.PASSED:
            return [Reason("reviewed", _("本年度已通过审验，不必重复办理。"))]
    return []


def outcome_of(answers: Mapping[ReviewQuestion, bool]) -> ReviewOutcome:
    """Return what the answers come to: yes to every question passes."""
    passed = all(answers[question] for question in ReviewQuestion)
    return ReviewOutcome.PASSED if passed else ReviewOutcome.FAILED


def reasons_against_answers(answers: Mapping[ReviewQuestion, bool], note: str) -> list[Reason]:
    """Return what is missing in the answers: a no wants to be explained."""
    if outcome_of(answers) is ReviewOutcome.FAILED and not note.strip():
        return [Reason("no_note", _("有项目不符合要求，请在说明中写明情况和处理意见。"))]
    return []
