"""The short way of the lookup says what the route says; what is not plain is the route's (app/lookup_door.py)."""

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, select, update

from app.lookup_door import KEPT_SECONDS, LookupDoor
from certificates.askers import FREE_ANSWERS
from certificates.models import Credential
from certificates.operations.credentials import cancel_credential
from certificates.queries.statements import statement_of
from core import clock
from core.db import reading, transaction
from core.models import LogEntry, LookupCount
from people.permissions import Role
from tests.factories import ACTOR, make_city, make_credential, make_officer
from tests.forms_browser import FormsBrowser

NUMBER = "99100100001"
NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


@pytest.fixture
def credential(database):
    with transaction() as session:
        city = make_city(session)
        for name in ("李四", "李四", "王<b>&五"):
            make_credential(session, make_officer(session, city.department, name=name), is_sample=False)
        suspended = {"state": "suspended", "suspended_until": clock.today() + timedelta(days=9)}
        make_credential(session, make_officer(session, city.department), cert_no="99200100007", **suspended)
        make_credential(
            session,
            make_officer(session, city.department),
            cert_no="OLD-77",
            valid_from=clock.today().replace(year=2014, day=1),
        )
        return make_credential(session, make_officer(session, city.county, name="张三"), cert_no=NUMBER)


@pytest.fixture
def door(app) -> LookupDoor:
    return app.wsgi_app


@contextmanager
def without_door(app):
    door = app.wsgi_app
    app.wsgi_app = door._flask
    yield
    app.wsgi_app = door


@contextmanager
def without_flask(door):
    def fail(environ, start_response):
        raise AssertionError("this request went to Flask")

    kept, door._flask = door._flask, fail
    yield
    door._flask = kept


PLAIN = [
    f"/lookup?q={NUMBER}",
    "/lookup?q=991%200010%200001&unit=",
    "/lookup?q=%E5%BC%A0%E4%B8%89&unit=%E6%B5%B7%E4%B8%9C%E5%8C%BA",
    "/lookup?q=%E7%8E%8B%3Cb%3E%26%E4%BA%94&unit=%E5%B8%82%E5%85%AC%E5%AE%89%E5%B1%80",
    "/lookup?q=99200100007",
    "/lookup?q=old-77",
    "/lookup?q=123",
    "/lookup?q=1%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
    "/lookup?q=1&unit=%22%27%3C%26%2B+%25",
    f"/lookup?q={'9' * 300}",
    "/lookup?q=9%00%EF%BF%BD",
    "/lookup?q=HOLECERT_NOHOLE1",
]


@pytest.mark.parametrize("language", ["", "zh", "en"])
@pytest.mark.parametrize("path", PLAIN)
def test_a_plain_question_is_answered_as_the_route_answers_it(app, door, credential, path, language):
    browser = FormsBrowser(app)
    if language:
        browser.client.set_cookie("language", language)
    with clock.at(NOW):
        with without_flask(door):
            short = browser.client.get(path)
        with without_door(app):
            long = browser.client.get(path)
    assert short.status_code == long.status_code == 200
    assert short.get_data(as_text=True) == long.get_data(as_text=True)
    assert set(short.headers) ^ set(long.headers) <= {("Vary", "Cookie")}


@pytest.mark.parametrize(
    "path",
    [
        "/lookup",
        "/lookup?q=",
        "/lookup?q=张三",
        "/lookup?unit=海东区",
        "/lookup?q=李四&unit=市公安局",
        "/lookup?q=991OO100001",
        "/lookup?q=9%ff%fe",
        "/lookup?q=张三&unit=海东区",
        f"/lookup?q={NUMBER}&q=1",
        f"/lookup?q={NUMBER}&more=1",
        f"/lookup?q={'9' * 700}",
    ],
)
def test_what_is_not_plain_is_answered_by_the_route_and_counted_once(app, door, credential, path):
    with clock.at(NOW):
        short = FormsBrowser(app).client.get(path).get_data(as_text=True)
        with reading() as session:
            counts = session.scalars(select(LookupCount.answers)).all()
        with without_door(app):
            assert FormsBrowser(app).client.get(path).get_data(as_text=True) == short
    assert sum(counts) <= 1


