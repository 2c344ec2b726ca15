"""The pages of an import: template, dry run, list of problems, all or nothing, once."""

from io import BytesIO

import pytest

from core.db import reading, transaction
from core.models import Upload
from core.sheets import read_sheet, write_csv
from people.models import Officer
from people.permissions import Role
from people.roll import COLUMNS
from tests.factories import make_city

HEADERS = [column.name for column in COLUMNS]
GOOD = ["王小明", "演示编号", "DEMO-000001", "海东区", "在编", "在岗", "", "", "海东区"]
BAD = ["李小红", "演示编号", "12345", "没有这个局", "在编", "在岗", "", "", "海东区"]


@pytest.fixture
def office(signed_in):
    browser = signed_in(Role.ADMINISTRATOR)
    with transaction() as session:
        make_city(session)
    return browser


def upload(browser, rows, filename="roll.csv"):
    browser.open("/officers/import")
    return browser.submit({"file": (BytesIO(write_csv(HEADERS, rows)), filename)})


def officers():
    with reading() as session:
        return session.query(Officer).count()


def test_the_template_has_the_columns_and_no_row(office):
    template = office.fetch("/officers/import/template.xlsx").data
    with pytest.raises(Exception, match="表头"):
        read_sheet("template.xlsx", template)


def test_a_clean_sheet_is_imported_when_it_is_confirmed_and_not_before(office):
    upload(office, [GOOD])
    assert officers() == 0
    office.submit()
    assert officers() == 1
    assert "已导入 1 名人员" in office.text()
    with reading() as session:
        assert session.query(Upload).count() == 0


def test_a_fault_names_row_column_and_cell_and_offers_no_import(office):
    upload(office, [GOOD, BAD])
    rows = [
        [cell.get_text(strip=True) for cell in row.find_all(["td", "th"])] for row in office.page.select("tbody tr")
    ]
    assert ["3", "证件号码", "12345"] in [row[:3] for row in rows]
    assert ["3", "单位", "没有这个局"] in [row[:3] for row in rows]
    assert office.page.select("main form") == []
    assert officers() == 0


def test_the_list_of_problems_can_be_corrected_and_handed_in_again(office):
    upload(office, [GOOD, BAD])
    listed = office.fetch(office.link("下载问题清单")).data
    sheet = read_sheet("problems.xlsx", listed)
    assert "错误说明" in sheet.headers
    [row] = sheet.rows
    mended = [{"12345": "DEMO-000002", "没有这个局": "市公安局"}.get(cell, cell) for cell in row.cells]
    office.open("/officers/import")
    office.submit({"file": (BytesIO(write_csv(sheet.headers, [mended])), "again.csv")})
    office.submit()
    assert officers() == 1


def test_a_confirmed_sheet_checks_again_what_others_did_meanwhile(office, signed_in):
    upload(office, [GOOD])
    other = signed_in(Role.ADMINISTRATOR)
    upload(other, [GOOD])
    other.submit()
    office.submit(status=400)
    assert "没有导入任何内容" in office.text()
    assert officers() == 1


def test_a_sheet_is_imported_once_however_often_it_is_confirmed(office):
    upload(office, [GOOD])
    path = office.response.request.path
    token = office.page.find("input", attrs={"name": "csrf_token"})["value"]
    office.submit()
    assert office.client.post(path, data={"csrf_token": token}).status_code == 404
    assert officers() == 1


def test_a_waiting_sheet_is_its_owners_alone(office, signed_in):
    upload(office, [GOOD])
    path = office.response.request.path
    signed_in(Role.ADMINISTRATOR).open(path, status=404)


def test_a_waiting_sheet_is_stored_sealed(office):
    upload(office, [GOOD])
    with reading() as session:
        assert b"DEMO-000001" not in session.query(Upload).one().content_sealed


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"", "空"), (b"\x89PNG\r\n\x1a\n" + bytes(200), "不是电子表格"), ("甲,乙\n1,2\n".encode(), "模板")],
    ids=["empty", "picture", "wrong header"],
)
def test_a_file_that_is_no_such_sheet_is_refused_on_the_page_itself(office, data, words):
    office.open("/officers/import")
    office.submit({"file": (BytesIO(data), "roll.xlsx")})
    assert words in office.text()
    assert office.response.request.path == "/officers/import"
    with reading() as session:
        assert session.query(Upload).count() == 0


def test_no_file_at_all_is_asked_for(office):
    office.open("/officers/import")
    office.submit()
    assert "请选择要导入的表格文件" in office.text()
