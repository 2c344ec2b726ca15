"""The public page of the log, and its answers to other systems."""

import hashlib
import json
import re
from pathlib import PurePath
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from app.log_pages import digest_in
from app.log_words import KIND_NAMES
from core.db import reading, transaction
from core.log_files import read_extension, read_head, read_proof
from core.merkle import root_of
from core.models import LogEntry, LogNode
from core.operations import append_all_to_log, append_to_log
from core.public_log import Published
from core.queries import log_entry, log_head, log_proof
from core.signing import public_key
from tests.factories import make_city, make_credential, make_officer
from tests.forms_browser import file_field
from tests.statements import counted

CONTENT = "合格人员名单".encode()
DIGEST = hashlib.sha256(CONTENT).hexdigest()
LONG = 1_000


@pytest.fixture
def log(database):
    """A document among others, under three heads."""
    with transaction() as session:
        append_all_to_log(session, [Published("credential", uuid4(), f"{n:064x}") for n in range(5)])
    with transaction() as session:
        append_to_log(session, "pass_list", uuid4(), DIGEST)
    with transaction() as session:
        append_to_log(session, "circular", uuid4(), "a" * 64)


def api(browser, path, status=200):
    return browser.fetch(f"/api/log/{path}", status=status).json


def test_an_empty_log_says_that_it_is_empty(browser):
    browser.open("/log/")
    assert "日志还是空的" in browser.text()
    assert public_key() in hex_digits(browser)


def hex_digits(browser):
    return [tag.get_text("", strip=True) for tag in browser.page.select(".hex")]


def test_the_page_shows_the_signed_head_and_the_newest_entries(browser, log):
    browser.open("/log/")
    shown = browser.text()
    assert "7 条" in shown
    for name in ("通报", "合格人员名单", "证件核发"):
        assert name in shown
    rows = [row.find("td").get_text() for row in browser.page.select("tbody tr")]
    assert rows == ["7", "6", "5", "4", "3", "2", "1"]
    assert api(browser, "head")["root"] in hex_digits(browser)
    assert DIGEST in hex_digits(browser)


def test_a_document_that_is_handed_in_is_found_with_its_place_and_time(browser, log):
    browser.open("/log/")
    browser.submit({"file": file_field(PurePath("名单.pdf"), CONTENT)}, action="/log/")
    assert "在公开日志中" in browser.text()
    assert "第 6 条" in browser.text()
    assert "收录证明已核对" in browser.text()
    proof, key = read_proof(browser.fetch(browser.link("下载收录证明")).get_data(as_text=True))
    assert proof.leaf.digest == DIGEST
    assert proof.holds(key)


@pytest.mark.parametrize(
    "typed",
    [
        DIGEST,
        DIGEST.upper(),
        f" {DIGEST}  a.pdf",
        f"SHA2-256(a.pdf)= {DIGEST}",
        " ".join(re.findall("........", DIGEST)),
    ],
)
def test_a_digest_is_found_however_it_was_copied(browser, log, typed):
    browser.open("/log/")
    browser.submit({"digest": typed}, action="/log/#answer")
    assert "第 6 条" in browser.text()


def test_what_is_not_in_the_log_is_not_called_false(browser, log):
    browser.open("/log/")
    browser.submit({"file": file_field(PurePath("名单.pdf"), CONTENT + b"!")}, action="/log/")
    assert "不在公开日志中" in browser.text()
    assert "不能断定真伪" in browser.text()
    answer = browser.page.find(id="answer").get_text()
    for word in ("无效", "伪造", "假"):
        assert word not in answer


@pytest.mark.parametrize("typed", ["x", "合格人员名单", DIGEST[:-1], DIGEST + "0", "-", "%00", "0" * 3000])
def test_what_is_no_digest_is_answered_with_what_to_do(browser, log, typed):
    browser.open(f"/log/?digest={typed}")
    assert "64 位数字和字母" in browser.text()


def test_handing_in_nothing_is_answered_with_what_to_do(browser, log):
    browser.open("/log/")
    browser.submit({}, action="/log/")
    assert "请选择一个文件" in browser.text()


def test_an_entry_that_was_changed_is_not_confirmed(browser, log):
    with transaction() as session:
        session.get_one(LogEntry, 5).kind = "circular"
    browser.open(f"/log/?digest={DIGEST}")
    assert "暂不能确认" in browser.text()
    assert "在公开日志中 自" not in browser.text()


def test_a_node_that_was_changed_is_not_confirmed(browser, log):
    with transaction() as session:
        session.execute(update(LogNode).where(LogNode.level == 2).values(hash="f" * 64))
    browser.open(f"/log/?digest={DIGEST}")
    assert "暂不能确认" in browser.text()


def test_whoever_kept_a_head_gets_the_proof_of_extension_from_the_page(browser, log):
    browser.open("/log/")
    browser.submit({"from": "5"}, action="/consistency")
    found = read_extension(browser.response.get_data(as_text=True))
    assert (found.old_size, found.size) == (5, 7)
    assert "attachment" in browser.response.headers["Content-Disposition"]


