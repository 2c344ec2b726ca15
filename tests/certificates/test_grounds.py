from itertools import permutations

import pytest

from certificates.grounds import (
    CLASS_NAMES,
    GROUNDS,
    MEASURE_NAMES,
    GroundClass,
    Measure,
    codes_of,
    leading_ground,
)

# The table as the field has it: code, measure, class.
EXPECTED = """
O1 cancel off_post
O2 cancel_or_exchange off_post
O3 cancel off_post
O4 cancel off_post
O5 cancel off_post
O6 cancel off_post
O7 cancel off_post
I1 cancel contract
I2 cancel contract
I3 cancel contract
I4 cancel support
I5 cancel self_funded
I6 cancel other
I7 cancel other
U1 suspend_then_revoke other
U2 suspend other
U3 cancel other
U4 suspend other
U5 expire other
M1 suspend other
M2 cancel other
M3 cancel other
M4 revoke other
M5 suspend_or_revoke other
D1 cancel_extra card_only
D2 void card_only
"""


def test_the_twenty_six_grounds_stand_as_they_are_known():
    rows = [f"{ground.code} {ground.measure} {ground.group}" for ground in GROUNDS.values()]
    assert rows == EXPECTED.split("\n")[1:-1]


def test_every_class_and_every_measure_has_a_name_and_is_used():
    assert set(CLASS_NAMES) == set(GroundClass) == {ground.group for ground in GROUNDS.values()}
    assert set(MEASURE_NAMES) == set(Measure) == {ground.measure for ground in GROUNDS.values()}


def test_the_classes_share_the_grounds_out():
    assert sorted(code for group in GroundClass for code in codes_of(group)) == sorted(GROUNDS)


@pytest.mark.parametrize("codes", list(permutations(["M4", "I1", "D1"])))
def test_a_person_with_several_grounds_is_counted_under_the_first_of_the_table(codes):
    assert leading_ground(codes).code == "I1"
