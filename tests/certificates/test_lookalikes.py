import pytest

from certificates.lookalikes import LookAlike, lookalikes


@pytest.mark.parametrize("number", ["99100100001", "DEMO-ABC", "冀A-0012", "", "OIL", "沪执〇一2"])
def test_a_plain_number_has_none(number):
    assert lookalikes(number) == []


@pytest.mark.parametrize(
    ("number", "found"),
    [
        ("9910O100001", [LookAlike(5, "O", "0")]),
        ("991OO100001", [LookAlike(4, "O", "0"), LookAlike(5, "O", "0")]),
        ("L9100I", [LookAlike(1, "L", "1"), LookAlike(6, "I", "1")]),
        ("О99", [LookAlike(1, "О")]),
        ("99Ο", [LookAlike(3, "Ο")]),
        ("А-991", [LookAlike(1, "А")]),
        ("9٩1", [LookAlike(2, "٩")]),
        ("9𝟗".replace("𝟗", "९"), [LookAlike(2, "९")]),
    ],
)
def test_what_looks_like_another_is_named_by_its_place(number, found):
    assert lookalikes(number) == found


def test_a_code_point_is_written_out():
    assert LookAlike(1, "О").code_point == "U+041E"
