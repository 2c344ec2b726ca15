from datetime import timedelta
from pathlib import PurePath

import pytest
from sqlalchemy import event

from certificates.models import CleanupCase, Credential
from certificates.operations.clean_up import flag_by_hand, open_round, remove_case
from certificates.operations.photos import take_in_photo
from core import clock, db
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
    browser.submit({"q": "991 0010 0001"})
    answer = browser.text()
    for shown in ("有效", "张三", "海东区", "城市管理", "示范市", "99100100001", "查询时间"):
        assert shown in answer
    assert "99200100001" not in answer


def test_anybody_asks_by_name_and_unit(browser, credential):
    page = browser.open("/lookup")
    assert {option["value"] for option in page.select("datalist option")} == {"海东区", "市公安局"}
    browser.submit({"q": " 张 三", "unit": "市公安局"})
    assert "99200100001" in browser.text()
    assert "99100100001" not in browser.text()
    assert browser.page.find(id="q")["value"] == "张 三"
    assert "查询的姓名：张三" in browser.text()


def test_a_name_without_its_unit_is_asked_for_the_unit_and_kept(browser, credential):
    browser.open("/lookup?q=张三")
    assert "请同时填写单位全称" in browser.text()
    assert "未查询到" not in browser.text()
    assert browser.page.find(id="q")["value"] == "张三"
    browser.open("/lookup?unit=海东区")
    assert "请同时填写执法证号或姓名" in browser.text()
    assert browser.page.find(id="unit")["value"] == "海东区"


@pytest.mark.parametrize("prefix", ["/v/", "/V/"])
@pytest.mark.parametrize("case", [str.upper, str.lower])
def test_the_code_on_the_card_leads_to_the_answer(browser, credential, prefix, case):
    browser.open(prefix + case(credential.lookup_token))
    assert "99100100001" in browser.text()


def answers(browser, paths):
    found = []
    for path in paths:
        browser.open(path)
        found.append(browser.page.select_one(".answer").get_text(" ", strip=True))
    return set(found)


def test_what_is_not_there_and_what_cannot_be_are_answered_alike(browser, credential):
    paths = (
        "/lookup?q=1",
        "/lookup?q=99100100009",
        f"/lookup?q={'9' * 3000}",
        "/lookup?q=99%00",
        "/lookup?q=99%25",
        "/lookup?q=张三丰&unit=海东区",
        "/v/ABC",
        "/V/ABCDEFGHIJKLMNOPQRSTUVWX27",
        "/v/..%5c",
    )
    (answer,) = answers(browser, paths)
    assert answer.startswith("未查询到")


def statements_of(app, browser, path):
    """Return what the database was asked for one answer, and what the answer says in its panel."""
    seen = []

    def note(_connection, _cursor, statement, *_rest):
        seen.append(" ".join(statement.split()))

    engines = {db.current().reading.kw["bind"], db.current().writing.kw["bind"]}
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    browser.open(path)
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)
    return seen


def test_what_is_not_there_and_what_cannot_be_ask_the_database_the_same(app, browser, credential):
    """Time is measured by what is done: the same statements in the same order, found in Flask as at the door."""
    app.wsgi_app = app.wsgi_app._flask
    browser.open("/lookup?q=1")
    asked = [
        statements_of(app, browser, path)
        for path in (
            "/lookup?q=99100100009",
            "/lookup?q=1",
            f"/lookup?q={'9' * 3000}",
            "/lookup?q=99%25",
            "/lookup?q=9'",
        )
    ]
    assert len(asked[0]) >= 2
    assert all(one == asked[0] for one in asked)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("991OO100001", "第 4 位是字母 O，不是数字 0"),
        ("9910О100001", "第 5 位的“О”（U+041E）不是常用的数字或字母"),
        ("9910010000l", "第 11 位是字母 L，不是数字 1"),
        ("9910010000Ⅰ", "第 11 位是字母 I，不是数字 1"),
    ],
)
def test_a_number_with_look_alikes_is_never_taken_for_another(browser, credential, typed, said):
    browser.open(f"/lookup?q={typed}")
    assert "未查询到" in browser.text()
    assert "没有替换" in browser.text()
    assert said in browser.text()
    assert "张三" not in browser.text()


@pytest.mark.parametrize("typed", ["９９１００１００００１", "991 0010 0001", "99100100001\u200b", "𝟗𝟗𝟏𝟎𝟎𝟏𝟎𝟎𝟎𝟎𝟏"])
def test_a_number_in_another_width_is_the_same_number_and_the_page_says_which(browser, credential, typed):
    browser.open(f"/lookup?q={typed}")
    assert "有效" in browser.text()
    assert "查询的证号： 99100100001" in browser.text()


def test_a_credential_whose_number_holds_a_letter_is_found_by_it_alone(browser, database):
    with transaction() as session:
        officer = make_officer(session, make_city(session).county, name="张三")
        make_credential(session, officer, cert_no="O1-7")
    browser.open("/lookup?q=o1-7")
    assert "有效" in browser.text()
    assert "第 1 位是字母 O，不是数字 0" in browser.text()
    browser.open("/lookup?q=01-7")
    assert "未查询到" in browser.text()


MEANT = {
    "suspended": ("暂扣中", "持证人目前不得从事行政执法活动"),
    "cancelled": ("已注销", "持有人不得凭此证从事行政执法活动"),
    "revoked": ("已吊销", "持有人不得从事行政执法活动"),
    "void": ("遗失作废", "任何人不得凭此证从事行政执法活动"),
}


