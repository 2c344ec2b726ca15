"""What happens in the room at the same moment, with real connections (exam/operations/room.py)."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from core import clock
from core.db import reading, transaction
from core.errors import RefusedError
from exam.jobs import finish_what_is_over
from exam.marking import Given, latest_choices
from exam.models.planning import Candidate, Sitting
from exam.models.results import Mark, Result
from exam.models.room import Attempt, Paper
from exam.operations.closing import close_sitting
from exam.operations.handing_in import hand_in
from exam.operations.room import open_place, start_attempt
from exam.operations.saving import append_at_once, append_responses
from exam.queries.room import log_of
from exam.states import AttemptState
from tests.factories import ACTOR, make_candidate, make_city, make_officer, make_sitting

ROUNDS = 12


def together(*acts):
    """Let each act begin at the same moment; return what each of them answered or raised."""
    gate = threading.Barrier(len(acts))
    answers = [None] * len(acts)

    def run(place, act):
        gate.wait()
        try:
            answers[place] = act()
        except RefusedError as refused:
            answers[place] = refused.reasons[0].code

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.fixture
def candidate_ids(database):
    with transaction() as session:
        sitting, county = make_sitting(session), make_city(session).county
        return [make_candidate(session, sitting, make_officer(session, county)).id for _round in range(ROUNDS)]


def started(candidate_id):
    with transaction() as session:
        attempt = start_attempt(session, session.get_one(Candidate, candidate_id), ACTOR)
        return attempt.id, open_place(session, attempt, ACTOR)


def by_transaction(attempt_id, fence, given):
    with transaction() as session:
        append_responses(session, attempt_id, fence, [given])
    return "saved"


def by_one_statement(attempt_id, fence, given):
    if append_at_once(attempt_id, fence, given):
        return "saved"
    return by_transaction(attempt_id, fence, given)


@pytest.mark.parametrize("way", [by_transaction, by_one_statement])
def test_no_answer_is_acknowledged_and_then_not_marked(candidate_ids, way):
    """Of a save and a hand-in at once, either the save comes first and counts, or it is refused."""
    seen = set()
    for candidate_id in candidate_ids:
        attempt_id, fence = started(candidate_id)

        def save(attempt_id=attempt_id, fence=fence):
            return way(attempt_id, fence, Given(1, 1, "A"))

        def finish(attempt_id=attempt_id):
            with transaction() as session:
                hand_in(session, session.get_one(Attempt, attempt_id), ACTOR)
            return "handed in"

        saved, _finished = together(save, finish)
        with reading() as session:
            mark = session.scalars(select(Mark).where(Mark.attempt_id == attempt_id)).one()
            assert mark.answered_count == len(latest_choices(log_of(session, attempt_id)))
            assert mark.answered_count == (1 if saved == "saved" else 0)
        seen.add(saved)
    assert seen <= {"saved", "handed_in"}


def test_two_windows_that_start_at_once_get_one_paper(candidate_ids):
    for candidate_id in candidate_ids:
        one, other = together(lambda c=candidate_id: started(c), lambda c=candidate_id: started(c))
        assert one[0] == other[0]
        assert {one[1], other[1]} == {1, 2}
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Paper)) == ROUNDS


def test_two_who_hand_in_the_same_attempt_make_one_mark(candidate_ids):
    for candidate_id in candidate_ids:
        attempt_id, _fence = started(candidate_id)

        def finish(attempt_id=attempt_id):
            with transaction() as session:
                return hand_in(session, session.get_one(Attempt, attempt_id), ACTOR).finished_at

        one, other = together(finish, finish)
        assert one == other
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Mark)) == ROUNDS


def test_the_same_batch_twice_at_once_is_stored_once(candidate_ids):
    for candidate_id in candidate_ids:
        attempt_id, fence = started(candidate_id)
        given = [Given(1, 1, "A"), Given(2, 2, "B")]

        def save(attempt_id=attempt_id, fence=fence, given=given):
            with transaction() as session:
                return append_responses(session, attempt_id, fence, given).last_seq

        assert together(save, save) == [2, 2]
        with reading() as session:
            assert log_of(session, attempt_id) == given


def test_at_the_bell_candidates_and_the_worker_do_not_block_each_other(candidate_ids):
    attempts = [started(candidate_id)[0] for candidate_id in candidate_ids]
    with transaction() as session:
        for attempt in session.scalars(select(Attempt)):
            attempt.deadline_at = attempt.accept_until = clock.now() - timedelta(seconds=1)

    def finish(attempt_id):
        with transaction() as session:
            hand_in(session, session.get_one(Attempt, attempt_id), ACTOR)

    together(
        finish_what_is_over, *[lambda one=one: finish(one) for one in reversed(attempts[:6])], finish_what_is_over
    )
    finish_what_is_over()
    with reading() as session:
        states = set(session.scalars(select(Attempt.state)))
        assert states == {AttemptState.HANDED_IN}
        assert session.scalar(select(func.count()).select_from(Mark)) == ROUNDS


def test_nobody_starts_in_a_sitting_that_is_being_closed(candidate_ids):
    with transaction() as session:
        sitting_id = session.get_one(Candidate, candidate_ids[0]).sitting_id
        for candidate_id in candidate_ids[2:]:
            session.delete(session.get_one(Candidate, candidate_id))
    first, second = candidate_ids[:2]
    with transaction() as session:
        attempt = start_attempt(session, session.get_one(Candidate, first), ACTOR)
        hand_in(session, attempt, ACTOR)

    def close():
        with transaction() as session:
            sitting = session.get_one(Sitting, sitting_id)
            with clock.at(sitting.closes_at + timedelta(seconds=1)):
                close_sitting(session, sitting, ACTOR)
        return "closed"

    closed, begun = together(close, lambda: started(second))
    assert closed == "closed"
    with reading() as session:
        result = session.scalars(select(Result).where(Result.candidate_id == second)).one()
        assert (result.score is None) is (begun == "window_over")
