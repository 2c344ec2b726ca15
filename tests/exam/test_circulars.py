from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import product

import pytest

from core.lifecycle import Lifecycle
from exam.circular_states import CIRCULAR, CircularState
from exam.circulars import (
    CircularDraft,
    CircularWords,
    StepFacts,
    Thresholds,
    judged,
    reasons_against_draft,
    reasons_against_reason,
    reasons_against_step,
)
from tests.reported import figures, frozen, row

DEFAULTS = Thresholds()
WORDS = CircularWords(addressees="各县区：", opening="现将有关情况通报如下：", issuer_name="示范市法制办")
DRAFT = CircularDraft("关于考试情况的通报", "×法治办〔2017〕8号", date(2017, 10, 30), WORDS, DEFAULTS)


def names(rows):
    return [one.code for one in rows]


def codes(reasons):
    return [reason.code for reason in reasons]


def test_a_unit_is_praised_exactly_where_both_rates_reach_their_bars():
    """Every pair of rates round the bars, against the sentence: at least 95 % took part, at least 90 % passed."""
    city = row("C99", figures(700, 300))
    for missing, failed in product(range(4, 8), range(7, 12)):
        participated = 100 - missing
        passed = participated - failed
        unit = row("M01", figures(passed, failed, missing))
        expected = unit.figures.participation_rate >= 95 and unit.figures.pass_rate >= 90
        assert (names(judged(frozen(city, unit), DEFAULTS).good) == ["M01"]) is expected
    at_both_bars = row("M01", figures(171, 19, 10))
    assert (at_both_bars.figures.participation_rate, at_both_bars.figures.pass_rate) == (95, 90)
    assert names(judged(frozen(city, at_both_bars), DEFAULTS).good) == ["M01"]


@pytest.mark.parametrize(
    ("missing", "below", "named"), [(0, False, False), (0, True, False), (1, False, False), (1, True, True)]
)
def test_a_unit_is_criticised_where_people_are_missing_and_the_rate_is_below_the_citys(missing, below, named):
    city = row("C99", figures(700, 300))
    unit = row("M01", figures(40, 60, missing) if below else figures(80, 20, missing))
    found = judged(frozen(city, unit), DEFAULTS)
    assert (names(found.poor) == ["M01"]) is named
    assert ("M01" in names(found.below)) is below
    assert ("M01" in names(found.missing)) is bool(missing)


def test_a_rate_equal_to_the_citys_is_not_below_it():
    found = judged(frozen(row("C01", figures(7, 3, 1)), row("M01", figures(14, 6, 2))), DEFAULTS)
    assert names(found.poor) == []


@pytest.mark.parametrize(("participants", "named"), [(4, False), (5, True)])
def test_a_unit_with_under_five_participants_is_not_named(participants, named):
    city = row("C99", figures(500, 500))
    good = row("M01", figures(participants))
    poor = row("M02", figures(0, participants, 1))
    found = judged(frozen(city, good, poor), DEFAULTS)
    assert ("M01" in names(found.good)) is named
    assert ("M02" in names(found.poor)) is named
    assert ("M01" in names(found.too_small)) is not named


def test_nobody_at_all_took_part_and_nobody_is_named():
    found = judged(frozen(row("C01", figures(0, 0, 9)), row("M01", figures(0, 0, 1))), DEFAULTS)
    assert (found.good, found.poor, found.below) == ((), (), ())
    assert names(found.too_small) == ["C01", "M01"]


def test_thresholds_move_who_is_named():
    snapshot = frozen(
        row("C01", figures(80, 20, 5)), row("M01", figures(60, 40, 2)), row("M02", figures(50, 50, 9))
    )
    found = judged(snapshot, Thresholds(Decimal(94), Decimal(75), 3, Decimal("55.0")))
    assert (names(found.good), names(found.missing), names(found.poor)) == (["C01"], ["C01", "M02"], ["M02"])


def test_the_best_are_named_first_and_the_lowest_pass_rate_first():
    city = row("C99", figures(700, 300))
    units = [row("M01", figures(95, 5, 1)), row("M02", figures(99, 1)), row("M03", figures(60, 40, 1))]
    found = judged(frozen(city, *units, row("M04", figures(50, 50, 1))), DEFAULTS)
    assert names(found.good) == ["M02", "M01"]
    assert names(found.poor) == ["M04", "M03"]


