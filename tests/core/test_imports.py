"""An import says what is wrong with each cell, and its list of problems can be mended and sent again."""

from datetime import date

import pytest
from hypothesis import given, strategies as st

from core.errors import InvalidError
from core.imports import Column, ParsedRow, Problem, of_read_cells, problem_workbook, read_rows, repeated
from core.sheets import Sheet, SheetRow, read_sheet


def whole_number(cell):
    if not cell.isdigit():
        raise InvalidError("请填写整数。")
    return int(cell)


NAME = Column("姓名", required=True, parse=str, aliases=("人员姓名",))
AGE = Column("年龄", required=False, parse=whole_number)
SINCE = Column("入职日期", required=False, parse=date.fromisoformat)
COLUMNS = (NAME, AGE)


def make_sheet(*rows, headers=("姓名", "年龄")):
    return Sheet(headers, tuple(SheetRow(number, cells) for number, cells in enumerate(rows, start=2)))


def problems_of(*rows, headers=("姓名", "年龄")):
    _rows, problems = read_rows(make_sheet(*rows, headers=headers), COLUMNS)
    return [(problem.row, problem.column, problem.value, str(problem.message)) for problem in problems]


def refusal(*headers, cells=None):
    with pytest.raises(InvalidError) as caught:
        read_rows(make_sheet(cells or ("甲",) * len(headers), headers=headers), COLUMNS)
    return str(caught.value)


def test_sound_rows_are_read_in_order_with_their_numbers():
    rows, problems = read_rows(make_sheet(("张三", "30"), ("李四", "")), COLUMNS)
    assert problems == []
    assert rows == [
        ParsedRow(2, {"姓名": "张三", "年龄": 30}, ("张三", "30")),
        ParsedRow(3, {"姓名": "李四", "年龄": None}, ("李四", "")),
    ]


def test_columns_may_stand_in_any_order():
    rows, _problems = read_rows(make_sheet(("30", "张三"), headers=("年龄", "姓名")), COLUMNS)
    assert rows[0].values == {"姓名": "张三", "年龄": 30}


@pytest.mark.parametrize("header", ["人员姓名", "姓名*", "＊姓名", " 姓 名 ", "姓\n名"])
def test_an_alias_a_star_or_a_space_in_a_header_does_no_harm(header):
    rows, _problems = read_rows(make_sheet(("张三", "30"), headers=(header, "年龄")), COLUMNS)
    assert rows[0].values["姓名"] == "张三"


def test_an_optional_column_may_be_missing():
    rows, problems = read_rows(make_sheet(("张三",), headers=("姓名",)), (NAME, AGE, SINCE))
    assert (rows[0].values, problems) == ({"姓名": "张三", "年龄": None, "入职日期": None}, [])


def test_a_wrong_header_is_refused_once_with_all_that_is_wrong():
    sentence = refusal("名字", "年龄", "年龄", "")
    assert sentence == (
        "表头与模板不一致。缺少的列：姓名。多出的列：名字、第 4 列（没有列名）。重复的列：年龄。"
        "请下载模板，按模板的表头填写。"
    )


def test_a_name_and_its_alias_are_the_same_column_twice():
    assert "重复的列：姓名。" in refusal("姓名", "人员姓名")


def test_a_column_without_a_name_and_without_content_does_no_harm():
    rows, _problems = read_rows(make_sheet(("张三", "", "30"), headers=("姓名", "", "年龄")), COLUMNS)
    assert rows[0].values == {"姓名": "张三", "年龄": 30}


def test_a_required_cell_that_is_empty_is_a_problem():
    assert problems_of(("", "30")) == [(2, "姓名", "", "此项必填，请补充。")]


def test_a_cell_that_cannot_be_read_is_a_problem_with_the_sentence_of_its_rule():
    assert problems_of(("张三", "三十")) == [(2, "年龄", "三十", "请填写整数。")]


@pytest.mark.parametrize("place", [0, 1])
def test_a_cell_that_begins_like_a_formula_is_a_problem_in_every_column(place):
    cells = ["张三", "30"]
    cells[place] = "=1+1"
    [(row, column, value, message)] = problems_of(tuple(cells))
    assert (row, column, value) == (2, COLUMNS[place].name, "=1+1")
    assert message == "单元格以“=”开头，可能是公式。请改为文字或数值。"


