"""The short way of a save says what the route says; what is no plain save is the route's (app/save_door.py)."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.save_door import SaveDoor
from core import clock, db
from core.db import reading, transaction
from exam import attempt_tokens
from exam.attempt_tokens import Place
from exam.events import EventKind
from exam.marking import Given
from exam.models.room import Attempt, Presence, Response, RoomEvent
from exam.operations.handing_in import hand_in
from exam.operations.room import give_time, open_place, start_attempt
from exam.queries.room import log_of
from exam.states import AttemptState
from exam.time_ledger import Line as TimeLine, TimeKind
from people.models import Officer
from people.permissions import Role
from tests.factories import ACTOR, make_account, make_candidate, make_city, make_sitting
from tests.forms_browser import FormsBrowser

GIVEN = {"seq": 1, "place": 2, "choice": "C"}


class Seat:
    """A candidate whose page shows its token; the browser has no cookie unless it signs in."""

    def __init__(self, app, sitting, county):
        self.app = app
        with transaction() as session:
            self.account = make_account(session, Role.CANDIDATE, county)
            officer = self.account.officer_id
            candidate = make_candidate(session, sitting, session.get_one(Officer, officer))
            attempt = start_attempt(session, candidate, ACTOR)
            self.fence = open_place(session, attempt, ACTOR)
            self.attempt_id = attempt.id
        self.browser = FormsBrowser(app)

    def token(self, **changes):
        fields = {"attempt_id": self.attempt_id, "fence": self.fence, "account_id": self.account.id}
        return attempt_tokens.signed(Place(**{**fields, **changes}), self.app.config["SECRET_KEY"])

    def save(self, *given, token=None, **options):
        body = {"json": {"responses": list(given)}} if given else {}
        headers = {"Attempt-Token": self.token() if token is None else token}
        path = f"/api/attempts/{self.attempt_id}/responses"
        return self.browser.client.post(path, headers=headers, **{**body, **options})

    def log(self):
        with reading() as session:
            return log_of(session, self.attempt_id)


@pytest.fixture
def seats(app):
    with transaction() as session:
        sitting, county = make_sitting(session), make_city(session).county
    return [Seat(app, sitting, county) for _each in range(2)]


def save_door(app):
    """The door of saves, behind that of the lookup."""
    return app.wsgi_app._flask


@contextmanager
def without_door(app):
    """Let requests go to Flask at once, as if there were no door."""
    outer, door = app.wsgi_app, save_door(app)
    app.wsgi_app = door._flask
    yield
    app.wsgi_app = outer


@contextmanager
def without_flask(app):
    """Let Flask fail whatever reaches it."""

    def fail(environ, start_response):
        raise AssertionError("this request went to Flask")

    door = save_door(app)
    kept, door._flask = door._flask, fail
    yield
    door._flask = kept


def test_a_plain_save_never_meets_flask(app, seats):
    with without_flask(app):
        answer = seats[0].save(GIVEN)
    assert (answer.status_code, answer.json["saved"], answer.json["held"]) == (200, [2], [])
    assert 0 < answer.json["remaining_ms"] <= 90 * 60_000
    assert seats[0].log() == [Given(1, 2, "C")]
    assert seats[1].log() == []


def test_a_plain_save_is_stored_as_in_time(app, seats):
    with without_flask(app):
        seats[0].save(GIVEN)
    with reading() as session:
        row = session.scalars(select(Response)).one()
    assert (row.place, row.choice, row.late_ms) == (2, "C", 0)
    assert abs(row.received_at - clock.now()) < timedelta(minutes=1)


def test_the_answer_carries_the_headers_of_every_answer(app, seats):
    by_door = seats[0].save(GIVEN)
    with without_door(app):
        by_route = seats[1].save(GIVEN)
    assert set(by_door.headers) ^ set(by_route.headers) <= {("Vary", "Cookie")}


CASES = {
    "plain": lambda seat: seat.save(GIVEN),
    "taken back": lambda seat: seat.save({**GIVEN, "choice": ""}),
    "two at once": lambda seat: seat.save(GIVEN, {"seq": 2, "place": 4, "choice": "BC"}),
    "sent again": lambda seat: [seat.save(GIVEN), seat.save(GIVEN)][1],
    "same number, other answer": lambda seat: [seat.save(GIVEN), seat.save({**GIVEN, "choice": "D"})][1],
    "not on the paper": lambda seat: seat.save({**GIVEN, "place": 5}),
    "no such option": lambda seat: seat.save({**GIVEN, "place": 1}),
    "two letters where one is asked": lambda seat: seat.save({**GIVEN, "choice": "AB"}),
    "number nought": lambda seat: seat.save({**GIVEN, "seq": 0}),
    "number too large": lambda seat: seat.save({**GIVEN, "seq": 2**31}),
    "older place": lambda seat: seat.save(GIVEN, token=seat.token(fence=0)),
    "forged token": lambda seat: seat.save(GIVEN, token=seat.token()[:-1]),
    "no token": lambda seat: seat.save(GIVEN, token=""),
    "another attempt's token": lambda seat: seat.save(GIVEN, token=seat.token(attempt_id=seat.account.id)),
    "no JSON": lambda seat: seat.save(data=b"{", content_type="application/json"),
    "deep JSON": lambda seat: seat.save(data=b'{"responses":' + b"[" * 30_000, content_type="application/json"),
    "not called JSON": lambda seat: seat.save(data=b"{}", content_type="text/plain"),
    "far too much": lambda seat: seat.save({**GIVEN, "choice": "A" * 40_000}),
    "late": lambda seat: [move_deadline(seat), seat.save({**GIVEN, "left_ms": 500})][1],
    "late and written late": lambda seat: [move_deadline(seat), seat.save(GIVEN)][1],
    "handed in": lambda seat: [finish(seat), seat.save(GIVEN)][1],
}


@pytest.mark.parametrize("case", CASES)
def test_the_door_and_the_route_say_and_store_the_same(app, seats, case):
    by_door, stored = CASES[case](seats[0]), seats[0].log()
    with without_door(app):
        by_route = CASES[case](seats[1])
    assert by_door.status_code == by_route.status_code < 500
    assert without_time(by_door.json) == without_time(by_route.json)
    assert stored == seats[1].log()


def test_a_token_beside_the_cookie_of_somebody_else_is_refused(app, seats):
    seats[0].browser.sign_in(seats[1].account)
    assert seats[0].save(GIVEN).status_code == 403
    assert seats[0].log() == []


def test_a_token_beside_its_own_cookie_or_a_broken_one_is_enough(app, seats):
    seats[0].browser.sign_in(seats[0].account)
    seats[1].browser.client.set_cookie("session", "broken")
    with without_flask(app):
        assert [seat.save(GIVEN).status_code for seat in seats] == [200, 200]


def test_a_save_survives_a_connection_that_broke(app, seats):
    seats[0].save(GIVEN)
    engine = db.current().at_once
    broken = engine.raw_connection()
    broken.driver_connection.close()
    broken.close()
    answer = seats[0].save({"seq": 2, "place": 1, "choice": "B"})
    assert answer.status_code == 200
    assert seats[0].log() == [Given(1, 2, "C"), Given(2, 1, "B")]
    with without_flask(app):
        assert seats[0].save({"seq": 3, "place": 1, "choice": "A"}).status_code == 200


def test_other_requests_pass_the_door(app, seats):
    assert isinstance(save_door(app), SaveDoor)
    path = f"/api/attempts/{seats[0].attempt_id}/responses"
    assert seats[0].browser.client.get(path).status_code == 405
    assert seats[0].browser.client.get("/sign-in").status_code == 200


def without_time(answer):
    return {name: value for name, value in (answer or {}).items() if name != "remaining_ms"}


def move_deadline(seat):
    with transaction() as session:
        attempt = session.get_one(Attempt, seat.attempt_id)
        attempt.deadline_at = clock.now() - timedelta(seconds=1)
        attempt.accept_until = clock.now() + timedelta(minutes=1)


def finish(seat):
    with transaction() as session:
        hand_in(session, session.get_one(Attempt, seat.attempt_id), ACTOR)


def asked(seat, query="?unsaved=0", token=None):
    headers = {"Attempt-Token": seat.token() if token is None else token}
    return seat.browser.client.get(f"/api/attempts/{seat.attempt_id}/time{query}", headers=headers)


def seen(seat):
    with reading() as session:
        row = session.get(Presence, seat.attempt_id)
        events = select(RoomEvent.kind, RoomEvent.seconds).where(RoomEvent.attempt_id == seat.attempt_id)
        return row and row.unsaved_count, [tuple(row) for row in session.execute(events)]


@pytest.fixture
def asking(seats):
    """A signed-in candidate whose page was heard of a moment ago."""
    seats[0].browser.sign_in(seats[0].account)
    assert asked(seats[0]).status_code == 200
    return seats[0]


def test_a_question_is_answered_at_the_door_as_the_route_answers_it(app, asking):
    with without_flask(app):
        short = asked(asking, "?unsaved=3")
    assert (short.status_code, seen(asking)) == (200, (3, []))
    with without_door(app):
        long = asked(asking, "?unsaved=4")
    assert without_time(short.json) == without_time(long.json) == {"extra_seconds": 0, "state": "answering"}
    assert abs(short.json["remaining_ms"] - long.json["remaining_ms"]) < 5_000
    assert dict(short.headers).keys() >= {"Content-Security-Policy", "Cache-Control"}


def test_the_door_tells_of_time_that_was_given_and_of_a_pause(app, asking):
    with transaction() as session:
        attempt = session.get_one(Attempt, asking.attempt_id)
        give_time(session, attempt, TimeLine(TimeKind.EXTRA, 300), "停电", ACTOR)
        attempt.state, attempt.paused_at = AttemptState.PAUSED, clock.now()
        left = attempt.deadline_at - attempt.paused_at
    with without_flask(app):
        told = asked(asking).json
    assert told == {"extra_seconds": 300, "state": "paused", "remaining_ms": left // timedelta(milliseconds=1)}


def test_a_page_that_was_silent_for_a_minute_was_cut_off_and_that_is_written_down(asking):
    with clock.at(clock.now() + timedelta(seconds=59)):
        asked(asking)
    assert seen(asking)[1] == []
    with clock.at(clock.now() + timedelta(seconds=59 + 150)):
        assert asked(asking).status_code == 200
    ((kind, seconds),) = seen(asking)[1]
    assert kind == EventKind.CUT_OFF
    assert 149 <= seconds <= 151


@pytest.mark.parametrize("spoilt", ["older place", "another's", "forged", "no cookie"])
def test_a_question_that_something_stands_against_is_the_routes_and_notes_nothing(seats, asking, spoilt):
    token = {"older place": asking.token(fence=0), "another's": seats[1].token(), "forged": "x"}.get(spoilt)
    if spoilt == "no cookie":
        asking.browser.client.delete_cookie("session")
    assert asked(asking, "?unsaved=9", token).status_code in {302, 403, 409}
    assert seen(asking) == (0, [])


def test_saves_and_questions_take_turns_on_the_same_connections(app, asking):
    with without_flask(app):
        for number in range(1, 40):
            assert asking.save({"seq": number, "place": 1, "choice": "A"}).status_code == 200
            assert asked(asking).status_code == 200