def test_a_digest_logged_twice_is_shown_twice_and_proved_by_the_newest(browser, log):
    with transaction() as session:
        append_to_log(session, "pass_list", uuid4(), DIGEST)
    browser.open(f"/log/?digest={DIGEST}")
    places = [re.search(r"第 (\d) 条", one.get_text())[1] for one in browser.page.select(".answer")]
    assert places == ["8", "6"]
    assert api(browser, f"proof?digest={DIGEST}")["index"] == 7


def test_neither_page_nor_interface_names_a_person(browser, database):
    with transaction() as session:
        officer = make_officer(session, make_city(session).county, name="张三丰")
        make_credential(session, officer, cert_no="99100100001")
    for path in ("/log/", "/api/log/entries", "/api/log/proof?index=0", "/api/log/heads"):
        page = browser.fetch(path).get_data(as_text=True)
        for secret in ("张三丰", "99100100001", "海东区", str(officer.id)):
            assert secret not in page


def test_every_kind_that_is_logged_has_a_name(browser, log):
    with reading() as session:
        logged = set(session.scalars(select(LogEntry.kind)))
    assert logged | {"status", "document"} <= KIND_NAMES.keys()


def test_a_long_log_is_shown_page_by_page(browser, database):
    with transaction() as session:
        append_all_to_log(session, [Published("credential", uuid4(), f"{n:064x}") for n in range(60)])
    browser.open("/log/?page=2")
    assert browser.page.select_one("tbody td").get_text() == "10"


def test_the_newest_and_the_past_heads_are_signed(browser, log):
    newest, key = read_head(browser.fetch("/api/log/head").get_data(as_text=True))
    assert (newest.head.size, key) == (7, public_key())
    assert newest.is_by(key)
    past, key = read_head(browser.fetch("/api/log/head?size=5").get_data(as_text=True))
    assert past.head.size == 5
    assert past.is_by(key)
    assert [one["size"] for one in api(browser, "heads")["heads"]] == [7, 6, 5]
    assert "签名快照" in api(browser, "head?size=4", status=404)["error"]


def test_entries_are_given_by_range_and_give_the_root(browser, log):
    entries = api(browser, "entries")["entries"]
    assert [one["index"] for one in entries] == list(range(7))
    assert entries[5]["digest"] == DIGEST
    assert [one["index"] for one in api(browser, "entries?first=3&count=2")["entries"]] == [3, 4]
    assert api(browser, "entries?first=7")["entries"] == []
    assert api(browser, "entries?count=0")["entries"] == []


def test_a_proof_is_given_by_digest_or_by_index_and_for_an_earlier_head(browser, log):
    for asked in (f"digest={DIGEST}", f"digest={DIGEST.upper()}", "index=5"):
        proof, key = read_proof(json.dumps(api(browser, f"proof?{asked}")))
        assert (proof.index, proof.signed.head.size) == (5, 7)
        assert proof.holds(key)
    proof, key = read_proof(json.dumps(api(browser, "proof?index=5&size=6")))
    assert proof.signed.head.size == 6
    assert proof.holds(key)
    api(browser, "proof?index=5&size=5", status=404)
    api(browser, "proof?index=7", status=404)
    api(browser, f"proof?digest={'b' * 64}", status=404)


@pytest.mark.parametrize(("old", "new"), [(1, 7), (4, 7), (5, 6), (7, 7), (3, 5)])
def test_a_proof_of_extension_is_given_between_any_two_sizes(browser, log, old, new):
    with reading() as session:
        hashes = [one.leaf.hash for one in session.scalars(select(LogEntry).order_by(LogEntry.index))]
    found = read_extension(json.dumps(api(browser, f"consistency?from={old}&to={new}")))
    assert found.holds(root_of(hashes[:old]).hex(), root_of(hashes[:new]).hex())


def test_a_proof_of_extension_leads_to_the_newest_size_where_none_is_named(browser, log):
    assert api(browser, "consistency?from=2")["to"] == 7


@pytest.mark.parametrize(
    "path",
    [
        "consistency",
        "consistency?from=0&to=3",
        "consistency?from=4&to=3",
        "consistency?from=1&to=8",
        "consistency?from=x&to=3",
        "proof",
        "proof?digest=abc",
        "proof?index=-1",
        "proof?index=１",
        f"entries?first={'9' * 40}",
        "entries?count=many",
        "head?size=-1",
    ],
)
def test_what_cannot_be_asked_is_refused_with_a_sentence(browser, log, path):
    assert api(browser, path, status=400)["error"].endswith("。")


@pytest.mark.parametrize("path", ["head", "proof?index=0", "consistency?from=1"])
def test_an_empty_log_has_nothing_to_prove(browser, path):
    assert api(browser, path, status=404)["error"].endswith("。")


def test_a_proof_out_of_a_long_log_takes_a_handful_of_rows(browser, database):
    with transaction() as session:
        append_all_to_log(session, [Published("credential", uuid4(), f"{n:064x}") for n in range(LONG)])
    with reading() as session, counted(session) as sent:
        proof = log_proof(session, log_entry(session, 700), log_head(session))
    assert proof.holds(public_key())
    assert len([one for one in sent if one.startswith("SELECT")]) == 3


def test_a_digest_is_read_from_whatever_stands_around_it():
    assert digest_in(f"名单.pdf: {DIGEST}。") == DIGEST
    assert digest_in(f"{DIGEST}{DIGEST}") is None
    assert digest_in("") is None
