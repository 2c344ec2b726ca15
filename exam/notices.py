"""The dates of a published list: its notice period, the day it takes effect, the day its names come off.

Nothing here is set by a job: what a list is on a day follows from the dates stored when it was published.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from core.working_days import WorkingCalendar, working_day_after
from exam.list_states import EffectMode

DEFAULT_NOTICE_DAYS, MOST_NOTICE_DAYS = 5, 60
NAMED_MONTHS = 12


class ListStatus(StrEnum):
    """What a published version of a list is on a day."""

    SUPERSEDED = "superseded"
    NOT_LOGGED = "not_logged"
    NOTICE = "notice"
    EFFECTIVE = "effective"


@dataclass(frozen=True)
class ListDates:
    """The dates of one published version; the period is None where it took effect at once."""

    published_on: date
    notice_from: date | None
    notice_until: date | None
    effective_on: date
    is_provisional: bool


@dataclass(frozen=True)
class StatusFacts:
    """What the status of a published version rests on."""

    effective_on: date | None
    is_logged: bool
    is_superseded: bool


def dates_of(
    mode: EffectMode,
    published_on: date,
    notice_days: int,
    calendar: WorkingCalendar,
    earlier: ListDates | None = None,
) -> ListDates:
    """Return the dates a list gets when it is published on a day.

    The period begins on the working day after publishing and lasts so many working days; the list takes
    effect the day after. A correction that takes effect at once keeps the dates of what it corrects: who
    stands in a running notice period does not come out of it sooner.
    """
    if mode is EffectMode.NOTICE:
        first = working_day_after(published_on, 1, calendar)
        last = working_day_after(published_on, notice_days, calendar)
        effective_on = last.day + timedelta(days=1)
        return ListDates(published_on, first.day, last.day, effective_on, last.is_provisional)
    if earlier is not None:
        return ListDates(
            published_on,
            earlier.notice_from,
            earlier.notice_until,
            earlier.effective_on,
            earlier.is_provisional,
        )
    return ListDates(published_on, None, None, published_on, is_provisional=False)


def status_on(facts: StatusFacts, today: date) -> ListStatus:
    """Return what a published version is on a day; nothing is effective that is not in the public log."""
    if facts.is_superseded:
        return ListStatus.SUPERSEDED
    if not facts.is_logged or facts.effective_on is None:
        return ListStatus.NOT_LOGGED
    return ListStatus.NOTICE if today < facts.effective_on else ListStatus.EFFECTIVE


def names_until(published_on: date, notice_until: date | None) -> date:
    """Return the last day on which names are shown: twelve months after the period, or after publishing."""
    return months_after(notice_until or published_on, NAMED_MONTHS)


def months_after(day: date, months: int) -> date:
    """Return the same day so many months later, or the last of the month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
