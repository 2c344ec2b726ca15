"""The fine-line ground: the same for one number, another for the next, and without a gap."""

import pytest

from certificates.documents.guilloche import braid, pattern_of, rosette, wave_bundle, wreaths


def test_a_number_always_gives_the_same_pattern():
    assert pattern_of("99031500037") == pattern_of("99031500037")


def test_neighbouring_numbers_give_different_patterns():
    patterns = {pattern_of(f"990315{n:05}") for n in range(500)}
    assert len(patterns) == 500


def test_a_rosette_closes():
    curve = rosette(60, 0.4, 11)
    assert curve.segments[-1][2] == pytest.approx(curve.start)


def test_a_rosette_stays_within_its_radius():
    curve = rosette(60, 0.4, 11)
    assert all(x * x + y * y <= 60.01**2 for *_, (x, y) in curve.segments)


def test_the_turns_of_a_wreath_fill_one_petal_evenly():
    for wreath in wreaths(pattern_of("1"), 60):
        gaps = {round(b - a, 9) for a, b in zip(wreath.angles, wreath.angles[1:], strict=False)}
        assert len(gaps) == 1
        assert wreath.angles[-1] + gaps.pop() == pytest.approx(360 / wreath.petals)


def test_wreaths_lie_within_each_other():
    reaches = [max(x * x + y * y for *_, (x, y) in one.curve.segments) for one in wreaths(pattern_of("1"), 60)]
    assert reaches == sorted(reaches, reverse=True)
    assert reaches[0] <= 60.01**2


def test_waves_run_the_whole_length():
    for curve in wave_bundle(pattern_of("1"), 263, 5):
        assert curve.start[0] == 0
        assert curve.segments[-1][2][0] == pytest.approx(263)


def test_one_period_of_the_braid_joins_the_next():
    for strand in braid(pattern_of("1"), 10, 2):
        assert strand.segments[-1][2][1] == pytest.approx(strand.start[1])
