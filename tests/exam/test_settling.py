from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from core import clock
from exam.models.results import Mark, Result
from exam.operations.closing import close_sitting
from exam.operations.settling import settle_again
from exam.queries.results import figures_by_organisation
from exam.states import MarkCause, Outcome, Shortfall, SittingKind
from people.scope import CITY
from tests.factories import (
    ACTOR,
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
LATER = AFTER + timedelta(days=1)
CAUSE = MarkCause.LATE_RESPONSES


def credit(session, course, officer, hours, at):
    session.add(
        HourEntry(
            course_id=course.id,
            officer_id=officer.id,
            hours=Decimal(hours),
            source=HourSource.ONLINE,
            held_on=NOW.date(),
            recorded_at=at,
        )
    )
    session.flush()


@pytest.fixture
def place(session):
    """A sitting of two with their hours done and one whose hours are short, each with a score of 59."""
    with clock.at(NOW):
        city, course = make_city(session), make_course(session)
        sitting = make_sitting(session, course_id=course.id)
        people = [make_candidate(session, sitting, make_officer(session, city.county)) for _one in range(3)]
        attempts = [make_attempt(session, one, 59) for one in people]
        for one, hours in zip(people, (24, 24, 20), strict=True):
            credit(session, course, one.officer, hours, NOW)
    return sitting, people, attempts, course


def close(session, sitting):
    with clock.at(AFTER):
        close_sitting(session, sitting, ACTOR)


def mark(session, attempt, score):
    fields = {"attempt_id": attempt.id, "sitting_id": attempt.sitting_id, "number": 2, "cause": CAUSE}
    session.add(Mark(**fields, score=score, full_score=100, cut_score=60, answered_count=80, marked_at=LATER))
    session.flush()


def newest(session, candidate):
    rows = session.scalars(select(Result).where(Result.candidate_id == candidate.id).order_by(Result.number)).all()
    return len(rows), rows[-1].outcome, rows[-1].score


def test_only_whoever_changes_gets_a_further_result(session, place):
    sitting, people, attempts, _course = place
    close(session, sitting)
    mark(session, attempts[0], 61)
    mark(session, attempts[1], 59)
    assert settle_again(session, sitting, [one.id for one in people], CAUSE, LATER) == 1
    assert newest(session, people[0]) == (2, Outcome.PASSED, 61)
    assert newest(session, people[1]) == (1, Outcome.FAILED, 59)
    figures = figures_by_organisation(session, sitting.id, CITY)[0].figures
    assert (figures.due, figures.passed, figures.failed) == (3, 1, 2)
    assert settle_again(session, sitting, [one.id for one in people], CAUSE, LATER) == 0


def test_whoever_is_not_named_is_left_alone(session, place):
    sitting, people, attempts, _course = place
    close(session, sitting)
    for attempt in attempts:
        mark(session, attempt, 90)
    assert settle_again(session, sitting, [people[1].id], CAUSE, LATER) == 1
    assert [newest(session, one)[0] for one in people] == [1, 2, 1]


def test_a_changed_score_alone_is_a_further_result_too(session, place):
    sitting, people, attempts, _course = place
    close(session, sitting)
    mark(session, attempts[0], 40)
    settle_again(session, sitting, [people[0].id], CAUSE, LATER)
    assert newest(session, people[0]) == (2, Outcome.FAILED, 40)


def test_hours_that_came_after_the_closing_are_not_looked_at(session, place):
    sitting, people, attempts, course = place
    close(session, sitting)
    credit(session, course, people[2].officer, 4, LATER)
    mark(session, attempts[2], 90)
    settle_again(session, sitting, [people[2].id], CAUSE, LATER)
    row = session.scalars(select(Result).where(Result.candidate_id == people[2].id, Result.number == 2)).one()
    assert (row.outcome, row.shortfall, row.score) == (Outcome.NOT_COMPLETED, Shortfall.TRAINING_SHORT, 90)


def test_before_the_closing_and_in_a_mock_exam_nothing_is_settled(session, place):
    sitting, people, attempts, _course = place
    mark(session, attempts[0], 90)
    assert settle_again(session, sitting, [people[0].id], CAUSE, LATER) == 0
    sitting.kind = SittingKind.MOCK
    close(session, sitting)
    assert settle_again(session, sitting, [people[0].id], CAUSE, LATER) == 0
    assert session.scalars(select(Result)).all() == []
