"""Class hours as a sheet: its columns, and what a row must agree with before its hours are credited.

It decides on cells alone and touches no table; what the database knows is handed in. A person is found
by the document number, and is refused when name or unit say somebody else.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from core import resident_id
from core.imports import Column, ParsedRow, Problem
from core.sealing import matching_digest
from core.texts import Text, lazy_gettext as _
from people.roll import one_of, parsed_day, parsed_name
from training.hours import (
    EARNED,
    NO_CREDIT,
    SOURCE_NAMES,
    CourseDays,
    DayCredit,
    HourSource,
    NewHours,
    parsed_hours,
    reasons_against_hours,
    written,
)

COURSE, NAME, DOCUMENT, UNIT = "课程", "姓名", "证件号码", "单位"
HOURS, SOURCE, DAY, NOTE = "学时", "方式", "日期", "备注"
SOURCE_WORDS = {str(SOURCE_NAMES[source]): source for source in EARNED}
_COLUMN_OF = {"source": SOURCE, "day_to_come": DAY, "day_outside": DAY, "note_length": NOTE}

COLUMNS = (
    Column(COURSE, required=True, parse=str, aliases=("课程名称",)),
    Column(NAME, required=True, parse=parsed_name),
    Column(DOCUMENT, required=True, parse=resident_id.normalised),
    Column(UNIT, required=True, parse=str),
    Column(HOURS, required=True, parse=parsed_hours),
    Column(SOURCE, required=True, parse=lambda cell: one_of(SOURCE_WORDS, cell)),
    Column(DAY, required=True, parse=parsed_day),
    Column(NOTE, required=False, parse=str),
)


@dataclass(frozen=True)
class KnownOfficer:
    """A person on the roll, as a row must name them."""

    officer_id: UUID
    name: str
    unit: str


@dataclass(frozen=True)
class KnownCourse:
    """A course as a row may name it, with what has been credited in it by officer and day."""

    course_id: UUID
    days: CourseDays
    credits: Mapping[tuple[UUID, date], DayCredit]


@dataclass(frozen=True)
class HoursFacts:
    """What the database knows that a sheet is held against: courses by title, officers by digest."""

    courses: Mapping[str, KnownCourse]
    officers: Mapping[str, KnownOfficer]


@dataclass
class _Seen:
    """What earlier rows of the same sheet credit already."""

    rows: dict[tuple[UUID, UUID, date, HourSource], int] = field(default_factory=dict)
    hours: dict[tuple[UUID, UUID, date], Decimal] = field(default_factory=dict)


def problems_in(rows: list[ParsedRow], facts: HoursFacts) -> list[Problem]:
    """Return what is wrong with rows beyond their single cells, in the order of the rows."""
    seen = _Seen()
    return [problem for row in rows for problem in _row_problems(row, facts, seen)]


def new_hours(row: ParsedRow, facts: HoursFacts) -> tuple[UUID, NewHours]:
    """Return the course and the hours that a checked row names."""
    officer = facts.officers[digest_of(row)]
    return facts.courses[str(row.values[COURSE])].course_id, _entry(row, officer)


def digest_of(row: ParsedRow) -> str:
    """Return the digest by which the person of a row is found."""
    return matching_digest(str(row.values[DOCUMENT]))


def _row_problems(row: ParsedRow, facts: HoursFacts, seen: _Seen) -> list[Problem]:
    course = facts.courses.get(str(row.values[COURSE]))
    officer = facts.officers.get(digest_of(row))
    found = _foreign(row, course, officer)
    if not found and not row.unread and course is not None and officer is not None:
        found = _against(row, course, _entry(row, officer), seen)
    return [_problem(row, column, text) for column, text in found]


def _foreign(row: ParsedRow, course: KnownCourse | None, officer: KnownOfficer | None) -> list[tuple[str, Text]]:
    """Return what a row names that does not exist, or that belongs to somebody else."""
    found: list[tuple[str, Text]] = []
    if course is None:
        found.append((COURSE, _("没有这门课程。请按培训页面上的课程名称填写。")))
    if officer is None:
        found.append((DOCUMENT, _("您管理的人员中没有这个证件号码。请核对，或先把人员录入名册。")))
        return found
    if officer.name != row.values[NAME]:
        found.append((NAME, _("姓名与该证件号码在名册上的姓名不一致。请核对。")))
    if officer.unit != row.values[UNIT]:
        found.append((UNIT, _("单位与该人员在名册上的单位不一致。请填写单位全称。")))
    return found


def _against(row: ParsedRow, course: KnownCourse, entry: NewHours, seen: _Seen) -> list[tuple[str, Text]]:
    """Return why the hours of a row cannot be credited, held against the database and the rows above."""
    credit = course.credits.get((entry.officer_id, entry.held_on), NO_CREDIT)
    day = (course.course_id, entry.officer_id, entry.held_on)
    first = seen.rows.setdefault((*day, entry.source), row.number)
    if first != row.number:
        return [(DOCUMENT, _("与第 %(row)s 行是同一人、同一天、同一方式，重复登记。请只保留一行。", row=first))]
    if credit.hours > 0 and entry.source in credit.sources:
        return [(DAY, _("该人员当天这一方式的学时已经登记过，不能重复导入。请从表中删去这一行。"))]
    above = seen.hours.get(day, Decimal(0))
    seen.hours[day] = above + entry.hours
    reasons = reasons_against_hours(entry, credit.hours + above, course.days)
    return [(_COLUMN_OF.get(reason.code, HOURS), reason.text) for reason in reasons]


def _entry(row: ParsedRow, officer: KnownOfficer) -> NewHours:
    values: Mapping[str, Any] = row.values
    return NewHours(officer.officer_id, values[HOURS], values[SOURCE], values[DAY], values[NOTE] or "")


def _problem(row: ParsedRow, column: str, text: Text) -> Problem:
    show: dict[str, Callable[[Any], str]] = {
        HOURS: written,
        DAY: lambda day: str(day.isoformat()),
        SOURCE: lambda source: str(SOURCE_NAMES[source]),
    }
    value = row.values[column]
    return Problem(row.number, column, show.get(column, str)(value), text)
