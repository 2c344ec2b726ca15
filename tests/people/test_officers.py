"""The pages and verbs of officers and organisations, each within its scope."""

from datetime import date, timedelta

import pytest

from core import clock
from core.db import reading, transaction
from core.errors import InvalidError, NotFoundError, RefusedError
from core.queries import audit_of
from people import operations, queries
from people.models import Officer
from people.permissions import Role
from people.posts import DocumentKind, EmploymentType, PostState
from people.queries import OfficerFilter
from people.roll import RollEntry
from people.scope import CITY, Scope
from tests.factories import ACTOR, make_city, make_officer, make_organisation


@pytest.fixture
def city(session):
    return make_city(session)


def entry(**changes):
    fields = {
        "name": "王小明",
        "document_kind": DocumentKind.DEMO,
        "document_number": "DEMO-000001",
        "organisation_name": "海东区",
        "employment": EmploymentType.ESTABLISHMENT,
    }
    return RollEntry(**{**fields, **changes})


def test_an_officer_is_entered_once_for_life(session, city):
    operations.enter_officer(session, entry(), city.county, ACTOR)
    with pytest.raises(RefusedError) as refusal:
        operations.enter_officer(session, entry(name="李小红"), city.department, ACTOR)
    assert [reason.code for reason in refusal.value.reasons] == ["document_taken"]


def test_a_change_of_post_is_recorded_with_its_day(session, city):
    officer = make_officer(session, city.county)
    other = make_officer(session, city.county)
    operations.change_post(session, officer, PostState.RETIRED, date(2017, 5, 2), ACTOR)
    assert (officer.post, officer.post_since) == (PostState.RETIRED, date(2017, 5, 2))
    assert other.post == PostState.IN_POST
    [entry] = audit_of(session, officer.id)
    assert entry.detail == {"from": "in_post", "to": "retired", "since": "2017-05-02"}


def test_a_post_cannot_change_tomorrow(session, city):
    officer = make_officer(session, city.county)
    with pytest.raises(InvalidError):
        operations.change_post(session, officer, PostState.RETIRED, clock.today() + timedelta(days=1), ACTOR)
    assert officer.post == PostState.IN_POST


def test_a_change_to_the_post_one_has_is_none(session):
    officer = make_officer(session, make_city(session).county)
    with pytest.raises(RefusedError):
        operations.change_post(session, officer, PostState.IN_POST, clock.today(), ACTOR)
    assert officer.post_since is None


def test_a_list_holds_the_scope_and_the_filter(session, city):
    wanted = make_officer(session, city.county, name="王小明", post=PostState.RETIRED)
    make_officer(session, city.county, name="王小明")
    make_officer(session, city.county, name="李小红", post=PostState.RETIRED)
    make_officer(session, city.department, name="王小明", post=PostState.RETIRED)
    found = queries.officers(session, Scope(city.county.id), OfficerFilter("小明", None, PostState.RETIRED), 1)
    assert [officer.id for officer in found.rows] == [wanted.id]


def test_a_percent_sign_in_a_search_finds_nobody_else(session, city):
    make_officer(session, city.county)
    assert queries.officers(session, CITY, OfficerFilter("%"), 1).total == 0


def test_an_officer_of_another_unit_does_not_exist(session, city):
    officer = make_officer(session, city.department)
    with pytest.raises(NotFoundError):
        queries.officer(session, officer.id, Scope(city.county.id))


def test_rolls_are_counted_per_unit(session, city):
    make_officer(session, city.county)
    make_officer(session, city.county, post=PostState.RETIRED)
    make_officer(session, city.department)
    make_organisation(session, code="M02")
    counts = {
        row.organisation.code: (row.officers, row.in_post) for row in queries.organisation_rows(session, CITY)
    }
    assert counts == {"C01": (2, 1), "M01": (1, 1), "M02": (0, 0)}


def test_the_administrator_enters_an_officer_by_hand(app, signed_in):
    browser = signed_in(Role.ADMINISTRATOR)
    browser.open("/officers/new")
    browser.submit({"name": "陈𬱖", "document_kind": "demo", "document_number": "demo-000321"})
    assert "陈𬱖" in browser.page.h1.get_text()
    assert "DEMO-000321" in browser.text()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"name": "王小明", "document_kind": "resident_id", "document_number": "130302198001010021"}, "校验"),
        ({"name": "", "document_kind": "demo", "document_number": "DEMO-000001"}, "请填写姓名"),
        ({"name": "王小明", "document_kind": "demo", "document_number": ""}, "请填写证件号码"),
    ],
)
def test_a_fault_in_the_form_keeps_what_was_typed_and_writes_nothing(app, signed_in, values, words):
    browser = signed_in(Role.ADMINISTRATOR)
    browser.open("/officers/new")
    browser.submit(values)
    assert words in browser.text()
    assert browser.page.find("input", attrs={"name": "document_number"})["value"] == values["document_number"]
    with reading() as session:
        assert session.query(Officer).count() == 0


def test_a_unit_administrator_sees_and_changes_only_the_own_unit(app, signed_in):
    browser = signed_in(Role.UNIT_ADMINISTRATOR)
    with transaction() as session:
        city = make_city(session)
        own = make_officer(session, city.county, name="本区一人")
        other = make_officer(session, city.department, name="别处一人")
    listed = browser.open("/officers/").get_text()
    assert "本区一人" in listed
    assert "别处一人" not in listed
    browser.open(f"/officers/{other.id}", status=404)
    browser.open(f"/organisations/{city.department.id}", status=404)
    browser.open(f"/officers/{own.id}")
    browser.submit({"post": "retired", "since": "2017-05-02"}, action="/post")
    assert "退休" in browser.text()


def test_a_page_shows_an_identity_number_only_masked(app, signed_in):
    browser = signed_in(Role.ADMINISTRATOR)
    browser.open("/officers/new")
    number = "13030219800101002X"
    browser.submit({"name": "王小明", "document_kind": "resident_id", "document_number": number})
    assert number not in browser.response.get_data(as_text=True)
    assert "130***********002X" in browser.text()


def test_an_empty_search_offers_the_way_back(app, signed_in):
    browser = signed_in(Role.HR)
    browser.open("/officers/?text=没有这个人")
    assert browser.link("显示全部人员") == "/officers/"
