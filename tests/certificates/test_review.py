from datetime import date
from itertools import product

import pytest

from certificates.review import (
    QUESTION_NAMES,
    REVIEW_NAMES,
    ReviewFacts,
    ReviewOutcome,
    ReviewQuestion,
    ReviewState,
    outcome_of,
    reasons_against_answers,
    reasons_against_review,
    review_state,
)

OLD = {"valid_from": date(2023, 5, 1), "valid_until": date(2028, 4, 30), "registered_on": date(2023, 5, 1)}


def state(day, **changes):
    return review_state(ReviewFacts(**{**OLD, **changes}), day)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 2, 28), ReviewState.COMING),
        (date(2026, 3, 1), ReviewState.OPEN),
        (date(2026, 3, 31), ReviewState.OPEN),
        (date(2026, 4, 1), ReviewState.OVERDUE),
        (date(2026, 12, 31), ReviewState.OVERDUE),
    ],
)
def test_the_review_is_held_in_march_and_is_overdue_from_april(day, expected):
    assert state(day) is expected


@pytest.mark.parametrize(
    "changes",
    [
        {"valid_from": date(2026, 1, 5), "registered_on": date(2026, 1, 5)},
        {"valid_until": date(2026, 2, 28)},
        {"registered_on": date(2026, 3, 2)},
    ],
)
def test_a_card_of_this_year_one_that_ran_out_and_one_taken_over_later_are_not_reviewed(changes):
    assert state(date(2026, 4, 1), **changes) is ReviewState.NOT_DUE
    assert [one.code for one in reasons_against_review(ReviewFacts(**{**OLD, **changes}), date(2026, 4, 1))] == [
        "not_due"
    ]


def test_a_card_is_reviewed_from_the_first_of_march_once_and_again_where_it_failed():
    def codes(day, outcome=None):
        return [one.code for one in reasons_against_review(ReviewFacts(**OLD, outcome=outcome), day)]

    assert codes(date(2026, 2, 28)) == ["too_early"]
    assert codes(date(2026, 3, 1)) == codes(date(2026, 4, 1)) == []
    assert codes(date(2026, 3, 2), ReviewOutcome.PASSED) == ["reviewed"]
    assert codes(date(2026, 3, 2), ReviewOutcome.FAILED) == []


@pytest.mark.parametrize("answers", list(product((True, False), repeat=len(ReviewQuestion))))
def test_yes_to_every_question_passes_and_a_no_wants_to_be_explained(answers):
    given = dict(zip(ReviewQuestion, answers, strict=True))
    expected = ReviewOutcome.PASSED if all(answers) else ReviewOutcome.FAILED
    assert outcome_of(given) is expected
    assert bool(reasons_against_answers(given, " ")) == (expected is ReviewOutcome.FAILED)
    assert reasons_against_answers(given, "已调离") == []


def test_every_question_and_every_state_has_words():
    assert set(QUESTION_NAMES) == set(ReviewQuestion)
    assert set(REVIEW_NAMES) == set(ReviewState)
