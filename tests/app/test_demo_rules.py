"""The demo's own rules: the units' figures add up to the published ones, and everybody has one fate."""

from datetime import date
from random import Random

import pytest

from app.demo.fates import fates
from app.demo.roll import demo_roll
from app.demo.stage import Stage
from app.demo.units import SEED, demo_units, total
from people.posts import EmploymentType, OrganisationKind, PostState

TODAY = date(2026, 11, 24)


@pytest.fixture(scope="module")
def stage():
    units, random = demo_units(), Random(7)
    return Stage(units, demo_roll(units, TODAY, random), TODAY, random, lambda count: None)


@pytest.mark.parametrize(
    "figure", ["due", "participated", "passed", "failed", "not_completed", "active", "removed"]
)
def test_the_units_add_up_to_the_published_total(figure):
    assert total(demo_units(), lambda unit: getattr(unit, figure)) == getattr(SEED, figure)


def test_every_units_figures_agree_with_each_other():
    for unit in demo_units():
        assert unit.due == unit.passed + unit.failed + unit.not_completed
        assert unit.participated == unit.passed + unit.failed


def test_counties_and_departments_are_as_many_as_published():
    kinds = [unit.kind for unit in demo_units()]
    assert kinds.count(OrganisationKind.COUNTY) == SEED.counties
    assert kinds.count(OrganisationKind.DEPARTMENT) == SEED.departments


def test_everybody_has_exactly_one_fate_and_each_unit_comes_out(stage):
    decided = fates(stage)
    assert len({fate.person.document for fate in decided}) == SEED.due
    for unit in stage.units:
        own = [fate for fate in decided if fate.person.unit == unit]
        assert sum(fate.passes for fate in own) == unit.passed
        assert sum(fate.sits for fate in own) == unit.participated
        assert sum(not fate.sits for fate in own) == unit.not_completed


def test_nobody_passes_without_sitting_or_sits_without_the_hours(stage):
    assert all(fate.sits for fate in fates(stage) if fate.passes)
    assert all(fate.hours == 24 for fate in fates(stage) if fate.sits)


def test_the_roll_is_as_large_as_the_figures_ask(stage):
    assert len(stage.roll.applicants) == SEED.due
    assert len(stage.roll.holders) + len(stage.roll.waiting) == SEED.older
    assert len(stage.roll.lapsed) == SEED.removed


def test_whoever_lapses_has_a_reason_and_nobody_else_has(stage):
    fine = (EmploymentType.ESTABLISHMENT, PostState.IN_POST)
    assert all((one.employment, one.post) != fine for one in [*stage.roll.lapsed, *stage.roll.waiting])
    assert all((one.employment, one.post) == fine for one in [*stage.roll.holders, *stage.roll.applicants])


def test_the_same_seed_makes_the_same_city():
    first, second = (demo_roll(demo_units(), TODAY, Random(7)) for _each in range(2))
    assert first == second


def test_rare_characters_stand_on_the_roll(stage):
    names = "".join(person.name for person in stage.roll.applicants)
    assert set("䶮㛃𬱖𬀩·") <= set(names)


def test_no_demo_number_looks_like_an_identity_number(stage):
    assert all(one.document.startswith("DEMO-") for one in [*stage.roll.applicants, *stage.roll.older])
