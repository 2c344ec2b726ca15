from datetime import timedelta

import pytest
from sqlalchemy import select

from core import clock
from core.db import reading, transaction
from core.errors import NotFoundError, RefusedError
from exam.models.planning import Candidate, Sitting
from exam.operations.unit_registration import register_own_people
from exam.states import SittingState
from people.models import Officer
from people.permissions import Role
from people.queries import identity_of
from tests.factories import make_account, make_city, make_officer, make_sitting

DAY = timedelta(days=1)


def coming(session, **changes):
    fields = {"state": SittingState.DRAFT, "opens_at": clock.now() + DAY, "closes_at": clock.now() + 2 * DAY}
    return make_sitting(session, **(fields | changes))


@pytest.fixture
def place(session):
    city = make_city(session)
    own, other = make_officer(session, city.county), make_officer(session, city.department)
    unit = identity_of(make_account(session, Role.UNIT_ADMINISTRATOR, city.county))
    return city, own, other, unit


def test_a_unit_registers_its_own_people_and_nobody_elses(session, place):
    _city, own, other, unit = place
    sitting = coming(session)
    with pytest.raises(NotFoundError):
        register_own_people(session, sitting, [own, other], unit)
    assert register_own_people(session, sitting, [own], unit) == 1
    assert session.scalars(select(Candidate.officer_id)).all() == [own.id]


def test_once_it_has_begun_the_city_registers_and_the_unit_does_not(session, place):
    _city, own, other, unit = place
    sitting = make_sitting(session)
    with pytest.raises(RefusedError) as caught:
        register_own_people(session, sitting, [own], unit)
    assert caught.value.reasons[0].code == "has_begun"
    office = identity_of(make_account(session, Role.ADMINISTRATOR))
    assert register_own_people(session, sitting, [own, other], office) == 2


def test_the_page_of_a_unit_offers_its_own_people_whatever_the_address_says(database, signed_in):
    with transaction() as session:
        city = make_city(session)
        make_officer(session, city.county, name="本区人员")
        other = make_officer(session, city.department, name="别局人员")
        sitting = coming(session)
    browser = signed_in(Role.UNIT_ADMINISTRATOR)
    browser.open("/")
    assert "还有 1 名无证人员没有登记" in browser.text()
    browser.open(browser.link("在“"))
    browser.open(f"/sittings/{sitting.id}/register?organisation={city.department.id}")
    assert "别局人员" not in browser.text()
    action = browser.page.select_one("main form[method=post]")["action"]
    browser.submit({"officer": [str(other.id)]}, action=action, status=404)
    browser.open(f"/sittings/{sitting.id}/register")
    with reading() as session:
        own = session.scalars(select(Officer).where(Officer.name == "本区人员")).one()
    browser.submit({"officer": [str(own.id)]}, action=browser.page.select_one("main form[method=post]")["action"])
    assert "已登记 1 名考生" in browser.text()
    browser.open("/")
    assert "没有待办事项" in browser.text()
    with reading() as session:
        assert session.get_one(Sitting, sitting.id).state == SittingState.DRAFT
