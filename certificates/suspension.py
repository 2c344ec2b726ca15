"""How long a credential may be suspended: to a named day, 90 days at most, extended once.

It is over by itself after that day; nobody stays suspended because somebody forgot.
"""

from datetime import date, timedelta

from core.errors import Reason
from core.texts import lazy_gettext as _

LONGEST_DAYS = 90
MOST_EXTENSIONS = 1


def reasons_against_until(until: date | None, today: date) -> list[Reason]:
    """Return what is wrong with the last day of a suspension that begins today."""
    if until is None:
        return [Reason("no_until", _("请填写暂扣截止日期。"))]
    if until < today:
        return [Reason("until_past", _("暂扣截止日期不能早于今天。"))]
    return _too_late(until, today + timedelta(days=LONGEST_DAYS))


def reasons_against_longer(until: date | None, ends_on: date, extensions: int) -> list[Reason]:
    """Return what is wrong with another last day of a suspension that was to end on a day."""
    if extensions >= MOST_EXTENSIONS:
        return [Reason("extended", _("暂扣只能延长一次，本次暂扣已经延长过。"))]
    if until is None:
        return [Reason("no_until", _("请填写延长后的截止日期。"))]
    if until <= ends_on:
        text = _("延长后的截止日期应晚于原截止日期 %(day)s。", day=ends_on.isoformat())
        return [Reason("not_longer", text)]
    return _too_late(until, ends_on + timedelta(days=LONGEST_DAYS))


def _too_late(until: date, latest: date) -> list[Reason]:
    if until <= latest:
        return []
    text = _("暂扣一次不超过 %(days)s 天，截止日期最晚为 %(day)s。", days=LONGEST_DAYS, day=latest.isoformat())
    return [Reason("too_long", text)]
