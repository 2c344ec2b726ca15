"""Import by sheet with a dry run: what each column must say, and every problem, cell by cell.

It decides on cells alone. It touches no table, and it never mends a cell by guessing.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from core.errors import InvalidError
from core.sheets import Cell, Sheet, WorkbookSheet, write_workbook
from core.texts import Text, lazy_gettext as _

ROW_NUMBER, EXPLANATION = "行号", "错误说明"

_ADDED = frozenset({ROW_NUMBER, EXPLANATION})
_HEADER_MARKS = re.compile(r"[\s*＊]+")  # the stars and breaks that templates put beside a required column
_SPOILT_NUMBER = re.compile(r"-?\d(?:\.\d+)?[Ee]\+\d{2,3}")


@dataclass(frozen=True)
class Column:
    """One column of a sheet; ``parse`` turns a filled cell into a value or raises ``InvalidError``."""

    name: str
    required: bool
    parse: Callable[[str], object]
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Problem:
    """What is wrong with one cell, and what to do."""

    row: int
    column: str
    value: str
    message: Text


@dataclass(frozen=True)
class ParsedRow:
    """One row as far as it can be read.

    ``values`` has every column by name: ``None`` stands for an empty cell, for an optional column that
    the sheet does not have, and for the cells of ``unread``, which have a problem already. ``raw`` is
    the row as the sheet has it.
    """

    number: int
    values: Mapping[str, object]
    raw: tuple[str, ...]
    unread: frozenset[str] = frozenset()


def read_rows(sheet: Sheet, columns: Sequence[Column]) -> tuple[list[ParsedRow], list[Problem]]:
    """Return every row as far as it can be read, and a problem for each cell that cannot."""
    places = _places(sheet, columns)
    rows: list[ParsedRow] = []
    problems: list[Problem] = []
    for row in sheet.rows:
        values: dict[str, object] = {}
        found: list[Problem] = []
        for column in columns:
            cell = row.cells[places[column.name]] if column.name in places else ""
            try:
                values[column.name] = _value(column, cell)
            except InvalidError as error:
                found.append(Problem(row.number, column.name, cell, error.message))
                values[column.name] = None
        problems += found
        rows.append(ParsedRow(row.number, values, row.cells, frozenset(problem.column for problem in found)))
    return rows, problems


def of_read_cells(rows: Sequence[ParsedRow], problems: Sequence[Problem]) -> list[Problem]:
    """Return the problems but those of cells that could not be read: they have their problem already."""
    unread = {(row.number, column) for row in rows for column in row.unread}
    return [problem for problem in problems if (problem.row, problem.column) not in unread]


def repeated(rows: Sequence[ParsedRow], column: str) -> list[Problem]:
    """Return a problem for each row whose value stands in an earlier row already, naming that row."""
    first_rows: dict[object, int] = {}
    problems: list[Problem] = []
    for row in rows:
        value = row.values[column]
        if value is None:
            continue
        first = first_rows.setdefault(value, row.number)
        if first != row.number:
            message = _("与第 %(row)s 行重复。请核对后只保留一行。", row=first)
            problems.append(Problem(row.number, column, str(value), message))
    return problems


def problem_workbook(sheet: Sheet, problems: Sequence[Problem]) -> bytes:
    """Return the rows that have problems, with their numbers and what to do, to be mended and sent again."""
    explanations: dict[int, list[str]] = {}
    for problem in problems:
        text = _("%(column)s：%(message)s", column=problem.column, message=problem.message)
        explanations.setdefault(problem.row, []).append(str(text))
    kept = [place for place, header in enumerate(sheet.headers) if _plain(header) not in _ADDED]
    rows: list[list[Cell]] = [
        [row.number, *(row.cells[place] for place in kept), "\n".join(explanations[row.number])]
        for row in sheet.rows
        if row.number in explanations
    ]
    headers = [ROW_NUMBER, *(sheet.headers[place] for place in kept), EXPLANATION]
    return write_workbook([WorkbookSheet(_("需修改的行"), headers, rows)])


def _value(column: Column, cell: str) -> object:
    if cell.startswith("="):
        raise InvalidError(_("单元格以“=”开头，可能是公式。请改为文字或数值。"))
    if _SPOILT_NUMBER.fullmatch(cell):
        raise InvalidError(_("数字过长，已被电子表格改写，末几位可能丢失。请把这一列设为“文本”格式后重新填写。"))
    if cell:
        return column.parse(cell)
    if column.required:
        raise InvalidError(_("此项必填，请补充。"))
    return None


def _places(sheet: Sheet, columns: Sequence[Column]) -> dict[str, int]:
    """Return where each column stands, or refuse the header once, with all that is wrong with it."""
    names = {_plain(name): column.name for column in columns for name in (column.name, *column.aliases)}
    headers = {place: _plain(header) for place, header in enumerate(sheet.headers) if _is_used(sheet, place)}
    places = {names[header]: place for place, header in headers.items() if header in names}
    counts = Counter(names[header] for header in headers.values() if header in names)
    missing = [column.name for column in columns if column.required and column.name not in places]
    unknown = [
        sheet.headers[place] or str(_("第 %(number)s 列（没有列名）", number=place + 1))
        for place, header in headers.items()
        if header not in names and header not in _ADDED
    ]
    _refuse_header(missing, unknown, [name for name, count in counts.items() if count > 1])
    return places


def _is_used(sheet: Sheet, place: int) -> bool:
    return bool(sheet.headers[place]) or any(row.cells[place] for row in sheet.rows)


def _refuse_header(missing: Sequence[str], unknown: Sequence[str], double: Sequence[str]) -> None:
    parts = (
        (missing, _("缺少的列：%(names)s。", names="、".join(missing))),
        (unknown, _("多出的列：%(names)s。", names="、".join(unknown))),
        (double, _("重复的列：%(names)s。", names="、".join(double))),
    )
    faults = "".join(str(text) for names, text in parts if names)
    if faults:
        raise InvalidError(_("表头与模板不一致。%(faults)s请下载模板，按模板的表头填写。", faults=faults))


def _plain(header: str) -> str:
    return _HEADER_MARKS.sub("", header)
