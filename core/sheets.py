"""Tables that people upload and download: one header row and rows of text, from XLSX or CSV and back.

What a file is, its content says and not its name. Nothing is guessed: what cannot be read whole is refused.
"""

import io
import re
import string
import unicodedata
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from core import csv_cells, workbook_reader
from core.errors import InvalidError
from core.formulas import Formula
from core.sheet_limits import MAX_COLUMNS, MAX_ROWS, MAX_UPLOAD_BYTES, MEBIBYTE
from core.texts import Text, lazy_gettext as _

Cell = str | int | Decimal | date | Formula | None

_BLANKS = (
    string.whitespace
    + "\u00a0\u1680\u2028\u2029\u202f\u205f\u3000\u200b\u2060\ufeff\x85"
    + "".join(map(chr, range(0x2000, 0x200B)))
)
_OLE_START = b"\xd0\xcf\x11\xe0"
_MARKUP_STARTS = (b"<?xml", b"<html", b"<!doctype", b"<head", b"<meta", b"<table")
_OLE_LOCKED = "EncryptedPackage".encode("utf-16-le")
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")  # bytes that no text in UTF-8 or GB18030 holds

_CHOICES_TITLE = "_choices"
_CREATED = datetime(1980, 1, 1)  # the day of the parts in the archive too: equal tables give equal bytes
_TEXT_FORMAT = 49  # the built-in format for text
_EXACT_DIGITS = 15  # as many as a spreadsheet keeps of a number
_NARROWEST, _WIDEST = 8, 60
_MEASURED_ROWS = 1_000


@dataclass(frozen=True)
class SheetRow:
    """One row that holds something, with the number a person sees beside it in the spreadsheet."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    """A header row and the rows below it, every row as long as the header."""

    headers: tuple[str, ...]
    rows: tuple[SheetRow, ...]


@dataclass(frozen=True)
class WorkbookSheet:
    """One sheet to write; choices and notes are by column, strong rows by row, all counted from 0."""

    title: Text
    headers: Sequence[Text]
    rows: Iterable[Sequence[Cell]] = ()
    choices: Mapping[int, Sequence[Text]] = field(default_factory=dict)
    notes: Mapping[int, Text] = field(default_factory=dict)
    strong: Set[int] = frozenset()


def read_sheet(filename: str, data: bytes) -> Sheet:
    """Read the first visible table of an uploaded file, or say why not and what to do."""
    if len(data) > MAX_UPLOAD_BYTES:
        limit = MAX_UPLOAD_BYTES // MEBIBYTE
        raise InvalidError(_("文件超过 %(limit)s MB。请删去图片等无关内容，或拆成几个文件分别上传。", limit=limit))
    if data.startswith(b"PK\x03\x04"):
        return _sheet_of(workbook_reader.read_lines(data))
    _refuse_foreign(filename, data)
    return _sheet_of(csv_cells.read_lines(csv_cells.decoded(data)))


def write_csv(headers: Sequence[Text], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return the table as CSV that a spreadsheet program opens in Chinese and runs nothing of."""
    lines = [[csv_cells.disarmed(str(header)) for header in headers]]
    lines += [[_csv_cell(cell) for cell in row] for row in rows]
    return csv_cells.written(lines)


