from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import delete, insert, select, update

from core import clock
from core.audit import Actor
from core.db import transaction
from core.errors import DomainError
from exam.cli import exam
from exam.models.results import Mark, Result
from exam.models.room import Attempt, HeldResponse, Receipt, Response
from exam.operations.closing import close_sitting
from exam.operations.corrections import approve_correction, propose_correction
from exam.operations.handing_in import mark_again
from exam.queries.replay import replay
from exam.queries.room import paper_of
from exam.replay import Part
from exam.states import HeldDecision, HeldSource, MarkCause, Outcome, SittingKind
from people.permissions import Role
from questions.queries import active_bank
from tests.factories import (
    ACTOR,
    make_account,
    make_answered,
    make_candidate,
    make_city,
    make_officer,
    make_sitting,
)
from tests.statements import FEW, counted

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
AFTER = NOW + timedelta(hours=9)


@pytest.fixture
def place(session):
    """A closed sitting of three: all right, all wrong, and one who never came."""
    with clock.at(NOW):
        city, sitting = make_city(session), make_sitting(session)
        candidates = [make_candidate(session, sitting, make_officer(session, city.county)) for _one in range(3)]
        first = make_answered(session, candidates[0])
        wrong = frozenset(item.version_id for item in active_bank(session))
        second = make_answered(session, candidates[1], wrong)
    with clock.at(AFTER):
        close_sitting(session, sitting, ACTOR)
    return sitting, candidates, (first, second)


def parts(session, sitting):
    session.expire_all()
    return [(one.candidate_no, one.part, one.number) for one in replay(session, sitting).differences]


def test_what_was_marked_and_settled_is_computed_again_without_a_difference(session, place):
    sitting, _candidates, _attempts = place
    done = replay(session, sitting)
    assert (done.attempts, done.marks, done.results, done.receipts, done.differences) == (2, 2, 3, 2, [])


@pytest.mark.parametrize(
    ("plant", "found"),
    [
        (update(Response).where(Response.place == 1).values(choice=""), {Part.MARK, Part.RECEIPT, Part.RESULT}),
        (update(Mark).values(score=Mark.full_score), {Part.MARK}),
        (update(Mark).values(answered_count=0), {Part.MARK}),
        (update(Mark).values(cut_score=1), {Part.MARK}),
        (update(Result).where(Result.score.is_not(None)).values(outcome=Outcome.FAILED), {Part.RESULT}),
        (update(Receipt).values(signature="00" * 64), {Part.RECEIPT_FORGED}),
        (delete(Receipt), {Part.RECEIPT_MISSING}),
        (delete(Result), {Part.RESULT_MISSING}),
        (delete(Mark), {Part.MARK_MISSING, Part.RESULT}),
    ],
    ids=["response", "score", "answered", "cut", "result", "receipt", "no_receipt", "no_result", "no_mark"],
)
def test_whatever_was_changed_behind_our_back_is_found(session, place, plant, found):
    sitting, _candidates, _attempts = place
    session.execute(plant)
    assert {part for _who, part, _number in parts(session, sitting)} == found


def test_a_response_slipped_in_afterwards_is_found_though_it_changes_no_score(session, place):
    sitting, candidates, (first, _second) = place
    last = session.scalars(
        select(Response).where(Response.attempt_id == first.id).order_by(Response.seq.desc())
    ).first()
    planted = {"attempt_id": first.id, "seq": last.seq + 1, "sitting_id": sitting.id, "place": last.place}
    session.execute(insert(Response).values(**planted, choice=last.choice, late_ms=0, received_at=AFTER))
    assert parts(session, sitting) == [(candidates[0].candidate_no, Part.RECEIPT, 1)]


def test_only_the_person_it_happened_to_is_named(session, place):
    sitting, candidates, (_first, second) = place
    session.execute(update(Mark).where(Mark.attempt_id == second.id).values(score=5))
    assert parts(session, sitting) == [(candidates[1].candidate_no, Part.MARK, 1)]


