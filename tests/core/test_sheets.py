"""Tables come back as they were written, from the formats and encodings met in offices."""

import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import time_machine
from hypothesis import given, settings, strategies as st
from python_calamine import CalamineWorkbook, SheetVisibleEnum

from core.csv_cells import disarmed, rearmed
from core.errors import InvalidError
from core.sheet_limits import MAX_COLUMNS, MAX_ROWS, MAX_UPLOAD_BYTES
from core.sheets import Sheet, SheetRow, WorkbookSheet, read_sheet, write_csv, write_workbook

RARE_NAMES = ["䶮", "㛃", "𡐓", "𬀩", "𬸚", "𬱖", "阿依古丽·买买提"]
SHEET = "xl/worksheets/sheet1.xml"
FORMULA_STARTS = "=+-@\t\r＝＋－＠"

printable = st.characters(exclude_categories=["Cc", "Cs", "Cn"])
texts = st.text(st.one_of(printable, st.sampled_from("=+-@'＝;,\"\n䶮𬱖")), max_size=12).map(
    lambda text: text.strip().strip("\u200b\u2060\ufeff").strip()
)
filled = texts.filter(bool)


@st.composite
def tables(draw):
    width = draw(st.integers(1, 4))
    headers = draw(st.lists(filled, min_size=width, max_size=width))
    row = st.lists(texts, min_size=width, max_size=width).filter(any)
    return headers, draw(st.lists(row, min_size=1, max_size=4))


def read_back(name, data):
    sheet = read_sheet(name, data)
    return list(sheet.headers), [list(row.cells) for row in sheet.rows]


def refusal(name, data):
    with pytest.raises(InvalidError) as caught:
        read_sheet(name, data)
    return str(caught.value)


def sheet_xml(data):
    return zipfile.ZipFile(io.BytesIO(data)).read(SHEET).decode()


def with_sheet_changed(data, old, new):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, content.replace(old, new) if name == SHEET else content)
    return out.getvalue()


@given(tables())
def test_written_csv_reads_back_the_same(table):
    headers, rows = table
    assert read_back("a.csv", write_csv(headers, rows)) == (headers, rows)


@settings(max_examples=40, deadline=None)
@given(tables())
def test_a_written_workbook_reads_back_the_same(table):
    headers, rows = table
    data = write_workbook([WorkbookSheet("表", headers, rows)])
    assert read_back("a.xlsx", data) == (headers, rows)


@given(st.text())
def test_an_apostrophe_put_before_a_formula_can_be_taken_back(text):
    assert rearmed(disarmed(text)) == text


@given(st.sampled_from(FORMULA_STARTS), st.text())
def test_no_exported_csv_cell_begins_like_a_formula(start, rest):
    assert disarmed(start + rest) == "'" + start + rest


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_no_exported_csv_cell_or_header_is_a_formula(start):
    data = write_csv([start + "列"], [[start + "cmd|'/c calc'!A0"]])
    for line in data.decode("utf-8-sig").split("\r\n")[:2]:
        assert line.lstrip('"').startswith("'" + start)


def test_no_exported_workbook_cell_is_a_formula_or_a_link():
    data = write_workbook([WorkbookSheet("表", ["=1"], [["=1+1"], ["http://a.example"], ["{=1}"]])])
    content = sheet_xml(data)
    assert "<f>" not in content
    assert "hyperlink" not in content
    assert content.count('t="s"') == 4


def test_numbers_and_days_are_written_as_such_and_read_as_text():
    row = [7, Decimal("71.60"), date(2017, 6, 30), None, "0012", -3]
    data = write_workbook([WorkbookSheet("表", list("甲乙丙丁戊己"), [row])])
    assert read_back("a.xlsx", data)[1] == [["7", "71.6", "2017-06-30", "", "0012", "-3"]]
    assert read_back("a.csv", write_csv(list("甲乙丙丁戊己"), [row]))[1] == [
        ["7", "71.60", "2017-06-30", "", "0012", "-3"]
    ]


def test_an_integer_too_long_for_a_spreadsheet_is_written_as_text():
    number = 123456789012345678
    data = write_workbook([WorkbookSheet("表", ["编号"], [[number]])])
    assert read_back("a.xlsx", data)[1] == [[str(number)]]


