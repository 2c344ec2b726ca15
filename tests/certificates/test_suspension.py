from datetime import date, timedelta

import pytest

from certificates.suspension import LONGEST_DAYS, reasons_against_longer, reasons_against_until

TODAY = date(2026, 6, 1)


def codes(reasons):
    return [reason.code for reason in reasons]


@pytest.mark.parametrize(
    ("days", "expected"),
    [(None, ["no_until"]), (-1, ["until_past"]), (0, []), (LONGEST_DAYS, []), (LONGEST_DAYS + 1, ["too_long"])],
)
def test_a_suspension_ends_on_a_day_within_ninety(days, expected):
    until = None if days is None else TODAY + timedelta(days=days)
    assert codes(reasons_against_until(until, TODAY)) == expected


@pytest.mark.parametrize(
    ("days", "extensions", "expected"),
    [
        (None, 0, ["no_until"]),
        (0, 0, ["not_longer"]),
        (1, 0, []),
        (LONGEST_DAYS, 0, []),
        (LONGEST_DAYS + 1, 0, ["too_long"]),
        (1, 1, ["extended"]),
    ],
)
def test_a_suspension_is_extended_once_and_by_ninety_days_at_most(days, extensions, expected):
    until = None if days is None else TODAY + timedelta(days=days)
    assert codes(reasons_against_longer(until, TODAY, extensions)) == expected
