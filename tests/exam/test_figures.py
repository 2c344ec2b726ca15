"""The figures that the database counts, held against a count by hand over the same people."""

import itertools
from collections import Counter
from dataclasses import dataclass
from random import Random
from uuid import UUID

import pytest

from core.errors import NotFoundError
from exam.cut_offs import Cut, by_employment
from exam.endings import PARTICIPATED, End, best
from exam.pass_rates import added, figures_of, table
from exam.queries import cube
from exam.queries.results import (
    Group,
    PeopleFilter,
    figures_by_organisation,
    people,
    unit_rows,
)
from exam.queries.trend import sittings_over
from exam.states import SittingKind, Standing
from people.posts import EmploymentType, OrganisationKind
from people.scope import CITY, Scope
from tests.factories import make_candidate, make_city, make_officer, make_organisation
from tests.settled import make_closed_make_up, make_closed_sitting, make_result, make_settled

EMPLOYMENTS = (EmploymentType.ESTABLISHMENT, EmploymentType.CONTRACT)


@dataclass(frozen=True)
class Known:
    """One person as the test made them."""

    unit: UUID
    employment: EmploymentType
    first: End
    counted: End


@dataclass(frozen=True)
class Place:
    """A sitting, two make-ups of it, the units, and everybody who was due."""

    sitting: object
    make_ups: tuple
    units: tuple
    people: tuple[Known, ...]


@pytest.fixture
def place(session):
    """People of four units, some corrected, some in one or both make-ups, and noise all around them."""
    random, city = Random(20171030), make_city(session)
    bodies = [
        make_organisation(session, kind=OrganisationKind.COUNTY_BODY, parent_id=city.county.id) for _n in range(2)
    ]
    units = (city.county, city.department, *bodies)
    sitting, other = make_closed_sitting(session), make_closed_sitting(session)
    make_ups = tuple(make_closed_make_up(session, sitting) for _n in range(2))
    running = make_closed_make_up(session, sitting, title="还没结束的补考")
    running.state, running.closed_at = "open", None
    strange = make_closed_make_up(session, other)
    made = []
    for unit, end in itertools.product(units, End):
        for _copy in range(3):
            employment = random.choice(EMPLOYMENTS)
            made.append(_person(session, random, (sitting, make_ups), unit, (employment, end)))
            noise = make_settled(session, other, unit, random.choice(list(End)))
            make_result(session, make_candidate(session, strange, noise), End.PASSED)
        officer = make_settled(session, other, unit, End.FAILED)
        make_candidate(session, sitting, officer, standing=Standing.EXEMPT)
        make_candidate(session, sitting, make_officer(session, unit), standing=Standing.WITHDRAWN)
    session.flush()
    return Place(sitting, make_ups, units, tuple(made))


def _person(session, random, sittings, unit, stands):
    sitting, make_ups = sittings
    employment, end = stands
    officer = make_officer(session, unit, employment=employment)
    candidate = make_candidate(session, sitting, officer, employment=employment)
    if random.random() < 0.3:
        make_result(session, candidate, random.choice(list(End)))
        make_result(session, candidate, random.choice(list(End)), number=2)
        make_result(session, candidate, end, number=3)
    else:
        make_result(session, candidate, end)
    ends = [end]
    for make_up in random.sample(make_ups, random.choice((0, 1, 2))):
        elsewhere = make_candidate(session, make_up, officer, organisation=make_city(session).department)
        elsewhere.organisation_id = make_city(session).department.id
        later = random.choice(list(End))
        if random.random() < 0.5:
            make_result(session, elsewhere, random.choice(list(End)))
            make_result(session, elsewhere, later, number=2)
        else:
            make_result(session, elsewhere, later)
        ends.append(later)
    return Known(unit.id, employment, end, best(ends))


def known_ends(place, cut):
    return [(one, one.first if cut is Cut.FIRST else one.counted) for one in place.people]


def counted(session, place, cut, scope=CITY):
    return cube.cells(session, cube.cut_off(session, place.sitting, cut), scope)


