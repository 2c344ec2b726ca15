"""Rooms of a sitting: what they are called, who sits where, and that admission asks for the place."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, strategies as st
from sqlalchemy import select

from core import clock
from core.db import reading, transaction
from core.errors import NotFoundError, RefusedError
from exam.accommodations import AccommodationKind
from exam.models.planning import Candidate, Room
from exam.models.room import Attempt
from exam.operations.accommodations import Grant, grant
from exam.operations.rooms import RoomDraft, assign, change_room, remove_room, spread_over_rooms, write_down_room
from exam.queries.rooms import room_rows, unassigned
from exam.rooms import (
    RoomPlan,
    reasons_against_removing,
    reasons_against_room,
    reasons_against_seats,
    spread,
)
from exam.states import SittingState, Standing
from people.permissions import Role
from tests.factories import ACTOR, make_account, make_candidate, make_city, make_officer, make_sitting
from tests.forms_browser import FormsBrowser

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def spring():
    with clock.at(NOW):
        yield


def codes(reasons):
    return [reason.code for reason in reasons]


def test_a_room_needs_a_name_of_its_own_while_the_sitting_is_not_closed():
    assert reasons_against_room(RoomPlan(SittingState.OPEN, "第一考场", is_taken=False)) == []
    assert codes(reasons_against_room(RoomPlan(SittingState.DRAFT, "", is_taken=False))) == ["name_length"]
    assert codes(reasons_against_room(RoomPlan(SittingState.DRAFT, "长" * 41, is_taken=True))) == [
        "name_length",
        "name_taken",
    ]
    assert codes(reasons_against_room(RoomPlan(SittingState.CLOSED, "第一考场", is_taken=False))) == ["is_closed"]
    assert codes(reasons_against_removing(SittingState.OPEN, 2)) == ["assigned"]
    assert reasons_against_removing(SittingState.OPEN, 0) == []


def test_seats_are_asked_in_sensible_numbers():
    assert codes(reasons_against_seats({"一": 0})) == ["no_seats"]
    assert codes(reasons_against_seats({"一": 5001})) == ["seats"]
    assert reasons_against_seats({"一": 0, "二": 1}) == []


@given(st.integers(0, 60), st.lists(st.integers(0, 20), max_size=5))
def test_everybody_sits_once_and_no_room_is_overfull(count, seats):
    seated = spread(list(range(count)), list(enumerate(seats)))
    people = [person for room in seated.values() for person in room]
    assert people == list(range(min(count, sum(seats))))
    assert all(len(seated[room]) <= limit for room, limit in enumerate(seats))


@pytest.fixture
def sitting(session):
    return make_sitting(session)


def people_in(session, sitting, count=3, **changes):
    county = make_city(session).county
    return [make_candidate(session, sitting, make_officer(session, county), **changes) for _one in range(count)]


def room_in(session, sitting, name="第一考场", networks=()):
    return write_down_room(session, sitting, RoomDraft(name, list(networks)), ACTOR)


def test_two_rooms_of_a_sitting_do_not_share_a_name(session, sitting):
    room = room_in(session, sitting)
    with pytest.raises(RefusedError, match="同名"):
        room_in(session, sitting)
    room_in(session, make_sitting(session))
    change_room(session, sitting, room, RoomDraft("第一考场", ["10.0.0.0/8"]), ACTOR)
    assert room.networks == ["10.0.0.0/8"]


def test_people_are_seated_moved_and_taken_out_of_a_room(session, sitting):
    people, room = people_in(session, sitting), room_in(session, sitting)
    stranger = people_in(session, make_sitting(session), 1)[0]
    exempt = people_in(session, sitting, 1, standing=Standing.EXEMPT)[0]
    ids = [one.id for one in (*people, stranger, exempt)]
    assert assign(session, sitting, ids, room, ACTOR) == 3
    session.expire_all()
    assert [one.room_id for one in people] == [room.id] * 3
    assert (stranger.room_id, exempt.room_id) == (None, None)
    with pytest.raises(RefusedError, match="已安排 3 名"):
        remove_room(session, sitting, room, ACTOR)
    assert assign(session, sitting, ids, None, ACTOR) == 3
    remove_room(session, sitting, room, ACTOR)
    assert session.scalars(select(Room)).all() == []
    with pytest.raises(NotFoundError):
        assign(session, sitting, ids, room, ACTOR)


def test_people_without_a_room_are_spread_in_order_and_who_needs_a_room_apart_is_left(session, sitting):
    people = people_in(session, sitting, 6)
    grant(session, people[0], Grant(AccommodationKind.SEPARATE_ROOM, "证明"), ACTOR)
    one, two = room_in(session, sitting), room_in(session, sitting, "第二考场")
    assert spread_over_rooms(session, sitting, {one.id: 2, two.id: 2}, ACTOR) == (4, 1)
    assert [(row.room.name, row.assigned) for row in room_rows(session, sitting.id)] == [
        ("第一考场", 2),
        ("第二考场", 2),
    ]
    session.expire_all()
    assert [person.room_id for person in people] == [None, one.id, one.id, two.id, two.id, None]
    assert unassigned(session, sitting.id) == [people[5].id]


def test_nobody_is_seated_in_a_closed_sitting(session, sitting):
    people, room = people_in(session, sitting), room_in(session, sitting)
    sitting.state = SittingState.CLOSED
    session.flush()
    with pytest.raises(RefusedError, match="已经结束"):
        assign(session, sitting, [people[0].id], room, ACTOR)


# Through HTTP.


@pytest.fixture
def seated(app, database):
    """A candidate seated in a room that is entered from 10.1.2.0/24 and fd00::/8, signed in."""
    with transaction() as session:
        sitting, county = make_sitting(session), make_city(session).county
        room = room_in(session, sitting, networks=["10.1.2.0/24", "fd00::/8"])
        officer = make_officer(session, county)
        candidate = make_candidate(session, sitting, officer, room_id=room.id)
        account = make_account(session, Role.CANDIDATE, county, officer=officer)
    browser = FormsBrowser(app)
    browser.sign_in(account)
    return browser, sitting, candidate


def start_from(browser, sitting, address, **headers):
    token = browser.open(f"/sittings/{sitting.id}/waiting").find("input", attrs={"name": "csrf_token"})["value"]
    return browser.client.post(
        f"/sittings/{sitting.id}/start",
        data={"csrf_token": token},
        environ_overrides={"REMOTE_ADDR": address},
        headers=headers,
    )


@pytest.mark.parametrize("address", ["10.1.3.7", "127.0.0.1", "fe80::1", "not an address", ""])
def test_from_elsewhere_nobody_enters_the_room(seated, address):
    browser, sitting, _candidate = seated
    answer = start_from(browser, sitting, address)
    assert answer.status_code == 409
    assert "第一考场" in answer.get_data(as_text=True)
    with reading() as session:
        assert session.scalars(select(Attempt)).all() == []


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "X-Client-IP", "CF-Connecting-IP"])
def test_an_address_that_a_header_claims_is_not_believed(seated, header):
    browser, sitting, _candidate = seated
    claimed = "for=10.1.2.7" if header == "Forwarded" else "10.1.2.7"
    assert start_from(browser, sitting, "203.0.113.9", **{header: claimed}).status_code == 409
    with reading() as session:
        assert session.scalars(select(Attempt)).all() == []


@pytest.mark.parametrize("address", ["10.1.2.7", "::ffff:10.1.2.7", "fd12::1"])
def test_from_the_room_the_candidate_enters(seated, address):
    browser, sitting, candidate = seated
    assert start_from(browser, sitting, address).status_code == 302
    with reading() as session:
        assert session.scalars(select(Attempt.candidate_id)).all() == [candidate.id]


@pytest.fixture
def planned(database):
    with transaction() as session:
        sitting = make_sitting(session)
        return sitting, people_in(session, sitting, 3)


def test_rooms_are_written_down_changed_filled_and_removed(signed_in, planned):
    sitting, people = planned
    browser = signed_in(Role.ADMINISTRATOR)
    browser.open(f"/sittings/{sitting.id}")
    browser.open(browser.link("考场安排"))
    browser.submit({"name": "第一考场", "networks": "192.168.1.9/24\n10.0.0.5"}, action="/rooms/")
    assert "192.168.1.0/24、10.0.0.5/32" in browser.text()
    with reading() as session:
        room_id = session.scalars(select(Room.id)).one()
    browser.submit({f"seats-{room_id}": "2"}, action="/spread")
    assert "已安排 2 名考生，还有 1 名没有座位" in browser.page.get_text()
    browser.submit({"candidate": str(people[2].id), "to_room": str(room_id)}, action="/assign-ticked")
    browser.submit({"unit": str(people[0].organisation_id), "to_room": ""}, action="/assign-unit")
    with reading() as session:
        assert set(session.scalars(select(Candidate.room_id))) == {None}
    browser.open(browser.link("第一考场"))
    browser.submit({"name": "主考场"}, action=None)
    assert "主考场" in browser.text()
    browser.open(browser.link("主考场"))
    browser.submit(action="/remove")
    assert "还没有考场" in browser.text()


def test_a_range_that_cannot_be_read_is_named_and_what_was_typed_stays(signed_in, planned):
    browser = signed_in(Role.ADMINISTRATOR)
    browser.open(f"/sittings/{planned[0].id}/rooms/")
    browser.submit({"name": "第一考场", "networks": "10.0.0.0/8\n三楼"}, action="/rooms/")
    assert "“三楼”不是有效的地址段" in browser.text()
    assert "三楼" in browser.page.find("textarea").get_text()
    with reading() as session:
        assert session.scalars(select(Room)).all() == []


@pytest.mark.parametrize("typed", ["-1", "两个", "99999", "0", ""])
def test_seats_that_are_no_number_seat_nobody(signed_in, planned, typed):
    with transaction() as session:
        room = Room(sitting_id=planned[0].id, name="第一考场", networks=[])
        session.add(room)
    browser = signed_in(Role.ADMINISTRATOR)
    browser.open(f"/sittings/{planned[0].id}/rooms/")
    browser.submit({f"seats-{room.id}": typed}, action="/spread")
    assert "座位数" in browser.text()
    with reading() as session:
        assert set(session.scalars(select(Candidate.room_id))) == {None}
