"""Genuine numbers pass wherever the holder was born, and a slip of the pen is caught."""

from datetime import date, timedelta

import pytest
from hypothesis import assume, given, strategies as st
from stdnum.cn.ric import calc_check_digit

from core.resident_id import age_on, birth_date, masked, normalised, reasons_against

TODAY = date(2017, 6, 30)
ALPHABET = "0123456789X"


def make_number(born=date(1980, 5, 17), place="130302", order="001"):
    start = f"{place}{born:%Y%m%d}{order}"
    return start + calc_check_digit(start + "0")


def codes(number, today=TODAY):
    return [reason.code for reason in reasons_against(number, today)]


numbers = st.builds(
    make_number,
    st.dates(date(1948, 1, 1), date(2000, 1, 1)),
    st.from_regex("[1-9][0-9]{5}", fullmatch=True),
    st.from_regex("[0-9]{3}", fullmatch=True),
)


def test_the_example_of_the_standard_passes():
    assert codes("11010519491231002X") == []


@pytest.mark.parametrize("place", ["130302", "130306", "130323", "130371", "999999"])
@pytest.mark.parametrize("year", [1950, 1975, 1982, 1983, 1999])
def test_people_keep_their_numbers_whatever_became_of_the_place(place, year):
    assert codes(make_number(date(year, 1, 1), place)) == []


@given(numbers)
def test_every_number_made_by_the_standard_passes(number):
    assert codes(number) == []


@given(numbers, st.integers(0, 17), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_always_caught(number, place, character):
    assume(number[place] != character)
    assert codes(number[:place] + character + number[place + 1 :]) != []


def test_one_wrong_digit_is_caught_by_the_check_digit_itself():
    number = make_number()
    for place in range(18):
        for character in ALPHABET[: 11 if place == 17 else 10]:
            if character != number[place]:
                assert "id_check_digit" in codes(number[:place] + character + number[place + 1 :])


@given(numbers, st.integers(0, 16))
def test_two_neighbours_in_the_wrong_order_are_always_caught(number, place):
    assume(number[place] != number[place + 1])
    assert codes(number[:place] + number[place + 1] + number[place] + number[place + 2 :]) != []


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("", "id_empty"),
        (" \u3000", "id_empty"),
        ("130302800517001", "id_former"),
        ("13030219800517001", "id_length"),
        ("1303021980051700112", "id_length"),
        ("1.30302198005170E+17", "id_length"),
        ("13030219800517O012", "id_characters"),
        ("X" * 18, "id_characters"),
        ("DEMO-0000000000001", "id_characters"),
        ("١٣٠٣٠٢١٩٨٠٠٥١٧٠٠١2", "id_characters"),
    ],
)
def test_what_has_not_the_form_of_a_number_is_refused_for_that_alone(number, code):
    [reason] = reasons_against(number, TODAY)
    assert reason.code == code
    assert str(reason.text).endswith("。")


@pytest.mark.parametrize("day", ["19800231", "19801301", "19800500", "00000517", "19810229"])
def test_a_day_that_never_was_is_refused(day):
    start = f"130302{day}001"
    assert codes(start + calc_check_digit(start + "0")) == ["id_birth_date"]


def test_a_day_to_come_is_refused():
    assert codes(make_number(TODAY + timedelta(days=1))) == ["id_birth_date"]


@pytest.mark.parametrize(
    ("born", "expected"),
    [
        (date(2001, 7, 1), ["id_age"]),
        (date(2001, 6, 30), []),
        (date(1946, 7, 1), []),
        (date(1946, 6, 30), ["id_age"]),
    ],
)
def test_age_counts_from_the_birthday_and_both_ends_are_allowed(born, expected):
    assert age_on(born, TODAY) in (15, 16, 70, 71)
    assert codes(make_number(born)) == expected


def test_every_reason_is_given_in_the_order_to_show_them():
    number = make_number(date(2010, 1, 1))
    wrong = number[:-1] + ("0" if number[-1] != "0" else "1")
    assert codes(wrong) == ["id_age", "id_check_digit"]


def test_born_on_the_29th_of_february_is_a_year_older_on_the_1st_of_march():
    assert age_on(date(2000, 2, 29), date(2017, 2, 28)) == 16
    assert age_on(date(2000, 2, 29), date(2017, 3, 1)) == 17


def test_small_x_full_width_digits_and_grouping_are_one_number():
    assert normalised(" 110105 19491231 002x\u200b") == "11010519491231002X"
    assert normalised("１１０１０５１９４９１２３１００２Ｘ") == "11010519491231002X"
    assert codes("110105 19491231 002x") == []


@given(st.text())
def test_the_one_written_form_stays_as_it_is(text):
    assert normalised(normalised(text)) == normalised(text)


@given(numbers)
def test_the_day_of_birth_is_read_from_the_number(number):
    assert f"{birth_date(number):%Y%m%d}" == number[6:14]


def test_a_number_is_shown_by_its_ends_only():
    assert masked("13030219800517001X") == "130***********001X"
    assert masked("DEMO-000001") == "*" * 11
    assert masked("") == ""


@given(st.text())
def test_a_masked_number_is_as_long_and_never_shows_more_than_seven(text):
    shown = masked(text)
    assert len(shown) == len(text)
    assert shown.count("*") >= min(len(text), 8)
