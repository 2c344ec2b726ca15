from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, insert, select

from core import clock
from core.db import new_key
from core.errors import RefusedError
from core.models import AuditEntry
from exam.models.planning import Candidate
from exam.models.results import Mark, Result
from exam.models.room import Attempt, Paper
from exam.operations.closing import close_sitting
from exam.operations.room import start_attempt
from exam.pass_rates import UnitFigures, table
from exam.queries.results import Group, PeopleFilter, figures_by_organisation, people
from exam.states import AttemptState, FinishKind, Outcome, Shortfall, SittingState, Standing
from people.models import Officer
from people.posts import DocumentKind, EmploymentType, OrganisationKind
from people.scope import CITY, Scope
from tests.factories import (
    ACTOR,
    make_attempt,
    make_candidate,
    make_city,
    make_course,
    make_officer,
    make_sitting,
)
from tests.statements import FEW, counted
from training.hours import HourSource
from training.models import HourEntry

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
AFTER = NOW + timedelta(hours=9)


@pytest.fixture(autouse=True)
def spring():
    with clock.at(NOW):
        yield


def codes(caught):
    return [reason.code for reason in caught.value.reasons]


def credit(session, course, officer, hours):
    entry = HourEntry(
        course_id=course.id,
        officer_id=officer.id,
        hours=Decimal(hours),
        source=HourSource.ONLINE,
        held_on=NOW.date(),
        recorded_at=NOW,
    )
    session.add(entry)
    session.flush()


def person(session, sitting, course, unit, name, hours, score, **changes):
    officer = make_officer(session, unit, name=name)
    if hours:
        credit(session, course, officer, hours)
    candidate = make_candidate(session, sitting, officer, **changes)
    if score is not None:
        make_attempt(session, candidate, score)
    return candidate


@pytest.fixture
def place(session):
    """A sitting whose candidates come to every end there is, beside another with people of its own."""
    city, course, noise = make_city(session), make_course(session), make_course(session)
    sitting = make_sitting(session, course_id=course.id)
    county, department = city.county, city.department
    made = {
        "合格": person(session, sitting, course, county, "合格", 24, 60),
        "未合格": person(session, sitting, course, county, "未合格", 24, 59),
        "没培训": person(session, sitting, course, county, "没培训", 0, None),
        "学时短": person(session, sitting, course, department, "学时短", 16, None),
        "缺考": person(session, sitting, course, department, "缺考", 24, None),
        "先考": person(session, sitting, course, department, "先考", 20, 90),
        "免考": person(session, sitting, course, county, "免考", 0, None, standing=Standing.EXEMPT),
        "退出": person(session, sitting, course, county, "退出", 0, None, standing=Standing.WITHDRAWN),
    }
    credit(session, noise, made["没培训"].officer, 99)
    other = make_sitting(session)
    person(session, other, course, county, "别场", 24, 100)
    return sitting, made


def closed(session, sitting):
    with clock.at(AFTER):
        return close_sitting(session, sitting, ACTOR)


def test_everybody_who_was_due_comes_to_one_end(session, place):
    sitting, made = place
    figures = closed(session, sitting)
    rows = session.scalars(select(Result)).all()
    names = {candidate.id: name for name, candidate in made.items()}
    found = {names[row.candidate_id]: (row.outcome, row.shortfall, row.score) for row in rows}
    assert found == {
        "合格": (Outcome.PASSED, None, 60),
        "未合格": (Outcome.FAILED, None, 59),
        "没培训": (Outcome.NOT_COMPLETED, Shortfall.TRAINING_NOT_STARTED, None),
        "学时短": (Outcome.NOT_COMPLETED, Shortfall.TRAINING_SHORT, None),
        "缺考": (Outcome.NOT_COMPLETED, Shortfall.EXAM_ABSENT, None),
        "先考": (Outcome.NOT_COMPLETED, Shortfall.TRAINING_SHORT, 90),
    }
    assert figures == UnitFigures(6, 2, 1, 1, 4, 1, 2, 1, 1)
    assert {row.organisation_id for row in rows} == {candidate.organisation_id for candidate in made.values()}
    assert (sitting.state, sitting.closed_at) == (SittingState.CLOSED, AFTER)


