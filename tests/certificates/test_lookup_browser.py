"""The lookup in a real Chromium: on a phone, by keyboard alone, without script, in both languages."""

import re
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from certificates.askers import FREE_ANSWERS
from certificates.operations.portals import give_key
from core import clock
from core.audit import Actor
from core.db import transaction
from people.permissions import Role
from tests.browser import sign_in
from tests.factories import make_account, make_city, make_credential, make_officer

pytestmark = pytest.mark.browser
NUMBER = "99100100001"
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def credential(database):
    with transaction() as session:
        city = make_city(session)
        until = clock.today() + timedelta(days=30)
        states = {"suspended": {"suspended_until": until}, "cancelled": {"cancelled_at": clock.now()}, "void": {}}
        for number, (state, changes) in enumerate(states.items(), start=2):
            officer = make_officer(session, city.county, name=f"{'李王赵'[number - 2]}某")
            make_credential(session, officer, cert_no=f"9910010000{number}", state=state, **changes)
        return make_credential(session, make_officer(session, city.county, name="张三"), cert_no=NUMBER)


@pytest.fixture
def inspected(chromium, live_server):
    """A phone that the inspector may put its script into."""
    context = chromium.new_context(base_url=live_server, locale="zh-CN", bypass_csp=True, viewport=PHONE)
    yield context.new_page()
    context.close()


@pytest.fixture
def scriptless(chromium, live_server):
    """A phone that runs no script at all."""
    context = chromium.new_context(base_url=live_server, locale="zh-CN", java_script_enabled=False, viewport=PHONE)
    yield context.new_page()
    context.close()


def check(page: Page) -> None:
    found = Axe().run(page).response["violations"]
    assert [(one["id"], page.url) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), page.url


def reach(page: Page, selector: str) -> None:
    """Press Tab until the element has the focus, as somebody without a mouse does."""
    for _press in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            return
    raise AssertionError(f"{selector} is not reached by keyboard")


def solve(text: str) -> str:
    numbers = [int(one) for one in re.findall("[0-9]+", text)]
    ways = {
        "大厅": lambda: numbers[0] + numbers[1] - numbers[2],
        "箱子": lambda: numbers[0] * numbers[1],
        "苹果": lambda: numbers[0] // numbers[1],
        "星期": lambda: 7 * numbers[0] + numbers[1],
        "最大": lambda: max(numbers),
        "小李": lambda: sum(numbers),
    }
    return str(next(way() for word, way in ways.items() if word in text))


def test_somebody_asks_by_keyboard_alone(page, credential):
    page.goto("/lookup")
    reach(page, "#q")
    page.keyboard.type("991 0010 0001")
    page.keyboard.press("Enter")
    expect(page.locator(".answer-status")).to_have_text("有效")
    reach(page, ".answer-doubt a")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("反映情况")
    expect(page.locator("#cert_no")).to_have_value(NUMBER)


def test_everything_goes_without_script(scriptless, credential):
    page = scriptless
    page.goto("/")
    page.fill("#front-q", NUMBER)
    page.keyboard.press("Enter")
    expect(page.locator(".answer-status")).to_have_text("有效")
    for number in range(FREE_ANSWERS - 1):
        page.goto(f"/lookup?q=9{number}")
    page.goto(f"/lookup?q={NUMBER}")
    expect(page.get_by_role("heading", level=1)).to_have_text("请先回答一个问题")
    page.fill("#answer", solve(page.locator("#question").inner_text()))
    page.keyboard.press("Enter")
    expect(page.locator(".answer-status")).to_have_text("有效")
    page.locator(".answer-doubt a").click()
    page.fill("#text", "照片不是本人。")
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("status")).to_contain_text("您反映的情况已收到")


def test_the_answer_is_seen_on_a_phone_without_scrolling(inspected, credential):
    inspected.goto(f"/lookup?q={NUMBER}")
    for selector in (".answer-status", ".answer-meaning", ".answer .facts dd"):
        box = inspected.locator(selector).first.bounding_box()
        assert box["y"] + box["height"] <= PHONE["height"]
    assert inspected.locator(".answer-status").evaluate("one => parseFloat(getComputedStyle(one).fontSize)") >= 40


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [390, 1440])
def test_the_public_pages_fit_their_width_and_are_free_of_faults(inspected, credential, width, language):
    page = inspected
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"/language/{language}?next=/lookup")
    paths = ["/", "/lookup?q=张三", "/lookup?q=991OO1", "/doubts/new", "/doubts/receipt", "/api/docs"]
    paths += ["/registers/", "/registers/C01", f"/v/{credential.lookup_token}"]
    paths += [f"/lookup?q=9910010000{number}" for number in range(1, 7)]
    for path in paths:
        page.goto(path)
        check(page)
    for number in range(FREE_ANSWERS):
        page.goto(f"/lookup?q=9{number}")
    page.goto("/lookup?q=1")
    page.locator("#answer").wait_for()
    check(page)
    page.fill("#answer", "9999")
    page.locator("main form button").click()
    page.locator(".error-summary").wait_for()
    check(page)


@pytest.mark.parametrize("width", [390, 1440])
def test_the_offices_pages_fit_their_width_and_are_free_of_faults(inspected, credential, width):
    page = inspected
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"/doubts/new?number={NUMBER}")
    page.fill("#text", "照片不是本人。")
    page.locator("main form button").click()
    with transaction() as session:
        account = make_account(session, Role.ADMINISTRATOR)
        give_key(session, "省政务服务网", "王处长 0311-0000000", 5_000, Actor(account.id, "管理员"))
    sign_in(page, account)
    for path in ("/doubts/", "/portals/"):
        page.goto(path)
        check(page)
    page.goto("/doubts/")
    page.locator("main table a").first.click()
    check(page)
