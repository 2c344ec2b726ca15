"""How long a credential is valid: five years less a day, in the province the profile comes from.

What it is worth on one day is in ``certificates/states.py``.
"""

from datetime import date, timedelta

YEARS = 5


def last_day(valid_from: date) -> date:
    """Return the last day on which a credential is valid; one from 29 February ends on 28 February."""
    return _anniversary(valid_from) - timedelta(days=1)


def _anniversary(day: date) -> date:
    try:
        return day.replace(year=day.year + YEARS)
    except ValueError:
        return date(day.year + YEARS, 3, 1)