def test_a_long_number_typed_as_a_number_is_shown_spoilt_not_rounded():
    data = write_workbook([WorkbookSheet("表", ["编号"], [[7]])])
    data = with_sheet_changed(data, b"<v>7</v>", b"<v>130302197501011234</v>")
    assert read_back("a.xlsx", data)[1] == [["1.30302197501011E+17"]]


def test_a_time_is_not_written_because_it_has_no_zone():
    with pytest.raises(TypeError):
        write_workbook([WorkbookSheet("表", ["时间"], [[datetime(2017, 6, 30, 9)]])])


def test_a_text_too_long_for_a_cell_is_an_error_not_cut():
    with pytest.raises(ValueError, match="cannot hold"):
        write_workbook([WorkbookSheet("表", ["列"], [["长" * 40_000]])])


def test_equal_tables_give_equal_bytes_whatever_the_day():
    sheet = WorkbookSheet("表", ["姓名"], [["张三"]], choices={0: ["甲"]})
    with time_machine.travel(datetime(2017, 6, 30, tzinfo=UTC)):
        once = write_workbook([sheet])
    assert write_workbook([sheet]) == once


def test_a_sheet_has_a_frozen_header_a_filter_and_widths_by_the_width_of_characters():
    content = sheet_xml(write_workbook([WorkbookSheet("表", ["名", "x"], [["汉" * 10, "x" * 10]])]))
    assert 'ySplit="1"' in content
    assert '<autoFilter ref="A1:B2"/>' in content
    widths = [float(part.split('"')[0]) for part in content.split(' width="')[1:]]
    assert widths[0] - widths[1] == 10


def test_drop_downs_hold_more_choices_than_fit_in_a_cell_rule_and_do_not_hide_the_table():
    choices = [f"执法类别，第 {number} 类" for number in range(60)]
    data = write_workbook([WorkbookSheet("表", ["类别"], [["甲"]], choices={0: choices}, notes={0: "请选择"})])
    content = sheet_xml(data)
    assert "'_choices'!$A$1:$A$60" in content
    assert f'sqref="A2:A{MAX_ROWS + 1}"' in content
    assert 'prompt="请选择"' in content
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
    assert [sheet.visible for sheet in workbook.sheets_metadata] == [
        SheetVisibleEnum.Visible,
        SheetVisibleEnum.Hidden,
    ]
    assert [row[0] for row in workbook.get_sheet_by_name("_choices").to_python()] == choices
    assert read_back("a.xlsx", data) == (["类别"], [["甲"]])


def test_columns_to_fill_in_are_text_so_that_an_id_keeps_its_digits():
    data = write_workbook([WorkbookSheet("表", ["身份证号"])])
    assert 'numFmtId="49"' in zipfile.ZipFile(io.BytesIO(data)).read("xl/styles.xml").decode()
    assert ' style="' in sheet_xml(data)


def test_a_title_is_made_fit_for_a_spreadsheet():
    data = write_workbook([WorkbookSheet("2017[上]/合格:名单?" + "长" * 40, ["列"], [["值"]])])
    assert read_back("a.xlsx", data)[1] == [["值"]]


def test_rows_keep_the_numbers_seen_in_the_spreadsheet():
    expected = Sheet(("姓名", "单位"), (SheetRow(3, ("张三", "甲")), SheetRow(6, ("李四", ""))))
    csv_data = "姓名,单位\n,\n张三,甲\n\n , \n李四\n".encode()
    rows = [["", ""], ["张三", "甲"], ["", ""], [" ", "\u3000"], ["李四", None]]
    assert read_sheet("a.csv", csv_data) == expected
    assert read_sheet("a.xlsx", write_workbook([WorkbookSheet("表", ["姓名", "单位"], rows)])) == expected


def test_blanks_that_cannot_be_seen_are_stripped_from_cells():
    sheet = read_sheet("a.csv", "姓名 ,单位\n\u3000张三\u200b,\ufeff\xa0甲 \n".encode())
    assert sheet == Sheet(("姓名", "单位"), (SheetRow(2, ("张三", "甲")),))


