from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import UUID

import pytest

from exam.duties import Duty, DutyKind
from exam.reminders import (
    LOST_AFTER,
    MOST_TRIES,
    RETRY_AFTER,
    ReminderState,
    TryFacts,
    causes_for,
    is_lost,
    may_try_again,
    named,
    named_again,
)

DUE = datetime(2026, 3, 9, 16, tzinfo=UTC)
DUTY = Duty(DutyKind.ANSWER, UUID(int=1), UUID(int=2), "春季考试", 3, DUE)
DAY = timedelta(days=1)


def test_a_duty_gives_cause_some_days_before_and_once_more_when_overdue():
    causes, had = [], []
    for hours in range(24 * 20):
        now = DUE - 10 * DAY + timedelta(hours=hours)
        new = causes_for([DUTY], had, now, 3)
        causes += [(now, cause) for cause in new]
        had += new
    assert causes == [(DUE - 3 * DAY, f"{DUTY.dated_key}:soon"), (DUE, f"{DUTY.dated_key}:overdue")]


def test_a_look_that_comes_late_makes_up_for_it_once():
    assert causes_for([DUTY], [], DUE + 30 * DAY, 3) == [f"{DUTY.dated_key}:overdue"]


def test_a_date_that_moves_is_a_new_cause():
    moved = replace(DUTY, due_at=DUE + DAY)
    had = causes_for([DUTY], [], DUE - DAY, 3)
    assert causes_for([moved], had, DUE - DAY, 3) == [f"{moved.dated_key}:soon"]


def test_a_duty_comes_back_from_its_row_as_it_was():
    for now in (DUE - DAY, DUE):
        one = named(DUTY, now)
        assert named_again(one.stored) == one


@pytest.mark.parametrize(
    ("state", "tries", "ago"),
    list(product(ReminderState, (1, MOST_TRIES - 1, MOST_TRIES), (timedelta(0), RETRY_AFTER))),
)
def test_only_what_was_certainly_not_taken_is_tried_again(state, tries, ago):
    allowed = state is ReminderState.FAILED and tries < MOST_TRIES and ago >= RETRY_AFTER
    assert may_try_again(TryFacts(state, tries, DUE - ago), DUE) == allowed


@pytest.mark.parametrize(("state", "ago"), list(product(ReminderState, (timedelta(0), LOST_AFTER))))
def test_what_is_long_on_its_way_is_lost(state, ago):
    assert is_lost(TryFacts(state, 1, DUE - ago), DUE) == (state is ReminderState.SENDING and ago == LOST_AFTER)
