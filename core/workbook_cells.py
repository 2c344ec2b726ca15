"""The process that reads one workbook: bytes on standard input, cells as JSON on standard output.

It binds itself to little memory and little time before it reads, so that a hostile file ends this
process and nothing else. It needs no setting, no secret and no database.
"""

import json
import os
import resource
import sys
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from core.sheet_limits import (
    MAX_CHARACTERS,
    MAX_ROWS,
    MAX_UPLOAD_BYTES,
    READER_CPU_SECONDS,
    READER_MEMORY_BYTES,
)
from core.workbook_guard import Fault, WorkbookFaultError, checked_copy, refuse_far_corner

Line = tuple[int, list[str]]
CellValue = int | float | str | bool | time | date | datetime | timedelta


def main() -> None:
    """Read the workbook from standard input and answer with its cells or with the fault."""
    bind_this_process()
    data = sys.stdin.buffer.read(MAX_UPLOAD_BYTES + 1)
    json.dump(_answer(data), sys.stdout)


def bind_this_process() -> None:
    """Take little memory and time, step back for others, and leave no image of the data on a crash."""
    resource.setrlimit(resource.RLIMIT_AS, (READER_MEMORY_BYTES, READER_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (READER_CPU_SECONDS, READER_CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(10)


def lines_of(data: bytes) -> list[Line]:
    """Return the lines of the first visible worksheet that hold something, with their numbers."""
    with CalamineWorkbook.from_filelike(checked_copy(data)) as workbook:
        for index, sheet in enumerate(workbook.sheets_metadata):
            if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible:
                return _within_limits(_lines(workbook.get_sheet_by_index(index)))
    raise WorkbookFaultError(Fault.NOT_A_WORKBOOK)


def as_text(value: CellValue) -> str:
    """Write a cell the way the spreadsheet shows it: whole numbers bare, days as YYYY-MM-DD.

    A spreadsheet keeps fifteen digits of a number. Longer ones are shown with an exponent, so that
    a resident ID typed as a number is seen to be spoilt instead of being read as another one.
    """
    match value:
        case bool():
            return "TRUE" if value else "FALSE"
        case int() | float():
            return format(float(value), ".15G")
        case datetime():
            return value.strftime("%Y-%m-%d" if value.time() == time() else "%Y-%m-%d %H:%M")
        case date():
            return value.isoformat()
        case time():
            return value.strftime("%H:%M")
    return str(value)


def _answer(data: bytes) -> dict[str, object]:
    try:
        return {"lines": lines_of(data)}
    except WorkbookFaultError as error:
        return {"fault": error.fault, "cell": error.cell}
    except (CalamineError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError):
        return {"fault": Fault.UNREADABLE, "cell": ""}


def _lines(sheet: CalamineSheet) -> Iterator[Line]:
    if sheet.end is None:
        return
    row, column = sheet.end
    refuse_far_corner(column + 1, row + 1)
    for number, values in enumerate(sheet.iter_rows(), start=1):
        if values.count("") < len(values):
            yield number, [as_text(value) for value in values]


def _within_limits(lines: Iterator[Line]) -> list[Line]:
    kept: list[Line] = []
    characters = 0
    for line in lines:
        kept.append(line)
        characters += sum(map(len, line[1]))
        if len(kept) > MAX_ROWS + 1:
            raise WorkbookFaultError(Fault.TOO_MANY_ROWS)
        if characters > MAX_CHARACTERS:
            raise WorkbookFaultError(Fault.TOO_MUCH_TEXT)
    return kept