def test_who_has_signed_in_or_sends_another_cookie_is_answered_by_the_route(app, credential, signed_in):
    browser = signed_in(Role.HR)
    browser.open(f"/lookup?q={NUMBER}")
    assert "退出" in browser.page.get_text()
    assert "张三" in browser.text()
    other = FormsBrowser(app)
    other.client.set_cookie("language", "xx")
    other.open(f"/lookup?q={NUMBER}")
    assert "张三" in other.text()


def test_answers_are_counted_at_the_door_as_anywhere(app, door, credential):
    browser = FormsBrowser(app)
    with without_flask(door):
        for _each in range(FREE_ANSWERS):
            browser.open(f"/lookup?q={NUMBER}")
    browser.open(f"/lookup?q={NUMBER}", status=429)
    with without_door(app):
        browser.open(f"/lookup?q={NUMBER}", status=429)


def test_no_answer_is_kept(app, door, credential):
    browser = FormsBrowser(app)
    with without_flask(door):
        browser.open(f"/lookup?q={NUMBER}")
        assert "持证人目前可以" in browser.text()
    with transaction() as session:
        cancel_credential(session, session.get_one(Credential, credential.id), "O3", ACTOR)
    for _each in range(2):
        browser.open(f"/lookup?q={NUMBER}")
        assert "已注销" in browser.text()
        assert "持证人目前可以" not in browser.text()
    browser.open(f"/lookup?q={NUMBER}")
    assert "已注销" in browser.text()


def test_a_page_without_answers_is_made_anew_after_a_minute(app, door, credential):
    browser = FormsBrowser(app)
    browser.open(f"/lookup?q={NUMBER}")
    assert "新设的局" not in str(browser.page)
    with transaction() as session:
        make_city(session).county.name = "新设的局"
    browser.open(f"/lookup?q={NUMBER}")
    assert "新设的局" not in str(browser.page)
    for shell in door._shells.values():
        object.__setattr__(shell, "made_at", shell.made_at - KEPT_SECONDS - 1)
    browser.open(f"/lookup?q={NUMBER}")
    assert "新设的局" in str(browser.page)


def test_an_entry_without_our_mark_is_proved_the_long_way(app, credential):
    with transaction() as session:
        session.execute(update(LogEntry).values(seal=None))
    browser = FormsBrowser(app)
    browser.open(f"/lookup?q={NUMBER}")
    assert "持证人目前可以" in browser.text()


@pytest.mark.parametrize(
    "harm",
    [
        update(Credential).values(holder_name="李三"),
        update(Credential).values(valid_until=clock.today() + timedelta(days=9999)),
        delete(LogEntry),
        update(LogEntry).values(digest="0" * 64),
        update(LogEntry).values(seal="0" * 64, digest="0" * 64),
    ],
)
def test_what_the_log_does_not_say_is_never_said_to_be_valid(app, credential, harm):
    with transaction() as session:
        session.execute(harm)
    browser = FormsBrowser(app)
    browser.open(f"/lookup?q={NUMBER}")
    assert "暂不能确认" in browser.text()
    assert "持证人目前可以" not in browser.text()


def test_a_mark_copied_from_another_entry_makes_nothing_valid(app, credential):
    """Whoever has the tables alone and puts an entry in for a changed row has no mark for it."""
    with transaction() as session:
        mine = session.get_one(Credential, credential.id)
        mine.category = "公安"
        session.flush()
        entry = session.scalars(select(LogEntry).where(LogEntry.subject_id == mine.id)).one()
        entry.digest = statement_of(mine).digest
    browser = FormsBrowser(app)
    browser.open(f"/lookup?q={NUMBER}")
    assert "暂不能确认" in browser.text()
