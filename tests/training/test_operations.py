from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from core import clock
from core.errors import RefusedError
from core.models import AuditEntry
from core.queries import broken_audit_entry
from people.models import Officer
from people.posts import DocumentKind, EmploymentType
from tests.factories import ACTOR, make_city, make_course, make_officer
from tests.statements import FEW, counted
from training.courses import CourseDraft
from training.hours import HourSource, NewHours
from training.models import Course, HourEntry
from training.operations import correct_hours, credit_hours, plan_course, record_hours
from training.queries import entries_of, hours_done

DAY = date(2026, 3, 2)
LATER = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def summer():
    with clock.at(LATER):
        yield


@pytest.fixture
def place(session):
    """A course and one officer, beside others that have hours of their own."""
    city, course = make_city(session), make_course(session)
    officer, other = make_officer(session, city.county), make_officer(session, city.county)
    noise = make_course(session)
    credit_hours(session, noise, [new(officer, 8), new(other, 8)], ACTOR)
    credit_hours(session, course, [new(other, 6)], ACTOR)
    return course, officer, other


def new(officer, amount, day=DAY, source=HourSource.ONLINE):
    return NewHours(officer.id, Decimal(amount), source, day)


def verbs(session):
    return list(session.scalars(select(AuditEntry.verb).order_by(AuditEntry.seq)))


def codes(caught):
    return [reason.code for reason in caught.value.reasons]


def test_a_planned_course_is_stored_and_audited(session):
    draft = CourseDraft("年度轮训", Decimal("60"), date(2026, 1, 1), date(2026, 12, 31), "全员")
    course = plan_course(session, draft, ACTOR)
    assert session.get_one(Course, course.id).required_hours == 60
    assert verbs(session) == ["training:course:plan"]
    with pytest.raises(RefusedError) as caught:
        plan_course(session, draft, ACTOR)
    assert codes(caught) == ["title_taken"]


def test_recorded_hours_add_up(session, place):
    course, officer, _other = place
    record_hours(session, course, new(officer, "4.5"), ACTOR)
    entry = record_hours(session, course, new(officer, 4, source=HourSource.CLASSROOM), ACTOR)
    assert (entry.recorded_at, entry.officer_id) == (LATER, officer.id)
    assert hours_done(session, course.id, officer.id) == Decimal("8.5")
    assert verbs(session)[-2:] == ["training:hours:record"] * 2


def test_a_day_has_twelve_hours_and_no_more(session, place):
    course, officer, _other = place
    record_hours(session, course, new(officer, 8), ACTOR)
    with pytest.raises(RefusedError) as caught:
        record_hours(session, course, new(officer, "4.5"), ACTOR)
    assert codes(caught) == ["day_full"]
    record_hours(session, course, new(officer, "4.5", date(2026, 3, 3)), ACTOR)


def test_a_correction_is_a_further_entry(session, place):
    course, officer, _other = place
    record_hours(session, course, new(officer, 8), ACTOR)
    correct_hours(session, course, officer, Decimal(-3), held_on=DAY, note="多记", actor=ACTOR)
    assert [(row.hours, row.source) for row in entries_of(session, course.id, officer.id)] == [
        (8, HourSource.ONLINE),
        (-3, HourSource.CORRECTION),
    ]
    assert hours_done(session, course.id, officer.id) == 5
    assert verbs(session)[-1] == "training:hours:correct"


def test_no_more_can_be_taken_back_than_the_day_has(session, place):
    course, officer, _other = place
    record_hours(session, course, new(officer, 4), ACTOR)
    record_hours(session, course, new(officer, 8, date(2026, 3, 3)), ACTOR)
    with pytest.raises(RefusedError) as caught:
        correct_hours(session, course, officer, Decimal("-4.5"), held_on=DAY, note="多记", actor=ACTOR)
    assert codes(caught) == ["below_zero"]
    correct_hours(session, course, officer, Decimal(-4), held_on=DAY, note="多记", actor=ACTOR)
    record_hours(session, course, new(officer, 12), ACTOR)


def test_many_are_credited_at_once_with_one_audit_entry(session, place):
    course, officer, other = place
    before = len(verbs(session))
    entries = [new(officer, 4), new(officer, 4, date(2026, 3, 3)), new(other, 2)]
    assert credit_hours(session, course, entries, ACTOR) == 3
    assert verbs(session)[before:] == ["training:hours:credit"]
    detail = session.scalars(select(AuditEntry.detail).order_by(AuditEntry.seq.desc())).first()
    assert detail == {"entries": 3, "officers": 2}
    assert hours_done(session, course.id, other.id) == 8
    assert broken_audit_entry(session) is None


@pytest.mark.parametrize(
    ("amounts", "code"), [((8, 5), "day_full"), ((13,), "hours_range"), ((4, "0.3"), "hours_range")]
)
def test_one_wrong_entry_leaves_all_uncredited(session, place, amounts, code):
    course, officer, _other = place
    with pytest.raises(RefusedError) as caught:
        credit_hours(session, course, [new(officer, amount) for amount in amounts], ACTOR)
    assert codes(caught) == [code]
    assert hours_done(session, course.id, officer.id) == 0


def test_hours_recorded_before_count_towards_the_day(session, place):
    course, _officer, other = place
    with pytest.raises(RefusedError) as caught:
        credit_hours(session, course, [new(other, "6.5")], ACTOR)
    assert codes(caught) == ["day_full"]


def test_three_thousand_officers_are_credited_in_a_few_statements(session, place):
    course, _officer, _other = place
    county = make_city(session).county
    session.add_all(
        Officer(
            name=f"学员{number}",
            organisation_id=county.id,
            document_kind=DocumentKind.DEMO,
            document_sealed=b"",
            document_digest=f"{number:064d}",
            employment=EmploymentType.ESTABLISHMENT,
            enforcement_category="",
            enforcement_area="",
            created_at=LATER,
        )
        for number in range(3000)
    )
    session.flush()
    officers = session.scalars(select(Officer).where(Officer.name.startswith("学员"))).all()
    days = [date(2026, 3, day) for day in (2, 3, 4)]
    with counted(session) as sent:
        credit_hours(session, course, [new(one, 8, day) for one in officers for day in days], ACTOR)
    assert len(sent) < FEW
    assert session.scalar(select(func.count()).select_from(HourEntry)) == 9003
