from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from uuid import UUID

import pytest

from core import clock
from exam.duties import CardWork, DutyKind, SittingWork, duties_of_sitting, duty_of_card, in_order
from exam.operations.closing import close_sitting
from exam.queries.duties import open_duties, sittings_to_register_for
from exam.queries.short_hours import short_people
from exam.states import SittingKind, SittingState, Standing
from people.scope import CITY, Scope
from tests.factories import ACTOR, make_candidate, make_city, make_course, make_hours, make_officer, make_sitting

UNIT, SITTING = UUID(int=1), UUID(int=2)
OPENS = datetime(2026, 3, 2, 1, tzinfo=UTC)
CLOSES = OPENS + timedelta(hours=8)
WORK = SittingWork(
    organisation_id=UNIT,
    sitting_id=SITTING,
    title="春季考试",
    kind=SittingKind.REGULAR,
    state=SittingState.OPEN,
    opens_at=OPENS,
    closes_at=CLOSES,
)
MOMENTS = {"before": OPENS - timedelta(days=1), "during": OPENS, "after": CLOSES}


@pytest.mark.parametrize(("state", "moment", "kind"), list(product(SittingState, MOMENTS, SittingKind)))
def test_a_sitting_asks_for_what_can_still_be_done(state, moment, kind):
    end = OPENS + timedelta(days=8) if state is SittingState.CLOSED else None
    work = replace(WORK, state=state, kind=kind, unregistered=3, short=2, unanswered=1, answer_end=end)
    found = {duty.kind: duty.count for duty in duties_of_sitting(work, MOMENTS[moment])}
    wanted = {}
    if kind is not SittingKind.MOCK:
        if moment == "before":
            wanted[DutyKind.REGISTER] = 3
        if state is not SittingState.CLOSED and moment != "after":
            wanted[DutyKind.TRAIN] = 2
        if state is SittingState.CLOSED:
            wanted[DutyKind.ANSWER] = 1
    assert found == wanted


def test_what_is_done_is_no_duty():
    assert duties_of_sitting(WORK, OPENS) == []


def test_hours_are_overdue_from_the_instant_the_sitting_opens():
    (duty,) = duties_of_sitting(replace(WORK, short=1), OPENS)
    assert duty.last_day == date(2026, 3, 2)
    assert duty.is_overdue(OPENS)
    assert not duty.is_overdue(OPENS - timedelta(microseconds=1))


def test_a_day_is_in_time_until_midnight_in_the_city():
    card = duty_of_card(CardWork(UNIT, SITTING, "督办〔2026〕1号", datetime(2026, 3, 5, 16, tzinfo=UTC)))
    assert card.last_day == date(2026, 3, 5)
    assert not card.is_overdue(datetime(2026, 3, 5, 15, 59, 59, tzinfo=UTC))
    assert card.is_overdue(datetime(2026, 3, 5, 16, tzinfo=UTC))


def test_what_is_longest_overdue_comes_first_and_a_moved_date_is_another_duty():
    late = duty_of_card(CardWork(UNIT, SITTING, "乙", OPENS + timedelta(days=1)))
    early = replace(late, due_at=OPENS, subject="甲")
    assert in_order([late, early]) == [early, late]
    assert early.key == late.key
    assert early.dated_key != late.dated_key
    assert early.dated_key == replace(early, count=9, subject="改名").dated_key


@pytest.fixture
def place(session):
    """Two units, one sitting to come that asks for 24 hours, one closed with two who stayed away."""
    with clock.at(OPENS - timedelta(days=2)):
        city, course = make_city(session), make_course(session)
        coming = make_sitting(
            session,
            title="将来的考试",
            course_id=course.id,
            state=SittingState.DRAFT,
            opens_at=OPENS + timedelta(days=9),
            closes_at=CLOSES + timedelta(days=9),
        )
        closed = make_sitting(session, title="已结束的考试", opens_at=OPENS, closes_at=CLOSES)
        for unit, hours in ((city.county, (0, 20, 24)), (city.department, (24,))):
            for done in hours:
                officer = make_officer(session, unit)
                if done:
                    make_hours(session, course, officer, done)
                make_candidate(session, coming, officer)
        make_candidate(session, coming, make_officer(session, city.county), standing=Standing.EXEMPT)
        for unit in (city.county, city.department):
            make_candidate(session, closed, make_officer(session, unit))
    with clock.at(CLOSES + timedelta(minutes=1)):
        close_sitting(session, closed, ACTOR)
    return city, coming, closed


def test_every_unit_has_its_own_duties_and_sees_no_others(session, place):
    city, coming, _closed = place
    now = CLOSES + timedelta(days=1)
    unregistered = {(coming.id, city.department.id): 5}
    found = [(one.organisation_id, one.kind, one.count) for one in open_duties(session, CITY, now, unregistered)]
    assert sorted(found) == sorted(
        [
            (city.county.id, DutyKind.ANSWER, 1),
            (city.department.id, DutyKind.ANSWER, 1),
            (city.county.id, DutyKind.TRAIN, 2),
            (city.department.id, DutyKind.REGISTER, 5),
        ]
    )
    own = open_duties(session, Scope(city.county.id), now, {})
    assert [(one.kind, one.subject) for one in own] == [
        (DutyKind.ANSWER, "已结束的考试"),
        (DutyKind.TRAIN, "将来的考试"),
    ]
    assert own[0].last_day == date(2026, 3, 9)


def test_who_is_short_is_listed_with_the_hours_and_in_the_own_unit_alone(session, place):
    city, coming, _closed = place
    page = short_people(session, coming, Scope(city.county.id), 1)
    assert sorted((one.done, one.missing) for one in page.rows) == [(0, 24), (20, 4)]
    assert short_people(session, coming, Scope(city.department.id), 1).total == 0


def test_units_register_for_regular_sittings_that_have_not_begun(session, place):
    _city, coming, _closed = place
    with clock.at(OPENS):
        make_sitting(
            session, kind=SittingKind.MOCK, opens_at=OPENS + timedelta(days=9), closes_at=CLOSES + timedelta(days=9)
        )
    assert sittings_to_register_for(session, OPENS + timedelta(days=1)) == [coming.id]
    assert sittings_to_register_for(session, OPENS + timedelta(days=9)) == []
