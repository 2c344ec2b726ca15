from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import event

from core import clock
from core.errors import NotFoundError
from people.scope import CITY, Scope
from tests.factories import ACTOR, make_city, make_course, make_officer
from training import queries
from training.hours import HourSource, NewHours
from training.operations import correct_hours, credit_hours
from training.queries import CourseTotals, ProgressFilter

DAY = date(2026, 3, 2)


@pytest.fixture(autouse=True)
def summer():
    with clock.at(datetime(2026, 6, 1, tzinfo=UTC)):
        yield


class Town:
    """Two courses, two organisations, and people with enough hours, too few, and none."""

    def __init__(self, session):
        self.city = make_city(session)
        self.course = make_course(session, title="新申领", required_hours=Decimal(8))
        self.noise = make_course(session, title="轮训", required_hours=Decimal(60), starts_on=date(2025, 1, 1))
        self.enough = make_officer(session, self.city.county, name="甲足")
        self.short = make_officer(session, self.city.county, name="乙差")
        self.none = make_officer(session, self.city.county, name="丙无")
        self.elsewhere = make_officer(session, self.city.department, name="丁局")
        amounts = ((self.enough, "8"), (self.short, "7.5"), (self.elsewhere, "4"))
        credit_hours(session, self.course, [self.new(one, hours) for one, hours in amounts], ACTOR)
        everybody = (self.enough, self.short, self.none, self.elsewhere)
        credit_hours(session, self.noise, [self.new(one, "10") for one in everybody], ACTOR)

    def new(self, officer, hours):
        return NewHours(officer.id, Decimal(hours), HourSource.CLASSROOM, DAY)

    def names(self, session, scope=CITY, **wanted):
        page = queries.course_progress(session, self.course, scope, ProgressFilter(**wanted), 1)
        return [row.officer.name for row in page.rows]


@pytest.fixture
def town(session):
    return Town(session)


def test_courses_come_newest_first(session, town):
    assert [course.title for course in queries.courses(session)] == ["新申领", "轮训"]


def test_a_course_that_is_not_there_is_not_found(session, town):
    assert queries.course(session, town.course.id) is town.course
    with pytest.raises(NotFoundError):
        queries.course(session, town.enough.id)


def test_hours_are_counted_by_course_and_officer(session, town):
    assert queries.hours_done(session, town.course.id, town.short.id) == Decimal("7.5")
    assert queries.hours_done(session, town.course.id, town.none.id) == 0


def test_hours_by_officer_take_one_query(session, town):
    session.flush()
    statements = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *call: statements.append(call[2]))
    everybody = queries.hours_by_officer(session, town.course.id)
    assert len(statements) == 1
    assert everybody == {town.enough.id: 8, town.short.id: Decimal("7.5"), town.elsewhere.id: 4}


def test_hours_by_officer_can_be_narrowed(session, town):
    course_id = town.course.id
    assert queries.hours_by_officer(session, course_id, [town.none.id, town.short.id]) == {
        town.short.id: Decimal("7.5")
    }
    assert queries.hours_by_officer(session, course_id, []) == {}
    assert queries.hours_by_officer(session, course_id, organisation_id=town.city.department.id) == {
        town.elsewhere.id: 4
    }


def test_a_long_list_of_officers_is_answered_like_a_short_one(session, town, monkeypatch):
    asked = [town.enough.id, town.none.id, town.elsewhere.id]
    short = queries.hours_by_officer(session, town.course.id, asked)
    monkeypatch.setattr(queries, "ASKED_ONE_BY_ONE", 2)
    assert queries.hours_by_officer(session, town.course.id, asked) == short


def test_progress_lists_those_with_an_entry_by_unit_and_name(session, town):
    assert town.names(session) == ["乙差", "甲足", "丁局"]
    assert town.names(session, Scope(town.city.department.id)) == ["丁局"]
    assert town.names(session, organisation_id=town.city.department.id) == ["丁局"]
    assert town.names(session, short_only=True) == ["乙差", "丁局"]


def test_a_search_finds_those_without_an_entry_too(session, town):
    assert town.names(session, text="丙") == ["丙无"]
    assert town.names(session, text="丙", short_only=True) == ["丙无"]
    assert town.names(session, Scope(town.city.department.id), text="丙") == []
    assert town.names(session, text="%") == []


def test_a_row_says_what_is_done_and_what_is_missing(session, town):
    page = queries.course_progress(session, town.course, CITY, ProgressFilter(text="差"), 1)
    assert [(row.done, row.required, row.short) for row in page.rows] == [(Decimal("7.5"), 8, Decimal("0.5"))]


def test_totals_by_organisation_add_up_to_the_course(session, town):
    rows = queries.progress_by_organisation(session, town.course, CITY)
    assert [(row.organisation.code, row.totals) for row in rows] == [
        ("C01", CourseTotals(2, 1, Decimal("15.5"))),
        ("M01", CourseTotals(1, 0, Decimal(4))),
    ]
    assert queries.course_totals(session, CITY)[town.course.id] == CourseTotals(3, 1, Decimal("19.5"))
    assert queries.course_totals(session, Scope(town.city.county.id)) == {
        town.course.id: CourseTotals(2, 1, Decimal("15.5")),
        town.noise.id: CourseTotals(3, 0, Decimal(30)),
    }


def test_a_correction_counts_everywhere(session, town):
    correct_hours(session, town.course, town.enough, Decimal("-0.5"), held_on=DAY, note="多记", actor=ACTOR)
    assert queries.course_totals(session, CITY)[town.course.id] == CourseTotals(3, 0, Decimal(19))
    assert town.names(session, short_only=True) == ["乙差", "甲足", "丁局"]
    assert queries.hours_on(session, town.course.id, town.enough.id, DAY) == Decimal("7.5")
    credit = queries.credits_by_day(session, town.course.id)[town.enough.id, DAY]
    assert (credit.hours, credit.sources) == (
        Decimal("7.5"),
        {HourSource.CLASSROOM, HourSource.CORRECTION},
    )
