"""A year's working-day calendar as a sheet: its columns, and what may not be.

One row is one day that a notice settles. It decides on cells alone and touches no table.
"""

from datetime import date

from core.errors import InvalidError
from core.imports import Column, ParsedRow, Problem, repeated
from core.texts import lazy_gettext as _

DAY, ARRANGEMENT, NAME, SOURCE = "日期", "安排", "名称", "依据文件"
WORDS = {"放假": False, "上班": True}
NAME_LENGTH, SOURCE_LENGTH = 20, 100
FIRST_YEAR, LAST_YEAR = 2000, 2100


def parsed_day(cell: str) -> date:
    """Return a day written like 2026-10-01, in a year a calendar may be of."""
    try:
        day = date.fromisoformat(cell.replace("/", "-").replace(".", "-"))
    except ValueError:
        raise InvalidError(_("日期请写成“2026-10-01”的格式。")) from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise InvalidError(_("年份应在 %(first)s 至 %(last)s 之间，请核对。", first=FIRST_YEAR, last=LAST_YEAR))
    return day


def parsed_arrangement(cell: str) -> bool:
    """Return whether a word says that the day is worked."""
    if cell not in WORDS:
        raise InvalidError(_("只能填写：%(words)s。", words="、".join(WORDS)))
    return WORDS[cell]


def parsed_name(cell: str) -> str:
    """Return what the day off is called."""
    return _short(cell, NAME_LENGTH)


def parsed_source(cell: str) -> str:
    """Return the document that settles the day."""
    return _short(cell, SOURCE_LENGTH)


COLUMNS = (
    Column(DAY, required=True, parse=parsed_day),
    Column(ARRANGEMENT, required=True, parse=parsed_arrangement),
    Column(NAME, required=True, parse=parsed_name),
    Column(SOURCE, required=True, parse=parsed_source),
)


def problems_in(rows: list[ParsedRow]) -> list[Problem]:
    """Return what is wrong with rows beyond their single cells: a day may stand there once."""
    return repeated(rows, DAY)


def _short(cell: str, limit: int) -> str:
    if len(cell) > limit:
        raise InvalidError(_("内容超过 %(limit)s 个字，请精简。", limit=limit))
    return cell
