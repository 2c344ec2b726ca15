import itertools

import pytest
from hypothesis import given, strategies as st

from exam.endings import END_NAMES, NOT_COMPLETED, PARTICIPATED, RANKS, End, best, end_of, end_of_rank
from exam.outcomes import OutcomeFacts, outcome_of
from exam.states import Outcome, Shortfall


def test_every_end_is_either_taken_part_or_not_completed_and_has_its_name():
    assert PARTICIPATED | NOT_COMPLETED == set(End) == set(END_NAMES)
    assert not PARTICIPATED & NOT_COMPLETED


def test_every_result_that_can_be_stored_comes_to_one_end():
    found = {end_of(outcome, None, has_score=True) for outcome in (Outcome.PASSED, Outcome.FAILED)}
    for shortfall, has_score in itertools.product(Shortfall, (True, False)):
        found.add(end_of(Outcome.NOT_COMPLETED, shortfall, has_score=has_score))
    assert found == set(End)


def test_only_hours_short_with_a_score_is_a_pass_that_waits():
    pending = [
        (shortfall, has_score)
        for shortfall, has_score in itertools.product(Shortfall, (True, False))
        if end_of(Outcome.NOT_COMPLETED, shortfall, has_score=has_score) is End.PASSED_PENDING_TRAINING
    ]
    assert pending == [(Shortfall.TRAINING_SHORT, True)]


@given(st.integers(0, 30), st.none() | st.integers(0, 30), st.none() | st.integers(0, 100))
def test_the_rule_of_outcomes_and_the_tree_agree_on_who_took_part(hours, required, score):
    decision = outcome_of(OutcomeFacts(hours, required, score, 60))
    end = end_of(decision.outcome, decision.shortfall, has_score=decision.score is not None)
    assert (end in PARTICIPATED) == (decision.outcome is not Outcome.NOT_COMPLETED)
    assert (end is End.PASSED_PENDING_TRAINING) == (
        decision.outcome is Outcome.NOT_COMPLETED and score is not None and score >= 60
    )


def test_not_completed_without_why_is_an_error():
    with pytest.raises(ValueError, match="nothing says why"):
        end_of(Outcome.NOT_COMPLETED, None, has_score=False)


def test_a_rank_stands_for_one_end_and_a_pass_is_the_best():
    assert [end_of_rank(RANKS[end]) for end in End] == list(End)
    assert len(set(RANKS.values())) == len(End)
    assert best(End) is End.PASSED


@given(st.lists(st.sampled_from(End), min_size=1))
def test_the_best_end_is_one_of_them_whatever_their_order(ends):
    assert best(ends) in ends
    assert best(ends) is best(list(reversed(ends)))
