from decimal import Decimal
from itertools import product

import pytest

from exam.outcomes import Decision, OutcomeFacts, outcome_of
from exam.states import Outcome, Shortfall

HOURS = (Decimal(0), Decimal("0.5"), Decimal("23.5"), Decimal(24), Decimal(30))
SCORES = (None, 0, 59, 60, 100)
PASSED, FAILED, NOT_COMPLETED = Outcome.PASSED, Outcome.FAILED, Outcome.NOT_COMPLETED


@pytest.mark.parametrize(("hours", "required", "score"), list(product(HOURS, (None, Decimal(24)), SCORES)))
def test_every_case_comes_to_one_end(hours, required, score):
    decision = outcome_of(OutcomeFacts(hours, required, score, 60))
    short = required is not None and hours < required
    if score is None and not short:
        expected = Decision(NOT_COMPLETED, Shortfall.EXAM_ABSENT)
    elif score is None and hours == 0:
        expected = Decision(NOT_COMPLETED, Shortfall.TRAINING_NOT_STARTED)
    elif score is None:
        expected = Decision(NOT_COMPLETED, Shortfall.TRAINING_SHORT)
    elif score < 60:
        expected = Decision(FAILED, None, score)
    elif short:
        expected = Decision(NOT_COMPLETED, Shortfall.TRAINING_SHORT, score)
    else:
        expected = Decision(PASSED, None, score)
    assert decision == expected
    assert (decision.outcome is NOT_COMPLETED) is (decision.shortfall is not None)
    assert decision.score == score


def test_the_cut_score_itself_passes():
    assert outcome_of(OutcomeFacts(Decimal(24), Decimal(24), 60, 60)).outcome is PASSED
    assert outcome_of(OutcomeFacts(Decimal(24), Decimal(24), 59, 60)).outcome is FAILED
