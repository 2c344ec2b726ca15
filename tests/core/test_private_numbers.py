import pytest

from core.private_numbers import private_numbers, reasons_against_making_public


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("身份证130302197501012345。", ["130302197501012345"]),
        ("13030219750101234X", ["13030219750101234X"]),
        ("旧号130302750101234", ["130302750101234"]),
        ("电话13812345678，请回电", ["13812345678"]),
        ("138 1234 5678", ["138 1234 5678"]),
        ("138-1234-5678", ["138-1234-5678"]),
        ("科室电话0335-1234567", []),
        ("0335-3651234转8001", []),
        ("准考证号2601100100013", []),
        ("a" * 20 + "12345678901234567890", []),
        ("2026年11月25日", []),
    ],
)
def test_identity_and_mobile_numbers_are_found_and_nothing_else(text, found):
    assert private_numbers(text) == found
    assert [one.code for one in reasons_against_making_public(text)] == ["private_number"] * bool(found)
