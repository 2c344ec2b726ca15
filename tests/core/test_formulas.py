import io
import re
import zipfile
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from core.formulas import Formula, cell, percentage, sum_of_cells, sum_of_rows
from core.sheets import WorkbookSheet, read_sheet, write_csv, write_workbook

HEADERS = ["单位", "参加", "合格", "合格率（%）"]


def sheet_xml(data):
    return zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml").decode()


@pytest.mark.parametrize(
    ("column", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (702, "AAA")]
)
def test_columns_are_named_as_a_spreadsheet_names_them(column, name):
    assert cell(column, 0) == f"{name}2"


@given(st.integers(0, 20_000))
def test_no_two_columns_have_the_same_name(column):
    assert cell(column, 0) != cell(column + 1, 0)


def test_rows_are_added_up_below_the_header():
    assert sum_of_rows(1, 0, 8, 12) == Formula("=SUM(B2:B10)", 12)
    assert sum_of_cells([cell(1, 9), cell(1, 47)], 20) == Formula("=B11+B49", 20)


def test_no_rows_add_up_to_a_plain_figure():
    assert sum_of_rows(1, 3, 2, 0) == 0


def test_nothing_over_nothing_shows_a_dash():
    assert percentage("C2", "B2", None).value == "—"
    assert percentage("C2", "B2", Decimal("71.6")) == Formula('=IF(B2=0,"—",ROUND(C2*100/B2,1))', Decimal("71.6"))


def test_a_formula_is_written_with_its_value_and_read_by_it():
    rows = [
        ["甲局", 2934, 2101, percentage("C2", "B2", Decimal("71.6"))],
        ["乙局", 0, 0, percentage("C3", "B3", None)],
        ["合计", sum_of_rows(1, 0, 1, 2934), sum_of_rows(2, 0, 1, 2101), percentage("C4", "B4", Decimal("71.6"))],
    ]
    data = write_workbook([WorkbookSheet("表", HEADERS, rows, strong=frozenset({2}))])
    content = sheet_xml(data)
    assert "<f>SUM(B2:B3)</f><v>2934</v>" in content
    assert "<f>IF(B2=0,&quot;—&quot;,ROUND(C2*100/B2,1))</f><v>71.6</v>" in content or (
        '<f>IF(B2=0,"—",ROUND(C2*100/B2,1))</f><v>71.6</v>' in content
    )
    read = read_sheet("a.xlsx", data)
    assert [row.cells for row in read.rows] == [
        ("甲局", "2934", "2101", "71.6"),
        ("乙局", "0", "0", "—"),
        ("合计", "2934", "2101", "71.6"),
    ]


def test_separated_text_holds_the_value_alone():
    rows = [["甲局", 1, 1, percentage("C2", "B2", Decimal("100.0"))]]
    assert write_csv(HEADERS, rows).decode("utf-8-sig").splitlines()[1] == "甲局,1,1,100.0"


def test_a_strong_row_looks_unlike_the_others():
    def looks(**changes):
        content = sheet_xml(write_workbook([WorkbookSheet("表", ["数"], [[1], [2]], **changes)]))
        return [re.search(rf'<c r="{name}" s="(\d+)"', content)[1] for name in ("A2", "A3")]

    assert len(set(looks())) == 1
    assert len(set(looks(strong=frozenset({1})))) == 2
