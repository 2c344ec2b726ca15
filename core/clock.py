"""The one place that reads the clock.

Instants are UTC and aware; a day is a day in the city's zone, because a credential that is valid
until a date is valid until midnight there.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

CITY_ZONE = ZoneInfo("Asia/Shanghai")


_told: ContextVar[datetime | None] = ContextVar("told", default=None)


def now() -> datetime:
    """Return the present instant, in UTC."""
    return _told.get() or datetime.now(UTC)


@contextmanager
def at(instant: datetime) -> Iterator[None]:
    """Let one flow of control believe it is another instant: for records of the past that go through
    the real operations, and for tests. No request and no job ever does.
    """
    token = _told.set(instant)
    try:
        yield
    finally:
        _told.reset(token)


def today() -> date:
    """Return the present day in the city's zone."""
    return day_of(now())


def day_of(instant: datetime) -> date:
    """Return the day an instant falls on in the city's zone."""
    return instant.astimezone(CITY_ZONE).date()


def at_city_time(day: date, hour: int, minute: int = 0) -> datetime:
    """Return the instant of a wall-clock time in the city, in UTC."""
    return datetime.combine(day, time(hour, minute), CITY_ZONE).astimezone(UTC)


def end_of(day: date) -> datetime:
    """Return the first instant after the day: 24:00 in the city."""
    return at_city_time(day + timedelta(days=1), 0)
