"""What an XLSX file must not contain, decided before any spreadsheet library sees it.

It runs in the reading process, so it needs the standard library alone; it gives codes, and
``core/workbook_reader.py`` has the sentences.
"""

import io
import re
import zipfile
from collections.abc import Sequence
from enum import StrEnum

from core.sheet_limits import (
    MAX_COLUMNS,
    MAX_LINES,
    MAX_PARTS,
    MAX_RATIO,
    MAX_UNPACKED_BYTES,
    MEBIBYTE,
)

_REQUIRED_PARTS = frozenset({"[Content_Types].xml", "xl/workbook.xml"})
_PROGRAM_PART = re.compile(r"vbaproject|vbadata|macrosheets/|activex/|embeddings/|dialogsheets/", re.IGNORECASE)
_OUTSIDE_PART = re.compile(r"externallinks/|querytables/|xl/connections\.xml|xl/model/", re.IGNORECASE)
_PROGRAM_TYPE = re.compile(rb"macroEnabled|vbaProject", re.IGNORECASE)
_COMPRESSIONS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})

# Tags are looked through for a bounded length, so that no content makes these searches slow. What hides
# behind a longer tag meets the limits of the reading process instead.
_REST_OF_TAG = rb"[^<>]{0,80}"
_CELL_TAG = rb"<(?:\w{1,20}:)?c(?=\s)"
_CELL_NAME = re.compile(rb"\sr\s{0,9}=\s{0,9}[\"']([A-Z]+[0-9]+)")
# Columns after CV and rows after 100,000, of cells that are not closed at once: those hold something.
_FAR = rb"(?:C[W-Z]|[D-Z][A-Z]|[A-Z]{3,})[0-9]+|[A-Z]+(?:[0-9]{7,}|[2-9][0-9]{5}|1(?!00000)[0-9]{5})"
_FAR_CELL = re.compile(rb"r\s{0,9}=\s{0,9}[\"'](" + _FAR + rb")[\"']" + _REST_OF_TAG + rb"(?<!/)>")
_ERROR_CELL = re.compile(_CELL_TAG + _REST_OF_TAG + rb"\st=[\"']e[\"']" + _REST_OF_TAG + rb">")
# An empty result that was calculated carries t="str"; one that never was carries no type at all.
_NO_RESULT = rb">\s*<f(?:\s[^<>]{0,200})?(?:/>|>[^<]{0,9000}</f>)\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>"
_UNCALCULATED_CELL = re.compile(_CELL_TAG + rb"(?![^<>]{0,80}\st=)" + _REST_OF_TAG + _NO_RESULT)


class Fault(StrEnum):
    """Why a workbook is not read."""

    NOT_A_WORKBOOK = "not_a_workbook"
    UNREADABLE = "unreadable"
    LOCKED = "locked"
    OVERSIZED = "oversized"
    PROGRAMS = "programs"
    OUTSIDE_DATA = "outside_data"
    DECLARATION = "declaration"
    FAR_CELL = "far_cell"
    ERROR_CELL = "error_cell"
    UNCALCULATED_CELL = "uncalculated_cell"
    TOO_MANY_ROWS = "too_many_rows"
    TOO_MUCH_TEXT = "too_much_text"


class WorkbookFaultError(Exception):
    """The workbook is not read; where one cell is to blame, it is named."""

    def __init__(self, fault: Fault, cell: str = "") -> None:
        super().__init__(fault, cell)
        self.fault = fault
        self.cell = cell


def checked_copy(data: bytes) -> io.BytesIO:
    """Return a plain archive of the workbook's XML parts, each of them looked through.

    Two ZIP readers can see two different archives in one hostile file. The library gets what was
    checked, not what was sent.
    """
    copy = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(copy, "w") as target:
        parts = source.infolist()
        refuse_directory(parts)
        for part in parts:
            if part.filename.lower().endswith((".xml", ".rels")):
                content = source.read(part)
                refuse_content(content)
                target.writestr(zipfile.ZipInfo(part.filename), content)
    copy.seek(0)
    return copy


def refuse_directory(parts: Sequence[zipfile.ZipInfo]) -> None:
    """Refuse an archive for what its directory says, before anything is unpacked."""
    names = [part.filename for part in parts]
    faults = {
        Fault.NOT_A_WORKBOOK: not _REQUIRED_PARTS.issubset(names),
        Fault.LOCKED: any(part.flag_bits & 0x1 for part in parts),
        Fault.UNREADABLE: len(set(names)) < len(names)
        or any(part.compress_type not in _COMPRESSIONS for part in parts),
        Fault.OVERSIZED: len(parts) > MAX_PARTS or _is_oversized(parts),
        Fault.PROGRAMS: any(_PROGRAM_PART.search(name) for name in names),
        Fault.OUTSIDE_DATA: any(_OUTSIDE_PART.search(name) for name in names),
    }
    for fault, is_present in faults.items():
        if is_present:
            raise WorkbookFaultError(fault)


def refuse_content(content: bytes) -> None:
    """Refuse one XML part for what stands in it."""
    if b"\x00" in content[:64]:  # UTF-16 would slip past every search below
        raise WorkbookFaultError(Fault.UNREADABLE)
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise WorkbookFaultError(Fault.DECLARATION)
    if b"<Types" in content and _PROGRAM_TYPE.search(content):
        raise WorkbookFaultError(Fault.PROGRAMS)
    if far := _FAR_CELL.search(content):
        raise WorkbookFaultError(Fault.FAR_CELL, far[1].decode())
    if b"<v>#" in content and (found := _ERROR_CELL.search(content)):
        raise WorkbookFaultError(Fault.ERROR_CELL, _name_in(found[0]))
    if b"<f" in content and (found := _UNCALCULATED_CELL.search(content)):
        raise WorkbookFaultError(Fault.UNCALCULATED_CELL, _name_in(found[0]))


def refuse_far_corner(column: int, row: int) -> None:
    """Refuse an area that ends too far away, once it is known; both are counted from 1."""
    if column > MAX_COLUMNS or row > MAX_LINES:
        raise WorkbookFaultError(Fault.FAR_CELL, f"{column_letters(column)}{row}")


def column_letters(number: int) -> str:
    """Return A for 1, AA for 27."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _name_in(tag: bytes) -> str:
    name = _CELL_NAME.search(tag)
    return name[1].decode() if name else "?"


def _is_oversized(parts: Sequence[zipfile.ZipInfo]) -> bool:
    if sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
        return True
    large = (part for part in parts if part.file_size > MEBIBYTE)
    return any(part.file_size > MAX_RATIO * max(part.compress_size, 1) for part in large)
