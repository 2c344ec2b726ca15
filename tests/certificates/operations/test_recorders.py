from datetime import timedelta

import pytest
from sqlalchemy import func, select

from certificates.operations.recorders import classify_unit, report_stock
from certificates.queries.recorders import groups, recorder_rows, sorted_rows, stock_rows
from certificates.recorders import Allotment, RecorderClass
from certificates.states import CredentialState
from core import clock
from core.errors import RefusedError
from core.models import AuditEntry
from people.models import RecorderMinimum, RecorderStock
from people.posts import OrganisationKind
from people.scope import CITY, Scope
from tests.factories import ACTOR, make_city, make_credential, make_officer, make_organisation


@pytest.fixture
def city(session):
    return make_city(session)


def holders(session, unit, count, **changes):
    return [make_credential(session, make_officer(session, unit), **changes) for _each in range(count)]


def row_of(session, unit, today=None):
    return recorder_rows(session, Scope(unit.id), today or clock.today())[0]


def test_the_minimum_is_counted_from_the_credentials_valid_today(session, city):
    classify_unit(session, city.department, RecorderClass.A, ACTOR)
    holders(session, city.department, 4)
    holders(session, city.county, 9)
    assert row_of(session, city.department).allotment == Allotment(4, 2, None)


def test_suspended_cancelled_expired_and_not_yet_valid_ones_do_not_count(session, city):
    classify_unit(session, city.department, RecorderClass.A, ACTOR)
    today = clock.today()
    holders(session, city.department, 1)
    holders(
        session,
        city.department,
        1,
        state=CredentialState.SUSPENDED,
        suspended_until=today + timedelta(days=30),
    )
    holders(session, city.department, 1, state=CredentialState.CANCELLED, cancelled_at=clock.now())
    holders(session, city.department, 1, valid_from=today - timedelta(days=5000))
    holders(session, city.department, 1, valid_from=today + timedelta(days=1))
    assert row_of(session, city.department).allotment.holders == 1
    after = row_of(session, city.department, today + timedelta(days=31))
    assert after.allotment.holders == 3  # the suspension is over, and the last one has begun


def test_a_person_with_two_cards_is_counted_once(session, city):
    officer = make_officer(session, city.department)
    for _card in range(2):
        make_credential(session, officer)
    assert row_of(session, city.department).allotment.holders == 1


def test_class_c_has_the_figure_set_by_hand_and_leaves_it_when_the_class_changes(session, city):
    holders(session, city.department, 7)
    classify_unit(session, city.department, RecorderClass.C, ACTOR, by_hand=2, basis="会议纪要")
    row = row_of(session, city.department)
    assert (row.allotment.minimum, row.basis) == (2, "会议纪要")
    classify_unit(session, city.department, RecorderClass.B, ACTOR)
    assert row_of(session, city.department).allotment.minimum == 2  # seven people, one for each five
    assert session.scalar(select(func.count()).select_from(RecorderMinimum)) == 0
    entries = session.scalars(select(AuditEntry).where(AuditEntry.verb == "certificates:recorder:classify")).all()
    assert [entry.detail["before"] for entry in entries] == [["", None], ["C", 2]]


def test_a_class_that_does_not_make_sense_changes_nothing(session, city):
    with pytest.raises(RefusedError):
        classify_unit(session, city.department, RecorderClass.C, ACTOR)
    with pytest.raises(RefusedError):
        classify_unit(session, city.department, RecorderClass.A, ACTOR, by_hand=3)
    assert city.department.recorder_class == ""


def test_a_later_report_succeeds_the_earlier_which_stays(session, city):
    classify_unit(session, city.department, RecorderClass.A, ACTOR)
    holders(session, city.department, 9)
    report_stock(session, city.department, ACTOR, usable=1, broken=2, note="两台送修")
    report_stock(session, city.department, ACTOR, usable=2, broken=0)
    row = row_of(session, city.department)
    assert (row.allotment.usable, row.allotment.gap, row.broken) == (2, 1, 0)
    assert [(one.usable, one.broken) for one in stock_rows(session, city.department.id)] == [(2, 0), (1, 2)]
    assert session.scalars(select(RecorderStock.number).order_by(RecorderStock.number)).all() == [1, 2]


def test_one_units_report_says_nothing_of_another(session, city):
    report_stock(session, city.department, ACTOR, usable=5, broken=0)
    assert row_of(session, city.county).allotment.usable is None


def test_units_stand_under_their_county_and_departments_together(session, city):
    body = make_organisation(session, kind=OrganisationKind.COUNTY_BODY, parent_id=city.county.id)
    for unit, count in ((city.county, 1), (body, 4), (city.department, 7)):
        classify_unit(session, unit, RecorderClass.A, ACTOR)
        holders(session, unit, count)
    report_stock(session, body, ACTOR, usable=1, broken=0)
    report_stock(session, city.county, ACTOR, usable=9, broken=0)
    county, departments = groups(recorder_rows(session, CITY, clock.today()))
    assert [row.organisation.id for row in county.rows] == [city.county.id, body.id]
    assert (county.total, county.gap) == (Allotment(5, 3, 10), 1)
    assert (departments.name, departments.total, departments.gap) == (None, Allotment(7, 3, None), None)


@pytest.mark.parametrize("by", ["holders", "minimum", "usable", "gap"])
def test_the_largest_figure_comes_first_and_the_unknown_last(session, city, by):
    units = [city.county, city.department, make_organisation(session), make_organisation(session)]
    for unit, count, usable in zip(units[:3], (3, 9, 6), (0, 1, 1), strict=True):
        classify_unit(session, unit, RecorderClass.A, ACTOR)
        holders(session, unit, count)
        report_stock(session, unit, ACTOR, usable=usable, broken=0)
    rows = sorted_rows(recorder_rows(session, CITY, clock.today()), by)
    figures = [getattr(row.allotment, by) for row in rows]
    known = [figure for figure in figures if figure is not None]
    assert known == sorted(known, reverse=True)
    assert figures[: len(known)] == known
    assert len(rows) == 4


def test_by_code_the_order_is_that_of_the_units(session, city):
    rows = recorder_rows(session, CITY, clock.today())
    assert sorted_rows(rows, "code") == rows
    assert sorted_rows(rows, "name; drop table") == rows
