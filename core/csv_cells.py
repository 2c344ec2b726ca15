"""Separated text in both directions: encodings and separators met in offices, formulas made harmless.

It reads UTF-8 and GB18030, never GBK, which has no place for the rarer characters of names.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence

from core.errors import InvalidError
from core.sheet_limits import MAX_COLUMNS, MAX_LINES, MAX_ROWS
from core.texts import lazy_gettext as _

_SEPARATORS = ",;\t"
_OTHER_SEPARATOR = re.compile(r"[;\t]")
_MAX_CELLS = (MAX_ROWS + 1) * MAX_COLUMNS
_MEASURED = 10_000  # characters of the header that are enough to tell the separator
_FORMULA_START = re.compile(r"'*[=+\-@\t\r＝＋－＠]")

# Python's codec follows GB 18030-2005; the 2022 edition gave these eighteen places to real characters.
_GB18030_2022 = str.maketrans(
    "\ue78d\ue78e\ue78f\ue790\ue791\ue792\ue793\ue794\ue795\ue796\ue81e\ue826\ue82b\ue82c\ue832\ue843\ue854\ue864",
    "\ufe10\ufe12\ufe11\ufe13\ufe14\ufe15\ufe16\ufe17\ufe18\ufe19\u9fb4\u9fb5\u9fb6\u9fb7\u9fb8\u9fb9\u9fba\u9fbb",
)


def decoded(data: bytes) -> str:
    """Return the text of the file, from UTF-8 with or without its mark, or else from GB18030."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("gb18030").translate(_GB18030_2022)
    except UnicodeDecodeError:
        raise InvalidError(
            _("文件的文字编码无法识别。请在 Excel 或 WPS 中另存为“CSV UTF-8”或 .xlsx 文件后再上传。")
        ) from None


def read_lines(text: str) -> list[tuple[int, list[str]]]:
    """Return the filled lines, numbered as a spreadsheet would show them."""
    separator = _separator(text)
    if text.count(separator) > _MAX_CELLS:
        raise InvalidError(_("表格超过 %(limit)s 列。请删去无关的列后再上传。", limit=MAX_COLUMNS))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        return list(_filled(reader))
    except csv.Error:
        raise InvalidError(
            _(
                "第 %(line)s 行附近的引号不成对或内容过长，无法分列。请改正，或另存为 .xlsx 文件后再上传。",
                line=reader.line_num,
            )
        ) from None


def written(lines: Iterable[Sequence[str]]) -> bytes:
    """Return the lines as UTF-8 with a mark, so that spreadsheet programs show Chinese as Chinese.

    A line that holds another separator is quoted throughout, or it could be taken for that one's.
    """
    out = io.StringIO(newline="")
    plain, quoted = csv.writer(out), csv.writer(out, quoting=csv.QUOTE_ALL)
    for line in lines:
        (quoted if _OTHER_SEPARATOR.search("".join(line)) else plain).writerow(line)
    return out.getvalue().encode("utf-8-sig")


def disarmed(cell: str) -> str:
    """Put an apostrophe before what a spreadsheet program would run as a formula (OWASP ASVS 1.2.10)."""
    return "'" + cell if _FORMULA_START.match(cell) else cell


def rearmed(cell: str) -> str:
    """Take back the apostrophe of ``disarmed``, so that what is exported comes back the same."""
    return cell[1:] if cell.startswith("'") and _FORMULA_START.match(cell) else cell


def _separator(text: str) -> str:
    """Return the separator that splits the first filled line into the most cells."""
    return max(_SEPARATORS, key=lambda separator: _width(text[:_MEASURED], separator))


def _width(text: str, separator: str) -> int:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        return next((len(cells) for cells in reader if "".join(cells).strip(_SEPARATORS)), 0)
    except csv.Error:
        return 0


def _filled(reader: Iterable[list[str]]) -> Iterator[tuple[int, list[str]]]:
    for number, cells in enumerate(reader, start=1):
        if number > MAX_LINES:
            raise InvalidError(_("数据超过 %(limit)s 行。请拆成几个文件分别上传。", limit=MAX_ROWS))
        if any(cell.strip() for cell in cells):
            yield number, [rearmed(cell) for cell in cells]