def test_closing_is_written_down_with_its_figures(session, place):
    sitting, _made = place
    closed(session, sitting)
    row = session.scalars(select(AuditEntry).where(AuditEntry.verb == "exam:sitting:close")).one()
    assert (row.subject_id, row.detail) == (sitting.id, {"due": 6, "passed": 1, "failed": 1, "not_completed": 4})


def test_a_sitting_closes_once(session, place):
    sitting, _made = place
    closed(session, sitting)
    with pytest.raises(RefusedError) as caught:
        closed(session, sitting)
    assert codes(caught) == ["wrong_state"]
    assert session.scalar(select(func.count()).select_from(Result)) == 6


def test_whoever_may_still_come_is_not_written_down_as_absent(session, place):
    sitting, made = place
    make_attempt(session, made["缺考"])
    with pytest.raises(RefusedError) as caught:
        close_sitting(session, sitting, ACTOR)
    assert codes(caught) == ["answering", "waiting"]
    assert session.scalar(select(func.count()).select_from(Result)) == 0


def test_a_sitting_closes_early_once_everybody_has_handed_in(session):
    sitting = make_sitting(session)
    for score in (50, 70):
        make_attempt(
            session, make_candidate(session, sitting, make_officer(session, make_city(session).county)), score
        )
    assert close_sitting(session, sitting, ACTOR).due == 2


def test_an_attempt_that_ran_out_of_time_is_handed_in_marked_and_counted(session, place):
    sitting, made = place
    attempt = start_attempt(session, made["缺考"], ACTOR)
    figures = closed(session, sitting)
    session.refresh(attempt)
    assert (attempt.state, attempt.finish_kind) == (AttemptState.HANDED_IN, FinishKind.DEADLINE)
    assert (figures.participated, figures.failed, figures.exam_absent) == (3, 2, 0)


def test_an_attempt_without_a_mark_stops_the_closing(session, place):
    sitting, made = place
    attempt = make_attempt(session, made["缺考"], 80)
    session.delete(session.scalars(select(Mark).where(Mark.attempt_id == attempt.id)).one())
    session.flush()
    with pytest.raises(RefusedError) as caught:
        closed(session, sitting)
    assert codes(caught) == ["unmarked"]


def test_a_sitting_that_asks_for_no_training_looks_at_no_hours(session):
    sitting, city = make_sitting(session), make_city(session)
    make_attempt(session, make_candidate(session, sitting, make_officer(session, city.county)), 60)
    make_candidate(session, sitting, make_officer(session, city.county))
    assert closed(session, sitting) == UnitFigures(2, 1, 1, 0, 1, 0, 0, 1)


def test_the_score_to_reach_is_that_of_the_mark(session):
    sitting = make_sitting(session)
    make_attempt(session, make_candidate(session, sitting, make_officer(session, make_city(session).county)), 59)
    assert sitting.blueprint.cut_score == 3
    assert closed(session, sitting).failed == 1


def test_figures_are_those_of_the_unit_that_registered_the_person(session, place):
    sitting, made = place
    made["合格"].officer.organisation_id = make_city(session).department.id
    closed(session, sitting)
    rows = {row.code: row.figures for row in figures_by_organisation(session, sitting.id, CITY)}
    assert rows == {"C01": UnitFigures(3, 2, 1, 1, 1, 1, 0, 0), "M01": UnitFigures(3, 0, 0, 0, 3, 0, 2, 1, 1)}
    made_table = table(figures_by_organisation(session, sitting.id, CITY))
    assert (made_table.county_subtotal.due, made_table.department_subtotal.due, made_table.total.due) == (3, 3, 6)


def test_a_unit_sees_its_own_figures_alone(session, place):
    sitting, _made = place
    closed(session, sitting)
    own = figures_by_organisation(session, sitting.id, Scope(make_city(session).county.id))
    assert [row.code for row in own] == ["C01"]