@pytest.mark.parametrize("state", MEANT)
def test_each_state_is_said_in_a_word_and_a_sentence_without_a_reason(browser, database, state):
    changes = {
        "cancelled": {"cancelled_at": clock.now()},
        "suspended": {"suspended_until": clock.today() + timedelta(days=30)},
    }
    with transaction() as session:
        officer = make_officer(session, make_city(session).county, name="张三")
        make_credential(session, officer, cert_no="99100100001", state=state, **changes.get(state, {}))
    browser.open("/lookup?q=99100100001")
    word, sentence = MEANT[state]
    assert browser.page.select_one(".answer-status").get_text(strip=True) == word
    assert sentence in browser.page.select_one(".answer-meaning").get_text()
    assert "持证人目前可以" not in browser.text()


def test_a_suspension_that_is_over_is_no_longer_said(browser, database):
    with transaction() as session:
        officer = make_officer(session, make_city(session).county)
        yesterday = clock.today() - timedelta(days=1)
        make_credential(session, officer, cert_no="99100100001", state="suspended", suspended_until=yesterday)
    browser.open("/lookup?q=99100100001")
    assert browser.page.select_one(".answer-status").get_text(strip=True) == "有效"
    assert "持证人目前可以" in browser.text()


def test_the_photo_is_shown_behind_the_code_alone(browser, credential):
    with transaction() as session:
        take_in_photo(session, credential.officer_id, b"\xff\xd8 a face", ACTOR)
    for path in ("/lookup?q=99100100001", "/lookup?q=张三&unit=海东区"):
        assert browser.open(path).select_one("main img") is None
    picture = browser.open(f"/v/{credential.lookup_token}").select_one("main img")
    answer = browser.fetch(picture["src"])
    assert (answer.mimetype, answer.get_data()) == ("image/jpeg", b"\xff\xd8 a face")
    assert answer.headers["Cache-Control"] == "no-store"
    browser.fetch(f"/v/{'A' * 26}/photo.jpg", status=404)
    with transaction() as session:
        session.get_one(Credential, credential.id).unit_name = "另一单位"
    assert browser.open(f"/v/{credential.lookup_token}").select_one("main img") is None
    browser.fetch(picture["src"], status=404)


def test_a_doubt_is_reported_from_the_answer_with_its_number(browser, credential):
    browser.open("/lookup?q=99100100001")
    browser.open(browser.link("反映情况"))
    assert browser.page.find(id="cert_no")["value"] == "99100100001"
    browser.open("/lookup?q=123")
    browser.open(browser.link("反映情况"))
    assert browser.page.find(id="cert_no")["value"] == "123"


def test_a_credential_that_is_not_issued_yet_is_not_found(browser, database):
    with transaction() as session:
        officer = make_officer(session, make_city(session).county, name="张三")
        make_credential(session, officer, cert_no="99100100001", state="reserved", issued_at=None)
    browser.open("/lookup?q=99100100001")
    assert "未查询到" in browser.text()


def test_a_removal_shows_at_once_and_tells_no_reason(browser, credential):
    with transaction() as session:
        round_ = open_round(session, "2026 年清理", ACTOR)
        mine = session.get_one(Credential, credential.id)
        flag_by_hand(session, round_, mine, "M2", "纪委第三号通报", ACTOR)
    browser.open("/lookup?q=99100100001")
    assert "有效" in browser.text()
    assert "已注销" not in browser.text()
    with transaction() as session:
        case = session.query(CleanupCase).one()
        remove_case(session, case, "查实受处分", ACTOR)
    for path in ("/lookup?q=99100100001", "/lookup?q=张三&unit=海东区", f"/v/{credential.lookup_token}"):
        browser.open(path)
        assert "已注销" in browser.text()
        assert "该证件已失效，持有人不得凭此证从事行政执法活动。" in browser.text()
        for secret in ("处分", "通报", "清理", "M2"):
            assert secret not in browser.text()


def test_an_expired_credential_says_so(browser, database):
    with transaction() as session:
        officer = make_officer(session, make_city(session).county)
        make_credential(session, officer, cert_no="OLD-1", valid_from=clock.today().replace(year=2015, day=1))
    browser.open("/lookup?q=old-1")
    assert "已过期" in browser.text()


@pytest.mark.parametrize("role", list(Role))
def test_no_answer_holds_a_document_number(signed_in, credential, role):
    browser = signed_in(role)
    for path in ("/lookup?q=99100100001", "/lookup?q=张三&unit=海东区", f"/v/{credential.lookup_token}"):
        browser.open(path)
        page = browser.response.get_data(as_text=True)
        assert "99100100001" in page
        for secret in ("DEMO-912345", "912345", str(credential.id), str(credential.officer_id)):
            assert secret not in page
        assert credential.lookup_token not in page.replace(path, "")


def test_the_lookup_stays_out_of_search_engines_and_caches(browser, credential):
    for path in ("/lookup", "/lookup?q=99100100001", f"/v/{credential.lookup_token}"):
        browser.open(path)
        assert browser.page.find("meta", attrs={"name": "robots"})["content"] == "noindex, nofollow"
        assert browser.response.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert browser.response.headers["Cache-Control"] == "no-store"


def test_asking_changes_nothing(browser, credential):
    browser.open("/lookup?q=99100100001")
    with reading() as session:
        assert session.get_one(Credential, credential.id).state == "active"


def test_the_answer_names_its_place_in_the_public_log(browser, credential):
    browser.open("/lookup?q=99100100001")
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
    browser.open("/lookup?q=99100100001")
    assert "暂不能确认" in browser.text()
    assert "请向发证机关核实" in browser.text()
    assert "有效 " not in browser.text().replace("有效期至", "")
