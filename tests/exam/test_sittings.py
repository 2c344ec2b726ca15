from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from exam.blueprints import Shortage
from exam.sittings import (
    ClosingFacts,
    OpeningFacts,
    Phase,
    PlanFacts,
    PublishingFacts,
    Window,
    phase_of,
    reasons_against_closing,
    reasons_against_opening,
    reasons_against_plan,
    reasons_against_publishing,
)
from exam.states import SittingState
from questions.kinds import ItemKind

NOW = datetime(2026, 3, 2, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)
DRAFT, OPEN, CLOSED = SittingState.DRAFT, SittingState.OPEN, SittingState.CLOSED


def codes(reasons):
    return [reason.code for reason in reasons]


@pytest.mark.parametrize(
    ("title", "opens", "closes", "expected"),
    [
        ("考试", 1, 3, []),
        ("考试", -1, 3, []),
        ("", 1, 3, ["title_length"]),
        ("长" * 81, 1, 3, ["title_length"]),
        ("考试", 3, 1, ["window"]),
        ("考试", 1, 1, ["window"]),
        ("考试", 1, 2, ["window_short"]),
        ("考试", -3, 0, ["window_over"]),
        ("考试", -3, -1, ["window_over"]),
    ],
)
def test_a_plan_needs_a_title_and_a_window_to_come(title, opens, closes, expected):
    plan = PlanFacts(title, NOW + opens * HOUR, NOW + closes * HOUR, 90)
    assert codes(reasons_against_plan(plan, NOW)) == expected


def test_a_window_as_long_as_the_paper_is_long_enough():
    assert reasons_against_plan(PlanFacts("考试", NOW, NOW + timedelta(minutes=90), 90), NOW) == []


@pytest.mark.parametrize(
    ("state", "hours", "registered", "short"), list(product(SittingState, (0, 1), (0, 1), (0, 2)))
)
def test_opening_gives_every_reason_against_it(state, hours, registered, short):
    shortages = [Shortage(place, ItemKind.SINGLE, None, 5, place) for place in range(short)]
    found = codes(reasons_against_opening(OpeningFacts(state, NOW + hours * HOUR, registered, shortages), NOW))
    if state is not DRAFT:
        assert found == ["wrong_state"]
        return
    over, nobody = ["window_over"] * (hours == 0), ["no_candidates"] * (registered == 0)
    assert found == over + nobody + ["bank_short"] * short


@pytest.mark.parametrize(
    ("state", "hours", "answering", "waiting"), list(product(SittingState, (-1, 0, 1), (0, 2), (0, 3)))
)
def test_closing_waits_for_the_window_or_for_everybody(state, hours, answering, waiting):
    found = codes(reasons_against_closing(ClosingFacts(state, NOW + hours * HOUR, answering, waiting), NOW))
    if state is not OPEN:
        assert found == ["wrong_state"]
    else:
        assert found == ["answering"] * (answering > 0) + ["waiting"] * (waiting > 0 and hours >= 0)


@pytest.mark.parametrize(
    ("state", "passed", "published", "issuer"), list(product(SittingState, (0, 1), (False, True), ("", "法制办")))
)
def test_publishing_needs_a_closed_sitting_people_and_an_issuer_and_happens_once(state, passed, published, issuer):
    found = codes(reasons_against_publishing(PublishingFacts(state, passed, published, issuer)))
    if published:
        assert found == ["is_published"]
    elif state is not CLOSED:
        assert found == ["wrong_state"] + ["no_issuer"] * (not issuer)
    else:
        assert found == ["nobody_passed"] * (passed == 0) + ["no_issuer"] * (not issuer)


@pytest.mark.parametrize(
    ("state", "hours", "phase"),
    [
        (DRAFT, 0, Phase.DRAFT),
        (OPEN, -1, Phase.WAITING),
        (OPEN, 0, Phase.RUNNING),
        (OPEN, 2, Phase.RUNNING),
        (OPEN, 3, Phase.OVER),
        (CLOSED, 0, Phase.CLOSED),
    ],
)
def test_a_sitting_stands_in_one_phase(state, hours, phase):
    assert phase_of(state, Window(NOW, NOW + 2 * HOUR), NOW + hours * HOUR) is phase