@pytest.mark.parametrize("cut", Cut)
def test_every_unit_has_the_figures_of_its_own_people(session, place, cut):
    rows = {row.organisation_id: row.figures for row in unit_rows(session, counted(session, place, cut), CITY)}
    for unit in place.units:
        own = Counter(end for one, end in known_ends(place, cut) if one.unit == unit.id)
        assert rows[unit.id] == figures_of(own), unit.name
    assert len(rows) == len(place.units)


@pytest.mark.parametrize("cut", Cut)
def test_every_employment_has_the_figures_of_its_own_people(session, place, cut):
    found = by_employment(counted(session, place, cut))
    for employment in EMPLOYMENTS:
        own = Counter(end for one, end in known_ends(place, cut) if one.employment is employment)
        assert figures_of(found[employment]) == figures_of(own)
    assert set(found) == set(EMPLOYMENTS)


@pytest.mark.parametrize("cut", Cut)
def test_every_view_adds_up_to_the_same_whole(session, place, cut):
    cells = counted(session, place, cut)
    rows = unit_rows(session, cells, CITY)
    whole = figures_of(Counter(end for _one, end in known_ends(place, cut)))
    assert added(row.figures for row in rows) == whole
    assert added(figures_of(ends) for ends in by_employment(cells).values()) == whole
    made = table(rows)
    assert made.total == made.county_subtotal + made.department_subtotal == whole
    assert whole.due == len(place.people)


def test_with_make_ups_everybody_is_still_counted_once_and_in_the_unit_of_the_first_sitting(session, place):
    first, later = (table(unit_rows(session, counted(session, place, cut), CITY)) for cut in Cut)
    assert first.total.due == later.total.due
    for before, after in zip(first.counties + first.departments, later.counties + later.departments, strict=True):
        assert (before.organisation_id, before.figures.due) == (after.organisation_id, after.figures.due)
        assert after.figures.passed >= before.figures.passed


def test_the_county_row_holds_its_bodies(session, place):
    rows = unit_rows(session, counted(session, place, Cut.FIRST), CITY)
    inside = [row.figures for row in rows if row.kind in {OrganisationKind.COUNTY, OrganisationKind.COUNTY_BODY}]
    [county] = table(rows).counties
    assert county.figures == added(inside)
    assert len(inside) == 3


@pytest.mark.parametrize("cut", Cut)
@pytest.mark.parametrize("group", Group)
def test_as_many_people_stand_behind_a_figure_as_it_says(session, place, cut, group):
    taken_at = cube.cut_off(session, place.sitting, cut)
    made = table(unit_rows(session, cube.cells(session, taken_at, CITY), CITY))
    for row in (*made.counties, *made.departments):
        wanted = PeopleFilter(group, row.organisation_id, make_up_ids=taken_at.make_up_ids)
        assert people(session, place.sitting.id, CITY, wanted, 1).total == getattr(row.figures, group)
    for employment, ends in by_employment(cube.cells(session, taken_at, CITY)).items():
        wanted = PeopleFilter(group, employment=EmploymentType(employment), make_up_ids=taken_at.make_up_ids)
        assert people(session, place.sitting.id, CITY, wanted, 1).total == getattr(figures_of(ends), group)
    for kind, figures in (
        (OrganisationKind.COUNTY, made.county_subtotal),
        (OrganisationKind.DEPARTMENT, made.department_subtotal),
    ):
        wanted = PeopleFilter(group, kind=kind, make_up_ids=taken_at.make_up_ids)
        assert people(session, place.sitting.id, CITY, wanted, 1).total == getattr(figures, group)


def test_a_county_alone_lists_those_it_registered_itself(session, place):
    county = place.units[0]
    own = [one for one in place.people if one.unit == county.id]
    wanted = PeopleFilter(organisation_id=county.id, is_alone=True)
    assert people(session, place.sitting.id, CITY, wanted, 1).total == len(own)


