"""Counting working days: Monday to Friday, but for the days that a year's notice says otherwise of.

Pure. A year nobody has entered yet is counted Monday to Friday, and whatever rests on one of its days
is marked as provisional.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

SATURDAY = 5


@dataclass(frozen=True)
class CountedDay:
    """A day that was counted to; provisional where a day on the way lies in a year without a calendar."""

    day: date
    is_provisional: bool


@dataclass(frozen=True)
class WorkingCalendar:
    """The days that were settled by a notice, and whether each is worked."""

    settled: Mapping[date, bool]

    @cached_property
    def years(self) -> frozenset[int]:
        """Return the years that were entered."""
        return frozenset(day.year for day in self.settled)

    def is_working(self, day: date) -> bool:
        """Say whether the day is worked."""
        return self.settled.get(day, day.weekday() < SATURDAY)

    def deviates(self, day: date) -> bool:
        """Say whether the day is other than its weekday would have it."""
        return self.is_working(day) != (day.weekday() < SATURDAY)


def working_day_after(start: date, count: int, calendar: WorkingCalendar) -> CountedDay:
    """Return the so-and-so-many-th working day after a day that is not itself counted; count from 1."""
    if count < 1:
        raise ValueError("the first working day after a day is number 1")
    day, left, is_provisional = start, count, False
    while left:
        day += timedelta(days=1)
        is_provisional = is_provisional or day.year not in calendar.years
        left -= calendar.is_working(day)
    return CountedDay(day, is_provisional)


def working_days_between(first: date, last: date, calendar: WorkingCalendar) -> int:
    """Return how many working days lie from one day to another, both counted; 0 where the first is later."""
    days = max((last - first).days + 1, 0)
    return sum(calendar.is_working(first + timedelta(days=number)) for number in range(days))
