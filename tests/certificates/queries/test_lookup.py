from dataclasses import fields
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import delete, update

from certificates.models import Credential
from certificates.operations.credentials import cancel_credential
from certificates.queries.lookup import (
    PublicCredential,
    by_name_and_unit,
    by_number,
    by_token,
    statement_by_token,
)
from certificates.queries.statements import statement_of
from certificates.statements import DOCUMENT, STATUS
from certificates.states import CredentialState, CredentialStatus
from core import clock
from core.models import LogEntry
from core.operations import append_to_log
from tests.factories import ACTOR, make_city, make_credential, make_officer

TODAY = date(2026, 6, 1)
NOW = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture
def city(session):
    return make_city(session)


@pytest.fixture
def credential(session, city):
    """One credential among others that are much like it."""
    for name, cert_no in (("张三丰", "991001000011"), ("张", "9910010000"), ("李三", "99100100002")):
        make_credential(session, make_officer(session, city.county, name=name), cert_no=cert_no)
    make_credential(session, make_officer(session, city.department, name="张三"), cert_no="99200100001")
    officer = make_officer(session, city.county, name="张三", document_number="DEMO-912345")
    return make_credential(session, officer, cert_no="99100100001", valid_from=date(2026, 1, 1))


def numbers(found):
    return [one.cert_no for one in found]


@pytest.mark.parametrize("typed", ["99100100001", " 991 0010 0001", "９９１００１００００１", "99100100001\u200b"])
def test_a_number_is_found_however_it_was_typed(session, credential, typed):
    assert numbers(by_number(session, typed, TODAY)) == ["99100100001"]


@pytest.mark.parametrize(
    "typed", ["9910010000", "991001000", "%", "9910010000_", "", "x" * 5000, "\x00", "' or 1=1"]
)
def test_nothing_is_found_by_a_part_or_a_pattern(session, credential, typed):
    assert "99100100001" not in numbers(by_number(session, typed, TODAY))


@pytest.mark.parametrize(
    ("name", "unit", "found"),
    [
        ("张三", "海东区", ["99100100001"]),
        (" 张 三 ", " 海东区 ", ["99100100001"]),
        ("张三", "市公安局", ["99200100001"]),
        ("张三", "海东", []),
        ("张", "海东区", ["9910010000"]),
        ("三", "海东区", []),
        ("张三", "", []),
        ("", "海东区", []),
        ("%", "海东区", []),
        ("张三", "示范市", []),
    ],
)
def test_a_name_is_found_with_its_unit_alone(session, credential, name, unit, found):
    assert numbers(by_name_and_unit(session, name, unit, TODAY)) == found


def test_people_of_one_name_in_one_unit_are_all_listed_by_number(session, city, credential):
    make_credential(session, make_officer(session, city.county, name="张三"), cert_no="99100100000")
    assert numbers(by_name_and_unit(session, "张三", "海东区", TODAY)) == ["99100100000", "99100100001"]


def test_a_token_is_found_in_either_case(session, credential):
    assert numbers(by_token(session, credential.lookup_token, TODAY)) == ["99100100001"]
    assert numbers(by_token(session, credential.lookup_token.lower(), TODAY)) == ["99100100001"]
    assert numbers(by_token(session, credential.lookup_token[:-1], TODAY)) == []


@pytest.mark.parametrize(
    ("changes", "today", "status"),
    [
        ({}, TODAY, CredentialStatus.VALID),
        ({}, date(2030, 12, 31), CredentialStatus.VALID),
        ({}, date(2031, 1, 1), CredentialStatus.EXPIRED),
        ({"state": CredentialState.CANCELLED}, TODAY, CredentialStatus.CANCELLED),
        ({"state": CredentialState.CANCELLED}, date(2031, 1, 1), CredentialStatus.CANCELLED),
        ({"state": CredentialState.RESERVED}, TODAY, None),
        ({}, date(2025, 12, 31), None),
    ],
)
def test_the_answer_says_what_it_is_worth_and_hides_what_is_not_issued(session, city, changes, today, status):
    cancelled_at = clock.now() if changes.get("state") is CredentialState.CANCELLED else None
    one = make_credential(
        session,
        make_officer(session, city.county, name="张三"),
        valid_from=date(2026, 1, 1),
        cancelled_at=cancelled_at,
        **changes,
    )
    for found in (
        by_number(session, one.cert_no, today),
        by_name_and_unit(session, "张三", "海东区", today),
        by_token(session, one.lookup_token, today),
    ):
        assert [answer.status for answer in found] == ([status] if status else [])


def test_the_answer_holds_the_allowed_fields_and_no_others(session, credential):
    allowed = {"cert_no", "holder_name", "unit_name", "category", "area", "valid_until", "status", "is_sample"}
    allowed |= {"log_number"}
    assert {field.name for field in fields(PublicCredential)} == allowed
    (answer,) = by_number(session, credential.cert_no, TODAY)
    assert "912345" not in repr(answer)
    assert credential.lookup_token not in repr(answer)


def answer(session, credential):
    (found,) = by_number(session, credential.cert_no, TODAY)
    return found.status, found.log_number


def test_what_is_valid_stands_in_the_log_and_says_where(session, credential):
    assert answer(session, credential) == (CredentialStatus.VALID, 5)
    cancel_credential(session, credential, "O3", ACTOR)
    assert answer(session, credential) == (CredentialStatus.CANCELLED, 6)


def test_a_credential_that_was_never_logged_is_not_said_to_be_valid(session, credential):
    session.execute(delete(LogEntry).where(LogEntry.subject_id == credential.id))
    assert answer(session, credential) == (None, None)


@pytest.mark.parametrize(
    "changes",
    [
        {"holder_name": "张三 "},
        {"unit_name": "另一单位"},
        {"category": "公安"},
        {"valid_until": date(2036, 1, 1)},
        {"issuer_name": "另一机关"},
        {"cancelled_at": None, "state": CredentialState.ACTIVE},
        {"cancelled_at": NOW, "state": CredentialState.CANCELLED},
    ],
)
def test_a_row_changed_behind_the_platforms_back_is_not_said_to_be_valid(session, credential, changes):
    """Neither can somebody who was removed be brought back, nor somebody be removed without a trace."""
    if changes.get("state") is CredentialState.ACTIVE:
        cancel_credential(session, credential, "O3", ACTOR)
    session.execute(update(Credential).where(Credential.id == credential.id).values(changes))
    assert answer(session, credential) == (None, None)


def test_an_entry_put_into_the_table_by_hand_does_not_make_a_row_valid(session, credential):
    session.execute(update(Credential).where(Credential.id == credential.id).values(category="公安"))
    session.expire_all()
    entry = LogEntry(
        index=5, kind=STATUS, subject_id=credential.id, digest=statement_of(credential).digest, logged_at=NOW
    )
    session.add(entry)
    session.flush()
    assert answer(session, credential) == (None, None)


def test_a_document_that_was_logged_later_does_not_stand_for_a_status(session, credential):
    append_to_log(session, DOCUMENT, credential.id, "0" * 64)
    assert answer(session, credential) == (CredentialStatus.VALID, 5)


def test_the_statement_is_given_to_who_has_the_token_and_gives_the_digest_that_was_logged(session, credential):
    said = statement_by_token(session, credential.lookup_token.lower(), TODAY)
    assert credential.lookup_token in said.canonical.decode()
    assert session.get_one(LogEntry, 4).digest == said.digest
    assert statement_by_token(session, "A" * 26, TODAY) is None
    assert statement_by_token(session, credential.lookup_token, date(2025, 12, 31)) is None
