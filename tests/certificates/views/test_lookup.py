from pathlib import PurePath

import pytest

from certificates.models import CleanupCase, Credential
from certificates.operations.clean_up import flag_by_hand, open_round, remove_case
from core import clock
from core.db import reading, transaction
from people.permissions import Role
from tests.factories import ACTOR, make_city, make_credential, make_officer
from tests.forms_browser import file_field


@pytest.fixture
def credential(database):
    with transaction() as session:
        city = make_city(session)
        make_credential(session, make_officer(session, city.department, name="张三"), cert_no="99200100001")
        officer = make_officer(session, city.county, name="张三", document_number="DEMO-912345")
        return make_credential(session, officer, cert_no="99100100001", category="城市管理")


def test_anybody_asks_by_number_and_is_answered_in_one_step(browser, credential):
    browser.open("/")
    browser.submit({"number": "991 0010 0001"})
    answer = browser.text()
    for shown in ("有效", "张三", "海东区", "城市管理", "示范市", "99100100001", "查询时间"):
        assert shown in answer
    assert "99200100001" not in answer


def test_anybody_asks_by_name_and_unit(browser, credential):
    page = browser.open("/lookup")
    assert {option["value"] for option in page.select("datalist option")} == {"海东区", "市公安局"}
    form = page.find(id="name").find_parent("form")
    assert form.find(id="unit") is not None
    browser.open("/lookup?name=张三&unit=市公安局")
    assert "99200100001" in browser.text()
    assert "99100100001" not in browser.text()
    assert browser.page.find(id="name")["value"] == "张三"


@pytest.mark.parametrize("prefix", ["/v/", "/V/"])
@pytest.mark.parametrize("case", [str.upper, str.lower])
def test_the_code_on_the_card_leads_to_the_answer(browser, credential, prefix, case):
    browser.open(prefix + case(credential.lookup_token))
    assert "99100100001" in browser.text()


def answers(browser, paths):
    found = []
    for path in paths:
        browser.open(path)
        found.append(browser.page.find("section", attrs={"role": "status"}).get_text(" ", strip=True))
    return {text.split("查询时间")[0] for text in found}


def test_what_is_not_there_and_what_cannot_be_are_answered_alike(browser, credential):
    paths = (
        "/lookup?number=1",
        "/lookup?number=99100100009",
        f"/lookup?number={'9' * 3000}",
        "/lookup?number=%00",
        "/lookup?number=%25",
        "/lookup?name=张三",
        "/lookup?unit=海东区",
        "/lookup?name=张三丰&unit=海东区",
        "/v/ABC",
        "/V/ABCDEFGHIJKLMNOPQRSTUVWX27",
        "/v/..%5c",
    )
    (answer,) = answers(browser, paths)
    assert answer.startswith("未查询到")


def test_a_credential_that_is_not_issued_yet_is_not_found(browser, database):
    with transaction() as session:
        officer = make_officer(session, make_city(session).county, name="张三")
        make_credential(session, officer, cert_no="99100100001", state="reserved", issued_at=None)
    browser.open("/lookup?number=99100100001")
    assert "未查询到" in browser.text()


def test_a_removal_shows_at_once_and_tells_no_reason(browser, credential):
    with transaction() as session:
        round_ = open_round(session, "2026 年清理", ACTOR)
        mine = session.get_one(Credential, credential.id)
        flag_by_hand(session, round_, mine, "M2", "纪委第三号通报", ACTOR)
    browser.open("/lookup?number=99100100001")
    assert "有效" in browser.text()
    assert "已注销" not in browser.text()
    with transaction() as session:
        case = session.query(CleanupCase).one()
        remove_case(session, case, "查实受处分", ACTOR)
    for path in ("/lookup?number=99100100001", "/lookup?name=张三&unit=海东区", f"/v/{credential.lookup_token}"):
        browser.open(path)
        assert "已注销" in browser.text()
        assert "该证件已失效，持有人不得凭此证从事行政执法活动。" in browser.text()
        for secret in ("处分", "通报", "清理", "M2"):
            assert secret not in browser.text()


def test_an_expired_credential_says_so(browser, database):
    with transaction() as session:
        officer = make_officer(session, make_city(session).county)
        make_credential(session, officer, cert_no="OLD-1", valid_from=clock.today().replace(year=2015, day=1))
    browser.open("/lookup?number=old-1")
    assert "已过期" in browser.text()


@pytest.mark.parametrize("role", list(Role))
def test_no_answer_holds_a_document_number(signed_in, credential, role):
    browser = signed_in(role)
    for path in ("/lookup?number=99100100001", "/lookup?name=张三&unit=海东区", f"/v/{credential.lookup_token}"):
        browser.open(path)
        page = browser.response.get_data(as_text=True)
        assert "99100100001" in page
        for secret in ("DEMO-912345", "912345", str(credential.id), str(credential.officer_id)):
            assert secret not in page
        assert credential.lookup_token not in page.replace(path, "")


def test_the_lookup_stays_out_of_search_engines_and_caches(browser, credential):
    for path in ("/lookup", "/lookup?number=99100100001", f"/v/{credential.lookup_token}"):
        browser.open(path)
        assert browser.page.find("meta", attrs={"name": "robots"})["content"] == "noindex, nofollow"
        assert browser.response.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert browser.response.headers["Cache-Control"] == "no-store"


def test_asking_changes_nothing(browser, credential):
    browser.open("/lookup?number=99100100001")
    with reading() as session:
        assert session.get_one(Credential, credential.id).state == "active"


def test_the_answer_names_its_place_in_the_public_log(browser, credential):
    browser.open("/lookup?number=99100100001")
    assert "公开日志 第 2 条" in browser.text()
    assert "statement.json" not in browser.response.get_data(as_text=True)


def test_whoever_reads_the_code_gets_the_statement_and_finds_it_in_the_log(browser, credential):
    browser.open(f"/v/{credential.lookup_token}")
    address = browser.link("登记内容原文")
    answer = browser.fetch(address)
    assert answer.mimetype == "application/json"
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert answer.json["cert_no"] == "99100100001"
    browser.open("/log/")
    browser.submit({"file": file_field(PurePath("statement.json"), answer.get_data())}, action="/log/")
    assert "在公开日志中" in browser.text()
    assert "第 2 条" in browser.text()
    browser.fetch(f"/v/{'A' * 26}/statement.json", status=404)


def test_a_row_that_was_changed_in_the_database_is_answered_with_a_warning(browser, credential):
    with transaction() as session:
        session.get_one(Credential, credential.id).unit_name = "市公安局"
    browser.open("/lookup?number=99100100001")
    assert "暂不能确认" in browser.text()
    assert "请向发证机关核实" in browser.text()
    assert "有效 " not in browser.text().replace("有效期至", "")
