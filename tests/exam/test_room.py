"""The verbs of the exam room (exam/operations/room.py)."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from core import clock, db
from core.audit import SYSTEM
from core.errors import InvalidError, NotFoundError, RefusedError
from core.models import AuditEntry
from exam.jobs import finish_what_is_over
from exam.marking import Given, as_shown
from exam.models.planning import Sitting
from exam.models.results import Mark
from exam.models.room import Attempt, Paper, Response
from exam.operations.handing_in import finish_overdue, hand_in
from exam.operations.room import open_place, start_attempt
from exam.operations.saving import append_responses
from exam.papers import entries_of
from exam.queries.room import log_of, progress_of
from exam.states import AttemptState, FinishKind, SittingState, Standing
from questions.kinds import ItemKind
from questions.queries import keys_of
from tests.factories import (
    ACTOR,
    make_candidate,
    make_city,
    make_course,
    make_item,
    make_officer,
    make_sitting,
)

MINUTES = timedelta(minutes=1)


@pytest.fixture
def candidate(session):
    """A candidate of an open sitting, with another one who is answering already."""
    county = make_city(session).county
    sitting = make_sitting(session)
    other = make_candidate(session, sitting, make_officer(session, county))
    start_attempt(session, other, ACTOR)
    return make_candidate(session, sitting, make_officer(session, county))


@pytest.fixture
def attempt(session, candidate):
    started = start_attempt(session, candidate, ACTOR)
    open_place(session, started, ACTOR)
    return started


def codes(refused):
    return [reason.code for reason in refused.value.reasons]


def right_choices(session, attempt):
    entries = entries_of(session.scalars(select(Paper.entries).where(_is_paper_of(attempt))).one())
    keys = keys_of(session, [entry.version_id for entry in entries])
    return [as_shown(entry.order, keys[entry.version_id]) for entry in entries]


def _is_paper_of(attempt):
    return Paper.candidate_id == attempt.candidate_id


def audited(session, verb):
    return session.scalar(select(func.count()).select_from(AuditEntry).where(AuditEntry.verb == verb))


def test_starting_draws_the_paper_and_starts_the_time(session, candidate):
    with clock.at(clock.now()):
        attempt = start_attempt(session, candidate, ACTOR)
        assert attempt.deadline_at == clock.now() + 90 * MINUTES
    paper = session.scalars(select(Paper).where(_is_paper_of(attempt))).one()
    assert [entry.marks for entry in entries_of(paper.entries)] == [1, 1, 1, 2]
    assert attempt.state == AttemptState.ANSWERING
    assert audited(session, "exam:attempt:start") == 2


def test_the_time_ends_with_the_window_at_the_latest(session, candidate):
    with clock.at(candidate.sitting.closes_at - 10 * MINUTES):
        attempt = start_attempt(session, candidate, ACTOR)
    assert attempt.deadline_at == candidate.sitting.closes_at


def test_starting_twice_goes_on_with_the_running_attempt(session, candidate):
    first = start_attempt(session, candidate, ACTOR)
    with clock.at(clock.now() + 5 * MINUTES):
        assert start_attempt(session, candidate, ACTOR) is first
    assert session.scalar(select(func.count()).select_from(Paper).where(_is_paper_of(first))) == 1
    assert audited(session, "exam:attempt:start") == 2


def test_who_has_handed_in_does_not_start_again(session, candidate, attempt):
    hand_in(session, attempt, ACTOR)
    with pytest.raises(RefusedError) as refused:
        start_attempt(session, candidate, ACTOR)
    assert codes(refused) == ["has_finished"]


def test_starting_is_refused_with_every_reason(session, candidate):
    candidate.standing = Standing.EXEMPT
    candidate.sitting.course_id = make_course(session).id
    session.flush()
    with pytest.raises(RefusedError) as refused, clock.at(candidate.sitting.closes_at):
        start_attempt(session, candidate, ACTOR)
    assert codes(refused) == ["is_exempt", "hours_short", "window_over"]
    assert session.scalar(select(Paper).where(Paper.candidate_id == candidate.id)) is None


def test_a_bank_that_became_short_starts_nobody(session, candidate):
    cell = candidate.sitting.blueprint.cells[0]
    cell.item_count = 5
    session.flush()
    with pytest.raises(RefusedError) as refused:
        start_attempt(session, candidate, ACTOR)
    assert codes(refused) == ["bank_short"]


def test_two_candidates_get_papers_of_their_own(session, candidate, attempt):
    seeds = session.scalars(select(Paper.seed)).all()
    assert len(set(seeds)) == len(seeds) == 2


def test_an_item_changed_after_the_draw_changes_no_paper(session, candidate, attempt):
    before = session.scalars(select(Paper.entries).where(_is_paper_of(attempt))).one()
    make_item(session, ItemKind.SINGLE, "A")
    start_attempt(session, candidate, ACTOR)
    assert session.scalars(select(Paper.entries).where(_is_paper_of(attempt))).one() == before


def test_responses_are_appended_and_acknowledged(session, attempt):
    with clock.at(attempt.started_at + 30 * MINUTES):
        saved = append_responses(session, attempt.id, 1, [Given(1, 2, "A"), Given(2, 4, "BC"), Given(3, 2, "B")])
    assert (saved.last_seq, saved.saved_places, saved.remaining_ms) == (3, (2, 4), 60 * 60 * 1000)
    assert progress_of(session, attempt.id).choices == {2: "B", 4: "BC"}
    rows = session.scalars(select(Response)).all()
    assert {row.sitting_id for row in rows} == {attempt.sitting_id}
    assert {row.received_at for row in rows} == {attempt.started_at + 30 * MINUTES}


def test_the_same_responses_sent_again_are_harmless(session, attempt):
    given = [Given(1, 1, "A"), Given(2, 2, "C")]
    first = append_responses(session, attempt.id, 1, given)
    again = append_responses(session, attempt.id, 1, [*given, Given(3, 3, "D")])
    assert (first.last_seq, again.last_seq) == (2, 3)
    assert append_responses(session, attempt.id, 1, given).saved_places == (1, 2)
    assert log_of(session, attempt.id) == [*given, Given(3, 3, "D")]


def test_a_number_used_for_something_else_is_not_acknowledged(session, attempt):
    append_responses(session, attempt.id, 1, [Given(1, 1, "A")])
    with pytest.raises(RefusedError) as refused:
        append_responses(session, attempt.id, 1, [Given(1, 1, "B")])
    assert codes(refused) == ["seq_taken"]
    assert log_of(session, attempt.id) == [Given(1, 1, "A")]


def test_the_last_instant_counts_and_the_next_does_not(session, attempt):
    with clock.at(attempt.deadline_at):
        assert append_responses(session, attempt.id, 1, [Given(1, 1, "A")]).remaining_ms == 0
    with (
        clock.at(attempt.deadline_at + timedelta(microseconds=1)),
        pytest.raises(RefusedError) as refused,
    ):
        append_responses(session, attempt.id, 1, [Given(2, 2, "A")])
    assert codes(refused) == ["over"]
    assert len(log_of(session, attempt.id)) == 1


def test_only_the_newest_place_may_write(session, attempt):
    assert open_place(session, attempt, ACTOR) == 2
    with pytest.raises(RefusedError) as refused:
        append_responses(session, attempt.id, 1, [Given(1, 1, "A")])
    assert codes(refused) == ["other_place"]
    append_responses(session, attempt.id, 2, [Given(1, 1, "B")])
    assert progress_of(session, attempt.id).choices == {1: "B"}


def test_nothing_is_saved_after_handing_in(session, attempt):
    hand_in(session, attempt, ACTOR)
    with pytest.raises(RefusedError) as refused:
        append_responses(session, attempt.id, 1, [Given(1, 1, "A")])
    assert codes(refused) == ["handed_in"]
    assert log_of(session, attempt.id) == []


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (Given(2, 5, "A"), "not_on_paper"),
        (Given(2, 0, "A"), "not_on_paper"),
        (Given(2, 1, "C"), "not_an_option"),
        (Given(2, 2, "E"), "not_an_option"),
        (Given(2, 4, "CB"), "not_an_option"),
        (Given(2, 2, "AB"), "one_letter"),
        (Given(2, 1, "AB"), "one_letter"),
    ],
)
def test_a_response_that_is_none_refuses_the_whole_batch(session, attempt, given, code):
    with pytest.raises(RefusedError) as refused:
        append_responses(session, attempt.id, 1, [Given(1, 1, "A"), given])
    assert codes(refused) == [code]
    assert log_of(session, attempt.id) == []


@pytest.mark.parametrize(
    "given", [[], [Given(1, 1, "A"), Given(1, 2, "A")], [Given(n, 1, "A") for n in range(1, 202)]]
)
def test_a_batch_of_no_sense_is_refused(session, attempt, given):
    with pytest.raises(InvalidError):
        append_responses(session, attempt.id, 1, given)


def test_an_attempt_that_is_not_there_takes_nothing(session, candidate):
    with pytest.raises(NotFoundError):
        append_responses(session, candidate.id, 0, [Given(1, 1, "A")])


def test_a_largest_batch_goes_in_at_once(session, attempt):
    given = [Given(seq, seq % 4 + 1, "A") for seq in range(1, 201)]
    assert append_responses(session, attempt.id, 1, given).last_seq == 200
    assert log_of(session, attempt.id) == given


def test_handing_in_marks_what_was_saved(session, attempt):
    right = right_choices(session, attempt)
    given = [Given(1, 1, right[0]), Given(2, 4, "A"), Given(3, 4, right[3]), Given(4, 2, right[1]), Given(5, 2, "")]
    append_responses(session, attempt.id, 1, given)
    with clock.at(attempt.started_at + 20 * MINUTES):
        hand_in(session, attempt, ACTOR)
    mark = session.scalars(select(Mark)).one()
    assert (mark.score, mark.full_score, mark.cut_score, mark.answered_count) == (3, 5, 3, 2)
    assert (attempt.state, attempt.finish_kind) == (AttemptState.HANDED_IN, FinishKind.CANDIDATE)
    assert attempt.finished_at == attempt.started_at + 20 * MINUTES


def test_handing_in_again_changes_nothing(session, attempt):
    hand_in(session, attempt, ACTOR)
    first = attempt.finished_at
    with clock.at(clock.now() + 5 * MINUTES):
        assert hand_in(session, attempt, ACTOR).finished_at == first
    assert audited(session, "exam:attempt:hand_in") == 1
    assert session.scalar(select(func.count()).select_from(Mark)) == 1


def test_handing_in_after_the_deadline_counts_as_of_the_deadline(session, attempt):
    with clock.at(attempt.deadline_at + MINUTES):
        hand_in(session, attempt, ACTOR)
    assert (attempt.finished_at, attempt.finish_kind) == (attempt.deadline_at, FinishKind.DEADLINE)


def test_the_overdue_are_handed_in_as_they_stand(session, candidate, attempt):
    append_responses(session, attempt.id, 1, [Given(1, 1, "A")])
    late = make_candidate(session, candidate.sitting, make_officer(session, candidate.organisation))
    with clock.at(attempt.started_at + 60 * MINUTES):
        running = start_attempt(session, late, ACTOR)
    now = attempt.deadline_at + 7 * MINUTES
    with clock.at(now):
        assert finish_overdue(session, now) == 2
        assert finish_overdue(session, now) == 0
    assert (attempt.finished_at, attempt.finish_kind) == (attempt.deadline_at, FinishKind.DEADLINE)
    assert running.state == AttemptState.ANSWERING
    actors = session.scalars(select(AuditEntry.actor_name).where(AuditEntry.verb == "exam:attempt:hand_in"))
    assert set(actors) == {SYSTEM.name}


def test_only_the_sitting_named_is_finished(session, candidate, attempt):
    elsewhere = make_sitting(session)
    other = start_attempt(
        session, make_candidate(session, elsewhere, make_officer(session, candidate.organisation)), ACTOR
    )
    now = max(attempt.deadline_at, other.deadline_at) + MINUTES
    with clock.at(now):
        assert finish_overdue(session, now, elsewhere.id) == 1
    assert (attempt.state, other.state) == (AttemptState.ANSWERING, AttemptState.HANDED_IN)


def test_the_worker_hands_in_what_is_over(database):
    with db.transaction() as session:
        sitting = make_sitting(session)
        candidate = make_candidate(session, sitting, make_officer(session, make_city(session).county))
        with clock.at(clock.now() - 89 * MINUTES):
            sitting.opens_at = clock.now()
            attempt_id = start_attempt(session, candidate, ACTOR).id
    finish_what_is_over()
    with db.reading() as session:
        assert session.get_one(Attempt, attempt_id).state == AttemptState.ANSWERING
    with clock.at(clock.now() + 2 * MINUTES):
        finish_what_is_over()
    with db.reading() as session:
        attempt = session.get_one(Attempt, attempt_id)
        assert (attempt.state, attempt.finished_at) == (AttemptState.HANDED_IN, attempt.deadline_at)


def test_a_closed_sitting_lets_nobody_start(session, candidate):
    session.get_one(Sitting, candidate.sitting_id).state = SittingState.CLOSED
    session.flush()
    with pytest.raises(RefusedError) as refused:
        start_attempt(session, candidate, ACTOR)
    assert codes(refused) == ["window_over"]
