from pathlib import PurePath

import pytest
from sqlalchemy import func, select

import certificates.jobs.drawing  # noqa: F401 - tells the worker what it can do
from certificates.models import Credential, CredentialDocument
from certificates.operations.credentials import CREDENTIALS, cancel_credential, issue_for_pass_list
from core.db import reading, transaction
from core.jobs import work_once
from core.sheets import write_csv
from people.permissions import Role
from people.posts import PostState
from tests.factories import (
    ACTOR,
    make_account,
    make_city,
    make_credential,
    make_officer,
    make_pass_list,
)
from tests.forms_browser import FormsBrowser, file_field

URL = "http://localhost:8000"


@pytest.fixture
def two(database):
    """A credential in the county and one in the department."""
    with transaction() as session:
        city = make_city(session)
        own = make_credential(session, make_officer(session, city.county, name="区里人"))
        other = make_credential(session, make_officer(session, city.department, name="局里人"))
        return own, other


@pytest.fixture
def pass_list(database):
    """A list of three, one of whom has left since."""
    with transaction() as session:
        city = make_city(session)
        officers = [make_officer(session, city.county, name=name) for name in ("甲某", "乙某", "丙某")]
        made = make_pass_list(session, officers)
        officers[2].post = PostState.RETIRED
        return made


def issued(pass_list):
    with transaction() as session:
        issue_for_pass_list(session, session.get_one(type(pass_list), pass_list.id), URL, ACTOR)


def figure(browser, name):
    return browser.page.find(attrs={"data-figure": name}).get_text(strip=True)


def document_count():
    with reading() as session:
        return session.scalar(select(func.count()).select_from(CredentialDocument))


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.HR])
def test_the_city_sees_every_credential(signed_in, two, role):
    browser = signed_in(role)
    browser.open("/credentials/")
    assert figure(browser, "valid") == "2"
    assert "区里人" in browser.text()
    assert "局里人" in browser.text()


def test_a_unit_sees_its_own_credentials_and_numbers_alone(signed_in, two):
    browser = signed_in(Role.UNIT_ADMINISTRATOR)
    browser.open("/credentials/")
    assert figure(browser, "valid") == "1"
    assert "局里人" not in browser.text()
    browser.open(f"/credentials/{two[0].id}")
    assert two[0].cert_no in browser.text()
    for path in (f"/credentials/{two[1].id}", f"/credentials/{two[1].id}/card.pdf"):
        browser.open(path, status=404)
    browser.open(f"/credentials/?organisation={two[1].organisation_id}")
    assert "局里人" not in browser.text()
    assert document_count() == 0


@pytest.mark.parametrize("path", ["/credentials/", "/credentials/issue", "/cleanup/"])
def test_a_candidate_and_the_public_see_none_of_it(signed_in, two, path):
    signed_in(Role.CANDIDATE).open(path, status=403)
    browser = FormsBrowser(signed_in(Role.PUBLIC).client.application)
    assert browser.client.get(path).status_code == 302


def test_the_list_is_narrowed_in_the_address(signed_in, two):
    browser = signed_in(Role.ADMINISTRATOR)
    browser.open("/credentials/")
    browser.submit({"text": "局里"})
    assert "局里人" in browser.text()
    assert "区里人" not in browser.text()
    browser.open("/credentials/?status=cancelled")
    assert "没有符合条件的证件" in browser.text()
    browser.open(f"/credentials/?officer={two[0].officer_id}")
    assert "区里人" in browser.text()
    assert "局里人" not in browser.text()
    browser.open("/credentials/?status=nonsense&organisation=nonsense&page=99&officer=7")
    assert "局里人" in browser.text()


def test_a_document_asked_for_before_its_turn_is_drawn_at_once_and_once(signed_in, two):
    browser = signed_in(Role.ADMINISTRATOR)
    browser.open(f"/credentials/{two[0].id}")
    first = browser.fetch(browser.link("证件卡"))
    assert first.mimetype == "application/pdf"
    assert first.headers["Content-Disposition"].startswith("inline")
    assert first.data.startswith(b"%PDF-")
    again = browser.fetch(f"/credentials/{two[0].id}/card.pdf")
    assert again.data == first.data
    assert document_count() == 1
    browser.fetch(f"/credentials/{two[0].id}/poster.pdf", status=404)


def test_a_cancelled_credential_shows_only_what_was_drawn_before(signed_in, two):
    browser = signed_in(Role.ADMINISTRATOR)
    browser.fetch(f"/credentials/{two[0].id}/card.pdf")
    with transaction() as session:
        cancel_credential(session, session.get_one(Credential, two[0].id), "O3", ACTOR)
    browser.open(f"/credentials/{two[0].id}")
    assert "已注销" in browser.text()
    assert "证件卡" in browser.text()
    assert "资格证书（A4）" not in browser.text()
    browser.fetch(f"/credentials/{two[0].id}/card.pdf")
    browser.open(f"/credentials/{two[0].id}/certificate.pdf", status=409)


