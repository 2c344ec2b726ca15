"""The public log in a real browser: a document is looked up by its digest and never leaves the machine."""

import hashlib
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from core.db import transaction
from core.operations import append_to_log

pytestmark = pytest.mark.browser
CONTENT = "合格人员名单".encode()


@pytest.fixture
def log(database):
    with transaction() as session:
        append_to_log(session, "circular", uuid4(), "a" * 64)
        append_to_log(session, "pass_list", uuid4(), hashlib.sha256(CONTENT).hexdigest())


def posts(page: Page) -> list[str]:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    return sent


def test_a_chosen_file_is_found_without_being_sent(log, page):
    sent = posts(page)
    page.goto("/log/")
    expect(page.get_by_text("文件不会上传")).to_be_visible()
    page.set_input_files("#file", {"name": "名单.pdf", "mimeType": "application/pdf", "buffer": CONTENT})
    page.get_by_role("button", name="查验文件").click()
    expect(page.get_by_text("在公开日志中", exact=True)).to_be_visible()
    expect(page.locator("#answer")).to_contain_text("第 2 条")
    assert sent == []


def test_a_dropped_file_is_found_without_being_sent(log, page):
    sent = posts(page)
    page.goto("/log/")
    dropped = page.evaluate_handle(
        """(text) => {
            const held = new DataTransfer();
            held.items.add(new File([text], "名单.pdf"));
            return held;
        }""",
        CONTENT.decode(),
    )
    page.dispatch_event("[data-drop]", "dragover", {"dataTransfer": dropped})
    page.dispatch_event("[data-drop]", "drop", {"dataTransfer": dropped})
    expect(page.locator("#answer")).to_contain_text("第 2 条")
    assert sent == []


def test_without_script_the_file_is_sent_and_found(log, chromium, live_server):
    context = chromium.new_context(base_url=live_server, java_script_enabled=False)
    page = context.new_page()
    page.goto("/log/")
    expect(page.get_by_text("文件只用来计算校验值，不保存")).to_be_visible()
    expect(page.get_by_text("文件不会上传")).to_be_hidden()
    page.set_input_files("#file", {"name": "名单.pdf", "mimeType": "application/pdf", "buffer": CONTENT})
    page.get_by_role("button", name="查验文件").click()
    expect(page.locator("#answer")).to_contain_text("第 2 条")
    context.close()
