"""Hostile and broken workbooks: each is refused in words, quickly, and the server goes on."""

import contextlib
import io
import logging
import os
import subprocess
import sys
import zipfile

import psutil
import pytest

from core import workbook_guard, workbook_reader
from core.errors import InvalidError
from core.sheet_limits import MAX_COLUMNS, MAX_LINES, MAX_PARTS, MAX_ROWS, MAX_UPLOAD_BYTES
from core.sheets import WorkbookSheet, read_sheet, write_workbook
from core.workbook_guard import Fault, column_letters
from core.workbook_reader import sentence

SHEET = "xl/worksheets/sheet1.xml"
HEAD = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
TAIL = b"</sheetData></worksheet>"
TWO_ROWS = b'<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="A2"><v>2</v></c></row>'


def parts_of(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def workbook(**changes):
    """Return a sound workbook with parts added or replaced."""
    parts = parts_of(write_workbook([WorkbookSheet("表", ["列"], [["值"]])]))
    return archive_of(parts | changes.pop("parts", {}))


def archive_of(parts, compression=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def with_rows(rows, head=HEAD):
    return workbook(parts={SHEET: head + rows + TAIL})


def refusal(data):
    with pytest.raises(InvalidError) as caught:
        read_sheet("名单.xlsx", data)
    return caught.value.message


def cell(reference, value=b"<v>1</v>", extra=b""):
    return b'<row><c %b r="%b">%b</c></row>' % (extra, reference, value)


def test_the_sound_workbook_the_others_are_made_from_is_read():
    assert read_sheet("a.xlsx", workbook()).headers == ("列",)
    assert read_sheet("a.xlsx", with_rows(TWO_ROWS)).rows[0].cells == ("2",)


def test_a_bomb_by_size_is_refused():
    part = os.urandom(20_000) * 60
    parts = {f"xl/media/{number}.png": part for number in range(60)}
    assert len(workbook(parts=parts)) < MAX_UPLOAD_BYTES
    assert refusal(workbook(parts=parts)) == sentence(Fault.OVERSIZED)


def test_a_bomb_by_ratio_is_refused():
    assert refusal(workbook(parts={"xl/media.xml": b" " * (2 * 1024 * 1024)})) == sentence(Fault.OVERSIZED)


def test_an_archive_of_very_many_parts_is_refused():
    many = {f"xl/part{number}.xml": b"<a/>" for number in range(MAX_PARTS)}
    assert refusal(workbook(parts=many)) == sentence(Fault.OVERSIZED)


def test_a_directory_that_lies_about_sizes_is_refused():
    data = with_rows(TWO_ROWS + b" " * 4_000_000)
    true_size = len(parts_of(data)[SHEET])
    lying = data.replace(true_size.to_bytes(4, "little"), (900_000).to_bytes(4, "little"))
    assert lying != data
    assert refusal(lying) == sentence(Fault.UNREADABLE)


@pytest.mark.parametrize(
    "name",
    [
        "xl/vbaProject.bin",
        "xl/VBAPROJECT.BIN",
        "xl/macrosheets/sheet1.xml",
        "xl/embeddings/oleObject1.bin",
        "xl/embeddings/inner.xlsx",
        "xl/activeX/activeX1.xml",
    ],
)
def test_programs_and_embedded_files_are_refused(name):
    assert refusal(workbook(parts={name: b"x"})) == sentence(Fault.PROGRAMS)


def test_a_workbook_declared_to_hold_macros_is_refused():
    types = parts_of(workbook())["[Content_Types].xml"].replace(b"sheet.main", b"sheet.macroEnabled.main")
    assert refusal(workbook(parts={"[Content_Types].xml": types})) == sentence(Fault.PROGRAMS)


@pytest.mark.parametrize(
    "name", ["xl/externalLinks/externalLink1.xml", "xl/connections.xml", "xl/queryTables/queryTable1.xml"]
)
def test_links_to_outside_data_are_refused(name):
    assert refusal(workbook(parts={name: b"<a/>"})) == sentence(Fault.OUTSIDE_DATA)


def test_a_document_type_with_entities_is_refused():
    entity = b'<!DOCTYPE w [<!ENTITY a "' + b"x" * 1000 + b'">]>'
    assert refusal(with_rows(TWO_ROWS, entity + HEAD)) == sentence(Fault.DECLARATION)


def test_a_part_in_an_encoding_the_searches_do_not_see_is_refused():
    entity = '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE w []>' + (HEAD + TWO_ROWS + TAIL).decode()
    assert refusal(workbook(parts={SHEET: entity.encode("utf-16")})) == sentence(Fault.UNREADABLE)


@pytest.mark.parametrize("reference", [b"XFD1048576", b"XFD2", b"A1048576", b"CW2", b"A100001"])
def test_a_cell_far_away_is_refused_by_name(reference):
    expected = sentence(Fault.FAR_CELL, reference.decode())
    assert refusal(with_rows(TWO_ROWS + cell(reference))) == expected
    assert refusal(with_rows(TWO_ROWS + cell(reference, extra=b's="1"'))) == expected


def test_the_last_cell_that_is_read_is_the_last_of_the_limits():
    assert (MAX_COLUMNS, MAX_LINES) == (100, 100_000)
    rows = read_sheet("a.xlsx", with_rows(TWO_ROWS + cell(b"CV100000"))).rows
    assert (rows[-1].number, len(rows[-1].cells)) == (100_000, 100)


def test_a_cell_far_away_that_holds_nothing_does_no_harm():
    rows = TWO_ROWS + b'<row r="1048576"><c r="XFD1048576" s="1"/></row>'
    assert len(read_sheet("a.xlsx", with_rows(rows)).rows) == 1


def test_a_cell_far_away_without_its_name_ends_the_reader_and_nothing_else(caplog):
    wide = b'<row r="1">' + b"<c><v>1</v></c>" * 16_384 + b"</row>"
    rows = wide + b'<row r="1048576"><c><v>1</v></c></row>'
    with caplog.at_level(logging.WARNING):
        assert refusal(with_rows(rows)) == sentence(Fault.UNREADABLE)
    assert "workbook reader ended" in caplog.text
    assert read_sheet("a.xlsx", workbook()).headers == ("列",)


def test_cells_without_names_are_held_to_the_same_width():
    row = b'<row r="1">' + b"<c><v>1</v></c>" * 101 + b"</row>"
    assert refusal(with_rows(row)) == sentence(Fault.FAR_CELL, "CW1")


def test_the_reader_stops_at_the_most_rows_there_may_be():
    rows = b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (n, n) for n in range(1, MAX_ROWS + 3))
    with pytest.raises(InvalidError) as caught:
        workbook_reader.read_lines(with_rows(rows))
    assert caught.value.message == sentence(Fault.TOO_MANY_ROWS)


def test_one_text_standing_in_very_many_cells_is_refused():
    text = b"<sst><si><t>" + os.urandom(10_000).hex().encode() + b"</t></si></sst>"
    cells = b"".join(b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (n, n) for n in range(1, 2000))
    data = workbook(parts={"xl/sharedStrings.xml": text, SHEET: HEAD + cells + TAIL})
    assert refusal(data) == sentence(Fault.TOO_MUCH_TEXT)


def test_a_value_that_is_an_error_is_named_and_not_read_as_nothing():
    rows = TWO_ROWS + b'<row r="3"><c r="B3" s="1" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>'
    assert refusal(with_rows(rows)) == sentence(Fault.ERROR_CELL, "B3")


@pytest.mark.parametrize("value", [b"<f>1+1</f><v></v>", b"<f>1+1</f><v/>", b"<f>1+1</f>", b'<f si="0"/>'])
def test_a_formula_never_calculated_is_named_and_not_read_as_nothing(value):
    assert refusal(with_rows(TWO_ROWS + cell(b"B3", value))) == sentence(Fault.UNCALCULATED_CELL, "B3")


def test_a_calculated_formula_is_read_by_its_value():
    rows = TWO_ROWS + cell(b"A3", b"<f>1+1</f><v>2</v>") + cell(b"B3", b'<f>""</f><v></v>', b't="str"')
    assert [row.cells[0] for row in read_sheet("a.xlsx", with_rows(rows)).rows] == ["2", "2"]


def test_the_first_visible_sheet_is_the_one_read():
    data = write_workbook([WorkbookSheet("说明", ["甲"], [["1"]]), WorkbookSheet("名单", ["乙"], [["2"]])])
    parts = parts_of(data)
    hidden = parts["xl/workbook.xml"].replace(b'name="' + "说明".encode() + b'"', b'name="x" state="hidden"')
    assert read_sheet("a.xlsx", archive_of(parts | {"xl/workbook.xml": hidden})).headers == ("乙",)


def test_an_archive_that_is_no_workbook_is_refused():
    assert refusal(archive_of({"word/document.xml": b"<a/>"})) == sentence(Fault.NOT_A_WORKBOOK)


def test_a_truncated_workbook_is_refused():
    data = workbook()
    assert refusal(data[: len(data) // 2]) == sentence(Fault.UNREADABLE)


def test_a_workbook_with_a_flipped_byte_is_refused_or_read_but_never_fails():
    data = workbook()
    for place in range(4, len(data), len(data) // 12):
        flipped = data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :]
        with contextlib.suppress(InvalidError):
            assert read_sheet("a.xlsx", flipped).rows[0].cells == ("值",)


def test_a_part_that_needs_a_password_is_refused():
    data = bytearray(workbook())
    place = data.rindex(b"PK\x01\x02")
    data[place + 8] |= 0x1
    assert refusal(bytes(data)) == sentence(Fault.LOCKED)


def test_two_parts_of_one_name_are_refused():
    out = io.BytesIO(workbook())
    with zipfile.ZipFile(out, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr(SHEET, HEAD + TAIL)
    assert refusal(out.getvalue()) == sentence(Fault.UNREADABLE)


def test_an_unusual_compression_is_refused():
    assert refusal(archive_of(parts_of(workbook()), zipfile.ZIP_BZIP2)) == sentence(Fault.UNREADABLE)


def test_a_reader_that_takes_too_long_is_stopped(monkeypatch, caplog):
    monkeypatch.setattr(workbook_reader, "READER_WAIT_SECONDS", 0.001)
    assert refusal(workbook()) == sentence(Fault.UNREADABLE)
    assert "out of time" in caplog.text


def test_the_reader_has_little_memory_little_time_and_none_of_the_servers_variables(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "canary")
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); import os, resource as r;"
        "hard = r.getrlimit(r.RLIMIT_CORE)[1]; r.setrlimit(r.RLIMIT_CORE, (hard, hard));"
        "from core.workbook_cells import bind_this_process as bind; bind();"
        "print([r.getrlimit(getattr(r, 'RLIMIT_' + n))[0] for n in ('AS', 'CPU', 'CORE')],"
        "'SECRET_KEY' in os.environ)"
    )
    command = (sys.executable, "-I", "-c", program, str(workbook_reader._ROOT))
    monkeypatch.setattr(workbook_reader, "_COMMAND", command)
    assert workbook_reader._run_reader(b"").stdout == b"[1073741824, 20, 0] False\n"


def test_the_reader_loads_nothing_of_the_platform_but_what_reads_workbooks():
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); import core.workbook_cells;"
        "print(sorted(name for name in sys.modules if name.startswith(('core', 'flask'))))"
    )
    command = (sys.executable, "-I", "-c", program, str(workbook_reader._ROOT))
    loaded = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    assert loaded.strip() == "['core', 'core.sheet_limits', 'core.workbook_cells', 'core.workbook_guard']"