def test_a_cell_beyond_the_header_is_kept_under_a_header_without_a_name():
    sheet = read_sheet("a.csv", "姓名\n张三,多出来\n".encode())
    assert sheet == Sheet(("姓名", ""), (SheetRow(2, ("张三", "多出来")),))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_keeps_rare_names_in_each_encoding(encoding):
    data = ("姓名\r\n" + "\r\n".join(RARE_NAMES)).encode(encoding)
    assert read_back("a.csv", data) == (["姓名"], [[name] for name in RARE_NAMES])


def test_gb18030_is_read_by_its_2022_edition():
    data = "姓名\n".encode("gb18030") + bytes.fromhex("FE59FEA0")
    assert read_back("a.csv", data)[1] == [["\u9fb4\u9fbb"]]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_is_read_with_each_separator(separator):
    data = separator.join(["姓名", "单位"]) + "\n" + separator.join(["张三", '"甲;乙,丙\t丁"'])
    assert read_back("a.txt", data.encode()) == (["姓名", "单位"], [["张三", "甲;乙,丙\t丁"]])


def test_content_decides_and_not_the_name():
    csv_data, workbook = write_csv(["列"], [["值"]]), write_workbook([WorkbookSheet("表", ["列"], [["值"]])])
    assert read_back("a.xlsx", csv_data) == read_back("a.csv", workbook) == (["列"], [["值"]])


def test_the_largest_table_is_read_and_one_row_more_is_refused():
    rows = [[str(number)] for number in range(MAX_ROWS)]
    assert len(read_sheet("a.csv", write_csv(["列"], rows)).rows) == MAX_ROWS
    assert len(read_sheet("a.xlsx", write_workbook([WorkbookSheet("表", ["列"], rows)])).rows) == MAX_ROWS
    rows.append(["多"])
    assert "20000 行" in refusal("a.csv", write_csv(["列"], rows))
    assert "20000 行" in refusal("a.xlsx", write_workbook([WorkbookSheet("表", ["列"], rows)]))


def test_the_widest_table_is_read_and_one_column_more_is_refused():
    headers = [f"列{number}" for number in range(MAX_COLUMNS)]
    assert read_back("a.csv", write_csv(headers, [headers])) == (headers, [headers])
    assert read_back("a.xlsx", write_workbook([WorkbookSheet("表", headers, [headers])])) == (
        headers,
        [headers],
    )
    headers.append("多")
    assert "100 列" in refusal("a.csv", write_csv(headers, [headers]))
    assert "单元格 CW1 超出" in refusal("a.xlsx", write_workbook([WorkbookSheet("表", headers, [headers])]))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "文件是空的"),
        (b"\xef\xbb\xbf \r\n\r\n", "文件是空的"),
        (b",,,\n,,,\n", "文件是空的"),
        ("姓名,单位\n,\n".encode(), "只有表头"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "不是电子表格"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "不是电子表格"),
        (b"{\\rtf1\\ansi text}", "不是电子表格"),
        (b"a,b\n1,\x00\n", "不是电子表格"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 64, "旧版格式"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "打开密码"),
        ("姓名\n张三".encode("utf-16"), "UTF-16"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "网页或 XML"),
        (b'\xef\xbb\xbf<?xml version="1.0"?><Workbook/>', "网页或 XML"),
        ("姓名\n".encode() + b"\xff\xfe\xfd", "文字编码无法识别"),
        ('姓名\n"张三\n'.encode(), "第 2 行附近的引号"),
        (b"a\n" + b"x" * 140_000, "第 2 行附近"),
        (b"," * 3_000_000, "100 列"),
        (b"a" + b"," * 3_000_000, "100 列"),
        (b"a\n" * 20_002, "20000 行"),
        (b"a\n" + b"\n" * 100_000 + b"b\n", "20000 行"),
        (b"x" * (MAX_UPLOAD_BYTES + 1), "超过 10 MB"),
    ],
)
def test_what_is_no_table_is_refused_with_what_to_do(data, words):
    sentence = refusal("名单.xlsx", data)
    assert words in sentence
    assert "请" in sentence
    assert sentence.endswith("。")


def test_an_empty_workbook_and_one_with_a_header_only_are_refused_in_their_own_words():
    assert "文件是空的" in refusal("a.xlsx", write_workbook([WorkbookSheet("表", [])]))
    assert "只有表头" in refusal("a.xlsx", write_workbook([WorkbookSheet("表", ["姓名"])]))
