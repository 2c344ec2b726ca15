"""The exam room in a real Chromium: how answers are sent, what happens at the end, the hand-in file."""

import json
import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from core import clock
from core.db import reading, transaction
from exam.models.room import HeldResponse
from exam.operations.hand_in_files import take_in_file
from exam.operations.handing_in import finish_overdue
from exam.states import FinishKind
from tests.factories import ACTOR
from tests.in_room import (
    OFFLINE,
    change_attempt,
    is_saved,
    stored,
    the_attempt,
)

pytestmark = pytest.mark.browser


def sends(page):
    """The batches that the page sends from now on, each with its time."""
    sent = []
    page.on("request", lambda one: "/responses" in one.url and sent.append(one.post_data_json["responses"]))
    return sent


def held():
    with reading() as session:
        return [(row.place, row.choice, row.source) for row in session.scalars(select(HeldResponse))]


def is_over(page):
    expect(page.get_by_role("heading", name="考试时间已到")).to_be_visible(timeout=20_000)


def end_in(seconds, grace=0):
    deadline = clock.now() + timedelta(seconds=seconds)
    change_attempt(deadline_at=deadline, accept_until=deadline + timedelta(seconds=grace))


def test_quick_changes_are_sent_together_and_each_says_the_time_left(in_room):
    sent = sends(in_room)
    for key in "abababababababababab":
        in_room.keyboard.press(key)
    is_saved(in_room)
    assert len(sent) < 12
    assert all(len({line["place"] for line in batch}) == len(batch) for batch in sent)
    assert all(89 * 60_000 < line["left_ms"] <= 90 * 60_000 for batch in sent for line in batch)
    assert stored() == {1: "B"}


def test_no_more_than_a_few_sends_a_second(in_room):
    sent = sends(in_room)
    in_room.evaluate(
        """async () => {
          for (let turn = 0; turn < 60; turn += 1) {
            document.querySelectorAll("#question input")[turn % 2].click();
            await new Promise((again) => setTimeout(again, 50));
          }
        }"""
    )
    is_saved(in_room)
    assert 3 <= len(sent) <= 16
    assert stored() == {1: "B"}


def test_what_is_unsent_goes_out_as_the_page_is_closed(in_room):
    """No timer runs any more, as when a window is closed in the same instant: only the flush can send it."""
    in_room.on("dialog", lambda dialog: dialog.accept())
    in_room.evaluate(
        """() => {
          window.setTimeout = () => 0;
          document.querySelectorAll("#question input")[0].click();
          document.getElementById("next").click();
          document.querySelectorAll("#question input")[2].click();
          window.location.href = "about:blank";
        }"""
    )
    in_room.wait_for_url("about:blank")
    in_room.wait_for_timeout(2_000)
    assert stored() == {1: "A", 2: "C"}


def test_an_answer_of_the_last_second_counts(in_room):
    end_in(8)
    in_room.reload()
    in_room.locator("#question-title").wait_for()
    expect(in_room.locator("#timer")).to_have_text("00:01", timeout=15_000)
    in_room.keyboard.press("a")
    in_room.wait_for_url(re.compile("/outcome$"))
    assert stored() == {1: "A"}
    with reading() as session:
        attempt = the_attempt(session)
        assert (attempt.finish_kind, attempt.finished_at) == (FinishKind.DEADLINE, attempt.deadline_at)


def test_at_the_end_without_a_line_input_stops_and_the_rest_is_sent_within_the_grace(in_room, context):
    end_in(8, grace=60)
    in_room.reload()
    in_room.locator("#question-title").wait_for()
    context.set_offline(True)
    in_room.keyboard.press("a")
    is_over(in_room)
    expect(in_room.locator("#ending-text")).to_contain_text("连接中断，正在不断重试")
    in_room.keyboard.press("b")
    context.set_offline(False)
    in_room.wait_for_url(re.compile("/outcome$"), timeout=20_000)
    assert stored() == {1: "A"}
    assert held() == []
    with reading() as session:
        attempt = the_attempt(session)
        assert attempt.finished_at == attempt.deadline_at


def test_beyond_the_grace_it_is_held_for_a_person_and_the_candidate_is_told(in_room, context):
    end_in(8)
    in_room.reload()
    in_room.locator("#question-title").wait_for()
    context.set_offline(True)
    in_room.keyboard.press("a")
    is_over(in_room)
    context.set_offline(False)
    in_room.wait_for_url(re.compile("/outcome$"), timeout=20_000)
    expect(in_room.get_by_role("main")).to_contain_text("有 1 题的作答在截止后才送到")
    assert stored() == {}
    assert held() == [(1, "A", "room")]