def test_a_mark_is_replayed_with_the_keys_of_its_time(session, place):
    sitting, _candidates, (first, _second) = place
    item = paper_of(session, first.paper_id)[0].version_id
    one, two = (make_account(session, Role.ADMINISTRATOR) for _copy in range(2))
    with clock.at(AFTER + timedelta(hours=1)):
        made = propose_correction(session, sitting, item, frozenset("B"), "题目有误", actor=actor(one))
    with clock.at(AFTER + timedelta(hours=2)):
        approve_correction(session, made, actor(two))
    done = replay(session, sitting)
    assert (done.marks > 2, done.differences) == (True, [])
    # The same marks with the key as if it had never been corrected do not come out.
    session.execute(update(type(made)).values(decided_at=AFTER + timedelta(days=1)))
    assert Part.MARK in {part for _who, part, _number in parts(session, sitting)}


def test_a_late_response_that_a_person_accepted_counts_from_then_on_and_not_before(session, place):
    sitting, _candidates, (first, _second) = place
    early = NOW - timedelta(seconds=1)
    decided = AFTER + timedelta(hours=1)
    common = {"attempt_id": first.id, "sitting_id": sitting.id, "place": 1, "choice": ""}
    session.add(
        HeldResponse(
            **common,
            seq=9,
            left_ms=1,
            source=HeldSource.ROOM,
            received_at=early,
            decision=HeldDecision.ACCEPTED,
            reason="断网",
            decided_at=decided,
        )
    )
    session.add(Response(**common, seq=99, received_at=early))
    session.flush()
    with clock.at(decided):
        mark_again(session, first, MarkCause.LATE_RESPONSES)
    assert [one for one in parts(session, sitting) if one[1] is not Part.RESULT] == []


def test_a_mock_exam_is_replayed_though_it_has_no_results(session):
    with clock.at(NOW):
        sitting = make_sitting(session, kind=SittingKind.MOCK)
        candidate = make_candidate(session, sitting, make_officer(session, make_city(session).county))
        make_answered(session, candidate)
        make_answered(session, candidate)
    done = replay(session, sitting)
    assert (done.attempts, done.results, done.differences) == (2, 0, [])


def test_an_attempt_that_is_still_running_is_no_difference(session):
    with clock.at(NOW):
        sitting = make_sitting(session)
        candidate = make_candidate(session, sitting, make_officer(session, make_city(session).county))
        attempt = make_answered(session, candidate)
        session.execute(update(Attempt).values(state="answering", finished_at=None, finish_kind=None))
    with clock.at(NOW + timedelta(minutes=1)):
        session.add(
            Response(
                attempt_id=attempt.id, seq=50, sitting_id=sitting.id, place=1, choice="", received_at=clock.now()
            )
        )
        session.flush()
    assert parts(session, sitting) == []


def test_a_sitting_is_read_in_a_few_statements(session, place):
    sitting, _candidates, _attempts = place
    with counted(session) as sent:
        replay(session, sitting)
    assert len(sent) < FEW


def test_the_command_says_what_it_looked_at_and_fails_where_anything_differs(database):
    with transaction() as session, clock.at(NOW):
        sitting = make_sitting(session)
        candidate = make_candidate(session, sitting, make_officer(session, make_city(session).county))
        attempt_id = make_answered(session, candidate).id
    fine = CliRunner().invoke(exam, ["replay", sitting.title])
    assert (fine.exit_code, "全部一致" in fine.output) == (0, True)
    assert CliRunner().invoke(exam, ["replay", str(sitting.id)]).exit_code == 0
    assert CliRunner().invoke(exam, ["replay", "--all"]).exit_code == 0
    with transaction() as session:
        session.execute(update(Mark).where(Mark.attempt_id == attempt_id).values(score=0))
    wrong = CliRunner().invoke(exam, ["replay", "--all"])
    assert wrong.exit_code == 1
    assert candidate.candidate_no in wrong.output


@pytest.mark.parametrize("words", [["replay"], ["replay", "没有这场"], ["replay", "甲", "--all"]])
def test_the_command_says_what_it_needs(database, words):
    assert isinstance(CliRunner().invoke(exam, words).exception, DomainError)


def actor(account):
    return Actor(account.id, account.display_name)
