"""Invigilators at the same moment, and against the room itself, with real connections."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from core import clock
from core.db import reading, transaction
from core.queries import broken_audit_entry
from exam.events import EventKind
from exam.invigilation import Act, Order
from exam.models.planning import Candidate, Sitting
from exam.models.results import Mark
from exam.models.room import Attempt, RoomEvent, TimeEntry
from exam.operations.closing import close_sitting
from exam.operations.handing_in import hand_in
from exam.operations.invigilation import act_on
from exam.operations.room import start_attempt
from exam.queries.room import ledger_of
from exam.states import AttemptState, SittingState
from exam.time_ledger import TimeKind, deadline
from tests.exam.test_room_races import together
from tests.factories import ACTOR, make_candidate, make_city, make_officer, make_sitting

PEOPLE = 8
ROUNDS = 6


@pytest.fixture
def hall(database):
    """A sitting with people who answer; returns its id and theirs."""
    with transaction() as session:
        sitting, county = make_sitting(session), make_city(session).county
        made = [make_candidate(session, sitting, make_officer(session, county)) for _one in range(PEOPLE)]
        for candidate in made:
            start_attempt(session, candidate, ACTOR)
        return sitting.id, [candidate.id for candidate in made]


def acting(sitting_id, ids, act, decided_at, minutes=10):
    def run():
        with transaction() as session:
            sitting = session.get_one(Sitting, sitting_id)
            order = Order(act, "网络中断", minutes)
            return act_on(session, sitting, ids, order, decided_at=decided_at, actor=ACTOR).done

    return run


def test_two_invigilators_who_give_everybody_time_at_once_give_it_once(hall):
    sitting_id, ids = hall
    for number in range(1, ROUNDS + 1):
        seen = clock.now()
        one, other = (
            acting(sitting_id, ids, Act.GIVE_TIME, seen),
            acting(sitting_id, ids[::-1], Act.GIVE_TIME, seen),
        )
        assert sorted(together(one, other)) == [0, PEOPLE]
        with reading() as session:
            given = select(func.count()).select_from(TimeEntry).where(TimeEntry.kind == TimeKind.EXTRA)
            assert session.scalar(given) == number * PEOPLE


def test_overlapping_acts_in_opposite_order_do_not_block_each_other(hall):
    sitting_id, ids = hall
    for _round in range(ROUNDS):
        seen = clock.now()
        acts = [
            acting(sitting_id, ids[:6], Act.PAUSE, seen),
            acting(sitting_id, ids[:1:-1], Act.PAUSE, seen),
            acting(sitting_id, ids[::2], Act.MAKE_GOOD, seen),
        ]
        together(*acts)
        together(acting(sitting_id, ids, Act.RESUME, clock.now()), acting(sitting_id, ids, Act.RESUME, clock.now()))
    with reading() as session:
        events = select(func.count()).select_from(RoomEvent).where(RoomEvent.kind == EventKind.PAUSED)
        assert session.scalar(events) == ROUNDS * PEOPLE
        for attempt in session.scalars(select(Attempt)):
            assert attempt.state == AttemptState.ANSWERING
            assert attempt.deadline_at == deadline(attempt.started_at, ledger_of(session, attempt.id))
        assert broken_audit_entry(session) is None


def test_an_invigilator_and_the_candidate_hand_in_once_between_them(hall):
    sitting_id, ids = hall

    def finish(candidate_id):
        with transaction() as session:
            attempt = session.scalars(select(Attempt).where(Attempt.candidate_id == candidate_id)).one()
            hand_in(session, attempt, ACTOR)

    for candidate_id in ids:
        together(acting(sitting_id, [candidate_id], Act.HAND_IN, clock.now()), lambda one=candidate_id: finish(one))
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Mark)) == PEOPLE


def test_nobody_is_let_in_to_a_sitting_that_is_being_closed(hall):
    sitting_id, ids = hall
    acting(sitting_id, ids, Act.HAND_IN, clock.now())()
    end = clock.now() + timedelta(hours=9)

    def close():
        with transaction() as session, clock.at(end):
            close_sitting(session, session.get_one(Sitting, sitting_id), ACTOR)
        return "closed"

    let_in = acting(sitting_id, ids[:1], Act.LET_IN, clock.now())
    closed, done = together(close, let_in)
    with reading() as session:
        sitting = session.get_one(Sitting, sitting_id)
        attempt = session.scalars(select(Attempt).where(Attempt.candidate_id == ids[0])).one()
        is_closed = sitting.state == SittingState.CLOSED
        assert not (is_closed and attempt.state == AttemptState.ANSWERING)
        marks = select(func.count()).select_from(Mark).where(Mark.attempt_id == attempt.id)
        assert session.scalar(marks) == 1 + (done if is_closed else 0)
        assert closed in {"closed", "answering", "waiting"}


def test_without_the_look_at_what_was_just_done_the_time_would_be_doubled(hall, monkeypatch):
    sitting_id, ids = hall
    monkeypatch.setattr("exam.operations.invigilation._just_done", lambda *_all: frozenset())
    seen = clock.now()
    acts = acting(sitting_id, ids, Act.GIVE_TIME, seen), acting(sitting_id, ids, Act.GIVE_TIME, seen)
    assert together(*acts) == [PEOPLE, PEOPLE]
    with reading() as session:
        given = select(func.count()).select_from(TimeEntry).where(TimeEntry.kind == TimeKind.EXTRA)
        assert session.scalar(given) == 2 * PEOPLE


def test_a_start_and_a_pause_at_once_leave_one_attempt(database):
    with transaction() as session:
        sitting = make_sitting(session)
        candidate = make_candidate(session, sitting, make_officer(session, make_city(session).county))
        sitting_id, candidate_id = sitting.id, candidate.id

    def start():
        with transaction() as session:
            return start_attempt(session, session.get_one(Candidate, candidate_id), ACTOR).id

    together(start, acting(sitting_id, [candidate_id], Act.PAUSE, clock.now()))
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Attempt)) == 1
