"""What an invigilator may do to an attempt, what it changes, and the pages it is done from."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from sqlalchemy import func, select

from core import clock
from core.db import reading, transaction
from core.errors import RefusedError
from core.models import AuditEntry
from core.queries import broken_audit_entry
from exam.events import EventKind, Irregularity
from exam.invigilation import (
    ACT_NAMES,
    ACT_NOTES,
    EVENT_OF,
    Act,
    AttemptFacts,
    Order,
    reasons_against,
    reasons_against_order,
)
from exam.marking import Given
from exam.models.planning import Candidate
from exam.models.results import Mark
from exam.models.room import Attempt, Receipt, RoomEvent, TimeEntry
from exam.operations.handing_in import finish_overdue, hand_in
from exam.operations.invigilation import AUDIT_VERBS, act_on
from exam.operations.room import open_place, start_attempt
from exam.operations.saving import append_responses
from exam.queries.room import ledger_of
from exam.states import AttemptState, FinishKind, MarkCause, SittingState
from exam.time_ledger import Line, TimeKind, deadline
from people.permissions import Role
from tests.factories import ACTOR, make_candidate, make_city, make_officer, make_sitting

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ALLOWED = {
    Act.GIVE_TIME: {AttemptState.ANSWERING, AttemptState.PAUSED},
    Act.MAKE_GOOD: {AttemptState.ANSWERING, AttemptState.PAUSED},
    Act.PAUSE: {AttemptState.ANSWERING},
    Act.RESUME: {AttemptState.PAUSED},
    Act.HAND_IN: {AttemptState.ANSWERING, AttemptState.PAUSED},
    Act.LET_IN: {AttemptState.HANDED_IN},
    Act.NOTE: {*AttemptState, None},
}


def order(act, minutes=10, reason="考场停电"):
    category = Irregularity.DEVICE if act is Act.NOTE else None
    return Order(act, reason, minutes, category)


def facts(state, **changes):
    known = {
        "sitting": SittingState.OPEN,
        "deadline_at": NOW + 30 * MINUTE,
        "accept_until": NOW + 32 * MINUTE,
        "finished_at": NOW - MINUTE if state is AttemptState.HANDED_IN else None,
    }
    return AttemptFacts(state=state, **{**known, **changes})


def codes(reasons):
    return [reason.code for reason in reasons]


@pytest.mark.parametrize(("act", "state"), list(product(Act, [*AttemptState, None])))
def test_each_act_is_done_from_its_states_and_from_no_other(act, state):
    assert (reasons_against(order(act), facts(state), NOW) == []) is (state in ALLOWED[act])


def test_every_act_has_its_words_its_event_and_its_verb():
    for table in (ACT_NAMES, ACT_NOTES, EVENT_OF, AUDIT_VERBS):
        assert set(table) == set(Act)


@pytest.mark.parametrize("act", list(Act))
def test_no_act_is_done_without_a_reason_or_twice(act):
    assert codes(reasons_against_order(order(act, reason=" "))) == ["reason_missing"]
    assert codes(reasons_against_order(order(act, reason="长" * 501))) == ["reason_length"]
    for state in [*AttemptState, None]:
        assert codes(reasons_against(order(act), facts(state, was_just_done=True), NOW)) == ["just_done"]


MINUTES = [
    (Act.GIVE_TIME, 0, False),
    (Act.GIVE_TIME, 241, False),
    (Act.GIVE_TIME, 1, True),
    (Act.MAKE_GOOD, 240, True),
    (Act.LET_IN, 0, True),
    (Act.LET_IN, -1, False),
    (Act.PAUSE, 0, True),
]


@pytest.mark.parametrize(("act", "minutes", "is_right"), MINUTES)
def test_minutes_are_asked_where_time_is_given(act, minutes, is_right):
    assert (reasons_against_order(order(act, minutes)) == []) is is_right


def test_an_irregularity_needs_its_category():
    assert codes(reasons_against_order(Order(Act.NOTE, "迟到"))) == ["category"]


def test_nobody_is_let_in_once_the_sitting_is_closed_or_without_any_time():
    closed = facts(AttemptState.HANDED_IN, sitting=SittingState.CLOSED)
    assert codes(reasons_against(order(Act.LET_IN), closed, NOW)) == ["is_closed"]
    spent = facts(AttemptState.HANDED_IN, finished_at=NOW + 30 * MINUTE)
    assert codes(reasons_against(order(Act.LET_IN, 0), spent, NOW)) == ["no_time"]
    assert reasons_against(order(Act.LET_IN, 1), spent, NOW) == []


def test_after_the_grace_only_handing_in_is_left():
    over = facts(AttemptState.ANSWERING, deadline_at=NOW - 5 * MINUTE, accept_until=NOW - 3 * MINUTE)
    refused = {act for act in ALLOWED if reasons_against(order(act), over, NOW)}
    assert refused == {Act.GIVE_TIME, Act.MAKE_GOOD, Act.PAUSE, Act.RESUME, Act.LET_IN}


# The verbs.


@pytest.fixture
def sitting(session):
    with clock.at(NOW):
        return make_sitting(session)


@pytest.fixture
def candidate(session, sitting):
    return make_candidate(session, sitting, make_officer(session, make_city(session).county))


def started(session, candidate, at=NOW):
    with clock.at(at):
        attempt = start_attempt(session, candidate, ACTOR)
        open_place(session, attempt, ACTOR)
    return attempt


def do(session, sitting, candidates, what, at, decided_at=None):
    ids = [one.id for one in candidates]
    with clock.at(at):
        return act_on(session, sitting, ids, what, decided_at=decided_at or at, actor=ACTOR)


def test_time_given_moves_the_deadline_and_is_written_down_three_times(session, sitting, candidate):
    attempt = started(session, candidate)
    tally = do(session, sitting, [candidate], order(Act.MAKE_GOOD, 7), NOW + MINUTE)
    assert (tally.done, tally.refused) == (1, ())
    assert attempt.deadline_at == NOW + 97 * MINUTE
    assert ledger_of(session, attempt.id)[-1] == Line(TimeKind.OUTAGE, 420)
    event = session.scalars(select(RoomEvent).where(RoomEvent.attempt_id == attempt.id)).one()
    assert (event.kind, event.seconds, event.reason) == (EventKind.TIME_GIVEN, 420, "考场停电")
    entry = session.scalars(select(AuditEntry).where(AuditEntry.verb == "exam:time:make_good")).one()
    assert entry.detail["reason"] == "考场停电"
    assert broken_audit_entry(session) is None


def test_a_pause_costs_nobody_a_second(session, sitting, candidate):
    attempt = started(session, candidate)
    do(session, sitting, [candidate], order(Act.PAUSE), NOW + 10 * MINUTE)
    with clock.at(NOW + 12 * MINUTE), pytest.raises(RefusedError, match="暂停"):
        append_responses(session, attempt.id, attempt.fence, [Given(1, 1, "A", 1)])
    do(session, sitting, [candidate], order(Act.RESUME), NOW + 25 * MINUTE)
    assert (attempt.state, attempt.paused_at) == (AttemptState.ANSWERING, None)
    assert attempt.deadline_at == NOW + 105 * MINUTE
    assert ledger_of(session, attempt.id)[-1] == Line(TimeKind.PAUSE, 900)
    with clock.at(NOW + 104 * MINUTE):
        append_responses(session, attempt.id, attempt.fence, [Given(1, 1, "A", 1)])


def test_a_paused_attempt_is_not_handed_in_by_the_clock(session, sitting, candidate):
    attempt = started(session, candidate)
    do(session, sitting, [candidate], order(Act.PAUSE), NOW + 89 * MINUTE)
    late = NOW + 200 * MINUTE
    with clock.at(late):
        assert finish_overdue(session, late) == 0
    do(session, sitting, [candidate], order(Act.RESUME), late)
    assert attempt.deadline_at == late + MINUTE


def test_handing_in_for_somebody_marks_and_says_who_did_it(session, sitting, candidate):
    attempt = started(session, candidate)
    do(session, sitting, [candidate], order(Act.HAND_IN), NOW + 20 * MINUTE)
    assert (attempt.state, attempt.finish_kind) == (AttemptState.HANDED_IN, FinishKind.INVIGILATOR)
    assert attempt.finished_at == NOW + 20 * MINUTE
    assert session.scalars(select(Mark.cause)).one() == MarkCause.HAND_IN
    verbs = set(session.scalars(select(AuditEntry.verb).where(AuditEntry.subject_id == attempt.id)))
    assert {"exam:attempt:hand_in", "exam:attempt:hand_in_for"} <= verbs


def test_who_is_let_in_again_has_what_was_left_and_is_marked_once_more(session, sitting, candidate):
    attempt = started(session, candidate)
    with clock.at(NOW + 60 * MINUTE):
        hand_in(session, attempt, ACTOR)
    do(session, sitting, [candidate], order(Act.LET_IN, 5), NOW + 80 * MINUTE)
    assert (attempt.state, attempt.finished_at, attempt.finish_kind) == (AttemptState.ANSWERING, None, None)
    assert attempt.deadline_at - (NOW + 80 * MINUTE) == 35 * MINUTE
    assert [line.kind for line in ledger_of(session, attempt.id)][1:] == [TimeKind.LET_IN, TimeKind.EXTRA]
    with clock.at(NOW + 90 * MINUTE):
        append_responses(session, attempt.id, attempt.fence, [Given(1, 1, "A", 1)])
        hand_in(session, attempt, ACTOR)
    marks = session.execute(select(Mark.number, Mark.cause).order_by(Mark.number)).all()
    assert [tuple(row) for row in marks] == [(1, MarkCause.HAND_IN), (2, MarkCause.LET_IN)]
    assert session.scalar(select(func.count()).select_from(Receipt)) == 2


def test_a_pause_that_ended_in_a_hand_in_is_given_back_when_let_in(session, sitting, candidate):
    attempt = started(session, candidate)
    do(session, sitting, [candidate], order(Act.PAUSE), NOW + 30 * MINUTE)
    do(session, sitting, [candidate], order(Act.HAND_IN), NOW + 50 * MINUTE)
    do(session, sitting, [candidate], order(Act.LET_IN, 0), NOW + 70 * MINUTE)
    assert attempt.deadline_at - (NOW + 70 * MINUTE) == 60 * MINUTE


def test_an_attempt_that_ran_out_is_let_in_with_the_minutes_given_and_no_more(session, sitting, candidate):
    attempt = started(session, candidate)
    with clock.at(NOW + 95 * MINUTE):
        assert finish_overdue(session, NOW + 95 * MINUTE) == 1
    refused = do(session, sitting, [candidate], order(Act.LET_IN, 0), NOW + 100 * MINUTE).refused
    assert codes(refused[0].reasons) == ["no_time"]
    do(session, sitting, [candidate], order(Act.LET_IN, 15), NOW + 100 * MINUTE)
    assert attempt.deadline_at == NOW + 115 * MINUTE


def test_the_deadline_is_always_what_the_ledger_adds_up_to(session, sitting, candidate):
    attempt = started(session, candidate)
    acts = (Act.GIVE_TIME, Act.PAUSE, Act.MAKE_GOOD, Act.RESUME, Act.PAUSE, Act.HAND_IN, Act.LET_IN, Act.GIVE_TIME)
    for number, act in enumerate(acts, start=1):
        tally = do(
            session, sitting, [candidate], order(act, 3), NOW + number * timedelta(seconds=37, microseconds=5)
        )
        assert tally.done == 1, act
        assert attempt.deadline_at == deadline(attempt.started_at, ledger_of(session, attempt.id))
        assert attempt.accept_until - attempt.deadline_at == timedelta(seconds=sitting.grace_seconds)


def test_an_irregularity_is_noted_at_the_door_as_well(session, sitting, candidate):
    do(session, sitting, [candidate], order(Act.NOTE), NOW)
    event = session.scalars(select(RoomEvent)).one()
    assert (event.attempt_id, event.candidate_id, event.category) == (None, candidate.id, Irregularity.DEVICE)


def test_of_many_those_it_can_be_done_to_are_done_and_the_others_are_named(session, sitting, candidate):
    other = make_candidate(session, sitting, make_officer(session, make_city(session).county))
    attempt = started(session, candidate)
    tally = do(session, sitting, [candidate, other], order(Act.GIVE_TIME), NOW + MINUTE)
    assert tally.done == 1
    assert [(one.candidate_id, codes(one.reasons)) for one in tally.refused] == [(other.id, ["not_in"])]
    assert attempt.deadline_at == NOW + 100 * MINUTE


def test_what_was_done_since_somebody_decided_is_not_done_again(session, sitting, candidate):
    attempt = started(session, candidate)
    seen = NOW + MINUTE
    do(session, sitting, [candidate], order(Act.GIVE_TIME), NOW + 2 * MINUTE, decided_at=seen)
    again = do(session, sitting, [candidate], order(Act.GIVE_TIME), NOW + 3 * MINUTE, decided_at=seen)
    assert codes(again.refused[0].reasons) == ["just_done"]
    assert attempt.deadline_at == NOW + 100 * MINUTE
    do(session, sitting, [candidate], order(Act.GIVE_TIME), NOW + 4 * MINUTE, decided_at=NOW + 4 * MINUTE)
    assert attempt.deadline_at == NOW + 110 * MINUTE


# The pages.


@pytest.fixture
def hall(database):
    with transaction() as session:
        sitting, county = make_sitting(session), make_city(session).county
        made = [make_candidate(session, sitting, make_officer(session, county, name=name)) for name in "甲乙丙"]
        for candidate in made[:2]:
            start_attempt(session, candidate, ACTOR)
    return sitting, made


def ledger_sizes(made):
    with reading() as session:
        query = (
            select(Attempt.candidate_id, func.count(TimeEntry.id)).join(TimeEntry).group_by(Attempt.candidate_id)
        )
        counts = {row[0]: row[1] for row in session.execute(query)}
    return [counts.get(candidate.id, 0) for candidate in made]


def test_time_is_given_to_all_by_filter_after_a_look_and_who_was_refused_is_named(signed_in, hall):
    sitting, made = hall
    browser = signed_in(Role.INVIGILATOR)
    browser.open(f"/sittings/{sitting.id}/board")
    browser.submit({"act": "give_time", "whom": "all"}, action="/act")
    assert "共 3 名考生" in browser.text()
    assert "其中 1 人不能办理" in browser.text()
    assert ledger_sizes(made) == [1, 1, 0]
    browser.submit({"minutes": "10", "reason": "停电"}, action="/confirm")
    assert "已为 2 名考生办理，1 名没有办理" in browser.text()
    assert "还没有开始作答" in browser.text()
    assert ledger_sizes(made) == [2, 2, 0]


def test_sending_the_same_form_twice_gives_time_once(signed_in, hall):
    sitting, made = hall
    browser = signed_in(Role.INVIGILATOR)
    browser.open(f"/sittings/{sitting.id}/board")
    browser.submit({"act": "give_time", "whom": "ticked", "candidate": str(made[0].id)}, action="/act")
    page = browser.page
    browser.submit({"minutes": "10", "reason": "停电"}, action="/confirm")
    assert "已为 1 名考生办理" in browser.page.get_text()
    browser.page = page
    browser.submit({"minutes": "10", "reason": "停电"}, action="/confirm")
    assert "没有重复办理" in browser.text()
    assert ledger_sizes(made) == [2, 1, 0]


def test_an_act_on_many_goes_on_in_parts_and_says_how_far_it_has_come(signed_in, hall, monkeypatch):
    sitting, made = hall
    monkeypatch.setattr("exam.views.acts.AT_ONCE", 1)
    monkeypatch.setattr("exam.views.acts.SECONDS_A_REQUEST", 0)
    browser = signed_in(Role.INVIGILATOR)
    browser.open(f"/sittings/{sitting.id}/board")
    browser.submit({"act": "give_time", "whom": "all"}, action="/act")
    browser.submit({"minutes": "10", "reason": "停电"}, action="/confirm")
    assert "已为 1 名考生办理，还有 2 名" in browser.text()
    assert sum(ledger_sizes(made)) == 3
    browser.submit(action="/confirm")
    assert "已为 2 名考生办理，还有 1 名" in browser.text()
    browser.submit(action="/confirm")
    assert "已为 2 名考生办理，1 名没有办理" in browser.text()
    assert "还没有开始作答" in browser.text()
    assert ledger_sizes(made) == [2, 2, 0]


def test_an_act_without_reason_or_minutes_keeps_what_was_typed_and_changes_nothing(signed_in, hall):
    sitting, made = hall
    browser = signed_in(Role.INVIGILATOR)
    browser.open(f"/sittings/{sitting.id}/board")
    browser.submit({"act": "give_time", "whom": "ticked", "candidate": str(made[0].id)}, action="/act")
    browser.submit({"minutes": "999", "reason": "停电了"}, action="/confirm")
    assert "1 到 240 分钟" in browser.text()
    assert browser.page.find("textarea").get_text().strip() == "停电了"
    browser.submit({"minutes": "10", "reason": " "}, action="/confirm")
    assert "请写明原因" in browser.text()
    assert browser.page.find("input", attrs={"name": "minutes"})["value"] == "10"
    assert ledger_sizes(made) == [1, 1, 0]


def test_nothing_ticked_or_no_act_is_said(signed_in, hall):
    browser = signed_in(Role.INVIGILATOR)
    browser.open(f"/sittings/{hall[0].id}/board")
    browser.submit({"act": "pause", "whom": "ticked"}, action="/act")
    assert "没有勾选考生" in browser.page.get_text()
    browser.submit({"act": "", "whom": "all"}, action="/act")
    assert "请先选择要办理的事项" in browser.page.get_text()


def test_forged_hidden_fields_are_refused(signed_in, hall):
    sitting, made = hall
    browser = signed_in(Role.INVIGILATOR)
    browser.open(f"/sittings/{sitting.id}/board")
    browser.submit({"act": "pause", "whom": "ticked", "candidate": str(made[0].id)}, action="/act")
    page = browser.page
    for forged in ({"act": "void"}, {"people": "A"}, {"people": "%%%"}):
        browser.page = page
        browser.submit({"reason": "试", **forged}, action="/confirm", status=400)
    for forged in ({"decided_at": "now"}, {"decided_at": "2026-03-02T01:00:00"}, {"done": "x"}, {"refused": "A"}):
        browser.page = page
        browser.submit({"reason": "试", **forged}, action="/confirm")
        assert "请返回监考页面重新" in browser.text()
    with reading() as session:
        assert set(session.scalars(select(Attempt.state))) == {AttemptState.ANSWERING}
        assert session.get_one(Candidate, made[0].id)
