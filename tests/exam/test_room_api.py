"""What the room's page says to the server and hears from it (exam/api.py): places, time, leaves, bad input."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
import structlog
from sqlalchemy import func, select

from core import clock
from core.db import reading, transaction
from core.models import AuditEntry
from exam import attempt_tokens
from exam.attempt_tokens import Place
from exam.events import EventKind
from exam.models.planning import Sitting
from exam.models.room import Attempt, Presence, Response, RoomEvent
from exam.operations.handing_in import hand_in
from exam.operations.room import give_time
from exam.queries.room import log_of
from exam.states import AttemptState, FinishKind
from exam.time_ledger import Line, TimeKind
from tests.factories import ACTOR
from tests.forms_browser import FormsBrowser
from tests.seats import Candidacy


@pytest.fixture
def seat(app):
    seat = Candidacy(app, leave_limit=3)
    seat.start()
    return seat


@pytest.fixture
def started(seat):
    seat.open_place()
    return seat


@pytest.fixture
def refusals():
    """The lines that the log gets while a test runs."""
    with structlog.testing.capture_logs() as lines:
        yield lines


def change(attempt_id, **changes):
    with transaction() as session:
        attempt = session.get_one(Attempt, attempt_id)
        for name, value in changes.items():
            setattr(attempt, name, value)


def events(attempt_id):
    with reading() as session:
        rows = session.scalars(select(RoomEvent).where(RoomEvent.attempt_id == attempt_id).order_by(RoomEvent.id))
        return [(row.kind, row.seconds) for row in rows]


def audited(verb):
    with reading() as session:
        return session.scalar(select(func.count()).select_from(AuditEntry).where(AuditEntry.verb == verb))


def fence_of(attempt_id):
    with reading() as session:
        return session.get_one(Attempt, attempt_id).fence


def test_the_first_place_opens_without_a_question(seat):
    answer = seat.ask_for_place({"take_over": False})
    assert answer.status_code == 200
    assert answer.json["place"] == 1
    assert answer.json["state"] == "answering"
    assert events(seat.attempt.id) == []


def test_a_reload_of_the_same_tab_opens_again_in_silence(started):
    answer = started.ask_for_place({"take_over": False}, started.token)
    assert (answer.status_code, answer.json["place"]) == (200, 2)
    assert events(started.attempt.id) == []
    assert started.time().json["code"] == "other_place"


def test_a_second_tab_is_asked_first_and_nothing_has_changed(started):
    answer = started.ask_for_place({"take_over": False})
    assert (answer.status_code, answer.json["code"]) == (409, "open_elsewhere")
    with reading() as session:
        assert answer.json["since"] == session.get_one(Attempt, started.attempt.id).opened_at.isoformat()
    assert fence_of(started.attempt.id) == 1
    started.save((1, 1, "A"))


def test_a_second_tab_takes_over_when_asked_to_and_it_is_written_down(started):
    first = started.token
    started.open_place()
    assert events(started.attempt.id) == [(EventKind.TAKEN_OVER, 0)]
    assert audited("exam:place:take_over") == 1
    assert started.save((1, 1, "A"), token=first, status=409)["code"] == "other_place"


def test_a_token_of_an_older_place_does_not_reopen_in_silence(started):
    first = started.token
    started.open_place()
    assert started.ask_for_place({"take_over": False}, first).json["code"] == "open_elsewhere"


@pytest.mark.parametrize(
    "body", [[], {}, "x", {"take_over": "yes"}, {"take_over": 1}, {"take_over": True, "more": 1}]
)
def test_a_place_that_is_asked_for_in_another_shape_is_refused(started, body):
    assert started.ask_for_place(body).status_code == 400
    assert fence_of(started.attempt.id) == 1


def test_every_place_gets_a_key_of_its_own_for_its_file(started):
    first = started.ask_for_place({"take_over": True}).json["file_key"]
    assert started.ask_for_place({"take_over": True}).json["file_key"] != first


def test_the_time_says_what_was_given_on_top(started):
    before = started.time().json
    assert (before["state"], before["extra_seconds"]) == ("answering", 0)
    with transaction() as session:
        attempt = session.get_one(Attempt, started.attempt.id)
        give_time(session, attempt, Line(TimeKind.EXTRA, 300), "设备故障", ACTOR)
        give_time(session, attempt, Line(TimeKind.PAUSE, 60), "", ACTOR)
    after = started.time().json
    assert after["extra_seconds"] == 300
    assert 350_000 < after["remaining_ms"] - before["remaining_ms"] <= 360_000


def test_while_paused_the_time_stands_still_and_answers_are_kept_back(started):
    since = clock.now() - timedelta(minutes=5)
    deadline = clock.now() + timedelta(minutes=10)
    change(started.attempt.id, state=AttemptState.PAUSED, paused_at=since, deadline_at=deadline)
    answer = started.time().json
    assert (answer["state"], answer["remaining_ms"]) == ("paused", 15 * 60_000)
    assert started.save((1, 1, "A"), status=409)["code"] == "paused"
    assert started.leave({"seconds": 5}).json["code"] == "paused"


def test_the_time_of_what_was_handed_in_says_so(started):
    with transaction() as session:
        hand_in(session, session.get_one(Attempt, started.attempt.id), ACTOR)
    assert (started.time().status_code, started.time().json["state"]) == (200, "handed_in")


def test_asking_for_the_time_notes_that_the_page_is_there(started):
    started.time(query="?unsaved=3")
    started.time(query="?unsaved=2")
    with reading() as session:
        row = session.scalars(select(Presence)).one()
    assert (row.attempt_id, row.unsaved_count, row.address) == (started.attempt.id, 2, "127.0.0.1")
    assert clock.now() - row.seen_at < timedelta(seconds=10)


@pytest.mark.parametrize(("claimed", "noted"), [("-4", 0), ("99999999999", 1000), ("x", 0), ("", 0)])
def test_a_count_that_makes_no_sense_is_not_noted_as_it_is(started, claimed, noted):
    assert started.time(query=f"?unsaved={claimed}").status_code == 200
    with reading() as session:
        assert session.scalars(select(Presence.unsaved_count)).one() == noted


def test_an_older_place_leaves_no_presence(started):
    first = started.token
    started.open_place()
    assert started.time(first).status_code == 409
    with reading() as session:
        assert session.scalars(select(Presence)).all() == []


def began_before(attempt_id, **ago):
    change(attempt_id, started_at=clock.now() - timedelta(**ago))


def test_a_leave_is_counted_and_written_down(started):
    began_before(started.attempt.id, minutes=1)
    assert started.leave({"seconds": 12}).json == {"count": 1, "limit": 3, "handed_in": False}
    assert started.ask_for_place({"take_over": True}).json["leaves"] == 1
    assert events(started.attempt.id)[0] == (EventKind.LEFT_PAGE, 12)
    assert audited("exam:page:leave") == 1


def test_a_leave_that_is_reported_again_is_counted_once(started):
    began_before(started.attempt.id, minutes=1)
    for _again in range(3):
        assert started.leave({"seconds": 4, "number": 1}).json["count"] == 1
    assert started.leave({"seconds": 4, "number": 2}).json["count"] == 2
    assert events(started.attempt.id) == [(EventKind.LEFT_PAGE, 4)] * 2


def test_at_the_limit_the_paper_is_handed_in_flagged_and_never_voided(started):
    began_before(started.attempt.id, minutes=1)
    started.save((1, 1, "A"))
    counted = [started.leave({"seconds": 5}).json["handed_in"] for _time in range(3)]
    assert counted == [False, False, True]
    assert events(started.attempt.id)[-1] == (EventKind.LEAVE_LIMIT, 0)
    with reading() as session:
        attempt = session.get_one(Attempt, started.attempt.id)
        assert (attempt.state, attempt.finish_kind) == (AttemptState.HANDED_IN, FinishKind.LEAVE_LIMIT)
        assert len(log_of(session, attempt.id)) == 1
    assert audited("exam:attempt:reach_leave_limit") == 1
    assert started.leave({"seconds": 5}).json["code"] == "handed_in"


def test_without_a_limit_nobody_is_handed_in_for_leaving(started):
    began_before(started.attempt.id, minutes=1)
    with transaction() as session:
        session.get_one(Sitting, started.sitting.id).leave_limit = 0
    assert [started.leave({"seconds": 5}).json["handed_in"] for _time in range(6)] == [False] * 6


def test_whoever_is_let_in_again_starts_counting_again(started):
    began_before(started.attempt.id, minutes=1)
    started.leave({"seconds": 5})
    with transaction() as session:
        let_in = RoomEvent(
            attempt_id=started.attempt.id, sitting_id=started.sitting.id, kind=EventKind.LET_IN, at=clock.now()
        )
        session.add(let_in)
    assert started.leave({"seconds": 5, "number": 1}).json["count"] == 1


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {"seconds": -5},
        {"seconds": 2},
        {"seconds": 61},
        {"seconds": 10**12},
        {"seconds": "5"},
        {"seconds": 5.5},
        {"seconds": True},
        {"seconds": 5, "number": -1},
        {"seconds": 5, "number": None},
        {"seconds": 5, "more": 1},
    ],
)
def test_a_leave_that_makes_no_sense_counts_nothing(started, refusals, body):
    began_before(started.attempt.id, minutes=1)
    assert started.leave(body).status_code == 400
    assert events(started.attempt.id) == []
    assert refusals[-1]["log_level"] == "warning"


def test_an_older_place_reports_no_leave(started):
    began_before(started.attempt.id, minutes=1)
    first = started.token
    started.open_place()
    assert started.leave({"seconds": 5}, first).json["code"] == "other_place"


def requests_of(api):
    """Every way to reach an attempt, with a body that would be good for one's own."""
    return [
        ("post", f"{api}/places", {"take_over": True}),
        ("post", f"{api}/responses", {"responses": [{"seq": 1, "place": 1, "choice": "A", "left_ms": 9}]}),
        ("get", f"{api}/time", None),
        ("post", f"{api}/leaves", {"seconds": 3}),
    ]


