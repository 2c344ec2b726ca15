from dataclasses import replace
from pathlib import PurePath

import pytest

from core.db import reading, transaction
from core.sheets import read_sheet, write_csv
from people.permissions import Role
from questions.items import ItemDraft
from questions.kinds import TRUE_FALSE_OPTIONS, ItemKind, Subject
from questions.operations import import_items
from questions.queries import ItemFilter, drafts
from questions.sheet import COLUMNS, written_row
from tests.factories import ACTOR
from tests.forms_browser import file_field

HEADERS = [column.name for column in COLUMNS]
SINGLE = ItemDraft(
    "CF-001", ItemKind.SINGLE, Subject.PENALTY, "处罚题", ("甲", "乙", "丙"), "B", "行政处罚法", "第一条", "理由"
)
VERDICT = replace(
    SINGLE, code="CF-002", kind=ItemKind.TRUE_FALSE, stem="判断题题干", options=TRUE_FALSE_OPTIONS, key="A"
)
DUTY = replace(SINGLE, code="TY-001", subject=Subject.DUTIES, stem="职责题")


@pytest.fixture
def office(signed_in):
    with transaction() as session:
        import_items(session, [SINGLE, VERDICT, DUTY], ACTOR)
    return signed_in(Role.ADMINISTRATOR)


def listed(browser):
    table = browser.page.select("table")[-1]
    return [row.find("th").get_text(strip=True) for row in table.select("tbody tr")]


def open_item(browser, code):
    browser.open("/items/")
    browser.open(browser.link(code))


def test_the_bank_is_counted_and_listed(office):
    office.open("/items/")
    assert listed(office) == ["CF-001", "CF-002", "TY-001"]
    counts = office.page.select("table")[0].select("tbody tr")
    assert [row.get_text(" ", strip=True) for row in counts] == [
        "行政处罚法 1 1 — 2",
        "通用职责 — 1 — 1",
        "合计 1 2 0 3",
    ]
    office.submit({"kind": "single", "subject": Subject.DUTIES})
    assert listed(office) == ["TY-001"]
    office.submit({"text": "没有这道题"})
    assert "没有符合条件的试题" in office.text()


def test_an_empty_bank_shows_the_way_to_the_import(signed_in):
    browser = signed_in(Role.ADMINISTRATOR)
    browser.open("/items/")
    assert "题库还是空的" in browser.text()
    browser.open(browser.link("导入试题"))


@pytest.mark.parametrize("role", [Role.UNIT_ADMINISTRATOR, Role.HR])
def test_nobody_but_the_city_office_sees_the_bank(signed_in, role):
    browser = signed_in(role)
    browser.open("/items/", status=403)
    assert browser.client.get("/items/export.xlsx").status_code == 403


def test_an_item_shows_its_key_and_ground(office):
    open_item(office, "CF-001")
    right = office.page.select("li.right")
    assert [option.get_text(" ", strip=True) for option in right] == ["B 乙 正确答案"]
    assert "行政处罚法" in office.text()
    assert "第一条" in office.text()


def test_a_revision_shows_the_version_before_below(office):
    open_item(office, "CF-001")
    office.open(office.link("修订"))
    office.submit()
    assert "内容没有改动" in office.text()
    office.submit({"key": "D"})
    assert "答案 D 没有对应的选项。" in office.text()
    office.submit({"key": "D", "option_d": "丁"})
    assert "已存为第 2 版" in office.text()
    assert [option.get_text(" ", strip=True) for option in office.page.select("li.right")] == [
        "D 丁 正确答案",
        "B 乙 正确答案",
    ]


def test_a_true_false_item_is_revised_without_options(office):
    open_item(office, "CF-002")
    office.open(office.link("修订"))
    assert office.page.find("input", attrs={"name": "option_a"}) is None
    office.submit({"key": "错"})
    assert "已存为第 2 版" in office.text()
    assert "B 错误 正确答案" in office.text()
    assert "答案 错 法律" in office.text()


def test_an_item_is_retired_and_restored(office):
    open_item(office, "TY-001")
    office.submit(action="/retire")
    assert "已停用 TY-001" in office.text()
    office.open("/items/?state=active")
    assert listed(office) == ["CF-001", "CF-002"]
    open_item(office, "TY-001")
    office.submit(action="/restore")
    assert "已恢复启用 TY-001。" in office.text()


def test_what_is_exported_is_imported_as_the_same(office):
    data = office.fetch("/items/export.xlsx").data
    assert read_sheet("bank.xlsx", data).headers == tuple(HEADERS)
    office.open("/items/import")
    office.submit({"file": file_field(PurePath("bank.xlsx"), data)})
    office.submit()
    assert "新增 0 道，更新 0 道，3 道与题库相同" in office.text()
    with reading() as session:
        assert drafts(session, ItemFilter()) == [SINGLE, VERDICT, DUTY]


def test_an_export_follows_the_filter(office):
    data = office.fetch("/items/export.xlsx?kind=true_false").data
    assert [row.cells[0] for row in read_sheet("bank.xlsx", data).rows] == ["CF-002"]


def test_an_import_names_each_problem_and_then_what_it_did(office):
    changed, new = replace(SINGLE, key="C"), replace(SINGLE, code="CF-009", stem="新题")
    wrong = written_row(replace(new, key="F"))
    office.open("/items/import")
    office.submit({"file": file_field(PurePath("a.csv"), write_csv(HEADERS, [written_row(changed), wrong]))})
    assert "答案 F 没有对应的选项。" in office.text()
    office.open("/items/import")
    rows = [written_row(draft) for draft in (changed, new, DUTY)]
    office.submit({"file": file_field(PurePath("a.csv"), write_csv(HEADERS, rows))})
    office.submit()
    assert "新增 1 道，更新 1 道，1 道与题库相同" in office.text()


def test_an_item_that_is_not_there_is_not_found(office):
    office.open("/items/01900000-0000-7000-8000-000000000000", status=404)
