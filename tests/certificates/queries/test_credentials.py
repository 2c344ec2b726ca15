from collections import Counter
from datetime import timedelta
from itertools import product

import pytest

from certificates.queries.credentials import (
    CredentialFilter,
    credential,
    credential_status,
    credentials,
    credentials_of,
    own_credential,
    status_counts,
)
from certificates.states import CredentialState, CredentialStatus
from core import clock
from core.errors import NotFoundError
from people.scope import CITY, Scope
from tests.factories import make_city, make_credential, make_officer


@pytest.fixture
def city(session):
    return make_city(session)


def of_every_kind(session, city):
    """Return a credential for every state and every way its days can lie around today."""
    today = clock.today()
    made = []
    for state in CredentialState:
        suspensions = (-1, 0, 1) if state is CredentialState.SUSPENDED else (None,)
        for (begins, ends), until in product(((-2, -1), (-1, 0), (0, 0), (0, 1), (1, 2)), suspensions):
            made.append(
                make_credential(
                    session,
                    make_officer(session, city.county),
                    state=state,
                    cancelled_at=clock.now() if state is CredentialState.CANCELLED else None,
                    suspended_until=None if until is None else today + timedelta(days=until),
                    valid_from=today + timedelta(days=begins),
                    valid_until=today + timedelta(days=ends),
                )
            )
    return made


def test_the_database_and_the_rule_agree_on_every_status(session, city):
    made, today = of_every_kind(session, city), clock.today()
    expected = Counter(credential_status(one, today) for one in made)
    assert status_counts(session, CITY, today) == {status: expected[status] for status in CredentialStatus}
    for status in CredentialStatus:
        page = credentials(session, CITY, CredentialFilter(status=status), today, 1)
        assert {row.credential.id for row in page.rows} == {
            one.id for one in made if credential_status(one, today) is status
        }
        assert {row.status for row in page.rows} <= {status}


@pytest.mark.parametrize("text", ["张三", "冀c-77", "冀Ｃ－７７７７", " 张 三 "])
def test_a_list_is_searched_by_name_and_by_number(session, city, text):
    wanted = make_credential(session, make_officer(session, city.county, name="张三"), cert_no="冀C-7777")
    make_credential(session, make_officer(session, city.county, name="李四"), cert_no="冀D-7777")
    page = credentials(session, CITY, CredentialFilter(text=text), clock.today(), 1)
    assert [row.credential.id for row in page.rows] == [wanted.id]


def test_a_unit_sees_its_own(session, city):
    own = make_credential(session, make_officer(session, city.county))
    other = make_credential(session, make_officer(session, city.department))
    scope, today = Scope(city.county.id), clock.today()
    page = credentials(session, scope, CredentialFilter(), today, 1)
    assert [row.credential.id for row in page.rows] == [own.id]
    assert status_counts(session, scope, today)[CredentialStatus.VALID] == 1
    assert credential(session, own.id, scope).id == own.id
    with pytest.raises(NotFoundError):
        credential(session, other.id, scope)


def test_a_list_is_narrowed_to_a_unit_and_to_a_person(session, city):
    own = make_credential(session, make_officer(session, city.county))
    other = make_credential(session, make_officer(session, city.department))
    for wanted in (
        CredentialFilter(organisation_id=city.county.id),
        CredentialFilter(officer_id=own.officer_id),
    ):
        page = credentials(session, CITY, wanted, clock.today(), 1)
        assert [row.credential.id for row in page.rows] == [own.id] != [other.id]


def test_a_holder_has_what_was_issued_and_no_other(session, city):
    officer, other = make_officer(session, city.county), make_officer(session, city.county)
    old = make_credential(session, officer, valid_from=clock.today() - timedelta(days=900))
    new = make_credential(session, officer)
    make_credential(session, officer, state=CredentialState.RESERVED)
    foreign = make_credential(session, other)
    rows = credentials_of(session, officer.id, clock.today())
    assert [row.credential.id for row in rows] == [new.id, old.id]
    assert own_credential(session, new.id, officer.id).id == new.id
    for owner in (officer.id, None):
        with pytest.raises(NotFoundError):
            own_credential(session, foreign.id, owner)
