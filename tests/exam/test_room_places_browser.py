"""The exam room in a real Chromium: two tabs, two computers, pauses, the clock, leaving the page."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from core import clock
from core.db import reading, transaction
from exam.accommodations import AccommodationKind
from exam.events import EventKind
from exam.models.planning import Accommodation, Candidate, Sitting
from exam.models.room import Attempt, Presence, RoomEvent
from exam.operations.room import give_time
from exam.states import AttemptState, FinishKind
from exam.time_ledger import Line, TimeKind
from tests.browser import sign_in
from tests.factories import ACTOR
from tests.in_room import (
    OFFLINE,
    cell,
    change_attempt,
    go_on_here,
    is_saved,
    leave_for,
    stored,
    the_attempt,
)

pytestmark = pytest.mark.browser


def events():
    with reading() as session:
        rows = session.scalars(select(RoomEvent).order_by(RoomEvent.id))
        return [(row.kind, row.seconds) for row in rows]


def is_locked(page):
    return expect(page.get_by_role("heading", name="本试卷已在另一窗口打开")).to_be_visible(timeout=15_000)


def test_a_second_tab_asks_first_and_both_sides_see_the_take_over(in_room, context):
    in_room.keyboard.press("a")
    is_saved(in_room)
    second = context.new_page()
    second.goto(in_room.url)
    expect(second.locator("#elsewhere-text")).to_have_text(re.compile(r"自 \d\d:\d\d 起已在另一窗口"))
    in_room.keyboard.press("b")
    is_saved(in_room)
    assert stored() == {1: "B"}
    go_on_here(second)
    is_locked(in_room)
    expect(second.locator("input[value=B]")).to_be_checked()
    in_room.get_by_role("button", name="在这里继续作答").click()
    expect(in_room.locator("input[value=B]")).to_be_checked()
    is_locked(second)
    assert [kind for kind, _seconds in events()] == [EventKind.TAKEN_OVER] * 2


def test_a_reload_of_the_same_tab_asks_nothing(in_room):
    in_room.keyboard.press("a")
    is_saved(in_room)
    for _time in range(2):
        in_room.reload()
        expect(in_room.locator("input[value=A]")).to_be_checked()
    expect(in_room.locator("#elsewhere")).to_be_hidden()
    assert events() == []


def test_a_copy_of_the_tab_is_another_tab(in_room, context):
    """A browser that copies a tab copies its storage too."""
    storage = in_room.evaluate("JSON.stringify({...sessionStorage})")
    second = context.new_page()
    second.add_init_script(f"Object.assign(sessionStorage, {storage})")
    second.goto(in_room.url)
    expect(second.locator("#elsewhere")).to_be_visible()


def test_another_computer_takes_over_and_the_idle_one_is_told_within_seconds(in_room, other_computer):
    go_on_here(other_computer)
    is_locked(in_room)
    other_computer.keyboard.press("b")
    is_saved(other_computer)
    assert stored() == {1: "B"}


def test_another_computer_takes_over_and_the_first_is_refused_its_next_answer(in_room, other_computer):
    go_on_here(other_computer)
    in_room.keyboard.press("a")
    is_locked(in_room)
    assert stored() == {}


def test_what_was_answered_elsewhere_meanwhile_is_said_and_nothing_is_mixed_in(in_room, other_computer):
    in_room.route("**/responses", lambda route: route.abort())
    for key in ("a", "ArrowRight", "c"):
        in_room.keyboard.press(key)
    expect(in_room.locator("#save-text")).to_have_text(OFFLINE)
    go_on_here(other_computer)
    other_computer.keyboard.press("b")
    is_saved(other_computer)
    in_room.unroute("**/responses")
    in_room.on("dialog", lambda dialog: dialog.accept())
    in_room.reload()
    go_on_here(in_room)
    expect(in_room.locator("#notices")).to_contain_text("以服务器保存的为准，请核对：1（本机为 A）、2（本机为 C）")
    assert stored() == {1: "B"}
    expect(cell(in_room, 2)).to_have_attribute("data-answered", "false")


def test_a_pause_stops_the_page_and_its_time_and_ends_by_itself(in_room):
    in_room.keyboard.press("a")
    is_saved(in_room)
    deadline = clock.now() + timedelta(minutes=20)
    change_attempt(state=AttemptState.PAUSED, paused_at=clock.now(), deadline_at=deadline, accept_until=deadline)
    in_room.keyboard.press("b")
    expect(in_room.get_by_role("heading", name="考试已暂停")).to_be_visible()
    expect(in_room.locator("#save-text")).to_have_text("1 题未保存")
    shown = in_room.locator("#timer").text_content()
    in_room.wait_for_timeout(2_500)
    assert in_room.locator("#timer").text_content() == shown
    in_room.keyboard.press("Escape")
    in_room.keyboard.press("c")
    expect(in_room.get_by_role("heading", name="考试已暂停")).to_be_visible()
    change_attempt(state=AttemptState.ANSWERING, paused_at=None)
    expect(in_room.get_by_role("heading", name="考试已暂停")).to_be_hidden()
    is_saved(in_room)
    assert stored() == {1: "B"}


def test_extra_time_shows_within_ten_seconds_without_a_touch(in_room):
    with transaction() as session:
        give_time(session, the_attempt(session), Line(TimeKind.EXTRA, 15 * 60), "设备故障", ACTOR)
    expect(in_room.locator("#extra")).to_have_text("含延长 15 分钟", timeout=12_000)
    expect(in_room.locator("#timer")).to_have_text(re.compile(r"^1:4[45]:\d\d$"))
    expect(in_room.locator("#notices")).to_contain_text("您的考试时间已延长 15 分钟")
    with reading() as session:
        assert session.scalars(select(Presence)).one().unsaved_count == 0


def test_time_that_is_given_in_the_last_moment_reopens_the_page(in_room):
    change_attempt(deadline_at=clock.now() + timedelta(seconds=4), accept_until=clock.now() + timedelta(minutes=2))
    in_room.reload()
    in_room.route("**/time*", lambda route: None)
    expect(in_room.get_by_role("heading", name="考试时间已到")).to_be_visible()
    deadline = clock.now() + timedelta(minutes=10)
    change_attempt(deadline_at=deadline, accept_until=deadline)
    in_room.unroute("**/time*")
    expect(in_room.get_by_role("heading", name="考试时间已到")).to_be_hidden(timeout=15_000)
    in_room.keyboard.press("a")
    is_saved(in_room)
    with reading() as session:
        assert the_attempt(session).state == AttemptState.ANSWERING


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_device_whose_clock_is_an_hour_off_shows_the_right_time(context, room_account, hours):
    """The device's clock is wrong from the start and jumps once more while the page is open."""
    page = context.new_page()
    page.add_init_script(f"window.offMs = {hours} * 3_600_000")
    page.add_init_script("const real = Date.now.bind(Date); Date.now = () => real() + window.offMs;")
    sign_in(page, room_account)
    page.get_by_role("link", name="进入候考").click()
    page.get_by_role("button", name="开始考试").click()
    expect(page.locator("#timer")).to_have_text(re.compile(r"^1:(29:[45]\d|30:00)$"))
    sent = []
    page.on("request", lambda request: sent.append(request.post_data_json) if "/responses" in request.url else None)
    with page.expect_response("**/time*"):
        page.evaluate("window.offMs = -window.offMs")
    page.keyboard.press("a")
    is_saved(page)
    expect(page.locator("#timer")).to_have_text(re.compile(r"^1:29:[2345]\d$"))
    (line,) = sent[0]["responses"]
    assert 89 * 60_000 < line["left_ms"] <= 90 * 60_000


