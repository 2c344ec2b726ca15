"""A unit's duties by keyboard alone, in a real Chromium, on a desk and on a phone."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from sqlalchemy import select

from core import clock
from core.db import reading, transaction
from exam.models.duties import NonCompletionAnswer
from exam.models.planning import Sitting
from exam.operations.closing import close_sitting
from people.permissions import Role
from tests.browser import sign_in
from tests.factories import ACTOR, make_account, make_candidate, make_city, make_officer, make_sitting

pytestmark = pytest.mark.browser
DAY = timedelta(days=1)


@pytest.fixture
def accounts(database):
    opens_at = clock.now() - 21 * DAY
    with clock.at(opens_at), transaction() as session:
        city = make_city(session)
        sitting = make_sitting(session, title="春季考试")
        for name in ("县甲", "县乙"):
            make_candidate(session, sitting, make_officer(session, city.county, name=name))
    with clock.at(opens_at + timedelta(hours=9)), transaction() as session:
        close_sitting(session, session.get_one(Sitting, sitting.id), ACTOR)
        return make_account(session, Role.UNIT_ADMINISTRATOR, city.county), make_account(
            session, Role.ADMINISTRATOR
        )


@pytest.fixture
def inspected(chromium, live_server):
    """A window that the inspector may put its script into."""
    context = chromium.new_context(base_url=live_server, locale="zh-CN", bypass_csp=True)
    yield context.new_page()
    context.close()


def reach(page: Page, selector: str) -> None:
    """Press Tab until the element has the focus, as somebody without a mouse does."""
    for _press in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            return
    raise AssertionError(f"{selector} is not reached by keyboard")


def test_a_unit_answers_by_keyboard_alone(page, accounts):
    sign_in(page, accounts[0])
    expect(page.get_by_role("heading", level=1)).to_contain_text("待办事项")
    reach(page, "main table a")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("未按要求完成人员")
    for _person in range(2):
        reach(page, "input[name=person]")
        page.keyboard.press("Space")
    reach(page, "select[name=reason]")
    page.keyboard.press("ArrowDown")
    reach(page, "textarea[name=words]")
    page.keyboard.type("住院治疗")
    reach(page, "form[method=post] button[type=submit]")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("已填写 2 人")
    with reading() as session:
        answers = session.scalars(select(NonCompletionAnswer)).all()
    assert [(one.reason, one.words) for one in answers] == [("illness", "住院治疗")] * 2


@pytest.mark.parametrize("width", [390, 1440])
def test_the_pages_fit_their_width_and_are_free_of_faults(inspected, accounts, width):
    page = inspected
    page.set_viewport_size({"width": width, "height": 900})
    unit, office = accounts
    with reading() as session:
        sitting_id = session.scalars(select(Sitting.id)).one()
    sign_in(page, office)
    page.goto("/duties/?overdue=yes")
    page.get_by_role("link", name="发出督办卡").first.click()
    page.fill("input[name=owner_name]", "王芳")
    page.fill("input[name=owner_post]", "副区长")
    check(page)
    page.locator("main form button[type=submit]").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("督办卡")
    card = page.url
    for path in (f"/not-completed/{sitting_id}", "/duties/", "/duties/reminders", "/supervision-cards/", card):
        page.goto(path)
        check(page)
    page.context.clear_cookies()
    sign_in(page, unit)
    for path in ("/", f"/not-completed/{sitting_id}", "/duties/", "/contact", card):
        page.goto(path)
        check(page)
    page.goto(f"/not-completed/{sitting_id}")
    page.get_by_role("link", name="县甲").click()
    check(page)


def check(page: Page) -> None:
    found = Axe().run(page).response["violations"]
    assert [(one["id"], page.url) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), page.url