@pytest.mark.parametrize("cell", ["1.30302197501011E+17", "1.30302E+17", "1E+15", "1.3e+17"])
def test_a_number_a_spreadsheet_has_cut_short_is_a_problem(cell):
    [(_row, _column, _value, message)] = problems_of((cell, ""))
    assert "末几位可能丢失" in message


def test_every_problem_of_every_row_is_found_and_the_rest_of_the_row_is_read():
    sheet = make_sheet(("", "三十"), ("张三", "30"), ("=a", ""))
    rows, problems = read_rows(sheet, COLUMNS)
    assert [(row.number, row.unread) for row in rows] == [(2, {"姓名", "年龄"}), (3, set()), (4, {"姓名"})]
    assert rows[2].values == {"姓名": None, "年龄": None}
    assert [(problem.row, problem.column) for problem in problems] == [(2, "姓名"), (2, "年龄"), (4, "姓名")]


def test_what_is_said_of_a_cell_that_could_not_be_read_is_left_out():
    rows, _problems = read_rows(make_sheet(("=a", "30"), ("张三", "31")), COLUMNS)
    said = [
        Problem(2, "姓名", "", "不符。"),
        Problem(2, "年龄", "30", "不符。"),
        Problem(3, "姓名", "", "不符。"),
    ]
    assert of_read_cells(rows, said) == said[1:]


def test_a_repeated_value_names_the_earlier_row():
    rows, _problems = read_rows(make_sheet(("甲", "1"), ("乙", ""), ("甲", "2"), ("丙", ""), ("甲", "")), COLUMNS)
    problems = repeated(rows, "姓名")
    assert [(problem.row, problem.column, problem.value, str(problem.message)) for problem in problems] == [
        (4, "姓名", "甲", "与第 2 行重复。请核对后只保留一行。"),
        (6, "姓名", "甲", "与第 2 行重复。请核对后只保留一行。"),
    ]


def test_empty_cells_do_not_repeat_each_other():
    rows, _problems = read_rows(make_sheet(("甲", ""), ("乙", "")), COLUMNS)
    assert repeated(rows, "年龄") == []


@given(st.lists(st.sampled_from("甲乙丙丁")))
def test_as_many_values_repeat_as_there_are_more_rows_than_values(names):
    rows = [ParsedRow(number, {"姓名": name}, (name,)) for number, name in enumerate(names)]
    assert len(repeated(rows, "姓名")) == len(names) - len(set(names))


def test_the_list_of_problems_holds_the_rows_as_they_were_with_what_to_do():
    sheet = make_sheet(("", "三十"), ("张三", "30"), ("=a", ""))
    _rows, problems = read_rows(sheet, COLUMNS)
    found = read_sheet("a.xlsx", problem_workbook(sheet, problems))
    assert found.headers == ("行号", "姓名", "年龄", "错误说明")
    assert [row.cells for row in found.rows] == [
        ("2", "", "三十", "姓名：此项必填，请补充。\n年龄：请填写整数。"),
        ("4", "=a", "", "姓名：单元格以“=”开头，可能是公式。请改为文字或数值。"),
    ]


def test_the_list_of_problems_can_be_sent_again_and_its_own_list_has_no_column_twice():
    sheet = make_sheet(("", "三十"), ("张三", "30"))
    again = read_sheet("a.xlsx", problem_workbook(sheet, read_rows(sheet, COLUMNS)[1]))
    _rows, problems = read_rows(again, COLUMNS)
    assert [problem.column for problem in problems] == ["姓名", "年龄"]
    assert read_sheet("a.xlsx", problem_workbook(again, problems)).headers == again.headers


def test_a_problem_of_a_whole_row_found_elsewhere_is_listed_too():
    sheet = make_sheet(("张三", "30"), ("李四", "31"))
    found = read_sheet("a.xlsx", problem_workbook(sheet, [Problem(3, "姓名", "李四", "已在人员库中。")]))
    assert [row.cells for row in found.rows] == [("3", "李四", "31", "姓名：已在人员库中。")]
