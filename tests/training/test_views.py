from datetime import date
from decimal import Decimal
from pathlib import PurePath

import pytest

from core.db import reading, transaction
from core.sheets import write_csv
from people.permissions import Role
from tests.factories import ACTOR, make_city, make_course, make_officer
from tests.forms_browser import file_field
from training.hours import HourSource, NewHours
from training.operations import credit_hours
from training.queries import hours_done
from training.sheet import COLUMNS

DAY = date(2026, 3, 2)
HEADERS = [column.name for column in COLUMNS]


@pytest.fixture
def course(database):
    """A course in which one officer of the county has enough hours, and one of the department too few."""
    with transaction() as session:
        city, made = make_city(session), make_course(session, title="新申领人员培训", required_hours=Decimal(8))
        own = make_officer(session, city.county, name="区里人", document_number="DEMO-900001")
        other = make_officer(session, city.department, name="局里人", document_number="DEMO-900002")
        make_officer(session, city.county, name="没学的人")
        earned = [
            NewHours(own.id, Decimal(8), HourSource.CLASSROOM, DAY),
            NewHours(other.id, Decimal("4.5"), HourSource.ONLINE, DAY),
        ]
        credit_hours(session, made, earned, ACTOR)
        return made, own, other


def cells(browser):
    return [
        [cell.get_text(" ", strip=True) for cell in row.find_all(["th", "td"])]
        for row in browser.page.select("tbody tr")
    ]


def test_the_city_sees_everybody_and_the_totals(signed_in, course):
    browser = signed_in(Role.ADMINISTRATOR)
    browser.open("/training/")
    assert cells(browser)[0][2:] == ["8", "2", "1", "1"]
    browser.open(browser.link("新申领人员培训"))
    people = [row[:4] for row in cells(browser)[-2:]]
    assert people == [["区里人", "海东区", "8", "—"], ["局里人", "市公安局", "4.5", "3.5"]]
    assert cells(browser)[2] == ["合计", "2", "1", "1", "12.5"]


def test_a_unit_sees_its_own_people_and_numbers_alone(signed_in, course):
    browser = signed_in(Role.UNIT_ADMINISTRATOR)
    browser.open("/training/")
    assert cells(browser)[0][2:] == ["8", "1", "1", "0"]
    browser.open(browser.link("新申领人员培训"))
    assert "区里人" in browser.text()
    assert "局里人" not in browser.text()
    browser.open(f"/training/{course[0].id}?text=人&state=short")
    assert [row[0] for row in cells(browser)] == ["没学的人"]


def test_another_units_officer_does_not_exist_for_a_unit(signed_in, course):
    browser = signed_in(Role.UNIT_ADMINISTRATOR)
    made, _own, other = course
    browser.open(f"/training/{made.id}/officers/{other.id}", status=404)
    browser.open(f"/training/{made.id}/officers/{course[1].id}")
    browser.submit({"new-hours": "4", "new-held_on": "2026-03-03"}, action="/hours")
    path = f"/training/{made.id}/officers/{other.id}/hours"
    token = browser.page.find("input", attrs={"name": "new-csrf_token"})["value"]
    values = {"new-hours": "4", "new-source": "online", "new-held_on": "2026-03-03", "new-csrf_token": token}
    assert browser.client.post(path, data=values).status_code == 404
    with reading() as session:
        assert hours_done(session, made.id, other.id) == Decimal("4.5")


def test_only_the_city_plans_courses(signed_in, course):
    signed_in(Role.UNIT_ADMINISTRATOR).open("/training/new", status=403)
    signed_in(Role.HR).open("/training/", status=403)
    browser = signed_in(Role.ADMINISTRATOR)
    browser.open("/training/new")
    plan = {"title": "新申领人员培训", "required_hours": "24", "starts_on": "2026-05-01", "ends_on": "2026-04-01"}
    browser.submit(plan)
    assert "结束日期不能早于开始日期。" in browser.text()
    browser.submit({"ends_on": "2026-06-01"})
    assert "已有同名课程" in browser.text()
    browser.submit({"title": "年度轮训"})
    assert "已新建课程“年度轮训”。" in browser.text()
    assert "还没有学时记录" in browser.text()


def test_hours_are_found_by_name_and_recorded(signed_in, course):
    browser = signed_in(Role.UNIT_ADMINISTRATOR)
    browser.open(f"/training/{course[0].id}/record")
    assert "请输入姓名" in browser.text()
    browser.submit({"text": "没学"})
    browser.open(browser.link("没学的人"))
    browser.submit({"new-hours": "4.3", "new-held_on": "2026-03-02"}, action="/hours")
    assert "以 0.5 学时为单位" in browser.text()
    browser.submit({"new-hours": "4.5", "new-source": "online"}, action="/hours")
    assert "已为 没学的人 登记 4.5 学时。" in browser.text()
    assert [row[1:3] for row in cells(browser)] == [["线上", "4.5"]]


def test_a_correction_takes_hours_back_and_says_why(signed_in, course):
    browser = signed_in(Role.UNIT_ADMINISTRATOR)
    browser.open(f"/training/{course[0].id}/officers/{course[1].id}")
    browser.submit({"correction-hours": "9", "correction-note": "多记"}, action="/corrections")
    assert "当天只登记了 8 学时" in browser.text()
    browser.submit({"correction-hours": "2", "correction-note": ""}, action="/corrections")
    assert "请写明更正的原因。" in browser.text()
    browser.submit({"correction-note": "多记了 2 学时"}, action="/corrections")
    assert [row[1:4] for row in cells(browser)] == [["集中", "8", "—"], ["更正", "-2", "多记了 2 学时"]]
    with reading() as session:
        assert hours_done(session, course[0].id, course[1].id) == 6


def test_a_sheet_of_hours_is_checked_and_imported(signed_in, course):
    browser = signed_in(Role.UNIT_ADMINISTRATOR)
    good = ["新申领人员培训", "区里人", "DEMO-900001", "海东区", "4", "集中", "2026-03-03", ""]
    foreign = ["新申领人员培训", "局里人", "DEMO-900002", "市公安局", "4", "集中", "2026-03-03", ""]
    browser.open("/training/import")
    browser.submit({"file": file_field(PurePath("hours.csv"), write_csv(HEADERS, [good, foreign]))})
    assert "您管理的人员中没有这个证件号码" in browser.text()
    browser.open("/training/import")
    browser.submit({"file": file_field(PurePath("hours.csv"), write_csv(HEADERS, [good]))})
    browser.submit()
    assert "已登记 1 名人员的 1 条学时。" in browser.text()
    with reading() as session:
        assert hours_done(session, course[0].id, course[1].id) == 12
