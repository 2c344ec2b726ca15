"""The working-day calendar as the database keeps it: read whole, listed by year, imported by sheet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import extract, func, select
from sqlalchemy.orm import Session

from core.audit import Actor
from core.calendar_sheet import ARRANGEMENT, COLUMNS, DAY, NAME, SOURCE, WORDS, problems_in
from core.import_kinds import ImportKind
from core.imports import ParsedRow, Problem
from core.models import CalendarDay
from core.operations import record_audit
from core.texts import Text, lazy_gettext as _
from core.working_days import WorkingCalendar


@dataclass(frozen=True)
class CalendarYear:
    """One year that was entered: how many days its notices give off, and how many they take back."""

    year: int
    days_off: int
    days_worked: int


def working_calendar(session: Session) -> WorkingCalendar:
    """Return the whole calendar; a year has some thirty days in it."""
    rows = session.execute(select(CalendarDay.day, CalendarDay.is_working))
    return WorkingCalendar({row.day: row.is_working for row in rows})


def calendar_years(session: Session) -> list[CalendarYear]:
    """Return the years that were entered, the newest first."""
    year = extract("year", CalendarDay.day)
    query = select(year, CalendarDay.is_working, func.count()).group_by(year, CalendarDay.is_working)
    counts = {(int(one), is_working): count for one, is_working, count in session.execute(query)}
    years = sorted({one for one, _is_working in counts}, reverse=True)
    return [CalendarYear(one, counts.get((one, False), 0), counts.get((one, True), 0)) for one in years]


def days_of_year(session: Session, year: int) -> list[CalendarDay]:
    """Return the days of a year that its notices settle, in order."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    query = select(CalendarDay).where(CalendarDay.day.between(first, last)).order_by(CalendarDay.day)
    return list(session.scalars(query))


def enter_days(session: Session, days: Sequence[CalendarDay], actor: Actor) -> tuple[int, int]:
    """Enter settled days; a day that stands there already is corrected. Return how many of each."""
    known = {row.day: row for row in session.scalars(select(CalendarDay))}
    fresh = [one for one in days if one.day not in known]
    changed = [one for one in days if one.day in known and _values(one) != _values(known[one.day])]
    for one in changed:
        row = known[one.day]
        row.is_working, row.name, row.source = one.is_working, one.name, one.source
    session.add_all(fresh)
    session.flush()
    detail = {
        "entered": len(fresh),
        "corrected": [one.day.isoformat() for one in changed],
        "years": sorted({one.day.year for one in days}),
        "sources": sorted({one.source for one in days}),
    }
    record_audit(session, actor, "core:calendar:enter", None, detail)
    return len(fresh), len(changed)


def _values(day: CalendarDay) -> tuple[bool, str, str]:
    return day.is_working, day.name, day.source


def _check(_session: Session, rows: list[ParsedRow], _identity: Any) -> list[Problem]:
    return problems_in(rows)


def _apply(session: Session, rows: list[ParsedRow], identity: Any) -> Text:
    days = [_day_of(row.values) for row in rows]
    fresh, changed = enter_days(session, days, identity.actor)
    return _("已录入 %(fresh)s 天，更正 %(changed)s 天。", fresh=fresh, changed=changed)


def _day_of(values: Any) -> CalendarDay:
    return CalendarDay(day=values[DAY], is_working=values[ARRANGEMENT], name=values[NAME], source=values[SOURCE])


CALENDAR = ImportKind(
    name="calendar",
    title=_("工作日安排"),
    intro=_("一行一天，按国务院办公厅当年的放假通知填写放假的日子和调休上班的日子；已录入的日期以新填写的为准。"),
    columns=COLUMNS,
    sample=("2026-10-01", "放假", "国庆节", "国办发明电〔2025〕7号"),
    check=_check,
    apply=_apply,
    done_endpoint="working_days.index",
    choices={1: tuple(WORDS)},
)