def test_hostile_files_are_refused_and_cost_the_server_little_memory():
    hostile = [
        workbook(parts={"xl/media.xml": b" " * (65 * 1024 * 1024)}),
        with_rows(TWO_ROWS + cell(b"XFD1048576")),
        with_rows(b'<row r="1">' + b"<c><v>1</v></c>" * 16_384 + b'</row><row r="1048576"><c><v>1</v></c></row>'),
        archive_of({f"x{number}": b"" for number in range(50_000)}, zipfile.ZIP_STORED),
    ]
    before = psutil.Process().memory_info().rss
    for data in hostile:
        refusal(data)
    assert psutil.Process().memory_info().rss - before < 50 * 1024 * 1024


def test_columns_are_named_as_in_a_spreadsheet():
    names = [column_letters(number) for number in (1, 26, 27, 100, 702, 703, 16_384)]
    assert names == ["A", "Z", "AA", "CV", "ZZ", "AAA", "XFD"]


@pytest.mark.parametrize("content", [b"<c ", b'<c r="A1">', b'<c r="CA1">', b'<c r="A1"><f>', b'r="A1" '])
@pytest.mark.timeout(60)
def test_no_content_makes_the_search_run_for_ever(content):
    workbook_guard.refuse_content(b"<c " + content * (8_000_000 // len(content)))


def test_the_library_gets_what_was_checked_and_not_what_was_sent():
    data = workbook(parts={"xl/media/picture.png": b"x"})
    names = zipfile.ZipFile(workbook_guard.checked_copy(data)).namelist()
    assert names == [name for name in parts_of(data) if name.endswith((".xml", ".rels"))]
