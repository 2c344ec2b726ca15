from uuid import UUID

import pytest
from hypothesis import given, strategies as st

from exam.endings import End
from exam.pass_rates import UnitRow, figures_of
from exam.ranking import SMALLEST_RANKED, Order, Sorting, SubjectOrder, in_order, ranks, sorting_of
from people.posts import OrganisationKind

COUNTS = st.dictionaries(st.sampled_from(End), st.integers(0, 12))


def unit(number, counts):
    return UnitRow(
        UUID(int=number), f"M{number:02d}", "", "", OrganisationKind.DEPARTMENT, figures_of(counts), UUID(int=999)
    )


def units(*counts):
    return [unit(number, one) for number, one in enumerate(counts)]


def numbers(rows):
    return [row.organisation_id.int for row in rows]


def test_units_rank_by_participation_and_then_by_pass_rate():
    rows = units(
        {End.PASSED: 5, End.FAILED: 5},
        {End.PASSED: 9, End.FAILED: 1, End.EXAM_ABSENT: 10},
        {End.PASSED: 6, End.FAILED: 4},
    )
    assert {one.int: rank for one, rank in ranks(rows).items()} == {2: 1, 0: 2, 1: 3}


def test_equal_rates_as_printed_share_a_rank_and_the_next_one_is_left_out():
    rows = units(
        {End.PASSED: 10_000, End.FAILED: 10_000},
        {End.PASSED: 10_001, End.FAILED: 10_000},
        {End.PASSED: 4, End.FAILED: 6},
    )
    assert {one.int: rank for one, rank in ranks(rows).items()} == {0: 1, 1: 1, 2: 3}


def test_few_participants_are_not_ranked_however_many_were_due():
    rows = units({End.PASSED: SMALLEST_RANKED - 1, End.EXAM_ABSENT: 90}, {End.FAILED: SMALLEST_RANKED})
    assert [one.int for one in ranks(rows)] == [1]


@given(st.lists(COUNTS))
def test_no_unit_ranks_before_a_better_one(counts):
    rows = units(*counts)
    ranked = ranks(rows)
    rates = {row.organisation_id: (row.figures.participation_rate, row.figures.pass_rate) for row in rows}
    for one in ranked:
        assert ranked[one] == 1 + sum(1 for other in ranked if rates[other] > rates[one])


@given(st.lists(COUNTS), st.sampled_from(Order), st.booleans())
def test_sorting_loses_no_row_and_puts_the_unknown_last(counts, order, is_descending):
    rows = units(*counts)
    ranked = ranks(rows)

    def value(row):
        return ranked.get(row.organisation_id) if order is Order.RANK else getattr(row.figures, order, None)

    made = in_order(rows, Sorting(order, is_descending), value)
    assert sorted(numbers(made)) == numbers(rows)
    if order is Order.NAME:
        return
    values = [value(row) for row in made]
    known = [one for one in values if one is not None]
    assert values == known + [None] * (len(values) - len(known))
    assert known == sorted(known, reverse=is_descending)


@pytest.mark.parametrize("is_descending", [False, True])
def test_equal_rows_keep_the_order_of_the_codes(is_descending):
    rows = units({End.PASSED: 5}, {End.PASSED: 5}, {End.PASSED: 5})
    assert numbers(in_order(rows, Sorting(Order.PASSED, is_descending), lambda row: row.figures.passed)) == [
        0,
        1,
        2,
    ]


@given(st.text() | st.sampled_from([*Order, *(f"-{one}" for one in Order), "--due", "code"]))
def test_any_address_gives_a_sorting_and_a_known_one_comes_back_the_same(text):
    found = sorting_of(text)
    assert found.order in set(Order)
    assert sorting_of(str(found)) == found


def test_a_column_of_another_table_sorts_nothing():
    assert sorting_of("-pass_rate", SubjectOrder) == Sorting()
    assert sorting_of("-share", SubjectOrder) == Sorting("share", is_descending=True)


def test_a_click_sorts_the_highest_first_and_the_next_one_turns_it():
    once = Sorting().turned_to(Order.PASS_RATE)
    assert str(once) == "-pass_rate"
    assert str(once.turned_to(Order.PASS_RATE)) == "pass_rate"
    assert str(Sorting().turned_to(Order.RANK)) == "rank"
    assert once.aria(Order.PASS_RATE) == "descending"
    assert once.aria(Order.DUE) == "none"