def snapshot(attempt_id):
    """Everything of an attempt that a request could have changed."""
    with reading() as session:
        attempt = session.get_one(Attempt, attempt_id)
        counts = [
            session.scalar(select(func.count()).select_from(t)) for t in (Response, RoomEvent, AuditEntry, Presence)
        ]
        return attempt.state, attempt.fence, attempt.deadline_at, *counts


def test_a_forged_attempt_is_refused_everywhere_and_logged(started, refusals):
    before = snapshot(started.attempt.id)
    forged = uuid4()
    for method, path, body in requests_of(f"/api/attempts/{forged}"):
        answer = getattr(started.browser.client, method)(path, json=body, headers={"Attempt-Token": started.token})
        assert answer.status_code == 403, path
        assert (refusals[-1]["log_level"], refusals[-1]["attempt"]) == ("warning", str(forged))
    assert started.browser.client.post(f"/api/attempts/{forged}/places").status_code == 404
    assert snapshot(started.attempt.id) == before


def test_a_token_made_for_a_forged_attempt_finds_nothing(started, app):
    forged = uuid4()
    token = attempt_tokens.signed(Place(forged, 1, started.account.id), app.config["SECRET_KEY"])
    for method, path, body in requests_of(f"/api/attempts/{forged}"):
        answer = getattr(started.browser.client, method)(path, json=body, headers={"Attempt-Token": token})
        assert answer.status_code == 404, path


