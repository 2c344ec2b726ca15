import re

import pytest

from certificates.checks import number_in, question

SEEDS = range(400)


def test_the_same_seed_asks_the_same():
    assert [question(seed).answer for seed in SEEDS] == [question(seed).answer for seed in SEEDS]


def test_questions_are_of_many_kinds_and_many_answers():
    asked = [question(seed) for seed in SEEDS]
    assert len({re.sub("[0-9]+", "", str(one.text)) for one in asked}) == 6
    assert len({one.answer for one in asked}) > 40


def test_every_question_is_text_with_figures_and_has_a_small_whole_answer():
    for one in map(question, SEEDS):
        assert str(one.text).endswith("？")
        assert 1 <= one.answer < 200
        assert type(one.answer) is int


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("37", 37),
        (" ３７ 个人", 37),
        ("三十七", 37),
        ("十二", 12),
        ("二十", 20),
        ("一百零二", 102),
        ("一百二十三岁", 123),
        ("两", 2),
        ("零", 0),
        ("", None),
        ("不知道", None),
        ("37 38", None),
        ("-", None),
        ("9" * 100, int("9" * 40)),
    ],
)
def test_a_number_is_read_however_it_is_written(typed, number):
    assert number_in(typed) == number
