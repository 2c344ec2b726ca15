from uuid import UUID

import pytest
from hypothesis import given, strategies as st

from core.errors import ForbiddenError
from exam.attempt_tokens import Place, read, signed

PLACE = Place(UUID(int=1), 3, UUID(int=2))


@given(st.builds(Place, st.uuids(), st.integers(0, 2**31), st.uuids()), st.text(min_size=1))
def test_a_token_says_what_it_was_made_for(place, secret):
    assert read(signed(place, secret), secret) == place


def test_a_token_of_another_secret_is_refused():
    with pytest.raises(ForbiddenError):
        read(signed(PLACE, "one"), "another")


@given(st.data())
def test_a_changed_token_is_refused(data):
    token = signed(PLACE, "secret")
    at = data.draw(st.integers(0, len(token) - 2))
    letter = data.draw(st.sampled_from("abcXYZ019._-").filter(lambda one: one != token[at]))
    with pytest.raises(ForbiddenError):
        read(token[:at] + letter + token[at + 1 :], "secret")


@pytest.mark.parametrize("token", ["", ".", "null", "W10.x", "ünïcode"])
def test_rubbish_is_refused(token):
    with pytest.raises(ForbiddenError):
        read(token, "secret")
