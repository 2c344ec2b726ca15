"""The exam room in a real Chromium (app/static/room*.js): what a candidate does, and what goes wrong."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from sqlalchemy import select

from core import clock
from core.db import reading, transaction
from exam.models.results import Mark
from exam.models.room import Attempt
from exam.states import AttemptState, FinishKind
from tests.browser import sign_in
from tests.in_room import cell, change_attempt, go_on_here, is_saved, leave_for, stored

pytestmark = pytest.mark.browser
WIDTHS = [320, 390, 768, 1440]
POLL_MS = 20_000


def test_a_whole_exam_by_mouse(in_room):
    in_room.locator("label.option").nth(1).click()
    in_room.get_by_role("button", name="下一题").click()
    in_room.locator("label.option").nth(2).click()
    cell(in_room, 4).click()
    in_room.locator("label.option").nth(0).click()
    in_room.locator("label.option").nth(3).click()
    is_saved(in_room)
    assert stored() == {1: "B", 2: "C", 4: "AD"}
    in_room.get_by_role("button", name="检查并交卷").click()
    expect(in_room.locator("#review")).to_contain_text("还有 1 题未答")
    in_room.get_by_role("button", name="交卷", exact=True).click()
    expect(in_room.locator("#confirm-text")).to_have_text("已答 3 题，未答 1 题。")
    in_room.get_by_role("button", name="确认交卷").click()
    in_room.wait_for_url(re.compile("/outcome$"))
    expect(in_room.get_by_role("main")).to_contain_text("3 题，共 4 题")
    with reading() as session:
        attempt, mark = session.scalars(select(Attempt)).one(), session.scalars(select(Mark)).one()
    assert (attempt.state, attempt.finish_kind) == (AttemptState.HANDED_IN, FinishKind.CANDIDATE)
    assert mark.answered_count == 3


def test_a_whole_exam_by_keyboard(in_room):
    press = in_room.keyboard.press
    for key in ("a", "ArrowRight", "2", "f", "ArrowRight", "C", "ArrowRight", "b", "4", "1", "b"):
        press(key)
    is_saved(in_room)
    assert stored() == {1: "A", 2: "B", 3: "C", 4: "AD"}
    assert "已标记" in cell(in_room, 2).get_attribute("aria-label")
    press("ArrowLeft")
    expect(in_room.get_by_role("heading", name="第 3 题")).to_be_visible()
    press("3")
    is_saved(in_room)
    assert 3 not in stored()
    press("?")
    expect(in_room.locator("#help")).to_be_visible()
    press("Escape")
    press("r")
    expect(in_room.get_by_role("heading", name="交卷前检查")).to_be_visible()
    in_room.get_by_role("button", name="交卷", exact=True).focus()
    press("Enter")
    in_room.get_by_role("button", name="确认交卷").focus()
    press("Enter")
    in_room.wait_for_url(re.compile("/outcome$"))


def test_single_keys_can_be_switched_off(in_room):
    in_room.keyboard.press("?")
    in_room.get_by_label("启用单键快捷键").uncheck()
    in_room.keyboard.press("Escape")
    in_room.keyboard.press("a")
    in_room.reload()
    in_room.locator("#question-title").wait_for()
    in_room.keyboard.press("a")
    in_room.keyboard.press("ArrowRight")
    expect(in_room.get_by_role("heading", name="第 2 题")).to_be_visible()
    assert stored() == {}


def test_a_reload_keeps_answers_marks_and_the_place(in_room):
    in_room.keyboard.press("b")
    in_room.keyboard.press("ArrowRight")
    in_room.keyboard.press("d")
    in_room.keyboard.press("m")
    is_saved(in_room)
    in_room.reload()
    expect(in_room.get_by_role("heading", name="第 2 题")).to_be_visible()
    expect(in_room.locator("input[value=D]")).to_be_checked()
    assert "已答，已标记" in cell(in_room, 2).get_attribute("aria-label")
    cell(in_room, 1).click()
    expect(in_room.locator("input[value=B]")).to_be_checked()


def test_changing_the_language_keeps_place_and_answers(in_room):
    in_room.keyboard.press("ArrowRight")
    in_room.keyboard.press("c")
    is_saved(in_room)
    in_room.get_by_role("link", name="English").click()
    expect(in_room.locator("input[value=C]")).to_be_checked()
    expect(in_room.locator("html")).to_have_attribute("lang", "en")


def test_answers_given_without_a_line_are_kept_and_sent_when_it_is_back(in_room, context):
    context.set_offline(True)
    in_room.keyboard.press("a")
    in_room.keyboard.press("ArrowRight")
    in_room.keyboard.press("b")
    expect(in_room.locator("#save-text")).to_have_text(re.compile(r"连接中断，自 \d\d:\d\d 起"))
    expect(in_room.locator("#notices")).to_contain_text("请继续作答")
    assert "未保存" in cell(in_room, 1).get_attribute("aria-label")
    in_room.get_by_role("button", name="检查并交卷").click()
    expect(in_room.get_by_role("button", name="交卷", exact=True)).to_be_disabled()
    assert stored() == {}
    context.set_offline(False)
    is_saved(in_room)
    expect(in_room.locator("#notices")).to_contain_text("连接已恢复")
    expect(in_room.get_by_role("button", name="交卷", exact=True)).to_be_enabled()
    assert stored() == {1: "A", 2: "B"}


def test_answers_that_never_left_survive_closing_the_window(in_room, context):
    in_room.route("**/responses", lambda route: route.abort())
    in_room.keyboard.press("a")
    in_room.keyboard.press("ArrowRight")
    in_room.keyboard.press("c")
    expect(in_room.locator("#save-text")).to_have_text(re.compile("连接中断"))
    address = in_room.url
    in_room.close(run_before_unload=False)
    again = context.new_page()
    again.goto(address)
    go_on_here(again)
    is_saved(again)
    assert stored() == {1: "A", 2: "C"}
    expect(again.locator("input[value=C]")).to_be_checked()


def test_an_answer_whose_acknowledgement_was_lost_is_not_asked_about(in_room):
    """The server stores it, the page does not hear of it, and sends it again without harm."""
    lost = []

    def lose_first(route):
        if lost:
            route.continue_()
        else:
            lost.append(route.fetch())
            route.abort()

    in_room.route("**/responses", lose_first)
    in_room.keyboard.press("a")
    is_saved(in_room)
    assert stored() == {1: "A"}
    expect(in_room.locator("#notices")).not_to_contain_text("核对")


def test_the_word_saved_comes_only_after_the_server_has_said_so(in_room):
    held = []
    in_room.route("**/responses", lambda route: held.append(route))
    in_room.keyboard.press("a")
    expect(in_room.locator("#save-text")).to_have_text("1 题未保存")
    in_room.wait_for_timeout(500)
    assert in_room.locator("#save-text").text_content() == "1 题未保存"
    held[0].continue_()
    is_saved(in_room)


def test_at_the_deadline_the_page_hands_in_by_itself(in_room):
    in_room.keyboard.press("a")
    is_saved(in_room)
    with transaction() as session:
        attempt = session.scalars(select(Attempt)).one()
        attempt.deadline_at = attempt.accept_until = clock.now() + timedelta(seconds=3)
    in_room.reload()
    in_room.wait_for_url(re.compile("/outcome$"))
    expect(in_room.get_by_role("main")).to_contain_text("到时自动交卷")
    with reading() as session:
        attempt, mark = session.scalars(select(Attempt)).one(), session.scalars(select(Mark)).one()
    assert attempt.finished_at == attempt.deadline_at
    assert mark.answered_count == 1


def test_the_time_follows_the_server_and_is_announced(in_room):
    expect(in_room.locator("#timer")).to_have_text(re.compile(r"^1:29:\d\d$"))
    with transaction() as session:
        session.scalars(select(Attempt)).one().deadline_at = clock.now() + timedelta(minutes=9, seconds=30)
    in_room.keyboard.press("a")
    expect(in_room.locator("#timer")).to_have_text(re.compile(r"^09:[12]\d$"))
    expect(in_room.locator("#timer")).to_have_attribute("data-tone", "warn")
    expect(in_room.locator("#announcer")).to_have_text("剩余 10 分钟")
    in_room.keyboard.press("t")
    expect(in_room.locator("#announcer")).to_have_text(re.compile(r"剩余 9 分 [12]\d 秒"))


def test_who_is_signed_out_is_told_and_loses_nothing(in_room, context):
    address = in_room.url
    context.clear_cookies()
    in_room.keyboard.press("a")
    is_saved(in_room)
    assert stored() == {1: "A"}
    expect(in_room.locator("#notices")).to_contain_text("登录已失效", timeout=POLL_MS)
    expect(in_room.get_by_role("link", name="重新登录")).to_have_attribute(
        "href", re.compile(re.escape(address.split("/attempts/")[1]))
    )


def test_the_waiting_page_opens_by_itself(page, room_account, room_sitting):
    with transaction() as session:
        session.merge(room_sitting).opens_at = clock.now() + timedelta(seconds=4)
    sign_in(page, room_account)
    page.goto(f"/sittings/{room_sitting.id}/waiting")
    expect(page.locator("#countdown")).to_have_text(re.compile(r"^00:0\d$"))
    expect(page.get_by_role("button", name="开始考试")).to_be_visible(timeout=10_000)


def test_without_script_the_page_says_so(chromium, live_server, room_account, room_sitting):
    context = chromium.new_context(base_url=live_server, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, room_account)
    page.goto(f"/sittings/{room_sitting.id}/waiting")
    page.get_by_role("button", name="开始考试").click()
    assert "需要启用 JavaScript" in page.locator("noscript").first.text_content()
    context.close()


LANGUAGES = pytest.mark.parametrize("language", ["zh", "en"])


@LANGUAGES
def test_nothing_bars_people_from_the_pages(in_room, language):
    in_room.goto(f"/language/{language}?next={urlsplit(in_room.url).path}")
    in_room.locator("#question-title").wait_for()
    is_accessible(in_room)
    cell(in_room, 4).click()
    in_room.keyboard.press("m")
    is_accessible(in_room)
    in_room.keyboard.press("r")
    is_accessible(in_room)
    in_room.locator("#to-confirm").click()
    is_accessible(in_room)
    in_room.locator("#confirm-close").click()
    in_room.keyboard.press("?")
    is_accessible(in_room)
    in_room.keyboard.press("Escape")
    in_room.goto("/my")
    is_accessible(in_room)


def test_nothing_bars_people_from_the_dialogs_that_interrupt(in_room, context):
    leave_for(in_room, 3_200)
    is_shown_and_accessible(in_room, "left")
    in_room.locator("#left-close").click()
    second = context.new_page()
    second.goto(in_room.url)
    is_shown_and_accessible(second, "elsewhere")
    go_on_here(second)
    is_shown_and_accessible(in_room, "locked")
    change_attempt(state=AttemptState.PAUSED, paused_at=clock.now())
    second.keyboard.press("a")
    is_shown_and_accessible(second, "paused")
    end = clock.now() + timedelta(seconds=6)
    change_attempt(state=AttemptState.ANSWERING, paused_at=None, deadline_at=end, accept_until=end)
    expect(second.locator("#paused")).to_be_hidden()
    context.set_offline(True)
    second.keyboard.press("b")
    expect(second.locator("#ending-file")).to_be_visible()
    is_shown_and_accessible(second, "ending")


def is_shown_and_accessible(page, dialog):
    expect(page.locator(f"#{dialog}")).to_be_visible()
    is_accessible(page)


@LANGUAGES
def test_nothing_bars_people_from_waiting_and_outcome(page, room_account, room_sitting, language):
    sign_in(page, room_account)
    page.goto(f"/language/{language}?next=/sittings/{room_sitting.id}/waiting")
    expect(page.locator("#check-server")).to_have_attribute("data-state", "good")
    is_accessible(page)
    page.locator("form[action$='/start'] button").click()
    page.locator("#question-title").wait_for()
    page.keyboard.press("r")
    page.locator("#to-confirm").click()
    page.locator("#hand-in-button").click()
    page.wait_for_url(re.compile("/outcome$"))
    is_accessible(page)


def is_accessible(page):
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
    assert found.violations_count == 0, found.generate_report()


def test_the_waiting_page_checks_the_device(page, room_account, room_sitting):
    sign_in(page, room_account)
    page.goto(f"/sittings/{room_sitting.id}/waiting")
    expect(page.locator("#check-note")).to_have_text("检查通过，可以在这台设备上作答。")
    expect(page.locator("#check-server")).to_have_text(re.compile(r"正常，\d+ 毫秒"))
    page.add_init_script("Object.defineProperty(window, 'localStorage', { get() { throw new Error('off'); } })")
    page.route("**/healthz", lambda route: route.abort())
    page.reload()
    expect(page.locator("#check-storage")).to_have_attribute("data-state", "bad")
    expect(page.locator("#check-note")).to_contain_text("请关闭无痕模式")
    expect(page.locator("#check-note")).to_contain_text("现在连不上服务器")


def test_a_browser_that_keeps_nothing_can_still_be_answered_in(in_room):
    forbid = "Object.defineProperty(window, '{}', {{ get() {{ throw new Error('off'); }} }})"
    for storage in ("localStorage", "sessionStorage"):
        in_room.add_init_script(forbid.format(storage))
    in_room.reload()
    go_on_here(in_room)
    expect(in_room.locator("#notices")).to_contain_text("浏览器不允许在本机暂存")
    in_room.keyboard.press("a")
    is_saved(in_room)
    assert stored() == {1: "A"}


@LANGUAGES
def test_nothing_is_wider_than_the_window(in_room, language):
    room = in_room.url
    for width in WIDTHS:
        in_room.set_viewport_size({"width": width, "height": 800})
        in_room.goto(f"/language/{language}?next=/my")
        fits(in_room)
        in_room.goto(room)
        in_room.locator("#question-title").wait_for()
        for size in ("1", "3"):
            in_room.locator(f"#size-{size}").click()
            fits(in_room)
        in_room.keyboard.press("r")
        fits(in_room)


def test_at_twice_the_zoom_and_on_a_phone_held_sideways_nothing_covers_what_is_read(in_room):
    """Twice the zoom halves the window; then no bar sticks, and each option can be brought to sight."""
    for width, height in ((640, 360), (568, 320)):
        in_room.set_viewport_size({"width": width, "height": height})
        fits(in_room)
        for place in range(1, 5):
            in_room.keyboard.press("ArrowRight") if place > 1 else None
            in_room.locator("label.option").last.scroll_into_view_if_needed()
            in_room.locator("label.option").last.click(timeout=3_000)
        for _back in range(3):
            in_room.keyboard.press("ArrowLeft")
    assert "user-scalable" not in in_room.locator("meta[name=viewport]").get_attribute("content")


def fits(page):
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert over <= 0, f"{page.url} is {over} px wider than {page.viewport_size}"


def test_on_a_phone_the_palette_is_a_sheet_and_nothing_covers_the_last_option(in_room):
    in_room.set_viewport_size({"width": 390, "height": 600})
    expect(in_room.locator("#palette")).to_be_hidden()
    in_room.get_by_role("button", name="答题卡").click()
    cell(in_room, 4).click()
    expect(in_room.locator("#palette")).to_be_hidden()
    in_room.locator("label.option").last.click()
    is_saved(in_room)
    assert stored() == {4: "D"}