def test_the_office_issues_to_a_list_and_follows_the_drawing(signed_in, pass_list):
    browser = signed_in(Role.ADMINISTRATOR)
    browser.open("/credentials/issue")
    assert browser.page.select_one(f'a[href="/credentials/issue/{pass_list.id}"]') is not None
    browser.open(f"/credentials/issue/{pass_list.id}")
    assert "丙某" in browser.text()
    assert "退休" in browser.text()
    browser.submit(action=f"/issue/{pass_list.id}")
    assert "已核发 2 本证件" in browser.text()
    assert "正在生成" in browser.text()
    assert browser.page.select_one("#drawing[data-live]") is not None
    while work_once():
        pass
    browser.open(f"/credentials/lists/{pass_list.id}")
    assert "已全部生成" in browser.text()
    assert browser.page.select_one("[data-live]") is None
    assert document_count() == 4
    browser.open(f"/credentials/issue/{pass_list.id}")
    assert "名单上可以核发的人员都已核发" in browser.text()
    assert browser.page.find("form", attrs={"data-confirm": True}) is None


def test_an_old_page_does_not_issue_twice(signed_in, pass_list):
    browser = signed_in(Role.ADMINISTRATOR)
    browser.open(f"/credentials/issue/{pass_list.id}")
    issued(pass_list)
    browser.submit(action=f"/issue/{pass_list.id}", status=409)
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Credential)) == 2


@pytest.mark.parametrize("role", [Role.HR, Role.UNIT_ADMINISTRATOR, Role.CANDIDATE])
def test_nobody_but_the_administrator_issues(signed_in, pass_list, role):
    browser = signed_in(role)
    for path in ("/credentials/issue", f"/credentials/issue/{pass_list.id}", "/credentials/import"):
        browser.open(path, status=403)
    browser.open("/password" if role is Role.CANDIDATE else "/credentials/")
    token = browser.page.find("input", attrs={"name": "csrf_token"})["value"]
    answer = browser.client.post(f"/credentials/issue/{pass_list.id}", data={"csrf_token": token})
    assert answer.status_code == 403
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Credential)) == 0


def test_older_credentials_come_in_by_sheet(signed_in, database):
    with transaction() as session:
        make_officer(session, make_city(session).county, name="张三", document_number="DEMO-900001")
    browser = signed_in(Role.ADMINISTRATOR)
    browser.open("/credentials/import")
    row = ("张三", "DEMO-900001", "海东区", "冀C-0001", "城管", "海东区", "2024-01-02", "2029-01-01")
    data = write_csv([column.name for column in CREDENTIALS.columns], [row])
    browser.submit({"file": file_field(PurePath("旧证.csv"), data)})
    browser.submit()
    assert "已录入 1 本证件" in browser.text()
    assert "冀C-0001" in browser.text()


def candidate(app, officer_of):
    with transaction() as session:
        officer = session.get_one(Credential, officer_of.id).officer
        account = make_account(session, Role.CANDIDATE, officer.organisation, officer=officer)
    browser = FormsBrowser(app)
    browser.sign_in(account)
    return browser


def test_a_holder_opens_the_own_credential_and_nobody_elses(app, two):
    browser = candidate(app, two[0])
    browser.open("/credentials/mine")
    assert two[0].cert_no in browser.text()
    assert two[1].cert_no not in browser.text()
    assert browser.fetch(browser.link("资格证书")).data.startswith(b"%PDF-")
    browser.open(f"/credentials/mine/{two[1].id}/card.pdf", status=404)
    browser.open(f"/credentials/{two[0].id}", status=403)
    assert document_count() == 1


def test_a_holder_downloads_nothing_of_a_cancelled_credential(app, two):
    browser = candidate(app, two[0])
    browser.fetch(f"/credentials/mine/{two[0].id}/card.pdf")
    with transaction() as session:
        cancel_credential(session, session.get_one(Credential, two[0].id), "O3", ACTOR)
    browser.open("/credentials/mine")
    assert "已注销" in browser.text()
    assert "证件卡" not in browser.text()
    browser.open(f"/credentials/mine/{two[0].id}/card.pdf", status=409)


def test_who_holds_none_is_told_so(signed_in, two):
    browser = signed_in(Role.CANDIDATE)
    browser.open("/credentials/mine")
    assert "您还没有执法证件" in browser.text()
