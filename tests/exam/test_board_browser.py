"""The board in a real browser: live without reloading, and honest when the line is lost."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from sqlalchemy import select

from core import clock
from core.db import transaction
from exam.models.room import Attempt, Presence
from exam.operations.handing_in import hand_in
from exam.operations.room import open_place, start_attempt
from people.permissions import Role
from tests.browser import PATIENCE_MS, sign_in
from tests.factories import ACTOR, make_account, make_candidate, make_city, make_officer, make_sitting

pytestmark = pytest.mark.browser


@pytest.fixture
def hall(live_server):
    """A sitting with one who answers and one who is not in yet, and the invigilator's account."""
    with transaction() as session:
        sitting, county = make_sitting(session), make_city(session).county
        one, other = (make_candidate(session, sitting, make_officer(session, county, name=name)) for name in "甲乙")
        open_place(session, start_attempt(session, one, ACTOR), ACTOR)
        account = make_account(session, Role.INVIGILATOR)
    return sitting, one, other, account


def row_of(page, candidate):
    return page.locator(f"tr[data-id='{candidate.id}']")


def test_the_board_lives_without_reloading_and_keeps_what_was_ticked(page, hall):
    sitting, one, other, account = hall
    sign_in(page, account)
    page.goto(f"/sittings/{sitting.id}/board")
    page.evaluate("window.notReloaded = true")
    row_of(page, other).locator("input").check()
    expect(row_of(page, one)).to_contain_text("作答中")
    with transaction() as session:
        open_place(session, start_attempt(session, session.merge(other), ACTOR), ACTOR)
        attempt = session.scalars(select(Attempt).where(Attempt.candidate_id == one.id)).one()
        session.add(Presence(attempt_id=attempt.id, seen_at=clock.now(), unsaved_count=7))
    expect(row_of(page, other)).to_contain_text("作答中")
    expect(row_of(page, one).locator("[data-cell=unsent]")).to_have_text("7")
    expect(page.locator("[data-count=answering] strong")).to_have_text("2")
    with transaction() as session:
        hand_in(session, session.get_one(Attempt, attempt.id), ACTOR)
    expect(row_of(page, one)).to_contain_text("已交卷")
    expect(page.locator("tbody tr").first).to_contain_text("乙")
    expect(row_of(page, other).locator("input")).to_be_checked()
    assert page.evaluate("window.notReloaded")


def test_who_falls_silent_is_shown_as_offline_by_itself(page, hall):
    sitting, one, _other, account = hall
    with transaction() as session:
        attempt = session.scalars(select(Attempt).where(Attempt.candidate_id == one.id)).one()
        attempt.opened_at = attempt.started_at = clock.now() - timedelta(seconds=41)
    sign_in(page, account)
    page.goto(f"/sittings/{sitting.id}/board")
    expect(row_of(page, one)).to_contain_text("断线", timeout=2 * PATIENCE_MS)


def test_a_lost_line_is_said_and_taken_back_when_it_returns(page, hall):
    sitting, _one, _other, account = hall
    sign_in(page, account)
    page.goto(f"/sittings/{sitting.id}/board")
    expect(page.locator("#board-lost")).to_be_hidden()
    page.context.set_offline(True)
    expect(page.locator("#board-lost")).to_contain_text("连接已中断")
    page.context.set_offline(False)
    expect(page.locator("#board-lost")).to_be_hidden()
    expect(page.locator("#board-updated")).to_contain_text("更新于")


def test_who_is_signed_out_is_told_to_sign_in_again(page, hall):
    sitting, _one, _other, account = hall
    sign_in(page, account)
    page.goto(f"/sittings/{sitting.id}/board")
    page.context.clear_cookies()
    expect(page.locator("#board-lost")).to_contain_text("重新登录")


def test_ticking_everybody_and_confirming_works_by_hand(page, hall):
    sitting, one, _other, account = hall
    sign_in(page, account)
    page.goto(f"/sittings/{sitting.id}/board")
    page.check("#board-every")
    page.select_option("#act", "pause")
    page.click("button[value=ticked]")
    page.fill("textarea[name=reason]", "考场停电")
    page.click("main form button[type=submit]")
    expect(page.get_by_role("main")).to_contain_text("已为 1 名考生办理，1 名没有办理")
    page.click("text=返回监考")
    expect(row_of(page, one)).to_contain_text("已暂停")


@pytest.mark.parametrize("path", ["board", "board/candidates/{one}", "held", "accommodations"])
def test_axe_finds_nothing_on_the_invigilators_pages(page, hall, path):
    sitting, one, _other, account = hall
    sign_in(page, account)
    page.goto(f"/sittings/{sitting.id}/{path.format(one=one.id)}")
    page.wait_for_load_state("networkidle") if path != "board" else page.wait_for_timeout(500)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("path", ["rooms/", "candidates/{one}/accommodations", "candidates/{one}", "items", "draw"])
def test_axe_finds_nothing_on_the_offices_pages(page, hall, path):
    sitting, one, _other, _account = hall
    with transaction() as session:
        account = make_account(session, Role.ADMINISTRATOR)
    sign_in(page, account)
    page.goto(f"/sittings/{sitting.id}/{path.format(one=one.id)}")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("path", ["/score-checks/", "/draws", "/receipts"])
def test_axe_finds_nothing_on_the_pages_of_checking(page, hall, path):
    with transaction() as session:
        account = make_account(session, Role.ADMINISTRATOR)
    sign_in(page, account)
    assert page.goto(path).status == 200
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_an_act_in_parts_goes_on_by_itself(page, hall, live_server):
    """The page of an act that goes on submits itself; here its form is given by hand."""
    sitting, one, _other, account = hall
    sign_in(page, account)
    page.goto(f"/sittings/{sitting.id}/board")
    page.check("#board-every")
    page.select_option("#act", "give_time")
    page.click("button[value=ticked]")
    page.fill("input[name=minutes]", "5")
    page.fill("textarea[name=reason]", "停电")
    page.evaluate(
        """() => {
            const form = document.querySelector("main form");
            form.id = "going";
            return import("/static/board-going.js");
        }"""
    )
    expect(page.get_by_role("main")).to_contain_text("办理结果")
    page.goto(f"{live_server}/sittings/{sitting.id}/board")
    expect(row_of(page, one).locator("[data-cell=extra]")).to_have_text("+5:00")
