"""Signing in, choosing a password, and what the guard does at the door."""

from datetime import timedelta

import pytest

from core import clock
from core.db import reading, transaction
from core.errors import InvalidError, RefusedError
from people import operations
from people.models import Account
from people.passwords import reasons_against
from people.permissions import Role
from tests.factories import ACTOR, make_account, make_city, make_officer
from tests.forms_browser import TEST_PASSWORD

ADDRESS = "127.0.0.1"


@pytest.fixture
def account(session):
    return make_account(session, Role.HR)


def test_the_right_password_signs_in(session, account):
    identity = operations.sign_in(session, account.username, TEST_PASSWORD, ADDRESS)
    assert (identity.account_id, identity.role) == (account.id, Role.HR)


@pytest.mark.parametrize("password", ["", "wrong", TEST_PASSWORD.upper()])
def test_a_wrong_password_does_not(session, account, password):
    assert operations.sign_in(session, account.username, password, ADDRESS) is None


def test_an_unknown_name_does_not(session, account):
    assert operations.sign_in(session, "nobody", TEST_PASSWORD, ADDRESS) is None


def test_a_closed_account_does_not(session, account):
    account.is_active = False
    assert operations.sign_in(session, account.username, TEST_PASSWORD, ADDRESS) is None


def test_the_eleventh_try_from_one_address_is_refused_even_when_it_is_right(session, account):
    for _try in range(10):
        operations.sign_in(session, account.username, "wrong", ADDRESS)
    with pytest.raises(RefusedError):
        operations.sign_in(session, account.username, TEST_PASSWORD, ADDRESS)


def test_nobody_can_lock_somebody_out_from_another_address(session, account):
    for _try in range(10):
        operations.sign_in(session, account.username, "wrong", "127.0.0.2")
    assert operations.sign_in(session, account.username, TEST_PASSWORD, ADDRESS)


def test_the_lock_ends_after_a_quarter_of_an_hour(session, account):
    with clock.at(clock.now() - timedelta(minutes=16)):
        for _try in range(10):
            operations.sign_in(session, account.username, "wrong", ADDRESS)
    assert operations.sign_in(session, account.username, TEST_PASSWORD, ADDRESS)


def test_a_first_password_works_once_it_is_handed_over_and_is_not_stored(session):
    officer = make_officer(session, make_city(session).county)
    account, password = operations.open_candidate_account(session, officer, ACTOR)
    assert password not in account.password_hash
    assert operations.sign_in(session, account.username, password, ADDRESS).must_change_password


def test_a_second_first_password_ends_the_first(session):
    officer = make_officer(session, make_city(session).county)
    account, first = operations.open_candidate_account(session, officer, ACTOR)
    _account, second = operations.open_candidate_account(session, officer, ACTOR)
    assert operations.sign_in(session, account.username, first, ADDRESS) is None
    assert operations.sign_in(session, account.username, second, ADDRESS)


def test_choosing_a_password_ends_every_other_session(session, account):
    before = account.session_version
    operations.choose_password(session, account, TEST_PASSWORD, "another good sentence")
    assert account.session_version == before + 1
    assert operations.sign_in(session, account.username, "another good sentence", ADDRESS)


def test_choosing_a_password_asks_for_the_old_one(session, account):
    with pytest.raises(InvalidError):
        operations.choose_password(session, account, "wrong", "another good sentence")


@pytest.mark.parametrize(
    ("password", "code"),
    [("short", "too_short"), ("aaaaaaaaaaaaaa", "too_plain"), ("my wangwu password", "holds_username")],
)
def test_a_poor_password_is_refused_with_its_reason(password, code):
    assert code in [reason.code for reason in reasons_against(password, "wangwu")]


def test_a_good_password_has_nothing_against_it():
    assert reasons_against("four words and a mountain", "wangwu") == []


def test_signing_in_brings_a_candidate_to_the_page_asked_for(app, browser):
    with transaction() as session:
        account = make_account(session, Role.HR)
    browser.open("/officers/")
    assert browser.response.request.path == "/sign-in"
    browser.submit({"username": account.username, "password": TEST_PASSWORD}, action="")
    assert browser.response.request.path == "/officers/"


def test_signing_in_never_leads_to_another_site(app, browser):
    with transaction() as session:
        account = make_account(session, Role.HR)
    browser.open("/sign-in?next=//elsewhere.example/")
    browser.submit({"username": account.username, "password": TEST_PASSWORD}, action="")
    assert browser.response.request.host == "localhost"


def test_a_wrong_password_keeps_the_name_and_says_what_to_do(app, browser):
    browser.open("/sign-in")
    browser.submit({"username": "somebody", "password": "wrong"}, action="")
    assert "用户名或密码不正确" in browser.text()
    assert browser.page.find("input", attrs={"name": "username"})["value"] == "somebody"


def test_a_first_password_must_be_changed_before_anything_else(app, browser):
    with transaction() as session:
        account = make_account(session, Role.HR, must_change_password=True)
    browser.sign_in(account)
    browser.open("/officers/")
    assert browser.response.request.path == "/password"
    browser.submit({"current": TEST_PASSWORD, "chosen": "another good sentence", "again": "another good sentence"})
    browser.open("/officers/")
    assert browser.response.request.path == "/officers/"


def test_a_changed_password_signs_every_other_browser_out(app, signed_in):
    browser = signed_in(Role.HR)
    with transaction() as session:
        account = session.query(Account).filter_by(role=Role.HR).one()
        account.session_version += 1
    browser.open("/officers/")
    assert browser.response.request.path == "/sign-in"


def test_a_form_without_its_token_is_refused(app, signed_in):
    browser = signed_in(Role.HR)
    assert browser.client.post("/sign-out").status_code == 400


def test_an_officers_first_password_is_shown_to_the_unit_administrator_once(app, signed_in):
    browser = signed_in(Role.UNIT_ADMINISTRATOR)
    with transaction() as session:
        officer = make_officer(session, make_city(session).county)
    browser.open(f"/officers/{officer.id}")
    browser.submit(action="/account")
    shown = browser.page.find(class_="first-password").get_text(strip=True)
    with reading() as session:
        account = session.query(Account).filter_by(officer_id=officer.id).one()
    fresh = type(browser)(app)
    fresh.open("/sign-in")
    fresh.submit({"username": account.username, "password": shown}, action="")
    assert fresh.response.request.path == "/password"
