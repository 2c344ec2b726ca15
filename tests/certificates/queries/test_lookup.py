from dataclasses import fields
from datetime import date

import pytest

from certificates.queries.lookup import PublicCredential, by_name_and_unit, by_number, by_token
from certificates.states import CredentialState, CredentialStatus
from core import clock
from tests.factories import make_city, make_credential, make_officer

TODAY = date(2026, 6, 1)


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
    assert {field.name for field in fields(PublicCredential)} == allowed
    (answer,) = by_number(session, credential.cert_no, TODAY)
    assert "912345" not in repr(answer)
    assert credential.lookup_token not in repr(answer)
