from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import product

import pytest

from exam.admission import CandidateFacts, SittingFacts, reasons_against
from exam.states import SittingState, Standing

OPENS = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
CLOSES = OPENS + timedelta(hours=12)
READY = CandidateFacts(Standing.REGISTERED, Decimal(24), has_finished=False, in_post=True)


def sitting(state=SittingState.OPEN, required=Decimal(24)):
    return SittingFacts(state, OPENS, CLOSES, required)


def codes(candidate, facts, now=OPENS):
    return [reason.code for reason in reasons_against(candidate, facts, now)]


def test_whoever_meets_everything_may_start():
    assert codes(READY, sitting()) == []
    assert codes(READY, sitting(), CLOSES - timedelta(microseconds=1)) == []


@pytest.mark.parametrize(
    ("standing", "hours", "finished", "in_post", "moment", "state"),
    list(
        product(
            Standing,
            (Decimal(0), Decimal("23.5"), Decimal(24)),
            (False, True),
            (False, True),
            (-1, 0, 1),
            SittingState,
        )
    ),
)
def test_every_reason_is_given_and_no_other(standing, hours, finished, in_post, moment, state):
    now = {-1: OPENS - timedelta(seconds=1), 0: OPENS, 1: CLOSES}[moment]
    found = codes(CandidateFacts(standing, hours, finished, in_post), sitting(state), now)
    expected = set()
    if standing is not Standing.REGISTERED:
        expected.add(f"is_{standing}")
    if not in_post:
        expected.add("not_in_post")
    if finished:
        expected.add("has_finished")
    if hours < 24:
        expected.add("hours_short")
    if moment == 1 or state is SittingState.CLOSED:
        expected.add("window_over")
    elif moment == -1:
        expected.add("not_yet_open")
    elif state is SittingState.DRAFT:
        expected.add("is_draft")
    assert set(found) == expected
    assert len(found) == len(expected)


def test_a_sitting_that_asks_for_no_training_asks_for_no_hours():
    candidate = CandidateFacts(Standing.REGISTERED, Decimal(0), has_finished=False, in_post=True)
    assert codes(candidate, sitting(required=None)) == []


def test_missing_hours_are_counted_out():
    candidate = CandidateFacts(Standing.REGISTERED, Decimal(16), has_finished=False, in_post=True)
    [reason] = reasons_against(candidate, sitting(), OPENS)
    assert str(reason.text) == "应修 24 学时，已修 16 学时，还差 8 学时。"
    [reason] = reasons_against(CandidateFacts(Standing.REGISTERED, Decimal("19.5"), False, True), sitting(), OPENS)
    assert str(reason.text) == "应修 24 学时，已修 19.5 学时，还差 4.5 学时。"


def test_times_are_those_of_the_city():
    [reason] = reasons_against(READY, sitting(), OPENS - timedelta(days=1))
    assert "2026-03-02 08:00" in str(reason.text)
    [reason] = reasons_against(READY, sitting(), CLOSES)
    assert "2026-03-02 20:00" in str(reason.text)
