from datetime import date, timedelta

import pytest
from hypothesis import given, strategies as st

from core.working_days import WorkingCalendar, working_day_after, working_days_between

DAYS = st.dates(date(2024, 1, 1), date(2028, 12, 31))
CALENDARS = st.dictionaries(DAYS, st.booleans(), max_size=60).map(WorkingCalendar)
COUNTS = st.integers(1, 40)
WEEKS = WorkingCalendar({})
OCTOBER = WorkingCalendar(
    {
        **{date(2026, 10, day): False for day in range(1, 8)},
        date(2026, 9, 20): True,
        date(2026, 10, 10): True,
    }
)


@given(DAYS, COUNTS, CALENDARS)
def test_so_many_working_days_lie_after_the_start_and_the_last_of_them_is_worked(start, count, calendar):
    counted = working_day_after(start, count, calendar)
    assert working_days_between(start + timedelta(days=1), counted.day, calendar) == count
    assert calendar.is_working(counted.day)


@given(DAYS, COUNTS, COUNTS, CALENDARS)
def test_counting_on_from_where_one_stopped_comes_to_the_same_day(start, first, second, calendar):
    stop = working_day_after(start, first, calendar).day
    assert working_day_after(stop, second, calendar).day == working_day_after(start, first + second, calendar).day


@given(DAYS, COUNTS, CALENDARS)
def test_a_date_is_provisional_where_a_day_on_the_way_lies_in_a_year_without_a_calendar(start, count, calendar):
    counted = working_day_after(start, count, calendar)
    years = {(start + timedelta(days=step)).year for step in range(1, (counted.day - start).days + 1)}
    assert counted.is_provisional == bool(years - calendar.years)


@given(DAYS, COUNTS)
def test_without_a_calendar_five_working_days_are_a_week(start, count):
    counted = working_day_after(start, 5 * count, WEEKS)
    assert counted.is_provisional
    assert counted.day - start in {timedelta(days=7 * count - offset) for offset in range(3)}


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        (date(2026, 9, 30), 1, date(2026, 10, 8)),
        (date(2026, 9, 30), 2, date(2026, 10, 9)),
        (date(2026, 9, 30), 3, date(2026, 10, 10)),
        (date(2026, 10, 9), 2, date(2026, 10, 12)),
        (date(2026, 9, 18), 1, date(2026, 9, 20)),
    ],
)
def test_a_holiday_is_passed_over_and_a_make_up_day_counts(start, count, end):
    counted = working_day_after(start, count, OCTOBER)
    assert (counted.day, counted.is_provisional) == (end, False)


def test_no_day_is_the_zeroth():
    with pytest.raises(ValueError, match="number 1"):
        working_day_after(date(2026, 1, 5), 0, WEEKS)


def test_nothing_lies_between_a_day_and_an_earlier_one():
    assert working_days_between(date(2026, 1, 6), date(2026, 1, 5), WEEKS) == 0
