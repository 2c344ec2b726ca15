import pytest
from sqlalchemy import select

import certificates.jobs.drawing
import certificates.jobs.printing  # noqa: F401 - tells the worker what it can do
from certificates.models import Credential
from certificates.operations.credentials import issue_for_pass_list
from core.db import reading, transaction
from core.jobs import work_once
from core.models import AuditEntry
from exam.models.results import PassList
from people.permissions import Role
from tests.factories import ACTOR, make_city, make_officer, make_pass_list

URL = "http://localhost:8000"


@pytest.fixture
def pass_list(database):
    with transaction() as session:
        county = make_city(session).county
        return make_pass_list(
            session, [make_officer(session, county, name=name) for name in ("甲某", "乙某", "丙某")]
        )


@pytest.fixture
def issued(pass_list):
    with transaction() as session:
        issue_for_pass_list(session, session.get_one(PassList, pass_list.id), URL, ACTOR)
    return pass_list


def work():
    while work_once():
        pass


@pytest.fixture
def browser(signed_in):
    return signed_in(Role.ADMINISTRATOR)


def test_a_list_nobody_was_issued_to_says_so(browser, pass_list):
    browser.open(f"/credentials/lists/{pass_list.id}")
    assert "还没有核发证件" in browser.text()
    assert "还没有可以制卡的证件" in browser.text()


def test_a_list_is_paused_and_continued(browser, issued):
    browser.open(f"/credentials/lists/{issued.id}")
    assert "正在生成电子证书" in browser.text()
    browser.submit(action="/pause")
    assert "已暂停生成" in browser.text()
    assert browser.page.select_one("[data-live]") is None
    work()
    browser.open(f"/credentials/lists/{issued.id}")
    assert "0 / 6" in browser.text()
    browser.submit(action="/continue")
    assert "正在后台生成" in browser.text()
    work()
    browser.open(f"/credentials/lists/{issued.id}")
    assert "6 / 6" in browser.text()
    assert "已全部生成" in browser.text()


def test_an_old_page_pauses_nothing_that_is_done(browser, issued):
    browser.open(f"/credentials/lists/{issued.id}")
    work()
    browser.submit(action="/pause", status=409)


def test_what_could_not_be_drawn_is_listed_and_tried_again(browser, issued):
    with transaction() as session:
        session.scalars(
            select(Credential).where(Credential.holder_name == "乙某")
        ).one().holder_name = "乙\U00021757"
    work()
    browser.open(f"/credentials/lists/{issued.id}")
    assert "没有生成的证件" in browser.text()
    assert "U+21757" in browser.text()
    assert "4 / 6" in browser.text()
    with transaction() as session:
        one = next(one for one in session.scalars(select(Credential)).unique() if "\U00021757" in one.holder_name)
        one.holder_name = "乙某"
    browser.submit(action="/continue")
    work()
    browser.open(f"/credentials/lists/{issued.id}")
    assert "6 / 6" in browser.text()
    assert "没有生成的证件" not in browser.text()


@pytest.mark.parametrize("kind", ["sheets", "cards", "hand_out"])
def test_a_file_for_the_printer_is_made_in_the_background_and_its_download_is_written_down(browser, issued, kind):
    browser.open(f"/credentials/lists/{issued.id}")
    assert "还没有照片" in browser.text()
    browser.submit(action=f"/print/{kind}")
    assert "正在后台制作" in browser.text()
    assert browser.page.select_one("#files[data-live]") is not None
    work()
    browser.open(f"/credentials/lists/{issued.id}")
    answer = browser.fetch(browser.link("下载 PDF"))
    assert answer.data.startswith(b"%PDF")
    assert "attachment" in answer.headers["Content-Disposition"]
    with reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.verb == "certificates:print:download")).one()
    assert entry.detail["cards"] == 3
    assert entry.account_id is not None


def test_a_kind_nobody_knows_is_not_found(browser, issued):
    browser.open(f"/credentials/lists/{issued.id}")
    token = browser.page.find("input", attrs={"name": "csrf_token"})["value"]
    answer = browser.client.post(f"/credentials/lists/{issued.id}/print/posters", data={"csrf_token": token})
    assert answer.status_code == 404