SNAPSHOT = frozen(row("C01", figures(70, 30, 5)), row("M01", figures(95, 5)))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({}, []),
        ({"title": ""}, ["title_length"]),
        ({"title": "通" * 101}, ["title_length"]),
        ({"title": "关于222人考试情况的通报"}, ["unlisted_number"]),
        ({"document_no": "号" * 41}, ["number_length"]),
        ({"words": replace(WORDS, addressees=" ")}, ["words_missing"]),
        ({"words": replace(WORDS, opening="", issuer_name="")}, ["words_missing", "words_missing"]),
        ({"words": replace(WORDS, signer="人" * 31)}, ["words_length"]),
        ({"words": replace(WORDS, basics="合格率应为91%。", kept_numbers="91%")}, ["contradicts"]),
        ({"words": replace(WORDS, requirements="合格率要达到91%以上。")}, ["unlisted_number"]),
        ({"words": replace(WORDS, requirements="合格率要达到91%以上。", kept_numbers="91%")}, []),
        ({"words": replace(WORDS, requirements="配备3名人员。")}, ["unlisted_number"]),
        ({"words": replace(WORDS, requirements="配备3名人员。", kept_numbers="3名")}, []),
        ({"thresholds": replace(DEFAULTS, good_pass=Decimal(101))}, ["threshold_range"]),
        ({"thresholds": replace(DEFAULTS, poor_not_completed=-1)}, ["threshold_range"]),
        ({"thresholds": replace(DEFAULTS, good_pass=Decimal(80))}, ["thresholds_cross"]),
        ({"thresholds": replace(DEFAULTS, poor_pass=Decimal(95))}, ["thresholds_cross"]),
    ],
)
def test_every_reason_against_a_draft(change, code):
    assert codes(reasons_against_draft(replace(DRAFT, **change), SNAPSHOT)) == code


def test_each_verb_starts_from_its_states_and_no_other():
    expected = {
        "edit": {CircularState.DRAFT},
        "approve": {CircularState.DRAFT},
        "send_back": {CircularState.APPROVED},
        "issue": {CircularState.APPROVED},
        "discard": {CircularState.DRAFT},
        "correct": {CircularState.ISSUED},
    }
    assert isinstance(CIRCULAR, Lifecycle)
    for verb, state in product(expected, CircularState):
        reasons = reasons_against_step(StepFacts(state, is_own_text=False), verb)
        assert codes(reasons) == ([] if state in expected[verb] else ["wrong_state"]), (verb, state)
    assert CIRCULAR.moves.keys() == expected.keys()
    assert CIRCULAR.words.keys() == set(CircularState)


@pytest.mark.parametrize(
    ("state", "verb", "change", "code"),
    [
        (CircularState.DRAFT, "approve", {"is_own_text": True}, ["own_text"]),
        (CircularState.DRAFT, "approve", {"is_current_revision": False}, ["was_edited"]),
        (CircularState.DRAFT, "approve", {"has_number": False}, ["no_number"]),
        (CircularState.DRAFT, "edit", {"is_own_text": True, "has_number": False}, []),
        (CircularState.DRAFT, "edit", {"is_current_revision": False}, ["was_edited"]),
        (CircularState.APPROVED, "issue", {"is_own_text": True}, []),
        (CircularState.APPROVED, "issue", {"is_current_revision": False}, ["was_edited"]),
        (CircularState.APPROVED, "issue", {"corrected_is_issued": False}, ["corrected_not_issued"]),
        (CircularState.ISSUED, "correct", {"is_corrected": True}, ["is_corrected"]),
    ],
)
def test_what_stands_against_a_step(state, verb, change, code):
    facts = replace(StepFacts(state, is_own_text=False), **change)
    assert codes(reasons_against_step(facts, verb)) == code


@pytest.mark.parametrize(("reason", "code"), [("", 1), ("  ", 1), ("误", 0), ("误" * 501, 1)])
def test_a_correction_says_why(reason, code):
    assert len(reasons_against_reason(reason)) == code
