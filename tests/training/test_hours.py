from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import given, strategies as st

from core.errors import InvalidError
from training.hours import (
    COURSE_LIMIT,
    DAY_LIMIT,
    CourseDays,
    HourSource,
    NewHours,
    parsed_hours,
    reasons_against_correction,
    reasons_against_hours,
    shortfall,
    written,
)

DAYS = CourseDays(date(2026, 3, 1), date(2026, 3, 31), today=date(2026, 3, 20))
HALVES = [Decimal(number) / 2 for number in range(-30, 31)]
hours = st.integers(0, 200).map(lambda number: Decimal(number) / 2)


def codes(amount, already="0", *, day=date(2026, 3, 2), source=HourSource.ONLINE, note=""):
    entry = NewHours(uuid4(), Decimal(amount), source, day, note)
    return [reason.code for reason in reasons_against_hours(entry, Decimal(already), DAYS)]


@pytest.mark.parametrize("already", [Decimal(0), Decimal("0.5"), Decimal(8), DAY_LIMIT])
@pytest.mark.parametrize("amount", HALVES)
def test_half_hours_up_to_twelve_a_day_are_credited(amount, already):
    is_sound = amount > 0 and amount + already <= DAY_LIMIT
    assert (codes(amount, already) == []) is is_sound


@pytest.mark.parametrize("amount", ["0.3", "4.25", "12.1", "0", "-1"])
def test_anything_but_half_hours_above_zero_is_refused(amount):
    assert codes(amount) == ["hours_range"]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 2, 28), ["day_outside"]),
        (date(2026, 3, 1), []),
        (date(2026, 3, 20), []),
        (date(2026, 3, 21), ["day_to_come"]),
        (date(2026, 4, 1), ["day_to_come"]),
    ],
)
def test_hours_are_earned_within_the_course_and_not_in_the_future(day, expected):
    assert codes("4", day=day) == expected


def test_the_last_day_of_a_course_counts():
    days = CourseDays(DAYS.starts_on, DAYS.ends_on, today=date(2026, 6, 1))
    entry = NewHours(uuid4(), Decimal(4), HourSource.ONLINE, DAYS.ends_on)
    assert reasons_against_hours(entry, Decimal(0), days) == []


def test_nobody_earns_hours_by_a_correction():
    assert codes("4", source=HourSource.CORRECTION) == ["source"]


def test_a_long_note_is_refused():
    assert codes("4", note="长" * 201) == ["note_length"]


@pytest.mark.parametrize("credited", [Decimal(0), Decimal("0.5"), Decimal(4)])
@pytest.mark.parametrize("amount", HALVES)
def test_a_correction_takes_back_no_more_than_was_credited(amount, credited):
    refused = reasons_against_correction(amount, credited, "多记")
    assert (refused == []) is (amount < 0 and credited + amount >= 0)


def test_a_correction_says_why():
    assert [reason.code for reason in reasons_against_correction(Decimal(-1), Decimal(4), "")] == ["note_missing"]


@given(hours, hours)
def test_what_is_missing_and_what_is_done_make_up_the_requirement(done, required):
    missing = shortfall(done, required)
    assert missing >= 0
    assert done + missing == max(done, required)


@given(hours)
def test_written_hours_are_read_back(amount):
    assert parsed_hours(written(amount)) == amount


@pytest.mark.parametrize(("text", "amount"), [("4", "4"), (" 4.50 ", "4.5"), ("４．５", "4.5"), ("-2", "-2")])
def test_hours_are_read_as_people_write_them(text, amount):
    assert parsed_hours(text) == Decimal(amount)


@pytest.mark.parametrize("text", ["", "四", "4小时", "NaN", "Infinity", "1e9", str(COURSE_LIMIT + 1), "4,5"])
def test_what_is_no_number_of_hours_is_refused(text):
    with pytest.raises(InvalidError, match="学时请填写数字"):
        parsed_hours(text)
