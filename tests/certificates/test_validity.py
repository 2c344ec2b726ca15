from datetime import date, timedelta

import pytest
from hypothesis import given, strategies as st

from certificates.validity import last_day


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2026, 1, 1), date(2030, 12, 31)),
        (date(2017, 3, 1), date(2022, 2, 28)),
        (date(2019, 3, 1), date(2024, 2, 29)),
        (date(2016, 2, 29), date(2021, 2, 28)),
        (date(2017, 10, 30), date(2022, 10, 29)),
    ],
)
def test_five_years_less_a_day(first, last):
    assert last_day(first) == last


@given(st.dates(min_value=date(1990, 1, 1), max_value=date(2200, 1, 1)))
def test_a_later_start_never_ends_earlier(day):
    assert last_day(day) <= last_day(day + timedelta(days=1))
    assert 1824 <= (last_day(day) - day).days <= 1826  # 1824 over 2100, which is no leap year
