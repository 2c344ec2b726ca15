"""A candidate in the exam room behind a real Chromium, and what the server holds of them meanwhile."""

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from core.db import reading, transaction
from exam.models.room import Attempt
from exam.queries.room import progress_of
from people.models import Officer
from people.permissions import Role
from tests.browser import sign_in
from tests.factories import make_account, make_candidate, make_city, make_sitting

SAVED = "已全部保存"
OFFLINE = re.compile(r"连接中断，自 \d\d:\d\d 起")
# Playwright cannot hide a window, so the page is told what the browser would tell it.
HIDE = """state => {
  Object.defineProperty(document, "visibilityState", { configurable: true, get: () => state });
  Object.defineProperty(document, "hidden", { configurable: true, get: () => state === "hidden" });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


@pytest.fixture
def room_sitting(app):
    with transaction() as session:
        return make_sitting(session)


@pytest.fixture
def room_account(app, room_sitting):
    with transaction() as session:
        account = make_account(session, Role.CANDIDATE, make_city(session).county)
        make_candidate(session, room_sitting, session.get_one(Officer, account.officer_id))
        return account


@pytest.fixture
def in_room(page, room_account):
    """The window of a candidate who has just started."""
    sign_in(page, room_account)
    page.get_by_role("link", name="进入候考").click()
    page.get_by_role("button", name="开始考试").click()
    expect(page.get_by_role("heading", name="第 1 题")).to_be_visible()
    return page


@pytest.fixture
def other_computer(chromium, live_server, room_account, in_room):
    """A second computer at which the same person has signed in and opened the room's address."""
    context = chromium.new_context(base_url=live_server, locale="zh-CN", timezone_id="Asia/Shanghai")
    page = context.new_page()
    sign_in(page, room_account)
    page.goto(in_room.url)
    yield page
    context.close()


def the_attempt(session):
    return session.scalars(select(Attempt)).one()


def stored():
    with reading() as session:
        return progress_of(session, the_attempt(session).id).choices


def change_attempt(**changes):
    with transaction() as session:
        attempt = the_attempt(session)
        for name, value in changes.items():
            setattr(attempt, name, value)


def is_saved(page):
    expect(page.locator("#save-text")).to_have_text(SAVED)


def cell(page, place):
    return page.locator(f"#cell-{place}")


def go_on_here(page):
    page.locator("#elsewhere #go-on-here").click()
    page.locator("#question-title").wait_for()


def leave_for(page, ms):
    """Hide the window for so long, then come back."""
    page.evaluate(HIDE, "hidden")
    page.wait_for_timeout(ms)
    page.evaluate(HIDE, "visible")
