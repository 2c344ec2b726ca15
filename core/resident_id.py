"""The resident identity number (GB 11643): its form, its date, its check digit, and how much of it to show.

The six digits of the place are not judged: places change and people keep their numbers for life. For
the same reason ``stdnum.cn.ric.validate`` is not used, which refuses genuine numbers by its table of places.
"""

import re
from datetime import date

from stdnum.cn.ric import calc_check_digit

from core.errors import Reason
from core.texts import lazy_gettext as _
from core.typed_numbers import written

YOUNGEST, OLDEST = 16, 70

_FORM = re.compile(r"[0-9]{17}[0-9X]")
_FORMER_FORM = re.compile(r"[0-9]{15}")
_SHOWN_START, _SHOWN_END, _SHORTEST_SHOWN = 3, 4, 15


def normalised(number: str) -> str:
    """Return the number in its one written form: half-width, without spaces, with a capital X."""
    return written(number)


def reasons_against(number: str, today: date) -> list[Reason]:
    """Return every reason why this cannot be the number of an officer on this day."""
    number = normalised(number)
    if not _FORM.fullmatch(number):
        return [_reason_against_form(number)]
    born = birth_date(number)
    if born is None or born > today:
        reasons = [Reason("id_birth_date", _("身份证号第 7 至 14 位不是有效的出生日期。请对照证件核对。"))]
    else:
        reasons = _reasons_against_age(age_on(born, today))
    if calc_check_digit(number) != number[-1]:
        reasons.append(Reason("id_check_digit", _("身份证号校验不通过，可能有一位填错。请对照证件逐位核对。")))
    return reasons


def birth_date(number: str) -> date | None:
    """Return the day of birth in an 18-character number, or nothing if there is no such day."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def age_on(born: date, today: date) -> int:
    """Return the years completed by this day."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def masked(number: str) -> str:
    """Show the first three and the last four characters; nothing of a number shorter than 15."""
    if len(number) < _SHORTEST_SHOWN:
        return "*" * len(number)
    hidden = len(number) - _SHOWN_START - _SHOWN_END
    return number[:_SHOWN_START] + "*" * hidden + number[-_SHOWN_END:]


def _reason_against_form(number: str) -> Reason:
    if not number:
        return Reason("id_empty", _("请填写 18 位身份证号。"))
    if _FORMER_FORM.fullmatch(number):
        return Reason("id_former", _("这是 15 位的旧身份证号，已停止使用。请填写 18 位身份证号。"))
    if len(number) != 18:
        return Reason(
            "id_length",
            _("身份证号应为 18 位，现为 %(length)s 位。请对照证件核对。", length=len(number)),
        )
    return Reason(
        "id_characters",
        _("身份证号前 17 位应为数字，末位应为数字或 X。请对照证件核对。"),
    )


def _reasons_against_age(age: int) -> list[Reason]:
    if YOUNGEST <= age <= OLDEST:
        return []
    text = _(
        "按身份证号计算，年龄为 %(age)s 岁，不在 %(youngest)s 至 %(oldest)s 岁之间。请对照证件核对。",
        age=age,
        youngest=YOUNGEST,
        oldest=OLDEST,
    )
    return [Reason("id_age", text)]
