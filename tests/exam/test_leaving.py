"""Leaving the page: what can have been (exam/events.py) and what is counted (exam/operations/leaving.py)."""

from datetime import timedelta

import pytest
from hypothesis import given, strategies as st

from core import clock
from core.errors import RefusedError
from exam.events import is_at_limit, reasons_against_leave
from exam.operations.leaving import count_leave
from exam.operations.room import open_place, start_attempt
from exam.queries.leaving import times_left
from exam.states import AttemptState, FinishKind
from exam.time_ledger import Line, TimeKind, extra_seconds, time_left
from tests.factories import ACTOR, make_candidate, make_city, make_officer, make_sitting

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("seconds", "is_good"), [(-1, False), (0, False), (2, False), (3, True), (3600, True), (3601, False)]
)
def test_a_page_was_left_for_three_seconds_at_least_and_not_before_it_was_opened(seconds, is_good):
    assert (reasons_against_leave(seconds, HOUR) == []) is is_good


@given(st.integers(min_value=0, max_value=50), st.integers(min_value=0, max_value=20))
def test_the_limit_is_reached_from_its_number_on_and_none_never(times, limit):
    assert is_at_limit(times, limit) is (limit > 0 and times >= limit)


@pytest.mark.parametrize("kind", list(TimeKind))
def test_only_what_was_given_on_top_is_shown_as_extra(kind):
    given_on_top = {TimeKind.EXTRA, TimeKind.OUTAGE, TimeKind.ACCOMMODATION}
    ledger = [Line(TimeKind.ALLOWANCE, 5400), Line(kind, 60)]
    assert extra_seconds(ledger) == (60 if kind in given_on_top else 0)


def test_the_time_left_runs_stands_still_and_ends():
    deadline = clock.now()
    assert time_left(deadline, None, deadline - HOUR) == HOUR
    assert time_left(deadline, deadline - HOUR, deadline) == HOUR
    assert time_left(deadline, None, deadline + HOUR) == timedelta(0)


@pytest.fixture
def attempt(session):
    """An attempt that began a minute ago, beside another whose candidate leaves as well."""
    county = make_city(session).county
    sitting = make_sitting(session, leave_limit=2)
    with clock.at(clock.now() - timedelta(minutes=1)):
        both = [start_attempt(session, candidate_in(session, sitting, county), ACTOR) for _one in range(2)]
    for one in both:
        open_place(session, one, ACTOR)
    count_leave(session, both[1], 5, ACTOR, fence=1)
    return both[0]


def candidate_in(session, sitting, county):
    return make_candidate(session, sitting, make_officer(session, county))


def test_each_candidates_leaves_are_counted_alone(session, attempt):
    assert count_leave(session, attempt, 5, ACTOR, fence=1).count == 1
    assert times_left(session, attempt.id) == 1


def test_the_page_of_another_place_counts_nothing(session, attempt):
    with pytest.raises(RefusedError) as refused:
        count_leave(session, attempt, 5, ACTOR, fence=0)
    assert refused.value.reasons[0].code == "other_place"
    assert times_left(session, attempt.id) == 0


def test_a_leave_that_reaches_the_limit_after_the_time_is_over_ends_it_at_its_deadline(session, attempt):
    count_leave(session, attempt, 5, ACTOR, fence=1)
    with clock.at(attempt.deadline_at + timedelta(seconds=5)):
        assert count_leave(session, attempt, 5, ACTOR, fence=1).is_handed_in
    assert (attempt.state, attempt.finish_kind) == (AttemptState.HANDED_IN, FinishKind.DEADLINE)
    assert attempt.finished_at == attempt.deadline_at
