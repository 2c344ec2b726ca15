import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, strategies as st
from sqlalchemy import delete, select, update

from core import clock
from core.db import transaction
from core.errors import InvalidError
from core.signing import signature_of
from exam.cli import exam
from exam.models.room import Receipt, Response
from exam.queries.receipts import checked
from exam.receipts import (
    HeldLog,
    ReceiptFacts,
    SignedReceipt,
    Verdict,
    body_of,
    facts_of,
    file_of,
    receipt_in,
    verdict_of,
)
from tests.factories import make_answered, make_candidate, make_city, make_officer, make_sitting

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
facts = st.builds(
    ReceiptFacts,
    st.uuids(),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=16),
    st.integers(1, 9),
    st.integers(0, 10_000),
    st.binary(min_size=32, max_size=32).map(bytes.hex),
    st.datetimes().map(lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000, tzinfo=UTC)),
)


@pytest.fixture
def receipt(session):
    with clock.at(NOW):
        sitting = make_sitting(session)
        candidate = make_candidate(
            session, sitting, make_officer(session, make_city(session).county, name="甲某某")
        )
        make_answered(session, candidate)
    row = session.scalars(select(Receipt)).one()
    return SignedReceipt(row.body, row.signature)


@given(facts)
def test_a_receipt_says_again_what_was_put_into_it(said):
    assert facts_of(body_of(said)) == said
    signed = SignedReceipt(body_of(said), "ab" * 64)
    assert receipt_in(file_of(signed)) == signed


@given(
    st.one_of(
        st.text(), st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists).map(json.dumps)
    )
)
def test_whatever_is_pasted_is_answered_politely(text):
    for read in (receipt_in, facts_of):
        with suppress(InvalidError):
            read(text)


@pytest.mark.parametrize(
    "text",
    ["", "[" * 3000, '{"receipt": "\\ud800", "signature": ""}', '{"receipt": 1}', "null", '{"receipt":"x"}'],
)
def test_what_is_no_receipt_is_said_to_be_none(text):
    with pytest.raises(InvalidError):
        receipt_in(text)


@pytest.mark.parametrize("number", ["1e999", '"x"', "null", "[]", "9" * 5000])
def test_a_body_with_an_odd_number_is_no_receipt(number):
    with pytest.raises(InvalidError):
        facts_of(f'{{"attempt":"{"0" * 32}","candidate_no":"","number":{number}}}')


def test_a_true_receipt_holds(session, receipt):
    found = checked(session, receipt)
    assert (found.verdict, found.facts.responses, found.held.responses) == (Verdict.HOLDS, 4, 4)
    assert found.held.candidate_no == found.facts.candidate_no


@pytest.mark.parametrize(
    "plant",
    [
        update(Response).where(Response.seq == 2).values(choice="ABC"),
        update(Response).where(Response.seq == 2).values(place=1),
        delete(Response).where(Response.seq == 4),
        update(Response).where(Response.seq == 1).values(seq=0),
    ],
    ids=["choice", "place", "gone", "renumbered"],
)
def test_a_log_that_was_changed_differs(session, receipt, plant):
    session.execute(plant)
    assert checked(session, receipt).verdict is Verdict.LOG_DIFFERS


def test_what_was_answered_after_the_receipt_takes_nothing_from_it(session, receipt):
    last = session.scalars(select(Response)).first()
    more = {"attempt_id": last.attempt_id, "sitting_id": last.sitting_id, "received_at": NOW}
    session.add(Response(**more, seq=9, place=1, choice=""))
    session.flush()
    found = checked(session, receipt)
    assert (found.verdict, found.held.responses) == (Verdict.HOLDS, 5)


