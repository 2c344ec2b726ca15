import pytest

from core import csv_cells
from core.db import transaction
from exam.list_states import ExemptionState
from tests.exempted import exempt
from tests.factories import make_city, make_credential, make_officer


@pytest.fixture
def city(database):
    with transaction() as session:
        city = make_city(session)
        for name, number in (("张三", "991001001"), ("=李四", "991001002")):
            officer = make_officer(session, city.county, name=name, document_number=f"DEMO-{number}")
            make_credential(session, officer, cert_no=number)
        hidden = make_credential(session, make_officer(session, city.county, name="密探"), cert_no="991001003")
        exempt(session, hidden.officer, ExemptionState.APPROVED)
        return city


def test_a_unit_is_found_from_the_front_page_and_read(browser, city):
    browser.open("/")
    browser.open(browser.link("执法人员公示"))
    browser.open(browser.link("海东区"))
    for shown in ("张三", "991001001", "有效", "依法不公开姓名", "截至"):
        assert shown in browser.text()
    figures = {one["data-figure"]: one.get_text() for one in browser.page.select("[data-figure]")}
    assert figures == {"register:total": "3", "register:listed": "2", "register:unnamed": "1"}
    for secret in ("密探", "991001003", "DEMO-"):
        assert secret not in browser.response.get_data(as_text=True)


def test_the_same_is_read_as_a_sheet_and_as_json(browser, city):
    browser.open("/registers/C01")
    answer = browser.fetch(browser.link("CSV"))
    assert answer.mimetype == "text/csv"
    lines = [cells for _number, cells in csv_cells.read_lines(csv_cells.decoded(answer.get_data()))]
    assert lines[0] == ["单位", "姓名", "执法证号", "执法类别", "执法区域", "有效期至", "状态", "截至"]
    assert [line[1:3] for line in lines[1:]] == [["张三", "991001001"], ["=李四", "991001002"]]
    assert "'=李四" in answer.get_data(as_text=True)
    officers = browser.fetch(browser.link("JSON")).json["officers"]
    assert [one["name"] for one in officers] == ["张三", "=李四"]
    assert "密探" not in answer.get_data(as_text=True)


def test_a_unit_that_is_none_is_not_found(browser, city):
    for path in ("/registers/ZZ", "/registers/CITY", "/registers/ZZ.csv"):
        assert browser.client.get(path).status_code == 404


def test_before_anything_is_issued_there_is_nothing_to_read(browser, database):
    browser.open("/registers/")
    assert "目前没有可以公示的人员" in browser.text()