@pytest.mark.parametrize(
    ("group", "names"),
    [
        (Group.DUE, {"合格", "未合格", "没培训", "学时短", "缺考", "先考"}),
        (Group.PARTICIPATED, {"合格", "未合格"}),
        (Group.PASSED, {"合格"}),
        (Group.FAILED, {"未合格"}),
        (Group.NOT_COMPLETED, {"没培训", "学时短", "缺考", "先考"}),
        (Group.TRAINING_NOT_STARTED, {"没培训"}),
        (Group.TRAINING_SHORT, {"学时短", "先考"}),
        (Group.EXAM_ABSENT, {"缺考"}),
    ],
)
def test_behind_each_figure_stand_as_many_people(session, place, group, names):
    sitting, _made = place
    figures = closed(session, sitting)
    page = people(session, sitting.id, CITY, PeopleFilter(group=group), 1)
    assert {row.candidate.officer.name for row in page.rows} == names
    assert page.total == getattr(figures, group)
    counties = people(session, sitting.id, CITY, PeopleFilter(group=group, kind=OrganisationKind.COUNTY), 1)
    departments = people(session, sitting.id, CITY, PeopleFilter(group=group, kind=OrganisationKind.DEPARTMENT), 1)
    assert counties.total + departments.total == page.total
    scope = Scope(make_city(session).county.id)
    assert people(session, sitting.id, scope, PeopleFilter(group=group), 1).total == counties.total


def test_three_thousand_are_settled_in_a_few_statements(session):
    city, course = make_city(session), make_course(session)
    sitting = make_sitting(session, course_id=course.id)
    ids = [(new_key(), new_key(), new_key(), new_key()) for _number in range(3202)]
    county = city.county.id
    session.execute(insert(Officer), [_officer(one, county, place) for place, (one, *_others) in enumerate(ids)])
    session.execute(insert(Candidate), [_candidate(ids[place], sitting, county, place) for place in range(3202)])
    session.execute(insert(HourEntry), [_hours(one, course) for one, *_others in ids])
    session.execute(insert(Paper), [_paper(one, sitting) for one in ids[:2934]])
    session.execute(insert(Attempt), [_attempt(one, sitting) for one in ids[:2934]])
    session.execute(insert(Mark), [_mark(one, sitting, place) for place, one in enumerate(ids[:2934])])
    with counted(session) as sent:
        figures = closed(session, sitting)
    assert len(sent) < FEW
    assert (figures.due, figures.participated, figures.passed, str(figures.pass_rate)) == (3202, 2934, 2101, "71.6")


def _officer(officer_id, organisation_id, place):
    return {
        "id": officer_id,
        "name": f"学员{place}",
        "organisation_id": organisation_id,
        "document_kind": DocumentKind.DEMO,
        "document_sealed": b"",
        "document_digest": f"{place:064d}",
        "employment": EmploymentType.ESTABLISHMENT,
        "post": "in_post",
        "enforcement_category": "",
        "enforcement_area": "",
        "created_at": NOW,
    }


def _candidate(ids, sitting, organisation_id, place):
    return {
        "id": ids[1],
        "officer_id": ids[0],
        "sitting_id": sitting.id,
        "organisation_id": organisation_id,
        "candidate_no": f"{place:013d}",
        "standing": Standing.REGISTERED,
        "registered_at": NOW,
    }


def _hours(officer_id, course):
    return {
        "id": new_key(),
        "course_id": course.id,
        "officer_id": officer_id,
        "hours": Decimal(24),
        "source": HourSource.ONLINE,
        "held_on": NOW.date(),
        "note": "",
        "recorded_at": NOW,
    }


def _paper(ids, sitting):
    return {
        "id": ids[3],
        "candidate_id": ids[1],
        "sitting_id": sitting.id,
        "seed": "",
        "entries": [],
        "drawn_at": NOW,
    }


def _attempt(ids, sitting):
    return {
        "id": ids[2],
        "candidate_id": ids[1],
        "paper_id": ids[3],
        "sitting_id": sitting.id,
        "state": AttemptState.HANDED_IN,
        "fence": 1,
        "started_at": NOW,
        "deadline_at": NOW,
        "accept_until": NOW,
        "finished_at": NOW,
        "finish_kind": FinishKind.CANDIDATE,
    }


def _mark(ids, sitting, place):
    return {
        "id": new_key(),
        "attempt_id": ids[2],
        "sitting_id": sitting.id,
        "score": 60 if place < 2101 else 59,
        "full_score": 100,
        "cut_score": 60,
        "answered_count": 80,
        "marked_at": NOW,
    }
