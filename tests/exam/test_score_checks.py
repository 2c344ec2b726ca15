from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from sqlalchemy import select

from core import clock
from core.audit import Actor
from core.errors import ForbiddenError, RefusedError
from core.models import AuditEntry
from exam.models.results import ScoreCheck
from exam.operations.closing import close_sitting
from exam.operations.corrections import approve_correction, propose_correction
from exam.operations.score_checks import answer_check, ask_for_check
from exam.queries.room import paper_of
from exam.queries.score_checks import QueueFilter, open_count, opened_attempt, own_check, queue
from exam.score_checks import (
    AnsweringFacts,
    AskingFacts,
    reasons_against_answer,
    reasons_against_answering,
    reasons_against_asking,
)
from exam.states import CheckFinding, SittingKind, SittingState
from people.identity import Identity
from people.permissions import Role
from tests.factories import (
    ACTOR,
    make_account,
    make_answered,
    make_candidate,
    make_city,
    make_officer,
    make_sitting,
)

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
AFTER = NOW + timedelta(hours=9)
NEXT_DAY = AFTER + timedelta(days=1)
ASKING = AskingFacts(
    kind=SittingKind.REGULAR,
    state=SittingState.CLOSED,
    until=AFTER + timedelta(days=3),
    has_score=True,
    has_asked=False,
)


def codes(caught):
    return [reason.code for reason in caught.value.reasons]


def identity(account):
    return Identity(
        account.id,
        Role(account.role),
        account.display_name,
        None,
        account.officer_id,
        0,
        must_change_password=False,
    )


@pytest.fixture
def place(session):
    """A sitting closed by one administrator; a candidate with a score, one who was absent, one still asking."""
    with clock.at(NOW):
        city, sitting = make_city(session), make_sitting(session)
        people = [make_candidate(session, sitting, make_officer(session, city.county)) for _one in range(3)]
        attempt = make_answered(session, people[0])
        make_answered(session, people[2])
        closer, other = (make_account(session, Role.ADMINISTRATOR) for _copy in range(2))
    with clock.at(AFTER):
        close_sitting(session, sitting, Actor(closer.id, closer.display_name))
    return sitting, people, attempt, (closer, other)


def asked(session, candidate, at=NEXT_DAY):
    with clock.at(at):
        return ask_for_check(session, candidate, "第 3 题我选的是 C。", ACTOR)


def test_a_request_is_answered_by_somebody_who_did_not_close_the_sitting(session, place):
    sitting, people, _attempt, (closer, other) = place
    check = asked(session, people[0])
    assert (open_count(session), own_check(session, people[0]).check) == (1, check)
    with pytest.raises(RefusedError) as caught:
        answer_check(session, check, CheckFinding.UPHELD, "核对无误。", identity(closer))
    assert codes(caught) == ["is_closer"]
    with clock.at(NEXT_DAY + timedelta(hours=1)):
        answer_check(session, check, CheckFinding.UPHELD, " 核对无误。 ", identity(other))
    assert (check.finding, check.answer, check.answered_by) == (CheckFinding.UPHELD, "核对无误。", other.id)
    assert open_count(session) == 0
    rows = session.scalars(select(AuditEntry).where(AuditEntry.subject_id == check.id).order_by(AuditEntry.seq))
    assert [row.verb for row in rows] == ["exam:score_check:ask", "exam:score_check:answer"]
    with pytest.raises(RefusedError) as caught:
        answer_check(session, check, CheckFinding.UPHELD, "再答一次。", identity(other))
    assert codes(caught) == ["is_answered"]
    assert sitting.closed_at == AFTER


def test_nobody_answers_their_own_request_or_without_an_account(session, place):
    _sitting, people, _attempt, _accounts = place
    check = asked(session, people[0])
    own = make_account(session, Role.ADMINISTRATOR, officer=people[0].officer)
    with pytest.raises(RefusedError) as caught:
        answer_check(session, check, CheckFinding.UPHELD, "无误。", identity(own))
    assert codes(caught) == ["is_candidate"]
    with pytest.raises(ForbiddenError):
        answer_check(session, check, CheckFinding.UPHELD, "无误。", replace(identity(own), account_id=None))


