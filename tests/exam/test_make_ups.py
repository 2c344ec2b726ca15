from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from core import clock
from core.errors import RefusedError
from core.models import AuditEntry, Job
from exam.admission import reasons_against
from exam.make_ups import (
    FirstFacts,
    JoiningFacts,
    MakeUpFacts,
    reasons_against_first,
    reasons_against_joining,
    reasons_against_make_up,
)
from exam.models.planning import Candidate, Sitting
from exam.models.results import Result
from exam.operations.closing import close_sitting
from exam.operations.planning import (
    join_mock,
    open_sitting,
    plan_sitting,
    register_candidates,
    register_for_make_up,
)
from exam.operations.room import start_attempt
from exam.queries.make_ups import eligible_for_make_up, open_mocks
from exam.queries.pass_lists import publishing_facts
from exam.queries.planning import candidate_facts, candidate_of, sitting_facts
from exam.sittings import reasons_against_publishing
from exam.states import Outcome, SittingKind, SittingState
from people.posts import EmploymentType, PostState
from tests.factories import (
    ACTOR,
    make_answered,
    make_attempt,
    make_candidate,
    make_city,
    make_course,
    make_officer,
    make_sitting,
)
from training.hours import HourSource
from training.models import HourEntry

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
AFTER = NOW + timedelta(hours=9)
AGAIN = AFTER + timedelta(days=7)
JOINING = JoiningFacts(SittingKind.MOCK, SittingState.OPEN, AFTER, in_post=True, is_registered=False)


def codes(caught):
    return [reason.code for reason in caught.value.reasons]


def credit(session, course, officer, hours):
    session.add(
        HourEntry(
            course_id=course.id,
            officer_id=officer.id,
            hours=Decimal(hours),
            source=HourSource.ONLINE,
            held_on=NOW.date(),
            recorded_at=clock.now(),
        )
    )
    session.flush()


@pytest.fixture
def place(session):
    """A closed first sitting that people came out of in every way there is, and a planned make-up of it."""
    with clock.at(NOW):
        city, course = make_city(session), make_course(session)
        first = make_sitting(session, course_id=course.id)
        make_candidate(session, make_sitting(session), make_officer(session, city.county, name="别场"))
        people = {}
        for name, hours, score in (
            ("合格", 24, 60),
            ("未合格", 24, 59),
            ("缺考", 24, None),
            ("没培训", 0, None),
            ("学时短", 20, 90),
            ("离岗", 24, 10),
            ("转编外", 24, 10),
        ):
            officer = people[name] = make_officer(session, city.county, name=name)
            if hours:
                credit(session, course, officer, hours)
            candidate = make_candidate(session, first, officer)
            if score is not None:
                make_attempt(session, candidate, score)
        people["离岗"].post = PostState.OFF_POST
        people["转编外"].employment = next(one for one in EmploymentType if one is not EmploymentType.ESTABLISHMENT)
    with clock.at(AFTER):
        close_sitting(session, first, ACTOR)
    with clock.at(AGAIN):
        make_up = make_up_of(session, first)
    return first, make_up, people, course


def make_up_of(session, first):
    return make_sitting(
        session,
        kind=SittingKind.MAKE_UP,
        first_sitting_id=first.id,
        course_id=first.course_id,
        state=SittingState.DRAFT,
        seed=None,
        commitment=None,
        opened_at=None,
    )


def test_one_button_registers_who_failed_or_was_absent_and_may_sit_now(session, place):
    first, make_up, people, course = place
    with clock.at(AGAIN):
        assert {one.name for one in eligible_for_make_up(session, make_up)} == {"未合格", "缺考"}
        assert register_for_make_up(session, make_up, ACTOR) == 2
        with pytest.raises(RefusedError) as caught:
            register_for_make_up(session, make_up, ACTOR)
        assert codes(caught) == ["nobody_eligible"]
        credit(session, course, people["没培训"], 24)
        credit(session, course, people["学时短"], 4)
        assert register_for_make_up(session, make_up, ACTOR) == 2
    listed = {
        row.officer.name for row in session.scalars(select(Candidate).where(Candidate.sitting_id == make_up.id))
    }
    assert listed == {"未合格", "缺考", "没培训", "学时短"}
    assert session.scalar(select(func.count()).select_from(Result).where(Result.sitting_id == first.id)) == 7


def test_whoever_passed_or_was_never_due_is_refused_by_name(session, place):
    _first, make_up, people, _course = place
    strange = make_officer(session, make_city(session).county, name="新人")
    with pytest.raises(RefusedError) as caught, clock.at(AGAIN):
        register_candidates(session, make_up, [people["合格"], strange, people["未合格"]], ACTOR)
    assert codes(caught) == ["has_passed", "not_due_before"]
    assert candidate_of(session, make_up.id, people["未合格"].id) is None


def test_there_is_one_make_up_and_no_more(session, place):
    first, make_up, people, _course = place
    with clock.at(AGAIN):
        second = make_up_of(session, first)
        for one in (make_up, second):
            register_for_make_up(session, one, ACTOR)
        open_sitting(session, make_up, ACTOR)
        open_sitting(session, second, ACTOR)
        failed = people["未合格"]
        here, there = (candidate_of(session, one.id, failed.id) for one in (make_up, second))
        start_attempt(session, here, ACTOR)
        with pytest.raises(RefusedError) as caught:
            start_attempt(session, there, ACTOR)
        assert codes(caught) == ["has_sat_make_up"]
        absent = candidate_of(session, second.id, people["缺考"].id)
        facts = candidate_facts(session, absent), sitting_facts(session, second)
        assert reasons_against(*facts, clock.now()) == []
        third = make_up_of(session, first)
        assert {one.name for one in eligible_for_make_up(session, third)} == {"缺考"}
        with pytest.raises(RefusedError) as caught:
            register_candidates(session, third, [failed], ACTOR)
        assert codes(caught) == ["has_sat_make_up"]


