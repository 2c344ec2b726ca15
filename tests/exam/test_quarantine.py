"""Responses that came too late: a person decides, and what is accepted counts."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from core import clock
from core.db import reading, transaction
from core.errors import RefusedError
from core.models import AuditEntry
from core.signing import is_ours
from exam.held import HeldFacts, reasons_against_decision
from exam.invigilation import Act, Order
from exam.marking import Given, as_shown
from exam.models.planning import Sitting
from exam.models.results import Mark, Result
from exam.models.room import Attempt, HeldResponse, Receipt, Response
from exam.operations.closing import close_sitting
from exam.operations.handing_in import finish_overdue, hand_in
from exam.operations.invigilation import act_on
from exam.operations.quarantine import Verdict, decide
from exam.operations.room import open_place, start_attempt
from exam.operations.saving import append_responses, hold_responses
from exam.queries.planning import closing_facts
from exam.queries.replay import replay
from exam.queries.room import kinds_of, log_of, paper_of
from exam.receipts import facts_of, log_digest
from exam.sittings import ClosingFacts, reasons_against_closing
from exam.states import AttemptState, HeldDecision, HeldSource, MarkCause, Outcome, SittingState
from people.permissions import Role
from questions.kinds import ItemKind
from tests.factories import ACTOR, make_candidate, make_city, make_officer, make_sitting

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
OVER = NOW + timedelta(minutes=90)
LATE = OVER + timedelta(minutes=2)
ACCEPT = Verdict(HeldDecision.ACCEPTED, "断网经核实")
REFUSE = Verdict(HeldDecision.REFUSED, "无法核实")
KEYS = {ItemKind.TRUE_FALSE: "A", ItemKind.SINGLE: "C", ItemKind.MULTIPLE: "BD"}


def codes(reasons):
    return [reason.code for reason in reasons]


@pytest.mark.parametrize("state", list(AttemptState))
@pytest.mark.parametrize("count", [0, 3])
@pytest.mark.parametrize("reason", ["", "核实"])
def test_what_is_decided_on_must_be_there_handed_in_and_explained(state, count, reason):
    expected = []
    if count == 0:
        expected.append("nothing_held")
    if state is not AttemptState.HANDED_IN:
        expected.append("not_handed_in")
    if not reason:
        expected.append("reason_missing")
    assert codes(reasons_against_decision(HeldFacts(state, count), reason)) == expected


def test_a_sitting_with_undecided_responses_is_not_closed():
    facts = ClosingFacts(SittingState.OPEN, NOW, answering=0, waiting=0, held=2)
    assert codes(reasons_against_closing(facts, LATE)) == ["held"]


def sat(session, **changes):
    """Return an attempt of which two answers came in time and two, both right, two minutes late."""
    with clock.at(NOW):
        sitting = make_sitting(session, **changes)
        candidate = make_candidate(
            session, sitting, make_officer(session, make_city(session).county, name="迟交人")
        )
        attempt = start_attempt(session, candidate, ACTOR)
        open_place(session, attempt, ACTOR)
        right = right_choices(session, attempt)
        append_responses(session, attempt.id, attempt.fence, [Given(1, 1, right[1]), Given(2, 2, right[2])])
    with clock.at(LATE):
        finish_overdue(session, LATE)
        late = [Given(4, 4, right[4], 1000), Given(3, 3, right[3], 2000)]
        append_responses(session, attempt.id, attempt.fence, late)
    return sitting, attempt


def right_choices(session, attempt):
    entries = paper_of(session, attempt.paper_id)
    kinds = kinds_of(session, [entry.version_id for entry in entries])
    return {
        place: as_shown(entry.order, KEYS[kinds[entry.version_id]]) for place, entry in enumerate(entries, start=1)
    }


def held_ids(session, attempt):
    query = select(HeldResponse.id).where(HeldResponse.attempt_id == attempt.id)
    return list(session.scalars(query.order_by(HeldResponse.seq)))


def scores(session, attempt):
    query = select(Mark.number, Mark.cause, Mark.score).where(Mark.attempt_id == attempt.id).order_by(Mark.number)
    return [tuple(row) for row in session.execute(query)]


def test_what_was_saved_in_time_is_not_called_late_when_it_is_sent_again_with_what_is(session):
    """The acknowledgement was lost with the server; the page sends all it has once more."""
    _sitting, attempt = sat(session)
    with clock.at(LATE):
        right = right_choices(session, attempt)
        again = [Given(2, 2, right[2], 60_000), Given(5, 1, right[1], 1000)]
        saved = append_responses(session, attempt.id, attempt.fence, again)
    assert (saved.held, saved.saved_places) == ((1,), (1, 2))
    assert len(held_ids(session, attempt)) == 3


def test_what_is_accepted_stands_in_the_log_and_is_marked_as_a_further_mark(session):
    _sitting, attempt = sat(session)
    assert [mark[:2] for mark in scores(session, attempt)] == [(1, MarkCause.HAND_IN)]
    with clock.at(LATE + timedelta(hours=1)):
        assert decide(session, attempt, None, ACCEPT, ACTOR) == 2
    log = log_of(session, attempt.id)
    assert [(one.seq, one.place) for one in log] == [(1, 1), (2, 2), (3, 3), (4, 4)]
    late = session.scalars(select(Response).where(Response.seq > 2)).all()
    assert {row.late_ms for row in late} == {120_000}
    assert {row.received_at for row in late} == {LATE}
    marks = scores(session, attempt)
    assert marks[1][:2] == (2, MarkCause.LATE_RESPONSES)
    assert marks[1][2] == 5 > marks[0][2]
    entry = session.scalars(select(AuditEntry).where(AuditEntry.verb == "exam:held:accept")).one()
    assert entry.detail == {"reason": "断网经核实", "seqs": [3, 4], "places": [3, 4]}


def test_what_is_accepted_is_receipted_and_the_earlier_receipt_stays_true(session):
    _sitting, attempt = sat(session)
    with clock.at(LATE + timedelta(hours=1)):
        decide(session, attempt, None, ACCEPT, ACTOR)
    receipts = session.scalars(
        select(Receipt).where(Receipt.attempt_id == attempt.id).order_by(Receipt.number)
    ).all()
    assert [(one.number, facts_of(one.body).responses) for one in receipts] == [(1, 2), (2, 4)]
    assert all(is_ours(one.body, one.signature) for one in receipts)
    log = log_of(session, attempt.id)
    assert [facts_of(one.body).log_digest for one in receipts] == [log_digest(log[:2]), log_digest(log)]


def test_one_alone_is_accepted_and_the_next_free_number_is_used(session):
    _sitting, attempt = sat(session)
    first, second = held_ids(session, attempt)
    with clock.at(LATE):
        assert decide(session, attempt, [second], ACCEPT, ACTOR) == 1
        assert [(one.seq, one.place) for one in log_of(session, attempt.id)][-1] == (3, 4)
        assert decide(session, attempt, [first], ACCEPT, ACTOR) == 1
    assert [(one.seq, one.place) for one in log_of(session, attempt.id)][-1] == (4, 3)
    assert [mark[0] for mark in scores(session, attempt)] == [1, 2, 3]


def test_what_is_refused_stays_and_changes_no_mark(session):
    sitting, attempt = sat(session)
    with clock.at(LATE):
        decide(session, attempt, None, REFUSE, ACTOR)
    assert len(log_of(session, attempt.id)) == 2
    assert len(scores(session, attempt)) == 1
    assert set(session.scalars(select(HeldResponse.decision))) == {HeldDecision.REFUSED}
    assert closing_facts(session, sitting, LATE).held == 0


def test_a_decision_is_made_once(session):
    _sitting, attempt = sat(session)
    with clock.at(LATE):
        decide(session, attempt, None, ACCEPT, ACTOR)
        with pytest.raises(RefusedError) as refused:
            decide(session, attempt, None, REFUSE, ACTOR)
    assert codes(refused.value.reasons) == ["nothing_held"]


def test_responses_held_of_another_attempt_are_not_decided_on(session):
    _one, attempt = sat(session)
    _other, stranger = sat(session)
    with clock.at(LATE), pytest.raises(RefusedError):
        decide(session, attempt, held_ids(session, stranger), ACCEPT, ACTOR)
    assert set(session.scalars(select(HeldResponse.decision))) == {None}


def test_nothing_is_decided_while_the_candidate_answers_again(session):
    sitting, attempt = sat(session)
    with clock.at(LATE):
        order = Order(Act.LET_IN, "补时", 10)
        act_on(session, sitting, [attempt.candidate_id], order, decided_at=LATE, actor=ACTOR)
        with pytest.raises(RefusedError, match="还在作答"):
            decide(session, attempt, None, ACCEPT, ACTOR)


def test_closing_waits_for_the_decision(session):
    sitting, attempt = sat(session)
    with clock.at(sitting.closes_at + timedelta(minutes=1)):
        with pytest.raises(RefusedError) as refused:
            close_sitting(session, sitting, ACTOR)
        assert codes(refused.value.reasons) == ["held"]
        decide(session, attempt, None, ACCEPT, ACTOR)
        close_sitting(session, sitting, ACTOR)
    assert sitting.state == SittingState.CLOSED


def test_the_page_shows_what_came_late_and_takes_the_decision(signed_in, database):
    with transaction() as session:
        sitting, attempt = sat(session)
    browser = signed_in(Role.INVIGILATOR)
    browser.open(f"/sittings/{sitting.id}/held")
    text = browser.text()
    for part in ("迟交人", "第 3 题", "第 4 题", "作答页面补发", "2:00", "待处理 2 条", "2026年3月2日 10:29:59"):
        assert part in text, part
    browser.submit({"decision": "accepted", "reason": ""}, action=str(attempt.id))
    assert "请写明理由" in browser.text()
    with reading() as session:
        ids = held_ids(session, attempt)
    browser.submit({"decision": "accepted", "reason": "核实", "held": [str(one) for one in ids]}, str(attempt.id))
    assert "已处理 2 条迟到的作答" in browser.page.get_text()
    assert "已处理" in browser.text()
    with reading() as session:
        assert len(log_of(session, attempt.id)) == 4


def test_another_sittings_attempt_is_not_found(signed_in, database):
    with transaction() as session:
        _sitting, attempt = sat(session)
        other = make_sitting(session)
        ids = held_ids(session, attempt)
    browser = signed_in(Role.INVIGILATOR)
    page = browser.open(f"/sittings/{attempt.sitting_id}/held")
    token = page.find("input", attrs={"name": "csrf_token"})["value"]
    body = {"csrf_token": token, "decision": "accepted", "reason": "试", "held": [str(one) for one in ids]}
    browser.client.post(f"/sittings/{other.id}/held/{attempt.id}", data=body)
    with reading() as session:
        assert set(session.scalars(select(HeldResponse.decision))) == {None}
        assert session.get_one(Sitting, other.id)
        assert session.get_one(Attempt, attempt.id).state == AttemptState.HANDED_IN


def test_after_the_closing_a_late_file_makes_a_further_result(session):
    sitting, attempt = sat(session)
    with clock.at(LATE):
        decide(session, attempt, None, REFUSE, ACTOR)
    with clock.at(sitting.closes_at + timedelta(minutes=1)):
        close_sitting(session, sitting, ACTOR)
    with clock.at(sitting.closes_at + timedelta(minutes=9)):
        right = right_choices(session, attempt)
        hold_responses(session, attempt, [Given(5, 3, right[3], 9), Given(6, 4, right[4], 5)], HeldSource.FILE)
        decide(session, attempt, None, ACCEPT, ACTOR)
    results = session.execute(select(Result.number, Result.cause, Result.outcome).order_by(Result.number)).all()
    assert [tuple(row) for row in results] == [
        (1, MarkCause.HAND_IN, Outcome.FAILED),
        (2, MarkCause.LATE_RESPONSES, Outcome.PASSED),
    ]
    assert replay(session, sitting).differences == []


def test_everything_is_computed_again_alike_after_letting_in_and_late_answers(session):
    sitting, attempt = sat(session)
    with clock.at(LATE + timedelta(seconds=1)):
        decide(session, attempt, None, ACCEPT, ACTOR)
    with clock.at(LATE + timedelta(minutes=1)):
        order = Order(Act.LET_IN, "补时", 10)
        act_on(session, sitting, [attempt.candidate_id], order, decided_at=clock.now(), actor=ACTOR)
        append_responses(session, attempt.id, attempt.fence, [Given(9, 1, "", 1000)])
        hand_in(session, attempt, ACTOR)
    with clock.at(sitting.closes_at + timedelta(minutes=1)):
        close_sitting(session, sitting, ACTOR)
    assert [mark[1] for mark in scores(session, attempt)] == [
        MarkCause.HAND_IN,
        MarkCause.LATE_RESPONSES,
        MarkCause.LET_IN,
    ]
    assert replay(session, sitting).differences == []
