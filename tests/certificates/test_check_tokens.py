from datetime import timedelta

import pytest
import time_machine

from certificates.check_tokens import (
    QUESTION_MINUTES,
    Asking,
    answer_digest,
    pass_in,
    question_in,
    signed_pass,
    signed_question,
)
from core import clock

SECRET = "secret"


@pytest.fixture
def asking():
    return Asking("abc", answer_digest("abc", 42))


def test_a_question_comes_back_as_it_was_asked(asking):
    assert question_in(signed_question(asking, SECRET), SECRET) == asking
    assert asking.is_answered_by(42)
    assert not asking.is_answered_by(41)
    assert not asking.is_answered_by(None)


def test_each_question_hides_its_answer_in_its_own_way():
    assert answer_digest("abc", 42) != answer_digest("abd", 42)


def test_a_word_of_somebody_else_is_none(asking):
    word = signed_question(asking, SECRET)
    assert question_in(word, "another") is None
    assert question_in(word[:-2] + "xx", SECRET) is None
    assert question_in("", SECRET) is None
    assert question_in(signed_pass("abc", SECRET), SECRET) is None
    assert pass_in(word, SECRET) is None


def test_words_age(asking):
    word, passed = signed_question(asking, SECRET), signed_pass("name", SECRET)
    assert pass_in(passed, SECRET) == "name"
    with time_machine.travel(clock.now() + timedelta(minutes=QUESTION_MINUTES + 1)):
        assert question_in(word, SECRET) is None
        assert pass_in(passed, SECRET) == "name"
    with time_machine.travel(clock.now() + timedelta(minutes=61)):
        assert pass_in(passed, SECRET) is None
