import pytest
from sqlalchemy import func, select

from core.db import reading, transaction
from core.sheets import read_sheet
from people.models import Organisation, RecorderStock
from people.permissions import Role
from tests.factories import make_city, make_credential, make_officer


@pytest.fixture
def city(database):
    """A county with four holders and a department with seven."""
    with transaction() as session:
        made = make_city(session)
        for unit, count in ((made.county, 4), (made.department, 7)):
            for _each in range(count):
                make_credential(session, make_officer(session, unit))
        return made


def cells(browser, unit):
    row = next(one for one in browser.page.select("table.list tbody tr") if unit in one.get_text())
    return [cell.get_text(strip=True) for cell in row.find_all(["th", "td"])]


def test_the_city_sets_the_class_and_the_unit_reports_its_stock(signed_in, city):
    office, unit = signed_in(Role.ADMINISTRATOR), signed_in(Role.UNIT_ADMINISTRATOR)
    office.open(f"/recorders/{city.county.id}")
    office.submit({"recorder_class": "A"}, action="/class")
    assert "已设定配备类别" in office.text()
    unit.open("/recorders/")
    assert "尚未填报" in unit.text()
    unit.submit({"usable": "1", "broken": "2", "note": "两台送修"}, action="/stock")
    assert "已填报库存" in unit.text()
    assert "两台送修" in unit.text()
    office.open("/recorders/")
    assert cells(office, "海东区")[:6] == ["海东区", "A", "4", "2", "1", "1"]
    assert cells(office, "市公安局")[:6] == ["市公安局", "—", "7", "—", "—", "—"]


def test_the_table_is_sorted_by_the_figure_that_is_asked_for(signed_in, city):
    office = signed_in(Role.ADMINISTRATOR)
    office.open("/recorders/?sort=holders")
    names = [row.find("th").get_text(strip=True) for row in office.page.select("table.list tbody tr")]
    assert names == ["市公安局", "海东区", "全市合计"]
    assert office.page.select_one('th[aria-sort="descending"]').get_text(strip=True) == "有效持证人数"
    office.open("/recorders/?sort=nonsense")
    assert office.page.select_one('th[aria-sort="ascending"]') is not None


def test_the_same_comes_as_a_workbook(signed_in, city):
    office = signed_in(Role.ADMINISTRATOR)
    sheet = read_sheet("x.xlsx", office.fetch("/recorders/recorders.xlsx").data)
    assert sheet.headers[:4] == ("代码", "单位", "配备类别", "有效持证人数")
    assert [(row.cells[1], row.cells[3]) for row in sheet.rows] == [("海东区", "4"), ("市公安局", "7")]


@pytest.mark.parametrize("typed", ["", "-1", "viele", "99999", "1.5"])
def test_a_stock_that_is_no_number_is_refused_and_what_was_typed_is_kept(signed_in, city, typed):
    unit = signed_in(Role.UNIT_ADMINISTRATOR)
    unit.open(f"/recorders/{city.county.id}")
    unit.submit({"usable": typed, "note": "说明"}, action="/stock")
    assert "请更正以下内容" in unit.text()
    assert unit.page.find("input", attrs={"name": "note"})["value"] == "说明"
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(RecorderStock)) == 0


def test_class_c_without_a_figure_is_refused_with_a_sentence(signed_in, city):
    office = signed_in(Role.ADMINISTRATOR)
    office.open(f"/recorders/{city.county.id}")
    office.submit({"recorder_class": "C", "basis": "会议纪要"}, action="/class")
    assert "请填写核定的最低台数" in office.text()
    assert office.page.find("input", attrs={"name": "basis"})["value"] == "会议纪要"
    with reading() as session:
        assert session.get_one(Organisation, city.county.id).recorder_class == ""


def test_a_unit_sees_and_reports_for_itself_alone(signed_in, city):
    unit = signed_in(Role.UNIT_ADMINISTRATOR)
    unit.open(f"/recorders/{city.department.id}", status=404)
    unit.open(f"/recorders/{city.county.id}")
    token = unit.page.find("input", attrs={"name": "csrf_token"})["value"]
    values = {"csrf_token": token, "usable": "9", "broken": "0"}
    assert unit.client.post(f"/recorders/{city.department.id}/stock", data=values).status_code == 404
    assert unit.client.post(f"/recorders/{city.county.id}/class", data=values).status_code == 403
    sheet = read_sheet("x.xlsx", unit.fetch("/recorders/recorders.xlsx").data)
    assert [row.cells[1] for row in sheet.rows] == ["海东区"]
