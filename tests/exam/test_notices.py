from datetime import date, timedelta

import pytest
from hypothesis import given, strategies as st

from core.working_days import WorkingCalendar
from exam.list_states import EffectMode
from exam.notices import ListDates, ListStatus, StatusFacts, dates_of, months_after, names_until, status_on

CALENDAR = WorkingCalendar({date(2026, 3, 6): False, date(2026, 3, 7): True})
MONDAY = date(2026, 3, 2)


def test_the_period_begins_on_the_working_day_after_publishing_and_skips_days_off():
    dates = dates_of(EffectMode.NOTICE, MONDAY, 5, CALENDAR)
    assert (dates.notice_from, dates.notice_until) == (date(2026, 3, 3), date(2026, 3, 9))
    assert (dates.effective_on, dates.is_provisional) == (date(2026, 3, 10), False)


def test_published_on_a_friday_the_period_begins_on_monday():
    dates = dates_of(EffectMode.NOTICE, date(2026, 3, 13), 1, CALENDAR)
    assert (dates.notice_from, dates.notice_until) == (date(2026, 3, 16), date(2026, 3, 16))


def test_a_period_that_reaches_a_year_without_a_calendar_is_provisional():
    assert dates_of(EffectMode.NOTICE, date(2026, 12, 28), 5, CALENDAR).is_provisional
    assert not dates_of(EffectMode.AT_ONCE, date(2027, 1, 4), 5, CALENDAR).is_provisional


def test_at_once_there_is_no_period():
    assert dates_of(EffectMode.AT_ONCE, MONDAY, 5, CALENDAR) == ListDates(MONDAY, None, None, MONDAY, False)


def test_a_correction_at_once_keeps_a_running_period():
    first = dates_of(EffectMode.NOTICE, MONDAY, 5, CALENDAR)
    second = dates_of(EffectMode.AT_ONCE, date(2026, 3, 4), 5, CALENDAR, first)
    assert second == ListDates(date(2026, 3, 4), first.notice_from, first.notice_until, first.effective_on, False)


def test_a_correction_with_a_period_of_its_own_begins_anew():
    first = dates_of(EffectMode.NOTICE, MONDAY, 5, CALENDAR)
    assert dates_of(EffectMode.NOTICE, date(2026, 3, 4), 2, CALENDAR, first).notice_until == date(2026, 3, 7)


@pytest.mark.parametrize("is_superseded", [False, True])
@pytest.mark.parametrize("is_logged", [False, True])
@pytest.mark.parametrize("effective_on", [None, MONDAY, MONDAY + timedelta(days=1)])
def test_the_status_of_a_list_follows_from_its_dates_the_log_and_its_successor(
    effective_on, is_logged, is_superseded
):
    status = status_on(StatusFacts(effective_on, is_logged, is_superseded), MONDAY)
    if is_superseded:
        expected = ListStatus.SUPERSEDED
    elif not is_logged or effective_on is None:
        expected = ListStatus.NOT_LOGGED
    else:
        expected = ListStatus.EFFECTIVE if effective_on == MONDAY else ListStatus.NOTICE
    assert status == expected


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 3, 9), 12, date(2027, 3, 9)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2026, 11, 30), 1, date(2026, 12, 30)),
    ],
)
def test_months_are_counted_by_the_calendar(day, months, later):
    assert months_after(day, months) == later


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(0, 40))
def test_so_many_months_later_is_in_the_month_so_many_on_and_never_on_a_later_day(day, months):
    later = months_after(day, months)
    assert later.year * 12 + later.month == day.year * 12 + day.month + months
    assert later.day <= day.day


def test_names_are_shown_for_twelve_months_after_the_period_or_after_publishing():
    assert names_until(MONDAY, date(2026, 3, 9)) == date(2027, 3, 9)
    assert names_until(MONDAY, None) == date(2027, 3, 2)
