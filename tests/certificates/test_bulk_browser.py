"""Photos, a list and recorders in a real Chromium: progress that moves by itself, at a desk and on a phone."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

import certificates.jobs.drawing
import certificates.jobs.photos
import certificates.jobs.printing  # noqa: F401 - tells the worker what it can do
from certificates.operations.credentials import issue_for_pass_list
from certificates.operations.recorders import classify_unit, report_stock
from certificates.recorders import RecorderClass
from core.db import transaction
from core.jobs import work_once
from people.permissions import Role
from tests.browser import sign_in
from tests.factories import ACTOR, make_account, make_city, make_officer, make_pass_list
from tests.portraits import make_archive, make_portrait

pytestmark = pytest.mark.browser
URL = "http://localhost:8000"


@pytest.fixture
def office(database):
    with transaction() as session:
        return make_account(session, Role.ADMINISTRATOR)


@pytest.fixture
def issued(office):
    with transaction() as session:
        city = make_city(session)
        made = make_pass_list(session, [make_officer(session, city.county, name=name) for name in ("张三", "李四")])
        issue_for_pass_list(session, made, URL, ACTOR)
        classify_unit(session, city.county, RecorderClass.A, ACTOR)
        report_stock(session, city.county, ACTOR, usable=0, broken=0)
        return made


def work():
    while work_once():
        pass


def test_the_progress_of_a_list_moves_without_opening_the_page_again(page, office, issued):
    sign_in(page, office)
    page.goto(f"/credentials/lists/{issued.id}")
    page.evaluate("window.stayed = true")
    expect(page.locator("#drawing h2")).to_have_text("正在生成电子证书")
    work()
    expect(page.locator("#drawing h2")).to_have_text("电子证书已全部生成")
    page.get_by_role("button", name="制作：领证签收表").click()
    expect(page.locator("#files")).to_contain_text("正在制作")
    work()
    with page.expect_download() as download:
        page.get_by_role("link", name="下载 PDF").click()
    assert download.value.suggested_filename.startswith("领证签收表")


def test_what_somebody_is_about_to_press_is_not_taken_away(page, office, issued):
    sign_in(page, office)
    page.goto(f"/credentials/lists/{issued.id}")
    button = page.get_by_role("button", name="暂停")
    button.focus()
    page.wait_for_timeout(2500)
    assert page.evaluate("document.activeElement.textContent").strip() == "暂停"
    page.keyboard.press("Enter")
    expect(page.locator("#drawing h2")).to_have_text("已暂停生成")


def test_an_archive_is_read_and_shown_without_opening_the_page_again(page, office, issued):
    sign_in(page, office)
    page.goto("/photos/")
    archive = make_archive({"海东区_张三.jpg": make_portrait(), "谁.jpg": make_portrait()})
    page.set_input_files("input[type=file]", {"name": "照片.zip", "mimeType": "application/zip", "buffer": archive})
    page.get_by_role("button", name="检查照片").click()
    expect(page.get_by_role("heading", name="正在读取照片")).to_be_visible()
    work()
    expect(page.locator(".portraits img")).to_have_count(1)
    assert page.locator(".portraits img").evaluate("image => image.naturalWidth") > 0
    page.get_by_role("button", name="录入 1 张照片").click()
    expect(page.get_by_role("status")).to_contain_text("已录入 1 张照片")


@pytest.mark.parametrize("width", [1440, 390])
def test_the_pages_fit_and_can_be_read_by_everybody(chromium, live_server, office, issued, width):
    context = chromium.new_context(
        base_url=live_server, locale="zh-CN", bypass_csp=True, viewport={"width": width, "height": 900}
    )
    page = context.new_page()
    sign_in(page, office)
    work()
    for path in (f"/credentials/lists/{issued.id}", "/photos/", "/recorders/", "/recorders/?sort=gap"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, path
        assert Axe().run(page).response["violations"] == [], path
    context.close()