def test_a_make_up_of_a_sitting_that_is_not_over_registers_nobody(session):
    with clock.at(NOW):
        make_up = make_up_of(session, make_sitting(session))
        with pytest.raises(RefusedError) as caught:
            register_for_make_up(session, make_up, ACTOR)
        assert codes(caught) == ["first_open"]
        with pytest.raises(RefusedError) as caught:
            register_for_make_up(session, make_sitting(session), ACTOR)
        assert codes(caught) == ["not_make_up"]


FIRST = FirstFacts(SittingKind.REGULAR, SittingState.CLOSED, NOW)


@pytest.mark.parametrize(
    ("kind", "first", "opens_at", "expected"),
    [
        (SittingKind.REGULAR, None, NOW, []),
        (SittingKind.REGULAR, FIRST, NOW, ["first_not_asked"]),
        (SittingKind.MOCK, FIRST, NOW, ["first_not_asked"]),
        (SittingKind.MOCK, None, NOW, []),
        (SittingKind.MAKE_UP, None, NOW, ["first_missing"]),
        (SittingKind.MAKE_UP, FIRST, NOW, []),
        (SittingKind.MAKE_UP, FIRST, NOW - timedelta(seconds=1), ["first_running"]),
        (SittingKind.MAKE_UP, replace(FIRST, kind=SittingKind.MOCK), NOW, ["first_kind"]),
        (SittingKind.MAKE_UP, replace(FIRST, kind=SittingKind.MAKE_UP), NOW, ["first_kind"]),
    ],
)
def test_which_sitting_a_make_up_can_be_of(kind, first, opens_at, expected):
    assert [one.code for one in reasons_against_first(kind, first, opens_at)] == expected


@pytest.mark.parametrize("outcome", [None, *Outcome])
@pytest.mark.parametrize("has_sat", [True, False])
def test_who_may_sit_a_make_up(outcome, has_sat):
    found = {one.code for one in reasons_against_make_up(MakeUpFacts("某", outcome, has_sat))}
    flags = {
        "not_due_before": outcome is None,
        "has_passed": outcome is Outcome.PASSED,
        "has_sat_make_up": has_sat,
    }
    assert found == {code for code, flag in flags.items() if flag}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"kind": SittingKind.REGULAR}, ["not_mock"]),
        ({"kind": SittingKind.MAKE_UP}, ["not_mock"]),
        ({"state": SittingState.DRAFT}, ["not_open"]),
        ({"state": SittingState.CLOSED}, ["not_open"]),
        ({"closes_at": NOW}, ["not_open"]),
        ({"in_post": False}, ["not_in_post"]),
        ({"is_registered": True}, ["is_registered"]),
    ],
)
def test_who_may_join_a_mock_exam(changes, expected):
    assert [one.code for one in reasons_against_joining(replace(JOINING, **changes), NOW)] == expected


def planned_mock(session):
    blueprint = make_sitting(session).blueprint
    return plan_sitting(
        session,
        Sitting(
            title="模拟",
            kind=SittingKind.MOCK,
            blueprint=blueprint,
            blueprint_id=blueprint.id,
            opens_at=NOW - timedelta(hours=1),
            closes_at=NOW + timedelta(days=9),
        ),
        ACTOR,
    )


def test_a_mock_exam_opens_with_an_empty_list_and_is_joined_by_whoever_is_in_post(session):
    with clock.at(NOW):
        mock, city = planned_mock(session), make_city(session)
        officer, gone = (
            make_officer(session, city.county),
            make_officer(session, city.county, post=PostState.RETIRED),
        )
        assert open_mocks(session, officer.id, NOW) == []
        open_sitting(session, mock, ACTOR)
        jobs = session.scalar(select(func.count()).select_from(Job))
        assert (open_mocks(session, officer.id, NOW), open_mocks(session, gone.id, NOW)) == ([mock], [])
        join_mock(session, mock, officer, ACTOR)
        with pytest.raises(RefusedError) as caught:
            join_mock(session, mock, officer, ACTOR)
        assert codes(caught) == ["is_registered"]
        with pytest.raises(RefusedError) as caught:
            join_mock(session, mock, gone, ACTOR)
        assert codes(caught) == ["not_in_post"]
        assert open_mocks(session, officer.id, NOW) == []
        assert session.scalar(select(func.count()).select_from(Job)) == jobs
    assert (
        session.scalars(select(AuditEntry).where(AuditEntry.verb == "exam:candidate:join")).one().subject_id
        == mock.id
    )


def test_a_mock_exam_can_be_sat_again_and_again_and_never_counts(session):
    with clock.at(NOW):
        mock, officer = planned_mock(session), make_officer(session, make_city(session).county)
        open_sitting(session, mock, ACTOR)
        join_mock(session, mock, officer, ACTOR)
        candidate = candidate_of(session, mock.id, officer.id)
        papers = {make_answered(session, candidate).paper_id for _time in range(3)}
    assert len(papers) == 3
    with clock.at(NOW + timedelta(days=10)):
        assert close_sitting(session, mock, ACTOR).due == 0
    assert session.scalar(select(func.count()).select_from(Result)) == 0
    assert [one.code for one in reasons_against_publishing(publishing_facts(session, mock))] == ["is_mock"]
