"""The page that checks documents in a real browser: chosen, dropped, by keyboard alone, and without script."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from certificates.layouts import Layout
from certificates.operations.authority import found_authority
from certificates.operations.documents import document_of
from core.db import transaction
from tests.factories import make_city, make_credential, make_officer

pytestmark = pytest.mark.browser
ANSWER = "#answer .answer-status"


@pytest.fixture
def document(app, settings):
    with transaction() as session:
        found_authority(session, settings.signing_place, "示范市")
        credential = make_credential(session, make_officer(session, make_city(session).county, name="李𬱖"))
        return document_of(session, credential, Layout.CERTIFICATE, settings.address).content


def chosen(page: Page, content: bytes) -> None:
    page.set_input_files("#file", {"name": "证书.pdf", "mimeType": "application/pdf", "buffer": content})


def test_a_chosen_document_is_checked(document, page):
    page.goto("/verify")
    chosen(page, document)
    page.get_by_role("button", name="查验文件").click()
    expect(page.locator(ANSWER)).to_have_text("有效")
    expect(page.locator("#answer")).to_contain_text("李𬱖")


def test_a_dropped_document_is_checked_without_a_click(document, page):
    page.goto("/verify")
    dropped = page.evaluate_handle(
        """(bytes) => {
            const held = new DataTransfer();
            held.items.add(new File([new Uint8Array(bytes)], "证书.pdf", { type: "application/pdf" }));
            return held;
        }""",
        list(document),
    )
    expect(page.get_by_text("也可以把文件拖到这里")).to_be_visible()
    page.dispatch_event("[data-drop]", "dragover", {"dataTransfer": dropped})
    page.dispatch_event("[data-drop]", "drop", {"dataTransfer": dropped})
    expect(page.locator(ANSWER)).to_have_text("有效")


def test_it_is_reached_and_sent_by_keyboard_alone(document, page):
    page.goto("/verify")
    chosen(page, document)
    page.locator("#file").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="查验文件")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(ANSWER)).to_have_text("有效")


def test_without_script_a_document_is_checked_all_the_same(document, chromium, live_server):
    context = chromium.new_context(base_url=live_server, java_script_enabled=False)
    page = context.new_page()
    page.goto("/verify")
    expect(page.get_by_text("也可以把文件拖到这里")).to_be_hidden()
    chosen(page, document)
    page.get_by_role("button", name="查验文件").click()
    expect(page.locator(ANSWER)).to_have_text("有效")
    context.close()


@pytest.mark.parametrize("width", [320, 1440])
def test_the_answer_fits_the_screen(document, page, width):
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/verify")
    chosen(page, document)
    page.get_by_role("button", name="查验文件").click()
    expect(page.locator(ANSWER)).to_have_text("有效")
    assert [rule["id"] for rule in Axe().run(page).response["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