def test_a_changed_word_or_signature_is_not_ours_and_nothing_is_looked_up(session, receipt):
    other = SignedReceipt(receipt.body.replace('"responses":4', '"responses":5'), receipt.signature)
    assert other.body != receipt.body
    for wrong in (
        other,
        SignedReceipt(receipt.body, "00" * 64),
        SignedReceipt(receipt.body, "zz"),
        SignedReceipt("", ""),
    ):
        found = checked(session, wrong)
        assert (found.verdict, found.held) == (Verdict.NOT_OURS, None)


def test_one_that_is_signed_but_of_no_attempt_cannot_be_told(session, receipt):
    body = receipt.body.replace(str(facts_of(receipt.body).attempt_id), "0" * 8 + "-0000-0000-0000-" + "0" * 12)
    assert checked(session, SignedReceipt(body, signature_of(body))).verdict is Verdict.UNKNOWN
    assert checked(session, SignedReceipt("{}", signature_of("{}"))).verdict is Verdict.UNKNOWN


@given(facts, st.booleans(), st.booleans())
def test_only_what_is_ours_and_the_same_holds(said, is_ours, is_same):
    digest = said.log_digest if is_same else "00" * 32
    held = HeldLog(said.candidate_no, said.responses, digest, None, said.number)
    assert (verdict_of(said, held, is_ours=is_ours) is Verdict.HOLDS) is (is_ours and digest == said.log_digest)
    assert verdict_of(said, None, is_ours=True) is Verdict.UNKNOWN


def test_the_command_checks_a_file(database, tmp_path: Path):
    with transaction() as session, clock.at(NOW):
        candidate = make_candidate(session, make_sitting(session), make_officer(session, make_city(session).county))
        make_answered(session, candidate)
        row = session.scalars(select(Receipt)).one()
        (tmp_path / "r.json").write_text(file_of(SignedReceipt(row.body, row.signature)), encoding="utf-8")
    fine = CliRunner().invoke(exam, ["verify-receipt", str(tmp_path / "r.json")])
    assert (fine.exit_code, "一致" in fine.output) == (0, True)
    with transaction() as session:
        session.execute(update(Response).values(choice=""))
    assert CliRunner().invoke(exam, ["verify-receipt", str(tmp_path / "r.json")]).exit_code == 1


def test_the_page_answers_and_names_nobody(browser, database):
    with transaction() as session, clock.at(NOW):
        officer = make_officer(session, make_city(session).county, name="甲某某")
        candidate = make_candidate(session, make_sitting(session), officer)
        make_answered(session, candidate)
        row = session.scalars(select(Receipt)).one()
    text = file_of(SignedReceipt(row.body, row.signature))
    browser.open("/receipts")
    browser.submit({"receipt": text}, action="")
    assert "回执真实，作答记录与回执一致" in browser.text()
    assert candidate.candidate_no in browser.text()
    assert "甲某某" not in str(browser.page)
    browser.submit({"receipt": text.replace("responses", "respanses")}, action="")
    assert "不是本平台签发的回执" in browser.text()
    browser.submit({"receipt": "你好"}, action="")
    assert "这不是交卷回执" in browser.text()
    assert "你好" in str(browser.page.find("textarea"))
    assert "BEGIN PUBLIC KEY" in str(browser.page)


def test_the_page_takes_the_file_as_well(browser, database):
    with transaction() as session, clock.at(NOW):
        make_answered(
            session,
            make_candidate(session, make_sitting(session), make_officer(session, make_city(session).county)),
        )
        row = session.scalars(select(Receipt)).one()
    content = file_of(SignedReceipt(row.body, row.signature)).encode()
    browser.open("/receipts")
    browser.submit({"file": (BytesIO(content), "receipt.json")}, action="")
    assert "作答记录与回执一致" in browser.text()
    browser.submit({"file": (BytesIO(b"\xff\xfe\x00"), "receipt.json")}, action="")
    assert "这不是交卷回执" in browser.text()


def test_the_time_of_a_receipt_is_the_attempts(session, receipt):
    assert facts_of(receipt.body).finished_at == NOW
    assert checked(session, receipt).held.finished_at == NOW + timedelta()
