from dataclasses import fields
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given, strategies as st

from exam.endings import End
from exam.pass_rates import NOTHING, UnitFigures, UnitRow, added, figures_of, rate, table
from people.posts import OrganisationKind


def figures(passed=0, failed=0, not_started=0, short=0, absent=0, pending=0):
    missing = not_started + short + absent + pending
    return UnitFigures(
        passed + failed + missing,
        passed + failed,
        passed,
        failed,
        missing,
        not_started,
        short + pending,
        absent,
        pending,
    )


SOME = st.builds(figures, *[st.integers(0, 5000)] * 6)


def row(code, kind, figures, number=0, parent=None):
    return UnitRow(UUID(int=number), code, code, code, kind, figures, None if parent is None else UUID(int=parent))


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [(2101, 2934, "71.6"), (1, 3, "33.3"), (2, 3, "66.7"), (1, 8, "12.5"), (1, 16, "6.3"), (3, 16, "18.8")],
)
def test_rates_have_one_decimal_half_up(part, whole, expected):
    assert str(rate(part, whole)) == expected


def test_a_tie_goes_up_and_not_to_the_even_neighbour():
    assert (rate(25, 10_000), rate(45, 10_000), rate(24, 10_000)) == (
        Decimal("0.3"),
        Decimal("0.5"),
        Decimal("0.2"),
    )


def test_nothing_over_nothing_has_no_rate():
    assert rate(0, 0) is None
    assert (NOTHING.pass_rate, NOTHING.participation_rate, NOTHING.overall_rate) == (None, None, None)


def test_the_published_figures_give_the_published_rate():
    city = figures(passed=2101, failed=833, not_started=90, short=89, absent=89)
    assert (city.due, city.participated, str(city.pass_rate)) == (3202, 2934, "71.6")
    assert (str(city.participation_rate), str(city.overall_rate)) == ("91.6", "65.6")


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        ({"due": 1}, "due"),
        ({"due": 1, "participated": 1, "passed": 1, "failed": 1}, "due"),
        ({"due": 1, "participated": 0, "passed": 1}, "participated"),
        ({"due": 1, "not_completed": 1}, "sum of its shortfalls"),
        ({"due": 1, "not_completed": 1, "training_short": 1, "exam_absent": 1}, "sum of its shortfalls"),
        ({"due": 0, "participated": 0, "passed": 1, "failed": -1}, "below zero"),
        ({"exam_absent": 1, "training_short": -1}, "below zero"),
        ({"passed_pending_training": -1}, "below zero"),
        ({"passed_pending_training": 1}, "hours short"),
    ],
)
def test_figures_that_do_not_add_up_are_refused(broken, why):
    with pytest.raises(ValueError, match=why):
        UnitFigures(**broken)


def test_endings_are_counted_into_figures():
    counts = {
        End.PASSED: 6,
        End.FAILED: 5,
        End.TRAINING_NOT_STARTED: 4,
        End.TRAINING_SHORT: 3,
        End.EXAM_ABSENT: 2,
        End.PASSED_PENDING_TRAINING: 1,
    }
    assert figures_of(counts) == figures(6, 5, 4, 3, 2, 1)
    assert figures_of({}) == NOTHING


def test_whoever_passed_with_hours_short_has_not_completed_and_is_told_apart():
    one = figures_of({End.PASSED_PENDING_TRAINING: 1})
    assert (one.due, one.passed, one.participated, one.not_completed) == (1, 0, 0, 1)
    assert (one.training_short, one.passed_pending_training) == (1, 1)


@given(st.dictionaries(st.sampled_from(End), st.integers(0, 50)))
def test_everybody_who_was_due_stands_in_exactly_one_figure(counts):
    one = figures_of(counts)
    assert one.due == sum(counts.values()) == one.passed + one.failed + one.not_completed


@given(st.lists(SOME))
def test_the_parts_add_up_to_the_whole(parts):
    whole = added(parts)
    for field in fields(UnitFigures):
        assert getattr(whole, field.name) == sum(getattr(part, field.name) for part in parts)


@given(st.lists(SOME, min_size=1))
def test_the_rates_of_the_parts_weigh_up_to_the_rate_of_the_whole(parts):
    whole = added(parts)
    rated = [part for part in parts if part.pass_rate is not None]
    if not rated:
        assert whole.pass_rate is None
        return
    assert min(part.pass_rate for part in rated) <= whole.pass_rate <= max(part.pass_rate for part in rated)
    weighed = sum(part.pass_rate * part.participated for part in rated) / whole.participated
    assert abs(weighed - whole.pass_rate) <= Decimal("0.1")


@given(SOME)
def test_a_rate_lies_between_nothing_and_a_hundred(one):
    for found in (one.pass_rate, one.participation_rate, one.overall_rate):
        assert found is None or 0 <= found <= 100


@given(st.lists(st.tuples(st.sampled_from(OrganisationKind), SOME)))
def test_the_table_loses_nobody(parts):
    rows = [row(f"X{place:02d}", kind, part) for place, (kind, part) in enumerate(parts)]
    made = table(rows)
    assert made.total == added(part for _kind, part in parts)
    assert made.total == made.county_subtotal + made.department_subtotal
    assert made.county_subtotal == added(one.figures for one in made.counties)
    assert len(made.counties) + len(made.departments) == len(rows)


@given(st.lists(st.tuples(st.booleans(), SOME), min_size=1))
def test_a_county_holds_its_own_bodies_and_nobody_is_lost(parts):
    county, body = OrganisationKind.COUNTY, OrganisationKind.COUNTY_BODY
    rows = [row("C01", county, figures(1), 1), row("C02", county, figures(2), 2)]
    rows += [
        row(f"B{place}", body, part, 10 + place, 1 if is_first else 2)
        for place, (is_first, part) in enumerate(parts)
    ]
    made = table(rows)
    assert [one.code for one in made.counties] == ["C01", "C02"]
    assert made.counties[0].figures == added([figures(1), *(part for is_first, part in parts if is_first)])
    assert made.total == made.county_subtotal == added(one.figures for one in rows)


def test_a_body_whose_county_is_not_shown_stands_for_itself():
    made = table([row("B1", OrganisationKind.COUNTY_BODY, figures(3), 5, parent=1)])
    assert [one.code for one in made.counties] == ["B1"]
    assert made.total == figures(3)


def test_a_department_under_a_unit_that_is_no_county_stays_a_department():
    department = OrganisationKind.DEPARTMENT
    made = table([row("M01", department, figures(1), 1), row("M02", department, figures(2), 2, parent=1)])
    assert [one.code for one in made.departments] == ["M01", "M02"]


def test_the_table_is_in_the_order_of_the_codes():
    county, department = OrganisationKind.COUNTY, OrganisationKind.DEPARTMENT
    made = table([row("M02", department, NOTHING), row("C02", county, NOTHING), row("M01", department, NOTHING)])
    assert [one.code for one in made.departments] == ["M01", "M02"]
    assert [one.code for one in made.counties] == ["C02"]
