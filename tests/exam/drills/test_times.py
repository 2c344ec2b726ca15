"""The bell, wrong clocks, and answers out of order, in short (scripts/drill)."""

import pytest

from scripts.drill import bell, clocks, resends
from scripts.drill.databases import KINDS, SQLITE

pytestmark = [pytest.mark.drill, pytest.mark.slow]
RACES, CASES = 40, 100


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_acknowledged_at_the_bell_is_an_answer_marked(kind):
    found = bell.drill(kind, RACES)
    assert found.is_clean, found
    assert found.acknowledged > RACES / 2


def test_a_save_that_looks_before_it_writes_is_caught_at_the_bell():
    assert bell.drill(SQLITE, RACES, "check_then_write").breaches


@pytest.mark.parametrize("kind", KINDS)
def test_everybody_is_handed_in_at_the_deadline_although_the_server_was_away(kind):
    assert clocks.away(kind).is_clean


def test_finishing_when_the_job_runs_is_caught():
    assert clocks.away(SQLITE, finishes_at_job_time=True).breaches


def test_summer_time_in_the_zone_of_the_server_moves_no_deadline():
    found = clocks.summer_time(SQLITE)
    assert found.is_clean, found


def test_reading_the_clock_on_the_wall_is_caught_by_summer_time():
    assert clocks.summer_time(SQLITE, "read_the_wall").breaches


def test_the_highest_number_that_came_in_time_counts_in_whatever_order_they_come():
    found = resends.drill(CASES)
    assert found.is_clean, found
    assert found.faults >= CASES


def test_counting_what_arrives_last_is_caught_by_another_order():
    assert resends.drill(CASES, "number_by_arrival").breaches
