from datetime import date

import pytest
from sqlalchemy import delete, select

from core.calendars import CALENDAR, CalendarYear, calendar_years, days_of_year, working_calendar
from core.errors import InvalidError
from core.import_kinds import dry_run, import_sheet
from core.models import AuditEntry, CalendarDay
from core.sheets import write_csv
from core.working_days import working_day_after
from people.identity import COMMAND_LINE

HEADERS = [column.name for column in CALENDAR.columns]
NOTICE = "国办发明电〔2026〕9号"
# Counted by hand in the notices, to hold the shipped days against something they were not made from.
WORKED_WEEKENDS = {
    2017: ("01-22", "02-04", "04-01", "05-27", "09-30"),
    2025: ("01-26", "02-08", "04-27", "09-28", "10-11"),
    2026: ("01-04", "02-14", "02-28", "05-09", "09-20", "10-10"),
}
WEEKDAYS_OFF = {
    2017: "01-02 01-27 01-30 01-31 02-01 02-02 04-03 04-04 05-01 05-29 05-30 10-02 10-03 10-04 10-05 10-06",
    2025: "01-01 01-28 01-29 01-30 01-31 02-03 02-04 04-04 05-01 05-02 05-05 06-02 "
    "10-01 10-02 10-03 10-06 10-07 10-08",
    2026: "01-01 01-02 02-16 02-17 02-18 02-19 02-20 02-23 04-06 05-01 05-04 05-05 06-19 09-25 "
    "10-01 10-02 10-05 10-06 10-07",
}


def sheet(*rows):
    return write_csv(HEADERS, rows)


@pytest.mark.parametrize("year", [2017, 2025, 2026])
def test_the_years_that_come_along_are_those_of_the_notices(session, year):
    calendar = working_calendar(session)
    deviating = [one for one in days_of_year(session, year) if calendar.deviates(one.day)]
    assert tuple(f"{one.day:%m-%d}" for one in deviating if one.is_working) == WORKED_WEEKENDS[year]
    assert " ".join(f"{one.day:%m-%d}" for one in deviating if not one.is_working) == WEEKDAYS_OFF[year]


def test_no_other_year_comes_along(session):
    assert calendar_years(session) == [
        CalendarYear(2026, 33, 6),
        CalendarYear(2025, 28, 5),
        CalendarYear(2017, 24, 5),
    ]


def test_a_date_in_a_year_that_is_not_entered_is_provisional_until_it_is(session):
    start = date(2026, 12, 31)
    before = working_day_after(start, 1, working_calendar(session))
    assert (before.day, before.is_provisional) == (date(2027, 1, 1), True)
    data = sheet(("2027-01-01", "放假", "元旦", NOTICE))
    assert str(import_sheet(session, CALENDAR, "2027.csv", data, COMMAND_LINE)) == "已录入 1 天，更正 0 天。"
    after = working_day_after(start, 1, working_calendar(session))
    assert (after.day, after.is_provisional) == (date(2027, 1, 4), False)


def test_a_later_notice_corrects_a_day_and_the_same_sheet_twice_changes_nothing(session):
    data = sheet(("2026-10-10", "放假", "国庆节", NOTICE))
    assert "更正 1 天" in str(import_sheet(session, CALENDAR, "a.csv", data, COMMAND_LINE))
    assert "已录入 0 天，更正 0 天" in str(import_sheet(session, CALENDAR, "a.csv", data, COMMAND_LINE))
    assert not working_calendar(session).is_working(date(2026, 10, 10))
    entries = session.scalars(select(AuditEntry).where(AuditEntry.verb == "core:calendar:enter")).all()
    assert [one.detail["corrected"] for one in entries] == [["2026-10-10"], []]


def test_every_problem_of_a_sheet_is_named_and_nothing_is_entered(session):
    session.execute(delete(CalendarDay))
    data = sheet(
        ("2027-13-01", "放假", "元旦", NOTICE),
        ("1927-01-01", "放假", "元旦", NOTICE),
        ("2027-01-02", "休息", "元旦", NOTICE),
        ("2027-01-03", "放假", "", NOTICE),
        ("2027-01-04", "放假", "元旦", NOTICE),
        ("2027-01-04", "上班", "元旦", "长" * 101),
    )
    run = dry_run(session, CALENDAR, "a.csv", data, COMMAND_LINE)
    found = [(one.row, one.column) for one in run.problems]
    assert found == [(2, "日期"), (3, "日期"), (4, "安排"), (5, "名称"), (7, "依据文件"), (7, "日期")]
    with pytest.raises(InvalidError):
        import_sheet(session, CALENDAR, "a.csv", data, COMMAND_LINE)
    assert calendar_years(session) == []
