import pytest
from hypothesis import given, strategies as st

from certificates import numbers
from certificates.numbers import LAST_SERIAL, Profile, normalised, reasons_against, series_prefix, written


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (" 99100100001 ", "99100100001"),
        ("991 0010 0001", "99100100001"),
        ("９９１００１００００１", "99100100001"),
        ("冀c-0012", "冀C-0012"),
        ("冀Ｃ－００１２", "冀C-0012"),
        ("冀C–0012", "冀C-0012"),
        ("冀C—0012", "冀C-0012"),
        ("99100\u200b100001\ufeff", "99100100001"),
        ("99100\u3000100001", "99100100001"),
        ("", ""),
    ],
)
def test_a_number_has_one_written_form(typed, meant):
    assert normalised(typed) == meant


@given(st.text(max_size=40))
def test_normalising_twice_changes_nothing_more(typed):
    once = normalised(typed)
    assert normalised(once) == once


@pytest.mark.parametrize(
    ("number", "profile", "codes"),
    [
        ("99100100001", Profile.HEBEI_2007, []),
        ("冀C执0012号", Profile.HEBEI_2007, []),
        ("1" * 30, Profile.HEBEI_2007, []),
        ("1" * 31, Profile.HEBEI_2007, ["number_length"]),
        ("", Profile.HEBEI_2007, ["number_empty"]),
        ("99 1", Profile.HEBEI_2007, ["number_characters"]),
        ("９９１", Profile.HEBEI_2007, ["number_characters"]),
        ("99\x071", Profile.HEBEI_2007, ["number_characters"]),
        ("03010100001", Profile.NATIONAL_2021, []),
        ("0301010000", Profile.NATIONAL_2021, ["number_national"]),
        ("0301010000A", Profile.NATIONAL_2021, ["number_national"]),
        ("030101000011", Profile.NATIONAL_2021, ["number_national"]),
    ],
)
def test_each_profile_says_what_a_number_is(number, profile, codes):
    assert [reason.code for reason in reasons_against(number, profile)] == codes


@pytest.mark.parametrize(
    ("code", "prefix"),
    [
        ("C01", "991001"),
        ("C09", "991009"),
        ("M01", "992001"),
        ("M37", "992037"),
        ("X", "992000"),
        ("M12345", "992345"),
    ],
)
def test_a_unit_gives_its_numbers_their_beginning(code, prefix):
    assert series_prefix(code) == prefix


def test_a_number_given_here_has_eleven_digits_and_starts_with_no_province():
    number = written(series_prefix("C01"), 1)
    assert number == "99100100001"
    assert not reasons_against(number, Profile.NATIONAL_2021)
    assert number.startswith(numbers.OWN_START)


@pytest.mark.parametrize("serial", [0, -1, LAST_SERIAL + 1])
def test_a_series_holds_no_other_serials(serial):
    with pytest.raises(ValueError, match="series"):
        written("991001", serial)