def test_what_a_closed_browser_kept_is_sent_when_its_owner_comes_back(in_room, context):
    end_in(8)
    in_room.reload()
    in_room.locator("#question-title").wait_for()
    address = in_room.url
    in_room.route("**/responses", lambda route: route.abort())
    in_room.keyboard.press("a")
    expect(in_room.locator("#save-text")).to_have_text(OFFLINE)
    in_room.close(run_before_unload=False)
    with transaction() as session:
        finish_overdue(session, clock.now() + timedelta(minutes=1))
    again = context.new_page()
    again.goto(address)
    expect(again.locator("#notices")).to_contain_text("由监考人员决定是否计入：1")
    assert held() == [(1, "A", "room")]
    again.reload()
    expect(again.get_by_role("main")).to_contain_text("有 1 题的作答在截止后才送到")
    expect(again.locator("#notices")).to_be_empty()


def saved_file(page, button):
    with page.expect_download() as download:
        button.click()
    return download.value.suggested_filename, download.value.path().read_bytes()


def answer_offline(page, context):
    context.set_offline(True)
    page.keyboard.press("a")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("d")
    expect(page.locator("#save-text")).to_have_text(OFFLINE)


def test_the_sealed_file_is_taken_in_by_the_server(in_room, context):
    answer_offline(in_room, context)
    name, content = saved_file(in_room, in_room.get_by_role("button", name="保存离线作答文件"))
    expect(in_room.locator("#notices")).to_contain_text("已加密")
    assert name.startswith("hand-in-")
    assert b"choice" not in content
    with transaction() as session:
        assert take_in_file(session, the_attempt(session), content, ACTOR) == 2
    assert held() == [(1, "A", "file"), (2, "D", "file")]


def test_at_the_end_without_a_line_the_file_is_offered(in_room, context):
    end_in(8)
    in_room.reload()
    in_room.locator("#question-title").wait_for()
    answer_offline(in_room, context)
    is_over(in_room)
    _name, content = saved_file(in_room, in_room.locator("#ending-file"))
    expect(in_room.locator("#ending-note")).to_contain_text("交给监考人员上传")
    with transaction() as session:
        assert take_in_file(session, the_attempt(session), content, ACTOR) == 2


def test_a_browser_that_cannot_seal_says_so_in_the_file(in_room, context):
    in_room.add_init_script("Object.defineProperty(Crypto.prototype, 'subtle', { get: () => undefined })")
    in_room.reload()
    in_room.locator("#question-title").wait_for()
    answer_offline(in_room, context)
    name, content = saved_file(in_room, in_room.get_by_role("button", name="保存离线作答文件"))
    expect(in_room.locator("#notices")).to_contain_text("未密封")
    assert name.endswith("-unsealed.json")
    assert json.loads(content)["sealed"] is False
    with transaction() as session:
        assert take_in_file(session, the_attempt(session), content, ACTOR) == 2


def test_handing_in_without_a_line_changes_nothing_and_says_so(in_room, context):
    in_room.get_by_role("button", name="检查并交卷").click()
    in_room.get_by_role("button", name="交卷", exact=True).click()
    in_room.route("**/hand-in", lambda route: route.abort())
    in_room.get_by_role("button", name="确认交卷").click()
    expect(in_room.locator("#notices")).to_contain_text("没有交上")
    in_room.unroute("**/hand-in")
    in_room.get_by_role("button", name="交卷", exact=True).click()
    in_room.get_by_role("button", name="确认交卷").click()
    in_room.wait_for_url(re.compile("/outcome$"))
    with reading() as session:
        assert the_attempt(session).finish_kind == FinishKind.CANDIDATE


def test_the_receipt_is_downloaded_and_printed_from_the_outcome(in_room):
    in_room.keyboard.press("a")
    is_saved(in_room)
    in_room.get_by_role("button", name="检查并交卷").click()
    in_room.get_by_role("button", name="交卷", exact=True).click()
    in_room.get_by_role("button", name="确认交卷").click()
    in_room.wait_for_url(re.compile("/outcome$"))
    name, content = saved_file(in_room, in_room.get_by_role("link", name="下载回执"))
    assert re.fullmatch(r"receipt-[0-9A-F-]{19}\.json", name)
    assert set(json.loads(content)) == {"receipt", "signature"}
    in_room.evaluate("window.print = () => { window.wasPrinted = true; }")
    in_room.get_by_role("button", name="打印本页").click()
    assert in_room.evaluate("window.wasPrinted")
    in_room.emulate_media(media="print")
    expect(in_room.get_by_role("link", name="下载回执")).to_be_hidden()
    expect(in_room.locator(".receipt-code")).to_be_visible()
