from dataclasses import fields
from datetime import timedelta

import pytest
from sqlalchemy import update

from certificates.models import Credential
from certificates.queries.registers import register_head, register_heads, register_lines, register_page
from certificates.register_files import RegisteredOfficer
from certificates.states import CredentialStatus
from core import clock
from core.errors import NotFoundError
from exam.list_states import ExemptionState
from tests.exempted import exempt
from tests.factories import make_city, make_credential, make_officer

TODAY = clock.today()
SOON = TODAY + timedelta(days=9)


@pytest.fixture
def city(session):
    """Two units with credentials in every state; in the county three may be shown."""
    city = make_city(session)
    make_credential(session, make_officer(session, city.department, name="别处"), cert_no="992001")
    for name, number in (("张三", "1"), ("李四", "2")):
        make_credential(session, make_officer(session, city.county, name=name), cert_no=number)
    suspended = {"state": "suspended", "suspended_until": SOON}
    make_credential(session, make_officer(session, city.county, name="王五"), cert_no="3", **suspended)
    for number, changes in enumerate(
        (
            {"state": "cancelled", "cancelled_at": clock.now()},
            {"state": "revoked"},
            {"state": "void"},
            {"state": "reserved", "issued_at": None},
            {"valid_from": TODAY - timedelta(days=9000)},
            {"valid_from": SOON},
        )
    ):
        make_credential(session, make_officer(session, city.county, name="无效"), cert_no=f"8{number}", **changes)
    return city


def named(session, code="C01"):
    return [(one.name, one.status) for one in register_lines(session, register_head(session, code, TODAY), TODAY)]


def test_only_who_may_enforce_or_is_suspended_stands_in_a_register(session, city):
    valid, suspended = CredentialStatus.VALID, CredentialStatus.SUSPENDED
    assert named(session) == [("张三", valid), ("李四", valid), ("王五", suspended)]
    assert named(session, city.department.code) == [("别处", valid)]


def test_a_line_holds_the_allowed_fields_and_no_others(session, city):
    allowed = {"name", "cert_no", "category", "area", "valid_until", "status"}
    assert {field.name for field in fields(RegisteredOfficer)} == allowed


def test_who_is_exempt_is_counted_and_not_named(session, city):
    exempt(session, make_credential(session, make_officer(session, city.county, name="密"), cert_no="5").officer)
    assert "密" not in [name for name, _status in named(session)]
    head = register_head(session, "C01", TODAY)
    assert (head.listed, head.unnamed, head.total) == (3, 1, 4)
    assert {(one.code, one.listed, one.unnamed) for one in register_heads(session, TODAY)} == {
        ("C01", 3, 1),
        (city.department.code, 1, 0),
    }


@pytest.mark.parametrize("state", [ExemptionState.PROPOSED, ExemptionState.REJECTED, ExemptionState.ENDED])
def test_an_exemption_that_does_not_stand_hides_nobody(session, city, state):
    exempt(
        session, make_credential(session, make_officer(session, city.county, name="明"), cert_no="5").officer, state
    )
    assert "明" in [name for name, _status in named(session)]


def test_what_the_log_does_not_say_is_left_out(session, city):
    session.execute(update(Credential).where(Credential.cert_no == "2").values(area="别处"))
    assert [name for name, _status in named(session)] == ["张三", "王五"]
    page = register_page(session, register_head(session, "C01", TODAY), TODAY, 1)
    assert (page.total, len(page.rows)) == (3, 2)


def test_a_page_past_the_end_is_the_last(session, city):
    assert register_page(session, register_head(session, "C01", TODAY), TODAY, 99).number == 1


@pytest.mark.parametrize("code", ["", "C99", "CITY"])
def test_what_is_no_unit_has_no_register(session, city, code):
    with pytest.raises(NotFoundError):
        register_head(session, code, TODAY)