def test_the_list_shows_the_result_that_counts_at_the_cut_off(session, place):
    taken_at = cube.cut_off(session, place.sitting, Cut.WITH_MAKE_UP)
    wanted = PeopleFilter(Group.PASSED, make_up_ids=taken_at.make_up_ids)
    page = people(session, place.sitting.id, CITY, wanted, 1)
    assert {one.counted.outcome for one in page.rows} == {"passed"}
    assert {one.first.sitting_id for one in page.rows} == {place.sitting.id}
    assert {one.counted.sitting_id for one in page.rows} > {place.sitting.id}


def test_a_unit_counts_its_own_people_and_a_county_those_of_its_bodies_too(session, place):
    county, department, body, other_body = place.units
    for scope, expected in (
        (Scope(department.id), {department.id}),
        (Scope(body.id), {body.id}),
        (Scope(county.id), {county.id, body.id, other_body.id}),
    ):
        for cut in Cut:
            rows = unit_rows(session, counted(session, place, cut, scope), scope)
            assert {row.organisation_id for row in rows} == expected
            own = Counter(end for one, end in known_ends(place, cut) if one.unit in expected)
            assert added(row.figures for row in rows) == figures_of(own)
        total = people(session, place.sitting.id, scope, PeopleFilter(), 1).total
        assert total == sum(1 for one in place.people if one.unit in expected)


def test_whoever_belongs_to_the_city_itself_sees_no_other_unit(session, place):
    city = make_city(session).city
    make_settled(session, place.sitting, city, End.PASSED)
    rows = unit_rows(session, counted(session, place, Cut.FIRST, Scope(city.id)), Scope(city.id))
    assert [row.organisation_id for row in rows] == [city.id]
    wanted = PeopleFilter(organisation_id=city.id)
    assert people(session, place.sitting.id, CITY, wanted, 1).total == 1


def test_exempt_and_withdrawn_are_counted_apart_and_in_no_denominator(session, place):
    outside = cube.outside(session, place.sitting.id, CITY)
    assert (outside.exempt, outside.withdrawn) == (24, 24)
    own = cube.outside(session, place.sitting.id, Scope(place.units[1].id))
    assert (own.exempt, own.withdrawn) == (6, 6)


def test_every_sitting_that_is_over_has_its_own_figures_and_those_with_make_ups(session, place):
    found = {one.sitting_id: one for one in sittings_over(session, CITY)}
    own = found[place.sitting.id]
    assert own.first == figures_of(Counter(one.first for one in place.people))
    assert own.with_make_up == figures_of(Counter(one.counted for one in place.people))
    assert found[place.make_ups[0].id].with_make_up is None
    for one in found.values():
        whole = added(row.figures for row in figures_by_organisation(session, one.sitting_id, CITY))
        assert one.first == whole


def test_a_sitting_without_a_closed_make_up_has_no_second_cut_off(session, place):
    with pytest.raises(NotFoundError):
        cube.cut_off(session, place.make_ups[0], Cut.WITH_MAKE_UP)


def test_mock_exams_are_in_no_trend(session, place):
    mock = make_closed_sitting(session, kind=SittingKind.MOCK)
    assert mock.id not in {one.sitting_id for one in sittings_over(session, CITY)}


def test_a_later_transfer_or_change_of_employment_moves_no_past_figure(session):
    city, sitting = make_city(session), make_closed_sitting(session)
    officer = make_settled(session, sitting, city.county, End.PASSED)
    officer.organisation_id, officer.employment = city.department.id, EmploymentType.AGENCY
    session.flush()
    cells = cube.cells(session, cube.cut_off(session, sitting, Cut.FIRST), CITY)
    assert [(one.organisation_id, one.employment) for one in cells] == [(city.county.id, "establishment")]


def test_nobody_who_did_not_sit_counts_as_having_taken_part(session, place):
    made = table(unit_rows(session, counted(session, place, Cut.FIRST), CITY))
    assert made.total.participated == sum(1 for one in place.people if one.first in PARTICIPATED)
    assert made.total.passed_pending_training == sum(
        1 for one in place.people if one.first is End.PASSED_PENDING_TRAINING
    )
