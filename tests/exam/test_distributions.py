from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from exam.distributions import STEPS, coarser, spread


@st.composite
def exams(draw):
    full = draw(st.integers(1, 300))
    cut = draw(st.integers(1, full))
    scores = draw(st.dictionaries(st.integers(0, full), st.integers(0, 50)))
    return scores, full, cut


@given(exams())
def test_every_score_lies_in_one_step(exam):
    scores, full, cut = exam
    steps = spread(scores, full, cut)
    assert sum(step.count for step in steps) == sum(scores.values())
    assert (steps[0].low, steps[-1].high) == (0, full)
    assert [step.high + 1 for step in steps[:-1]] == [step.low for step in steps[1:]]


@given(exams())
def test_no_step_holds_both_sides_of_the_cut_score(exam):
    scores, full, cut = exam
    for step in spread(scores, full, cut):
        assert step.is_passing == (step.low >= cut)
        assert step.is_passing or step.high < cut


@given(exams())
def test_there_are_about_as_many_steps_as_fit_a_chart(exam):
    scores, full, cut = exam
    assert len(spread(scores, full, cut)) <= STEPS + 2


def test_a_hundred_marks_with_sixty_to_pass_go_by_fives():
    steps = spread({0: 1, 59: 2, 60: 3, 100: 4}, 100, 60)
    assert len(steps) == 20
    assert [(step.low, step.high, step.count) for step in steps if step.count] == [
        (0, 4, 1),
        (55, 59, 2),
        (60, 64, 3),
        (95, 100, 4),
    ]


@pytest.mark.parametrize("score", [-1, 101])
def test_a_score_that_cannot_be_is_refused(score):
    with pytest.raises(ValueError, match="beyond"):
        spread({score: 1}, 100, 60)


@given(st.dictionaries(st.integers(0, 100), st.integers(0, 50)), st.integers(1, 100))
def test_steps_taken_two_by_two_keep_everybody_and_both_sides_of_the_cut(counts, cut):
    steps = spread(counts, 100, cut)
    fewer = coarser(steps)
    assert sum(one.count for one in fewer) == sum(counts.values())
    assert len(steps) / 2 <= len(fewer) <= len(steps) / 2 + 1.5
    assert (fewer[0].low, fewer[-1].high) == (steps[0].low, steps[-1].high)
    assert all(one.high + 1 == after.low for one, after in pairwise(fewer))
    assert all(one.is_passing == (one.low >= cut) == (one.high >= cut) for one in fewer)
