from datetime import date, timedelta

import pytest
from sqlalchemy import select

from certificates.acts import ActKind, Warrant
from certificates.exchange import Face
from certificates.models import Credential, CredentialAct
from certificates.operations import life_acts, life_cards
from certificates.operations.credentials import cancel_credential, issue_for_pass_list
from certificates.queries.issuing import passed_without_credential
from certificates.queries.life import in_place_of, replaced_by
from certificates.queries.logged import unlike_log
from certificates.queries.lookup import by_number
from certificates.states import CredentialSource, CredentialState, CredentialStatus
from core import clock
from core.audit import Actor
from core.errors import RefusedError
from core.models import AuditEntry
from people.permissions import Role
from people.posts import PostState
from tests.factories import (
    ACTOR,
    make_account,
    make_city,
    make_course,
    make_credential,
    make_hours,
    make_officer,
    make_pass_list,
)

URL = "http://localhost:8000"
MORNING = clock.at_city_time(date(2026, 6, 1), 9)
SOON = date(2026, 7, 1)


@pytest.fixture
def city(session):
    with clock.at(MORNING):
        yield make_city(session)


def held(session, city, hours=60, **changes):
    officer = make_officer(session, city.county, name="张三")
    if hours:
        course = make_course(session, starts_on=date(2026, 1, 5))
        make_hours(session, course, officer, hours)
    fields = {"valid_from": date(2021, 7, 2), "valid_until": SOON, "cert_no": "OLD-1", **changes}
    return make_credential(session, officer, **fields)


def codes(refused):
    return [reason.code for reason in refused.value.reasons]


def status(session, number):
    [answer] = by_number(session, number, clock.today())
    return answer.status


def test_a_renewed_credential_has_a_number_of_its_own_and_five_years_and_the_old_one_points_to_it(session, city):
    old = held(session, city)
    new = life_cards.renew(session, old, Warrant("R1"), URL, ACTOR)
    assert (new.cert_no, new.source, new.state) == ("99100100001", CredentialSource.RENEWED, CredentialState.ACTIVE)
    assert (new.valid_from, new.valid_until) == (date(2026, 6, 1), date(2031, 5, 31))
    assert (new.holder_name, new.unit_name, new.category) == (old.holder_name, old.unit_name, old.category)
    assert new.lookup_token != old.lookup_token
    assert (replaced_by(session, old), in_place_of(session, new)) == (new, old)
    assert (status(session, "OLD-1"), status(session, new.cert_no)) == (
        CredentialStatus.CANCELLED,
        CredentialStatus.VALID,
    )
    acts = session.execute(
        select(CredentialAct.credential_id, CredentialAct.kind).order_by(CredentialAct.log_index)
    )
    assert acts.all() == [
        (old.id, ActKind.TAKE_OVER),
        (new.id, ActKind.RENEW),
        (old.id, ActKind.REPLACE),
    ]
    assert list(unlike_log(session)) == []


@pytest.mark.parametrize(
    ("changes", "hours", "code"),
    [
        ({}, 59, "hours"),
        ({}, 0, "hours"),
        ({"valid_until": date(2026, 8, 31)}, 60, "too_early"),
        ({"valid_until": date(2026, 5, 31)}, 60, "expired"),
        ({"state": CredentialState.SUSPENDED}, 60, "not_valid"),
    ],
)
def test_a_renewal_too_early_too_late_without_hours_or_while_suspended_is_refused(
    session, city, changes, hours, code
):
    old = held(session, city, hours, **changes)
    with pytest.raises(RefusedError) as refused:
        life_cards.renew(session, old, Warrant("R1"), URL, ACTOR)
    assert codes(refused) == [code]
    assert session.scalars(select(Credential.cert_no)).all() == ["OLD-1"]


def test_hours_from_more_than_a_year_ago_renew_nothing(session, city):
    old = held(session, city, hours=0)
    make_hours(session, make_course(session, starts_on=date(2025, 5, 30)), old.officer, 60)
    with pytest.raises(RefusedError):
        life_cards.renew(session, old, Warrant("R1"), URL, ACTOR)
    make_hours(session, make_course(session, starts_on=date(2025, 6, 1)), old.officer, 60)
    life_cards.renew(session, old, Warrant("R1"), URL, ACTOR)


def test_a_lost_card_is_reissued_once_until_the_day_it_would_have_run_out(session, city):
    old = held(session, city, hours=0)
    with pytest.raises(RefusedError) as refused:
        life_cards.reissue(session, old, Warrant("R2"), URL, ACTOR)
    assert codes(refused) == ["not_lost"]
    life_acts.report_loss(session, old, "出差途中遗失。", ACTOR)
    new = life_cards.reissue(session, old, Warrant("R2"), URL, ACTOR)
    assert (new.source, new.valid_until) == (CredentialSource.REISSUED, SOON)
    assert (status(session, "OLD-1"), status(session, new.cert_no)) == (
        CredentialStatus.VOID,
        CredentialStatus.VALID,
    )
    with pytest.raises(RefusedError) as refused:
        life_cards.reissue(session, old, Warrant("R2"), URL, ACTOR)
    assert "replaced" in codes(refused)
    assert list(unlike_log(session)) == []