def test_corrected_is_said_only_where_a_later_mark_exists(session, place):
    sitting, people, attempt, (closer, other) = place
    check = asked(session, people[0])
    with pytest.raises(RefusedError) as caught:
        answer_check(session, check, CheckFinding.CORRECTED, "已更正。", identity(other))
    assert codes(caught) == ["not_corrected"]
    item = paper_of(session, attempt.paper_id)[0].version_id
    with clock.at(NEXT_DAY + timedelta(hours=1)):
        made = propose_correction(
            session, sitting, item, frozenset("B"), "题目有误", actor=Actor(closer.id, closer.display_name)
        )
        approve_correction(session, made, Actor(other.id, other.display_name))
        answer_check(session, check, CheckFinding.CORRECTED, "已更正。", identity(other))
    own = own_check(session, people[0])
    assert (own.check.finding, [one.reason for one in own.corrections]) == (CheckFinding.CORRECTED, ["题目有误"])
    untouched = own_check(session, people[1])
    assert (untouched.check, untouched.corrections) == (None, ())


@pytest.mark.parametrize(
    ("who", "at", "code"),
    [(0, AFTER + timedelta(days=3), "too_late"), (1, NEXT_DAY, "no_score")],
)
def test_a_request_too_late_or_about_no_score_is_refused(session, place, who, at, code):
    _sitting, people, _attempt, _accounts = place
    with pytest.raises(RefusedError) as caught:
        asked(session, people[who], at)
    assert codes(caught) == [code]
    assert session.scalars(select(ScoreCheck)).all() == []


def test_a_request_can_be_made_to_the_last_moment_and_once(session, place):
    _sitting, people, _attempt, _accounts = place
    asked(session, people[0], AFTER + timedelta(days=3) - timedelta(microseconds=1))
    with pytest.raises(RefusedError) as caught:
        asked(session, people[0])
    assert codes(caught) == ["has_asked"]


def test_a_request_says_what_it_is_about(session, place):
    _sitting, people, _attempt, _accounts = place
    for text, code in (("  ", "text_missing"), ("长" * 1001, "text_length")):
        with pytest.raises(RefusedError) as caught, clock.at(NEXT_DAY):
            ask_for_check(session, people[0], text, ACTOR)
        assert codes(caught) == [code]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"kind": SittingKind.MOCK}, ["is_mock"]),
        ({"state": SittingState.OPEN, "until": None}, ["not_closed"]),
        ({"has_asked": True}, ["has_asked"]),
        ({"has_score": False}, ["no_score"]),
        ({"until": NEXT_DAY}, ["too_late"]),
    ],
)
def test_each_reason_against_asking(changes, expected):
    assert [one.code for one in reasons_against_asking(replace(ASKING, **changes), NEXT_DAY)] == expected


@pytest.mark.parametrize("answered", [True, False])
@pytest.mark.parametrize("closer", [True, False])
@pytest.mark.parametrize("candidate", [True, False])
def test_each_reason_against_answering(answered, closer, candidate):
    found = {one.code for one in reasons_against_answering(AnsweringFacts(answered, closer, candidate, False))}
    flags = {"is_answered": answered, "is_closer": closer, "is_candidate": candidate}
    assert found == {code for code, flag in flags.items() if flag}


@pytest.mark.parametrize(("finding", "is_later"), list(product(CheckFinding, [True, False])))
def test_only_corrected_asks_for_a_later_mark(finding, is_later):
    found = reasons_against_answer(AnsweringFacts(False, False, False, is_later), finding, "答复")
    assert bool(found) is (finding is CheckFinding.CORRECTED and not is_later)


def test_whoever_answers_sees_the_attempt_laid_open(session, place):
    _sitting, people, attempt, _accounts = place
    opened = opened_attempt(session, people[0])
    assert (opened.agrees, opened.score, opened.full_score, opened.responses) == (True, 5, 5, 4)
    entries = paper_of(session, attempt.paper_id)
    assert [one.version_id for one in opened.items] == [entry.version_id for entry in entries]
    assert all(one.given in one.accepted and one.marks == one.full for one in opened.items)
    assert opened_attempt(session, people[1]) is None


def test_the_queue_shows_what_waits_first_and_narrows(session, place):
    sitting, people, _attempt, (_closer, other) = place
    first, second = asked(session, people[0]), asked(session, people[2], NEXT_DAY + timedelta(minutes=1))
    answer_check(session, first, CheckFinding.UPHELD, "无误。", identity(other))
    assert queue(session, QueueFilter(), 1).rows == [second, first]
    assert queue(session, QueueFilter(is_answered=False), 1).rows == [second]
    assert queue(session, QueueFilter(is_answered=True, sitting_id=sitting.id), 1).rows == [first]
    assert queue(session, QueueFilter(text=people[2].officer.name), 1).rows == [second]
    assert queue(session, QueueFilter(sitting_id=people[0].id), 1).rows == []
