import math

import pytest
from hypothesis import given, strategies as st

from certificates.recorders import (
    Allotment,
    RecorderClass,
    gap_together,
    minimum,
    reasons_against_class,
    together,
)


@pytest.mark.parametrize(
    ("recorder_class", "holders", "least"),
    [
        ("A", 0, 0),
        ("A", 1, 1),
        ("A", 3, 1),
        ("A", 4, 2),
        ("A", 268, 90),
        ("B", 0, 0),
        ("B", 1, 1),
        ("B", 5, 1),
        ("B", 6, 2),
        ("B", 101, 21),
    ],
)
def test_the_least_number_is_a_part_of_the_holders_rounded_up(recorder_class, holders, least):
    assert minimum(recorder_class, holders, None) == least


@given(st.integers(0, 100_000))
def test_the_least_number_is_the_ceiling_and_enough(holders):
    assert minimum("A", holders, None) == math.ceil(holders / 3)
    assert minimum("B", holders, None) == math.ceil(holders / 5)
    assert minimum("A", holders, None) * 3 >= holders > (minimum("A", holders, None) - 1) * 3


def test_class_c_is_set_by_hand_and_no_class_says_nothing():
    assert minimum("C", 40, 2) == 2
    assert minimum("C", 40, None) is None
    assert minimum("", 40, None) is None
    assert minimum("A", 4, 99) == 2  # a figure by hand counts in class C alone


@pytest.mark.parametrize(
    ("least", "usable", "gap"),
    [(5, 3, 2), (5, 5, 0), (5, 9, 0), (0, None, 0), (5, None, None), (None, 5, None), (None, None, None)],
)
def test_the_gap_is_what_is_missing_and_unknown_where_something_is_unknown(least, usable, gap):
    assert Allotment(10, least, usable).gap == gap


def test_units_together_add_up_and_a_surplus_helps_nobody_else():
    parts = [Allotment(3, 1, 5), Allotment(10, 4, 1), Allotment(2, None, None)]
    assert together(parts) == Allotment(15, 5, 6)
    assert gap_together(parts) == 3
    assert gap_together([parts[2]]) is None
    assert together([]) == Allotment(0, None, None)


@pytest.mark.parametrize(
    ("recorder_class", "by_hand", "basis", "codes"),
    [
        (RecorderClass.A, None, "", []),
        (RecorderClass.B, None, "", []),
        (RecorderClass.C, 2, "会议纪要", []),
        (RecorderClass.C, 0, "会议纪要", []),
        (RecorderClass.C, None, "会议纪要", ["no_minimum"]),
        (RecorderClass.C, 2, "", ["no_basis"]),
        (RecorderClass.A, 2, "", ["computed"]),
        (RecorderClass.B, 0, "", ["computed"]),
    ],
)
def test_a_figure_by_hand_belongs_to_class_c_with_what_it_rests_on(recorder_class, by_hand, basis, codes):
    assert [reason.code for reason in reasons_against_class(recorder_class, by_hand, basis)] == codes
