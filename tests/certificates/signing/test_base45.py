"""Base45, held against the examples of RFC 9285."""

import pytest
from hypothesis import given, strategies as st

from certificates.signing.base45 import ALPHABET, decoded, encoded

EXAMPLES = {b"AB": "BB8", b"Hello!!": "%69 VD92EX0", b"base-45": "UJCLQE7W581", b"ietf!": "QED8WEX0", b"": ""}


@pytest.mark.parametrize(("data", "text"), EXAMPLES.items())
def test_the_examples_of_the_standard(data, text):
    assert encoded(data) == text
    assert decoded(text) == data


@given(st.binary(max_size=300))
def test_what_is_encoded_comes_back(data):
    assert decoded(encoded(data)) == data
    assert set(encoded(data)) <= set(ALPHABET)


@pytest.mark.parametrize("text", ["GGW", "A", "ABCD", "ab8", "BB8é", ":::", "::"])
def test_what_no_bytes_are_written_as_is_refused(text):
    with pytest.raises(ValueError, match="base45"):
        decoded(text)
