import pytest
from hypothesis import given, strategies as st

from certificates import asked as module
from certificates.asked import Asked, asked, by_name, by_number, token_in
from core.person_names import reasons_against


@pytest.mark.parametrize(
    ("typed", "unit", "wanted"),
    [
        ("99100100001", "", Asked(number="99100100001")),
        (" 991 0010 0001 ", "市公安局", Asked(number="99100100001")),
        ("９９１００", "", Asked(number="99100")),
        ("demo-1", "", Asked(number="DEMO-1")),
        ("9910O1", "", Asked(number="9910O1")),
        ("А1", "", Asked(number="А1")),
        (" 张 三 ", " 市公安局 ", Asked(name="张三", unit="市公安局")),
        ("张三", "", Asked(name="张三")),
        ("", "市公安局", Asked(unit="市公安局")),
        ("", "", Asked()),
        ("\x00", "", Asked()),
        ("〇一", "局", Asked(name="〇一", unit="局")),
    ],
)
def test_one_field_takes_a_number_or_a_name(typed, unit, wanted):
    assert asked(typed, unit) == wanted


def test_what_is_missing_is_known():
    assert asked("张三").lacks_unit
    assert asked("", "局").lacks_name
    assert asked("").is_empty
    whole = (asked("1"), asked("张三", "局"), asked("1", "局"))
    assert not any(one.lacks_unit or one.lacks_name or one.is_empty for one in whole)


@given(st.text(max_size=60))
def test_whatever_can_be_a_name_is_taken_for_one(name):
    if not reasons_against(name):
        assert asked(name, "局").number == ""


@given(st.text(max_size=400))
def test_a_number_is_never_changed_into_another_by_being_asked_twice(typed):
    once = by_number(typed).number
    assert by_number(once).number == once


def test_what_is_far_too_long_is_cut_and_shown_short():
    long = by_number("9" * 5000)
    assert len(long.number) == module.LONGEST
    assert len(long.shown) == module.LONGEST_SHOWN + 1


def test_the_other_ways_take_their_fields_as_they_are():
    assert by_name("李 四", " 局 ") == Asked(name="李四", unit="局")
    assert token_in("abc\x00") == "ABC"
