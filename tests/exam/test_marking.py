from itertools import chain, combinations
from uuid import UUID

import pytest
from hypothesis import given, strategies as st

from exam.blueprints import MultipleRule
from exam.marking import (
    Given,
    Score,
    as_shown,
    as_written,
    keys_as_accepted,
    latest_choices,
    marks_for,
    reasons_against_response,
    score,
)
from exam.papers import PaperEntry

LETTERS = "ABCD"
ALL = MultipleRule.ALL_OR_NOTHING
CHOICES = ["".join(some) for some in chain.from_iterable(combinations(LETTERS, size) for size in range(5))]
orders = st.permutations(LETTERS).map("".join)
choices = st.sampled_from(CHOICES)
keys = st.sampled_from(CHOICES[1:])


def scored(entries, chosen, keys):
    return score(entries, chosen, keys_as_accepted(keys), ALL)


def entry(number=1, order=LETTERS, marks=1):
    return PaperEntry(UUID(int=number), order, marks)


def logs():
    line = st.builds(Given, st.integers(1, 30), st.integers(1, 6), choices)
    return st.lists(line, max_size=40, unique_by=lambda given: given.seq)


@pytest.mark.parametrize("key", CHOICES[1:])
@pytest.mark.parametrize("choice", CHOICES)
def test_an_item_is_right_only_where_exactly_the_key_is_chosen(key, choice):
    assert marks_for(entry(), choice, frozenset({key}), ALL) == (1 if choice == key else 0)


def test_letters_shown_are_led_back_to_the_items_own():
    assert as_written("CADB", "A") == "C"
    assert as_written("CADB", "BD") == "AB"
    assert as_shown("CADB", "C") == "A"


@given(orders, choices)
def test_leading_back_and_forth_loses_nothing(order, letters):
    assert as_written(order, as_shown(order, letters)) == letters


@given(st.lists(st.tuples(keys, choices, orders, orders, st.integers(1, 5)), min_size=1, max_size=12))
def test_the_score_does_not_depend_on_the_order_of_the_options(items):
    """The same letters of the items, shown in two orders, come to the same."""
    keys = {UUID(int=number): key for number, (key, *_rest) in enumerate(items)}
    one = [entry(number, order, marks) for number, (_key, _choice, order, _other, marks) in enumerate(items)]
    two = [entry(number, other, marks) for number, (_key, _choice, _order, other, marks) in enumerate(items)]
    chosen = [choice for _key, choice, *_rest in items]
    assert scored(one, shown(one, chosen), keys) == scored(two, shown(two, chosen), keys)


def shown(entries, chosen):
    pairs = enumerate(zip(entries, chosen, strict=True), start=1)
    return {place: as_shown(one.order, letters) for place, (one, letters) in pairs}


@given(st.lists(st.tuples(keys, orders, st.integers(1, 5)), min_size=1, max_size=12))
def test_all_right_is_the_full_score_and_an_empty_paper_is_none(items):
    entries = [entry(number, order, marks) for number, (_key, order, marks) in enumerate(items)]
    keys = {UUID(int=number): key for number, (key, *_rest) in enumerate(items)}
    full = sum(marks for _key, _order, marks in items)
    assert scored(entries, shown(entries, [key for key, *_rest in items]), keys) == Score(full, full, len(items))
    assert scored(entries, {}, keys) == Score(0, full, 0)


@given(logs(), st.randoms(use_true_random=False))
def test_the_order_in_which_the_log_is_read_does_not_matter(log, random):
    assert latest_choices(random.sample(log, len(log))) == latest_choices(log)


@given(logs())
def test_the_last_response_to_a_place_counts(log):
    for place, choice in latest_choices(log).items():
        last = max((given for given in log if given.place == place), key=lambda given: given.seq)
        assert choice == last.choice


def test_an_answer_taken_back_is_no_answer():
    log = [Given(1, 1, "A"), Given(2, 2, "B"), Given(3, 1, "")]
    assert latest_choices(log) == {2: "B"}


def test_what_is_not_on_the_paper_counts_for_nothing():
    keys = {UUID(int=1): "A"}
    assert scored([entry()], {2: "A"}, keys) == Score(0, 1, 0)


@pytest.mark.parametrize(
    ("given_", "code"),
    [
        (Given(0, 1, "A"), "seq"),
        (Given(1, 0, "A"), "not_on_paper"),
        (Given(1, 3, "A"), "not_on_paper"),
        (Given(1, 2, "C"), "not_an_option"),
        (Given(1, 1, "E"), "not_an_option"),
        (Given(1, 1, "BA"), "not_an_option"),
        (Given(1, 1, "AA"), "not_an_option"),
        (Given(1, 1, "a"), "not_an_option"),
        (Given(1, 1, " "), "not_an_option"),
    ],
)
def test_a_response_that_cannot_be_one_is_refused(given_, code):
    paper = [entry(), entry(2, order="AB")]
    assert [reason.code for reason in reasons_against_response(paper, given_)] == [code]


@pytest.mark.parametrize("choice", CHOICES)
def test_every_set_of_letters_offered_is_a_response(choice):
    assert reasons_against_response([entry()], Given(1, 1, choice)) == []