def face_of(one, **changes):
    fields = {
        "holder_name": one.holder_name,
        "organisation_id": one.organisation_id,
        "category": one.category,
        "area": one.area,
    }
    return Face(**{**fields, **changes})


def test_who_moved_to_another_unit_gets_a_card_of_that_unit_and_stands_on_its_roll(session, city):
    old = held(session, city)
    account = make_account(session, Role.CANDIDATE, city.county, officer=old.officer)
    old.officer.post = PostState.TRANSFERRED
    face = face_of(old, organisation_id=city.department.id, category="公安")
    new = life_cards.exchange(session, old, Warrant("R3"), face, public_url=URL, actor=ACTOR)
    assert (new.unit_name, new.category, new.cert_no) == ("市公安局", "公安", "99200100001")
    assert (new.valid_until, old.state) == (SOON, CredentialState.CANCELLED)
    officer = old.officer
    assert (officer.organisation_id, officer.post) == (city.department.id, PostState.IN_POST)
    assert account.organisation_id == city.department.id
    verbs = set(session.scalars(select(AuditEntry.verb)))
    assert {"people:officer:amend", "certificates:credential:exchange", "certificates:credential:replace"} <= verbs


def test_a_new_name_stands_on_the_new_card_and_the_old_card_keeps_the_old_one(session, city):
    old = held(session, city)
    new = life_cards.exchange(
        session, old, Warrant("R4"), face_of(old, holder_name="张叁"), public_url=URL, actor=ACTOR
    )
    assert (new.holder_name, old.holder_name, old.officer.name) == ("张叁", "张三", "张叁")
    assert list(unlike_log(session)) == []


@pytest.mark.parametrize(
    ("ground", "changes"),
    [("R3", {}), ("R4", {}), ("R5", {}), ("R6", {"holder_name": "李四"}), ("R4", {"area": ""})],
)
def test_an_exchange_that_is_not_what_its_ground_says_is_refused(session, city, ground, changes):
    old = held(session, city)
    with pytest.raises(RefusedError):
        life_cards.exchange(session, old, Warrant(ground), face_of(old, **changes), public_url=URL, actor=ACTOR)
    assert old.officer.name == "张三"


def test_a_damaged_card_is_exchanged_for_the_same(session, city):
    old = held(session, city)
    new = life_cards.exchange(session, old, Warrant("R6"), face_of(old), public_url=URL, actor=ACTOR)
    assert face_of(new) == face_of(old)


def test_who_has_left_the_post_gets_no_card_in_place_of_another(session, city):
    old = held(session, city)
    old.officer.post = PostState.RETIRED
    with pytest.raises(RefusedError) as refused:
        life_cards.renew(session, old, Warrant("R1"), URL, ACTOR)
    assert codes(refused) == ["ground_O3"]


def test_a_name_that_cannot_be_printed_is_refused_and_no_number_is_used_up(session, city):
    old = held(session, city)
    face = face_of(old, holder_name="张\ue000")
    with pytest.raises(Exception, match="E000"):
        life_cards.exchange(session, old, Warrant("R4"), face, public_url=URL, actor=ACTOR)
    assert session.scalars(select(Credential.cert_no)).all() == ["OLD-1"]


def test_who_was_revoked_is_given_none_for_two_years_and_then_only_after_passing_again(session, city):
    old = held(session, city)
    first, second = (make_account(session, Role.HR) for _person in range(2))
    proposal = life_acts.propose_revocation(
        session, old, Warrant("M4", paper="文", reason="经核实"), Actor(first.id, "提请人")
    )
    early = make_pass_list(session, [old.officer])
    life_acts.approve_revocation(session, proposal, Actor(second.id, "批准人"))
    with clock.at(clock.at_city_time(date(2028, 6, 1), 9)):
        late = make_pass_list(session, [old.officer])

    def reasons(pass_list, day):
        [one] = passed_without_credential(session, pass_list, day)
        return [reason.code for reason in one.reasons]

    assert reasons(early, date(2026, 6, 2)) == ["barred"]
    assert reasons(late, date(2028, 6, 1)) == ["barred"]
    assert reasons(early, date(2028, 6, 2)) == ["disqualified"]
    assert reasons(late, date(2028, 6, 2)) == []
    with clock.at(clock.at_city_time(date(2028, 6, 2), 9)):
        assert issue_for_pass_list(session, late, URL, ACTOR) == 1


def test_who_lost_the_qualification_without_a_bar_must_pass_again(session, city):
    old = held(session, city)
    pass_list = make_pass_list(session, [old.officer])
    cancel_credential(session, old, "O3", ACTOR)
    with pytest.raises(RefusedError):
        issue_for_pass_list(session, pass_list, URL, ACTOR)
    with clock.at(MORNING + timedelta(days=1)):
        again = make_pass_list(session, [old.officer])
        assert issue_for_pass_list(session, again, URL, ACTOR) == 1
