"""Class hours: how they are written, how many may be credited, and how many are still missing.

Hours count in halves, so that every sum is exact. An entry is never changed: what was credited
wrongly is taken back by a correction below zero, and never more of it than was credited.
"""

import unicodedata
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from uuid import UUID

from core.errors import InvalidError, Reason
from core.texts import Text, lazy_gettext as _

STEP = Decimal("0.5")
DAY_LIMIT = Decimal(12)
COURSE_LIMIT = Decimal(500)
NOTE_LENGTH = 200


class HourSource(StrEnum):
    """How class hours were earned."""

    ONLINE = "online"
    CLASSROOM = "classroom"
    CORRECTION = "correction"


SOURCE_NAMES: dict[HourSource, Text] = {
    HourSource.ONLINE: _("线上"),
    HourSource.CLASSROOM: _("集中"),
    HourSource.CORRECTION: _("更正"),
}
EARNED = (HourSource.ONLINE, HourSource.CLASSROOM)


@dataclass(frozen=True)
class NewHours:
    """Hours to be credited to one officer for one day."""

    officer_id: UUID
    hours: Decimal
    source: HourSource
    held_on: date
    note: str = ""


@dataclass(frozen=True)
class DayCredit:
    """What one officer has in one course for one day: the sum of the entries, and how they were earned."""

    hours: Decimal = Decimal(0)
    sources: frozenset[HourSource] = frozenset()

    def plus(self, hours: Decimal, source: HourSource) -> "DayCredit":
        """Return the credit with one more entry."""
        return DayCredit(self.hours + hours, self.sources | {source})


NO_CREDIT = DayCredit()


@dataclass(frozen=True)
class CourseDays:
    """The days within which a course can be attended: its own, up to today."""

    starts_on: date
    ends_on: date
    today: date


def shortfall(done: Decimal, required: Decimal) -> Decimal:
    """Return how many hours are still missing; none once the requirement is met."""
    return max(required - done, Decimal(0))


def parsed_hours(text: str) -> Decimal:
    """Return the hours a person typed, or say how to write them; whether they are too many is not judged."""
    try:
        hours = Decimal(unicodedata.normalize("NFKC", text).strip())
    except InvalidOperation:
        hours = Decimal("NaN")
    if not hours.is_finite() or abs(hours) > COURSE_LIMIT:
        raise InvalidError(_("学时请填写数字，如 4 或 4.5。"))
    return hours.quantize(STEP * 2) if hours == hours.to_integral_value() else hours


def reasons_against_hours(entry: NewHours, already: Decimal, days: CourseDays) -> list[Reason]:
    """Return every reason not to credit the hours; ``already`` is what the officer has for that day."""
    reasons = _reasons_against_amount(entry.hours)
    if not reasons and already + entry.hours > DAY_LIMIT:
        text = _(
            "同一天最多登记 %(limit)s 学时，当天已登记 %(already)s 学时。请核对日期和学时。",
            limit=DAY_LIMIT,
            already=written(already),
        )
        reasons.append(Reason("day_full", text))
    if entry.source not in EARNED:
        reasons.append(Reason("source", _("培训方式只能是线上或集中。")))
    return [*reasons, *reasons_against_day(entry.held_on, days), *reasons_against_note(entry.note)]


def reasons_against_day(held_on: date, days: CourseDays) -> list[Reason]:
    """Return why nothing can have been learnt in the course on that day."""
    if held_on > days.today:
        return [Reason("day_to_come", _("培训日期不能晚于今天。请填写实际培训的日期。"))]
    if not days.starts_on <= held_on <= days.ends_on:
        text = _(
            "培训日期不在课程期间（%(first)s 至 %(last)s）内。请核对日期或课程。",
            first=days.starts_on.isoformat(),
            last=days.ends_on.isoformat(),
        )
        return [Reason("day_outside", text)]
    return []


def reasons_against_correction(hours: Decimal, credited: Decimal, note: str) -> list[Reason]:
    """Return every reason not to take hours back; ``credited`` is what that day's entries come to."""
    reasons = []
    if hours >= 0 or hours % STEP != 0:
        text = _("更正只能扣减学时，以 0.5 学时为单位。需要增加的，请直接登记学时。")
        reasons.append(Reason("not_below_zero", text))
    elif credited + hours < 0:
        text = _("当天只登记了 %(credited)s 学时，最多扣减这些。请核对。", credited=written(credited))
        reasons.append(Reason("below_zero", text))
    if not note:
        reasons.append(Reason("note_missing", _("请写明更正的原因。")))
    return [*reasons, *reasons_against_note(note)]


def reasons_against_note(note: str) -> list[Reason]:
    """Return why the remark cannot be kept."""
    if len(note) <= NOTE_LENGTH:
        return []
    return [Reason("note_length", _("备注超过 %(limit)s 个字，请精简。", limit=NOTE_LENGTH))]


def written(hours: Decimal) -> str:
    """Return hours without needless zeros, as pages and sheets write them."""
    return f"{hours.normalize():f}"


def _reasons_against_amount(hours: Decimal) -> list[Reason]:
    if 0 < hours <= DAY_LIMIT and hours % STEP == 0:
        return []
    text = _("学时应大于 0、不超过 %(limit)s，以 0.5 学时为单位。", limit=DAY_LIMIT)
    return [Reason("hours_range", text)]
