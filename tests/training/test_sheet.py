from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from core.imports import of_read_cells, read_rows
from core.sealing import matching_digest
from core.sheets import Sheet, SheetRow
from training.hours import CourseDays, DayCredit, HourSource, NewHours
from training.sheet import COLUMNS, HoursFacts, KnownCourse, KnownOfficer, new_hours, problems_in

COURSE_ID, OFFICER_ID, OTHER_ID = UUID(int=1), UUID(int=2), UUID(int=3)
DAYS = CourseDays(date(2026, 3, 1), date(2026, 3, 31), today=date(2026, 6, 1))
HEADERS = tuple(column.name for column in COLUMNS)
SOUND = {
    "课程": "新申领人员培训",
    "姓名": "张三",
    "证件号码": "DEMO-000001",
    "单位": "海东区",
    "学时": "4",
    "方式": "集中",
    "日期": "2026-03-02",
    "备注": "",
}


def facts(credits=None):
    officers = {
        matching_digest("DEMO-000001"): KnownOfficer(OFFICER_ID, "张三", "海东区"),
        matching_digest("DEMO-000002"): KnownOfficer(OTHER_ID, "李四", "市公安局"),
    }
    return HoursFacts({"新申领人员培训": KnownCourse(COURSE_ID, DAYS, credits or {})}, officers)


def rows_of(*changes):
    cells = [tuple({**SOUND, **change}[name] for name in HEADERS) for change in changes]
    sheet = Sheet(HEADERS, tuple(SheetRow(number, row) for number, row in enumerate(cells, start=2)))
    return read_rows(sheet, COLUMNS)


def found(*changes, credits=None):
    rows, problems = rows_of(*changes)
    assert problems == []
    return [(problem.row, problem.column) for problem in problems_in(rows, facts(credits))]


def test_a_sound_row_names_the_course_and_the_hours():
    (row,), _problems = rows_of({"备注": "补录"})
    entry = NewHours(OFFICER_ID, Decimal(4), HourSource.CLASSROOM, date(2026, 3, 2), "补录")
    assert new_hours(row, facts()) == (COURSE_ID, entry)
    assert found({}) == []


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"课程": "没有的课"}, "课程"),
        ({"证件号码": "DEMO-999999"}, "证件号码"),
        ({"姓名": "张叁"}, "姓名"),
        ({"单位": "市公安局"}, "单位"),
        ({"证件号码": "DEMO-000002", "单位": "市公安局"}, "姓名"),
        ({"学时": "12.5"}, "学时"),
        ({"学时": "0"}, "学时"),
        ({"学时": "-2"}, "学时"),
        ({"学时": "1.2"}, "学时"),
        ({"日期": "2026-02-28"}, "日期"),
        ({"日期": "2026-04-01"}, "日期"),
        ({"日期": "2026-07-01"}, "日期"),
        ({"备注": "长" * 201}, "备注"),
    ],
)
def test_each_problem_stands_in_its_column(change, column):
    assert found(change) == [(2, column)]


@pytest.mark.parametrize("change", [{"学时": "四"}, {"方式": "更正"}, {"日期": "3月2日"}, {"姓名": ""}])
def test_a_cell_that_cannot_be_read_is_a_problem(change):
    [row], problems = rows_of(change)
    assert row.unread == change.keys()
    assert [problem.column for problem in problems] == list(change)


def test_a_cell_that_cannot_be_read_hides_no_other_problem_of_its_row():
    rows, _problems = rows_of({"学时": "四", "课程": "没有这门课"})
    assert [problem.column for problem in of_read_cells(rows, problems_in(rows, facts()))] == ["课程"]


def test_the_same_person_day_and_way_twice_is_a_problem_once():
    assert found({}, {"学时": "2"}, {"方式": "线上"}) == [(3, "证件号码")]


def test_rows_of_one_day_share_the_twelve_hours():
    assert found({"学时": "8"}, {"学时": "4", "方式": "线上"}) == []
    assert found({"学时": "8"}, {"学时": "4.5", "方式": "线上"}) == [(3, "学时")]


def test_a_sheet_imported_before_is_refused():
    day = (OFFICER_ID, date(2026, 3, 2))
    assert found({}, credits={day: DayCredit(Decimal(4), frozenset({HourSource.CLASSROOM}))}) == [(2, "日期")]
    online = DayCredit(Decimal(4), frozenset({HourSource.ONLINE}))
    assert found({}, credits={day: online}) == []
    assert found({"学时": "9"}, credits={day: online}) == [(2, "学时")]


def test_a_day_that_was_taken_back_whole_can_be_imported_again():
    day = (OFFICER_ID, date(2026, 3, 2))
    taken_back = DayCredit(Decimal(0), frozenset({HourSource.CLASSROOM, HourSource.CORRECTION}))
    assert found({}, credits={day: taken_back}) == []