def test_another_candidates_attempt_is_refused_everywhere_and_logged(started, app, refusals):
    stranger = FormsBrowser(app)
    stranger.sign_in(started.other)
    before = snapshot(started.attempt.id)
    stolen = attempt_tokens.signed(Place(started.attempt.id, 1, started.other.id), app.config["SECRET_KEY"])
    for token in (started.token, stolen):
        for method, path, body in requests_of(started.api)[::2] + requests_of(started.api)[3:]:
            answer = getattr(stranger.client, method)(path, json=body, headers={"Attempt-Token": token})
            assert answer.status_code in {403, 404}, path
            assert refusals[-1]["log_level"] == "warning"
    assert snapshot(started.attempt.id) == before


def test_a_token_of_a_closed_place_changes_nothing_anywhere(started, refusals):
    first = started.token
    began_before(started.attempt.id, minutes=1)
    started.open_place()
    before = snapshot(started.attempt.id)
    for method, path, body in requests_of(started.api)[1:]:
        answer = getattr(started.browser.client, method)(path, json=body, headers={"Attempt-Token": first})
        assert (answer.status_code, answer.json["code"]) == (409, "other_place"), path
        assert (refusals[-1]["log_level"], refusals[-1]["code"]) == ("warning", "other_place")
    assert snapshot(started.attempt.id) == before


def row(**changes):
    return {"seq": 1, "place": 1, "choice": "A", "left_ms": 1000, **changes}


@pytest.mark.parametrize(
    ("rows", "status"),
    [
        ([row(place=5)], 409),
        ([row(choice="C")], 409),
        ([row(choice="AA")], 409),
        ([row(choice="\ud800")], 409),
        ([row(place=2, choice="AB")], 409),
        ([row(), row(seq=2)], 400),
        ([row(), row(place=2)], 400),
        ([row(seq=0)], 409),
        ([row(seq=-1)], 400),
        ([row(seq=100_001)], 400),
        ([row(seq=2**31)], 400),
        ([row(left_ms=-1)], 400),
        ([row(left_ms=2**40)], 400),
        ([row(seq=number, place=1 + number % 4) for number in range(1, 202)], 400),
    ],
)
def test_a_batch_that_cannot_be_one_is_refused_as_a_whole_and_logged(started, refusals, rows, status):
    good = row(seq=50, place=3)
    before = snapshot(started.attempt.id)
    started.post({"responses": [good, *rows]}, started.token, status)
    assert snapshot(started.attempt.id) == before
    assert (refusals[-1]["event"], refusals[-1]["status"]) == ("room request refused", status)
    started.post({"responses": [good]}, started.token, 200)


@pytest.mark.parametrize("path", ["/places", "/responses", "/leaves"])
def test_ten_megabytes_are_not_read(started, refusals, path):
    before = snapshot(started.attempt.id)
    body = json.dumps({"responses": [row(choice="A" * 10_000_000)]})
    headers = {"Attempt-Token": started.token, "Content-Type": "application/json"}
    answer = started.browser.client.post(f"{started.api}{path}", data=body, headers=headers)
    assert answer.status_code == 413
    assert "没有保存" in answer.json["error"]
    assert refusals[-1]["status"] == 413
    assert snapshot(started.attempt.id) == before


@pytest.mark.parametrize("path", ["/places", "/responses", "/leaves"])
@pytest.mark.parametrize("body", ["[" * 30_000, '{"responses": ' + "1" * 5_000 + "}", "\x00", '{"seconds": NaN}'])
def test_json_that_cannot_be_read_is_refused(started, path, body):
    headers = {"Attempt-Token": started.token, "Content-Type": "application/json"}
    answer = started.browser.client.post(f"{started.api}{path}", data=body, headers=headers)
    assert answer.status_code == 400
    assert answer.json["error"]
