from datetime import date, timedelta
from decimal import Decimal

import pytest

from certificates.renewal import hours_missing, opens_on, reasons_against_renewal

LAST = date(2026, 12, 31)
ENOUGH = Decimal(60)


def codes(day, hours=ENOUGH):
    return [reason.code for reason in reasons_against_renewal(LAST, hours, day)]


@pytest.mark.parametrize(("days", "expected"), [(-91, ["too_early"]), (-90, []), (0, []), (1, ["expired"])])
def test_a_credential_is_renewed_from_ninety_days_before_until_its_last_day(days, expected):
    assert codes(LAST + timedelta(days=days)) == expected


@pytest.mark.parametrize(("hours", "expected"), [("0", ["hours"]), ("59.5", ["hours"]), ("60", []), ("80", [])])
def test_a_renewal_asks_for_its_hours(hours, expected):
    assert codes(LAST, Decimal(hours)) == expected


def test_the_hours_that_are_missing_are_named():
    [reason] = reasons_against_renewal(LAST, Decimal("20.5"), LAST)
    assert str(reason.text) == "近一年培训学时 20.5，要求 60，还差 39.5 学时。"
    assert hours_missing(Decimal(70)) == 0


def test_the_window_opens_ninety_days_before():
    assert opens_on(LAST) == date(2026, 10, 2)