def test_a_hidden_timer_comes_back_at_five_minutes(in_room):
    in_room.get_by_role("button", name="隐藏").click()
    expect(in_room.locator("#timer")).to_be_hidden()
    in_room.reload()
    in_room.locator("#question-title").wait_for()
    expect(in_room.locator("#timer")).to_be_hidden()
    change_attempt(deadline_at=clock.now() + timedelta(minutes=4, seconds=50))
    in_room.keyboard.press("a")
    expect(in_room.locator("#timer")).to_have_text(re.compile(r"^04:[45]\d$"))
    expect(in_room.locator("#timer")).to_be_visible()
    expect(in_room.locator("#timer-switch")).to_be_hidden()


def limit_leaves(limit):
    with transaction() as session:
        session.scalars(select(Sitting)).one().leave_limit = limit
        the_attempt(session).started_at = clock.now() - timedelta(minutes=1)


def test_leaving_is_counted_warned_of_and_at_the_limit_handed_in(in_room):
    limit_leaves(2)
    in_room.reload()
    in_room.locator("#question-title").wait_for()
    leave_for(in_room, 1_000)
    expect(in_room.locator("#left")).to_be_hidden()
    leave_for(in_room, 3_200)
    expect(in_room.locator("#left")).to_contain_text("离开本页面 3 秒，已记录为第 1 次。")
    expect(in_room.locator("#left")).to_contain_text("第 2 次离开时，系统将自动交卷")
    in_room.locator("#left-close").click()
    in_room.keyboard.press("a")
    is_saved(in_room)
    leave_for(in_room, 3_200)
    in_room.wait_for_url(re.compile("/outcome$"))
    expect(in_room.get_by_role("main")).to_contain_text("是否违规由监考人员核查判定")
    assert [kind for kind, _seconds in events()] == [EventKind.LEFT_PAGE] * 2 + [EventKind.LEAVE_LIMIT]
    with reading() as session:
        assert session.scalars(select(Attempt)).one().finish_kind == FinishKind.LEAVE_LIMIT


def test_a_leave_without_a_line_is_counted_once_when_it_is_back(in_room, context):
    limit_leaves(5)
    context.set_offline(True)
    leave_for(in_room, 3_200)
    expect(in_room.locator("#left")).to_contain_text("第 1 次")
    context.set_offline(False)
    expect(in_room.locator("#save-text")).to_have_text("已全部保存")
    in_room.wait_for_timeout(1_000)
    assert [kind for kind, _seconds in events()] == [EventKind.LEFT_PAGE]


def test_large_print_is_on_where_it_was_granted_and_the_choice_stays(in_room):
    size = "getComputedStyle(document.documentElement).fontSize"
    assert in_room.evaluate(size) == "16px"
    with transaction() as session:
        granted = Accommodation(
            candidate_id=session.scalars(select(Candidate.id)).one(),
            kind=AccommodationKind.LARGE_PRINT,
            is_granted=True,
            evidence="残疾人证",
            approved_at=clock.now(),
        )
        session.add(granted)
    in_room.reload()
    expect(in_room.locator("html")).to_have_attribute("data-text-size", "3")
    assert in_room.evaluate(size) == "22px"
    in_room.get_by_role("button", name="大字号", exact=True).click()
    in_room.reload()
    expect(in_room.locator("html")).to_have_attribute("data-text-size", "2")
