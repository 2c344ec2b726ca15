"""The board: the rule of where somebody stands, what is read for it, and the pages that show it."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given, strategies as st
from sqlalchemy import delete, insert, select

from core import clock
from core.db import transaction
from exam.board import (
    BoardSort,
    BoardState,
    Signs,
    clock_text,
    fingerprint,
    last_seen,
    problem_rank,
    state_of,
    time_left,
)
from exam.events import EventKind, Irregularity
from exam.models.planning import Candidate, Room
from exam.models.room import Attempt, Presence, Response, RoomEvent, TimeEntry
from exam.queries.board import BoardFilter, answered_counts, board, people, people_on_board
from exam.states import AttemptState, Standing
from exam.time_ledger import TimeKind
from people.permissions import Role
from people.scope import CITY, Scope
from tests.factories import make_account, make_attempt, make_candidate, make_city, make_officer, make_sitting
from tests.forms_browser import FormsBrowser

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
LONG_AGO = NOW - timedelta(hours=1)
instants = st.one_of(st.none(), st.datetimes(datetime(2026, 3, 1), datetime(2026, 3, 2), timezones=st.just(UTC)))


@pytest.fixture(autouse=True)
def spring():
    with clock.at(NOW):
        yield


def signs(state, **seen):
    return Signs(state, started_at=LONG_AGO, **seen)


@pytest.mark.parametrize("state", [*AttemptState, None])
@pytest.mark.parametrize("silence", [0, 44, 45, 3600])
def test_only_who_answers_and_was_silent_for_45_seconds_is_offline(state, silence):
    shown = state_of(signs(state, seen_at=NOW - timedelta(seconds=silence)), NOW)
    expected = BoardState.NOT_IN if state is None else BoardState(state)
    if state is AttemptState.ANSWERING and silence >= 45:
        expected = BoardState.OFFLINE
    assert shown is expected


@given(instants, instants, instants, instants)
def test_the_newest_sign_of_life_counts(started, opened, received, seen):
    found = last_seen(Signs(AttemptState.ANSWERING, started, opened, received, seen))
    known = [one for one in (started, opened, received, seen) if one]
    assert found == (max(known) if known else None)
    assert state_of(Signs(AttemptState.ANSWERING), NOW) is BoardState.OFFLINE


def test_an_answer_or_a_newly_opened_page_is_a_sign_of_life_as_well():
    for kind in ("received_at", "opened_at"):
        fresh = signs(AttemptState.ANSWERING, **{"seen_at": LONG_AGO, kind: NOW})
        assert state_of(fresh, NOW) is BoardState.ANSWERING


def test_time_is_left_standing_only_while_paused():
    until = NOW + timedelta(minutes=10)
    assert time_left(AttemptState.PAUSED, until, NOW) == 600
    assert time_left(AttemptState.ANSWERING, until, None) is None
    assert time_left(None, None, None) is None


def test_problems_come_first_and_who_has_handed_in_last():
    assert sorted(BoardState, key=lambda state: problem_rank(state, 0)) == [
        BoardState.OFFLINE,
        BoardState.PAUSED,
        BoardState.ANSWERING,
        BoardState.NOT_IN,
        BoardState.HANDED_IN,
    ]
    assert problem_rank(BoardState.HANDED_IN, 1) < problem_rank(BoardState.PAUSED, 0)
    assert problem_rank(BoardState.OFFLINE, 1) == problem_rank(BoardState.OFFLINE, 0)


def test_a_fingerprint_stands_for_everything_a_row_shows():
    assert fingerprint(["a", 1, None]) == fingerprint(["a", 1, None])
    assert len({fingerprint(["a", 1, None]), fingerprint(["a", 2, None]), fingerprint(["b", 1, None])}) == 3
    assert len(fingerprint([])) == 8


@pytest.mark.parametrize(("seconds", "text"), [(-5, "00:00"), (59, "00:59"), (600, "10:00"), (5400, "1:30:00")])
def test_time_is_written_as_the_room_writes_it(seconds, text):
    assert clock_text(seconds) == text


@pytest.fixture
def hall(session):
    """A sitting with one candidate in each state, one of them of the department, and noise beside it."""
    city, sitting = make_city(session), make_sitting(session)
    room = Room(sitting_id=sitting.id, name="第一考场", networks=[])
    session.add(room)
    session.flush()
    people_of = {name: make_officer(session, city.county, name=name) for name in "甲乙丙丁"}
    people_of["戊"] = make_officer(session, city.department, name="戊")
    made = {name: make_candidate(session, sitting, officer) for name, officer in people_of.items()}
    made["乙"].room_id = room.id
    fresh, old = {"opened_at": NOW}, {"started_at": LONG_AGO, "opened_at": LONG_AGO}
    make_attempt(session, made["乙"], **fresh)
    make_attempt(session, made["丙"], **old)
    make_attempt(session, made["丁"], state=AttemptState.PAUSED, paused_at=NOW, **fresh)
    make_attempt(session, made["戊"], score=80)
    make_candidate(session, sitting, make_officer(session, city.county), standing=Standing.EXEMPT)
    other = make_candidate(session, make_sitting(session), make_officer(session, city.county))
    make_attempt(session, other, **fresh)
    session.flush()
    return sitting, made, room


def names(session, sitting, wanted=None, scope=CITY):
    return [row.name for row in board(session, sitting.id, scope, wanted or BoardFilter(), NOW).page.rows]


def test_the_board_shows_each_who_is_due_where_they_stand(session, hall):
    sitting, _made, _room = hall
    found = board(session, sitting.id, CITY, BoardFilter(), NOW)
    assert {row.name: str(row.state) for row in found.page.rows} == {
        "甲": "not_in",
        "乙": "answering",
        "丙": "offline",
        "丁": "paused",
        "戊": "handed_in",
    }
    assert found.counts.total == 5
    assert set(found.counts.states.values()) == {1}


def test_the_board_is_narrowed_by_room_unit_state_and_text(session, hall):
    sitting, made, room = hall
    assert names(session, sitting, BoardFilter(room_id=room.id)) == ["乙"]
    assert sorted(names(session, sitting, BoardFilter(no_room=True))) == sorted("甲丙丁戊")
    assert names(session, sitting, BoardFilter(unit_id=made["戊"].organisation_id)) == ["戊"]
    assert names(session, sitting, BoardFilter(state=BoardState.OFFLINE)) == ["丙"]
    assert names(session, sitting, BoardFilter(text="丁")) == ["丁"]
    assert names(session, sitting, BoardFilter(text=made["甲"].candidate_no)) == ["甲"]
    assert names(session, sitting, scope=Scope(made["戊"].organisation_id)) == ["戊"]
    assert names(session, sitting, BoardFilter(sort=BoardSort.NUMBER))[:4] == list("甲乙丙丁")
    assert names(session, sitting)[0] == "丙"


def test_those_who_lost_the_server_for_so_long_are_found(session, hall):
    sitting, made, _room = hall
    attempts = dict(session.execute(select(Attempt.candidate_id, Attempt.id)).all())
    for name, seconds in (("乙", 100), ("乙", 200), ("丁", 299), ("戊", 600)):
        gap = {"kind": EventKind.CUT_OFF, "seconds": seconds, "at": NOW, "sitting_id": sitting.id}
        session.add(RoomEvent(attempt_id=attempts[made[name].id], **gap))
    session.flush()
    found = {minutes: set(names(session, sitting, BoardFilter(cut_off_minutes=minutes))) for minutes in (4, 5, 61)}
    assert found == {4: set("乙丙丁戊"), 5: set("乙丙戊"), 61: set()}
    assert set(people_on_board(session, sitting.id, CITY, BoardFilter(cut_off_minutes=5), NOW)) == {
        made[name].id for name in "乙丙戊"
    }
    rows = board(session, sitting.id, CITY, BoardFilter(), NOW).page.rows
    assert {row.name: row.cut_off_seconds for row in rows if row.cut_off_seconds} == {
        "乙": 300,
        "丁": 299,
        "戊": 600,
    }


def test_the_counts_stay_whole_when_the_rows_are_narrowed_by_state(session, hall):
    found = board(session, hall[0].id, CITY, BoardFilter(state=BoardState.PAUSED), NOW)
    assert (found.counts.total, found.page.total) == (5, 1)


def test_an_irregularity_marks_anybody_even_before_they_are_in(session, hall):
    sitting, made, _room = hall
    attempt_id = session.scalars(select(Attempt.id).where(Attempt.candidate_id == made["戊"].id)).one()
    note = {"sitting_id": sitting.id, "kind": EventKind.IRREGULARITY, "category": Irregularity.OTHER, "at": NOW}
    session.add_all([RoomEvent(candidate_id=made["甲"].id, **note), RoomEvent(attempt_id=attempt_id, **note)])
    session.add(RoomEvent(attempt_id=attempt_id, sitting_id=sitting.id, kind=EventKind.LEAVE_LIMIT, at=NOW))
    session.add(RoomEvent(attempt_id=attempt_id, sitting_id=sitting.id, kind=EventKind.LEFT_PAGE, at=NOW))
    session.flush()
    found = board(session, sitting.id, CITY, BoardFilter(irregular=True), NOW)
    assert {row.name: (row.irregular, row.times_left) for row in found.page.rows} == {"甲": (1, 0), "戊": (2, 1)}
    assert found.counts.irregular == 2


def test_a_row_says_what_stands_answered_what_is_unsent_and_what_time_was_given(session, hall):
    sitting, made, _room = hall
    attempt = session.scalars(select(Attempt).where(Attempt.candidate_id == made["乙"].id)).one()
    for seq, place, choice in ((1, 1, "A"), (2, 2, "B"), (3, 1, "C"), (4, 2, "")):
        session.add(
            Response(
                attempt_id=attempt.id, seq=seq, sitting_id=sitting.id, place=place, choice=choice, received_at=NOW
            )
        )
    session.add(Presence(attempt_id=attempt.id, seen_at=NOW, unsaved_count=3))
    for kind, seconds in ((TimeKind.ALLOWANCE, 5400), (TimeKind.EXTRA, 600), (TimeKind.PAUSE, 33)):
        session.add(TimeEntry(attempt_id=attempt.id, kind=kind, seconds=seconds, at=NOW))
    session.flush()
    (row,) = board(session, sitting.id, CITY, BoardFilter(text="乙"), NOW).page.rows
    assert (row.answered, row.unsent, row.extra_seconds) == (1, 3, 600)
    assert answered_counts(session, [attempt.id]) == {attempt.id: 1}


def test_the_counts_and_the_rows_say_the_same_of_everybody(session, hall):
    """The counts rest on one query, the rows on another: whoever was heard of when, they must agree."""
    sitting, _made, _room = hall
    running = session.scalars(select(Attempt).where(Attempt.state == AttemptState.ANSWERING)).all()
    ages = [None, 0, 44, 45, 46, 4000]
    attempt = running[0]
    for opened, received, seen in product(ages, repeat=3):
        session.execute(delete(Presence))
        session.execute(delete(Response))
        attempt.started_at = LONG_AGO - timedelta(hours=1)
        attempt.opened_at = None if opened is None else NOW - timedelta(seconds=opened)
        if received is not None:
            at = NOW - timedelta(seconds=received)
            answer = {"seq": 1, "sitting_id": sitting.id, "place": 1, "choice": "A", "received_at": at}
            session.execute(insert(Response).values(attempt_id=attempt.id, late_ms=0, **answer))
        if seen is not None:
            at = NOW - timedelta(seconds=seen)
            session.execute(insert(Presence).values(attempt_id=attempt.id, seen_at=at, unsaved_count=0, address=""))
        session.flush()
        found = board(session, sitting.id, CITY, BoardFilter(), NOW)
        states = Counter(row.state for row in found.page.rows)
        assert {state: states[state] for state in BoardState} == found.counts.states


def test_nobody_of_another_sitting_or_scope_is_acted_on(session, hall):
    sitting, made, _room = hall
    stranger = session.scalars(select(Candidate.id).where(Candidate.sitting_id != sitting.id)).first()
    ids = [stranger, made["甲"].id, made["戊"].id]
    found = people(session, sitting.id, Scope(made["甲"].organisation_id), ids)
    assert [one.name for one in found] == ["甲"]
    assert len(people_on_board(session, sitting.id, CITY, BoardFilter(), NOW)) == 5


# The pages.


@pytest.fixture
def running(database):
    with transaction() as session:
        city, sitting = make_city(session), make_sitting(session, title="春季考试")
        own = make_candidate(session, sitting, make_officer(session, city.county, name="区里人"))
        other = make_candidate(session, sitting, make_officer(session, city.department, name="局里人"))
        make_attempt(session, own, opened_at=NOW)
        return sitting, own, other


def address(sitting, **query):
    asked = "&".join(f"{key}={value}" for key, value in query.items())
    return f"/api/sittings/{sitting.id}/board?{asked}"


def test_the_board_is_a_plain_page_without_script(signed_in, running):
    browser = signed_in(Role.INVIGILATOR)
    browser.open(f"/sittings/{running[0].id}")
    browser.open(browser.link("进入监考"))
    text = browser.text()
    assert "区里人" in text
    assert "局里人" in text
    assert "作答中" in text
    assert "1:30:00" in text
    browser.open(f"/sittings/{running[0].id}/board?state=not_in")
    assert "区里人" not in browser.text()


def test_an_invigilator_of_one_unit_sees_its_people_alone(app, running):
    sitting, own, other = running
    with transaction() as session:
        account = make_account(session, Role.INVIGILATOR, organisation_id=own.organisation_id)
    browser = FormsBrowser(app)
    browser.sign_in(account)
    browser.open(f"/sittings/{sitting.id}/board")
    assert "局里人" not in browser.text()
    answer = browser.fetch(address(sitting)).get_data(as_text=True)
    assert "区里人" in answer
    assert "局里人" not in answer
    browser.open(f"/sittings/{sitting.id}/board/candidates/{other.id}", status=404)


def test_what_has_not_changed_is_not_sent_again(signed_in, running):
    sitting, own, _other = running
    client = signed_in(Role.INVIGILATOR).client
    first = client.get(address(sitting))
    again = client.get(address(sitting), headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code, again.data) == (200, 304, b"")
    assert again.headers["Server-Time-Ms"] == str(int(NOW.timestamp() * 1000))
    with transaction() as session:
        attempt_id = session.scalars(select(Attempt.id).where(Attempt.candidate_id == own.id)).one()
        session.add(Presence(attempt_id=attempt_id, seen_at=NOW + timedelta(seconds=1), unsaved_count=2))
    since = "".join(row[0] for row in first.json["rows"])
    third = client.get(address(sitting, since=since), headers={"If-None-Match": first.headers["ETag"]})
    kept = [row for row in third.json["rows"] if isinstance(row, str)]
    sent = [row for row in third.json["rows"] if isinstance(row, list)]
    assert (third.status_code, len(kept)) == (200, 1)
    assert [row[1] for row in sent] == [str(own.id)]
    assert kept[0] in since


def test_the_board_goes_stale_by_time_alone(signed_in, running):
    client = signed_in(Role.INVIGILATOR).client
    first = client.get(address(running[0]))
    with clock.at(NOW + timedelta(seconds=46)):
        later = client.get(address(running[0]), headers={"If-None-Match": first.headers["ETag"]})
    assert (later.status_code, later.json["counts"]["offline"]) == (200, 1)


def test_five_hundred_rows_are_less_than_100_kilobytes_and_a_change_is_a_few(signed_in, database):
    with transaction() as session:
        city, sitting = make_city(session), make_sitting(session)
        for number in range(500):
            candidate = make_candidate(
                session,
                sitting,
                make_officer(session, city.county, name=f"欧阳测试{number}"),
                candidate_no=f"2601{number:08d}",
            )
            make_attempt(session, candidate, opened_at=NOW)
    client = signed_in(Role.INVIGILATOR).client
    first = client.get(address(sitting, size=500))
    assert len(first.json["rows"]) == 500
    assert len(first.data) < 100_000
    with transaction() as session:
        attempt = session.scalars(select(Attempt).limit(1)).one()
        session.add(Presence(attempt_id=attempt.id, seen_at=NOW, unsaved_count=1))
    since = "".join(row[0] for row in first.json["rows"])
    second = client.get(address(sitting, size=500, since=since))
    assert sum(isinstance(row, list) for row in second.json["rows"]) == 1
    assert len(second.data) < 8_000


def test_neither_key_nor_score_nor_document_leaves_with_the_board(signed_in, running):
    sitting, _own, _other = running
    with transaction() as session:
        late = make_candidate(session, sitting, make_officer(session, make_city(session).county, name="交卷人"))
        make_attempt(session, late, score=77)
    browser = signed_in(Role.INVIGILATOR)
    (row,) = [one for one in browser.fetch(address(sitting)).json["rows"] if "交卷人" in one]
    assert row[6:] == ["handed_in", 0, 0, int(NOW.timestamp()), 0, None, None, 0, 0, 0]
    for page in (f"/sittings/{sitting.id}/board", f"/sittings/{sitting.id}/board/candidates/{late.id}"):
        browser.open(page)
        assert "77 分" not in browser.text()
        assert "DEMO-" not in browser.text()