def write_workbook(sheets: Sequence[WorkbookSheet]) -> bytes:
    """Return an XLSX file; every text stays text, whatever it begins with."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    workbook = xlsxwriter.Workbook(out, options)
    workbook.set_properties({"created": _CREATED})
    writer = _Writer(workbook)
    for sheet in sheets:
        writer.write(sheet)
    writer.write_choices()
    workbook.close()
    return out.getvalue()


def _refuse_foreign(filename: str, data: bytes) -> None:
    """Refuse what is neither a workbook nor text, and the kinds of text that are no table."""
    if data.startswith(_OLE_START):
        raise InvalidError(_ole_sentence(filename, data))
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InvalidError(
            _("“%(name)s”的文字编码是 UTF-16。请另存为“CSV UTF-8”或 .xlsx 文件后再上传。", name=filename)
        )
    if data.startswith((b"%PDF", b"{\\rtf")) or _BINARY.search(data):
        raise InvalidError(
            _("“%(name)s”不是电子表格。请上传 .xlsx 或 .csv 格式的文件，建议从模板填起。", name=filename)
        )
    if data[:200].removeprefix(b"\xef\xbb\xbf").lstrip().lower().startswith(_MARKUP_STARTS):
        raise InvalidError(
            _(
                "“%(name)s”实际上是网页或 XML 文件。请在 Excel 或 WPS 中打开，另存为 .xlsx 文件后再上传。",
                name=filename,
            )
        )


def _ole_sentence(filename: str, data: bytes) -> Text:
    if _OLE_LOCKED in data:
        return _("“%(name)s”设有打开密码。请取消密码并保存后再上传。", name=filename)
    return _(
        "“%(name)s”是旧版格式（如 .xls）。请在 Excel 或 WPS 中打开，另存为 .xlsx 文件后再上传。",
        name=filename,
    )


def _sheet_of(lines: Iterable[tuple[int, list[str]]]) -> Sheet:
    """Split the header from the rows; a cell beyond the header is kept, under a header without a name."""
    rows = [row for number, cells in lines if (row := _trimmed(number, cells)).cells]
    if not rows:
        raise InvalidError(_("文件是空的。请下载模板，填写并保存后再上传。"))
    if len(rows) == 1:
        raise InvalidError(_("表中只有表头，没有数据。请在表头下方逐行填写后再上传。"))
    if len(rows) > MAX_ROWS + 1:
        raise InvalidError(_("数据超过 %(limit)s 行。请拆成几个文件分别上传。", limit=MAX_ROWS))
    width = max(len(row.cells) for row in rows)
    if width > MAX_COLUMNS:
        raise InvalidError(_("表格超过 %(limit)s 列。请删去无关的列后再上传。", limit=MAX_COLUMNS))
    header, *body = (SheetRow(row.number, row.cells + ("",) * (width - len(row.cells))) for row in rows)
    return Sheet(header.cells, tuple(body))


def _trimmed(number: int, cells: Sequence[str]) -> SheetRow:
    stripped = [cell.strip(_BLANKS) for cell in cells]
    while stripped and not stripped[-1]:
        stripped.pop()
    return SheetRow(number, tuple(stripped))


def _csv_cell(cell: Cell) -> str:
    # A number cannot be a formula, so a minus before it stays a minus.
    return csv_cells.disarmed(cell) if isinstance(cell, str) else _as_text(cell)


def _as_text(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case datetime():
            raise TypeError("a time has no zone in a spreadsheet: hand in the local time as text")
        case Decimal():
            return f"{cell:f}"
        case Formula():
            return _as_text(cell.value)
    return str(cell)


class _Writer:
    """Writes sheets into one workbook and gathers their drop-down choices on a hidden sheet.

    A drop-down that carries its choices itself ends at 255 characters; one that points at cells does not.
    """

    def __init__(self, workbook: xlsxwriter.Workbook) -> None:
        self._workbook = workbook
        self._choices: list[list[str]] = []
        self._header = workbook.add_format(
            {"bold": True, "bg_color": "#E7EEF6", "bottom": 1, "valign": "vcenter", "text_wrap": True}
        )
        self._formats: dict[tuple[str | int, bool], Format] = {}

    def write(self, sheet: WorkbookSheet) -> None:
        """Write one sheet: header, rows, widths, drop-downs and notes."""
        worksheet = self._workbook.add_worksheet(_title(sheet.title))
        headers = [str(header) for header in sheet.headers]
        rows = list(sheet.rows)
        self._set_columns(worksheet, headers, rows)
        for column, header in enumerate(headers):
            _expect(worksheet.write_string(0, column, header, self._header))
        for row, cells in enumerate(rows, start=1):
            for column, cell in enumerate(cells):
                self._write_cell(worksheet, (row, column), cell, row - 1 in sheet.strong)
        worksheet.freeze_panes(1, 0)
        worksheet.autofilter(0, 0, len(rows), max(len(headers) - 1, 0))
        self._guide(worksheet, sheet)

    def write_choices(self) -> None:
        """Write the gathered choices, one column for each drop-down."""
        if not self._choices:
            return
        worksheet = self._workbook.add_worksheet(_CHOICES_TITLE)
        worksheet.hide()
        for column, choices in enumerate(self._choices):
            for row, choice in enumerate(choices):
                _expect(worksheet.write_string(row, column, choice))

    def _write_cell(self, worksheet: Worksheet, place: tuple[int, int], cell: Cell, is_strong: bool) -> None:
        form = self._format_of(cell, is_strong)
        match cell:
            case None | "":
                return
            case Formula():
                _expect(worksheet.write_formula(*place, cell.text, form, _calculated(cell)))
            case date() if not isinstance(cell, datetime):
                _expect(worksheet.write_datetime(*place, cell, form))
            case int() | Decimal() if _is_exact(cell):
                _expect(worksheet.write_number(*place, cell, form))
            case _:
                _expect(worksheet.write_string(*place, _as_text(cell), form))

    def _format_of(self, cell: Cell, is_strong: bool = False) -> Format:
        """Return how a cell looks: numbers by their decimals, days as such, everything else as text."""
        pattern = _pattern(cell)
        if (pattern, is_strong) not in self._formats:
            properties: dict[str, object] = {"num_format": pattern, "bold": is_strong}
            if pattern == _TEXT_FORMAT:
                properties |= {"text_wrap": True, "valign": "top"}
            self._formats[pattern, is_strong] = self._workbook.add_format(properties)
        return self._formats[pattern, is_strong]

    def _set_columns(self, worksheet: Worksheet, headers: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
        """Set the widths, and keep what is typed later as text: an ID as a number loses its last digits."""
        for column, header in enumerate(headers):
            cells = [_as_text(row[column]) for row in rows[:_MEASURED_ROWS] if column < len(row)]
            widest = max(map(_display_width, [header, *cells])) + 3
            worksheet.set_column(column, column, min(max(widest, _NARROWEST), _WIDEST), self._format_of(None))

    def _guide(self, worksheet: Worksheet, sheet: WorkbookSheet) -> None:
        """Offer the choices and show the notes in every row that can be filled in."""
        for column in sorted({*sheet.choices, *sheet.notes}):
            rule: dict[str, object] = {"validate": "any"}
            if column in sheet.choices:
                rule = {"validate": "list", "source": self._choices_range(sheet.choices[column])}
            if column in sheet.notes:
                rule["input_message"] = str(sheet.notes[column])[:255]
            _expect(worksheet.data_validation(1, column, MAX_ROWS, column, rule))

    def _choices_range(self, choices: Sequence[Text]) -> str:
        self._choices.append([str(choice) for choice in choices])
        column = xlsxwriter.utility.xl_col_to_name(len(self._choices) - 1, col_abs=True)
        return f"='{_CHOICES_TITLE}'!{column}$1:{column}${max(len(choices), 1)}"


def _title(title: Text) -> str:
    """Return a title a spreadsheet accepts: no more than 31 characters and none of its own signs."""
    return re.sub(r"[\[\]:*?/\\]", " ", str(title))[:31].strip(" '")


def _display_width(text: str) -> int:
    """Return the width of the longest line; a Chinese character counts as two."""
    return max(map(_line_width, text.splitlines()), default=0)


def _line_width(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in line)


def _pattern(cell: Cell) -> str | int:
    match cell:
        case Formula(value=str()):
            return "General"
        case Formula():
            return _pattern(cell.value)
        case datetime():
            return _TEXT_FORMAT
        case date():
            return "yyyy-mm-dd"
        case int() | Decimal() if _is_exact(cell):
            scale = max(0, -int(Decimal(cell).as_tuple().exponent))
            return "0." + "0" * scale if scale else "0"
    return _TEXT_FORMAT


def _calculated(formula: Formula) -> int | float | str:
    return float(formula.value) if isinstance(formula.value, Decimal) else formula.value


def _is_exact(number: int | Decimal) -> bool:
    return len(Decimal(number).as_tuple().digits) <= _EXACT_DIGITS


def _expect(answer: int) -> None:
    """Fail on what the library only answers with a number: it would cut long texts without a word."""
    if answer != 0:
        raise ValueError(f"the spreadsheet cannot hold this: {answer}")
