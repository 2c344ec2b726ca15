import pytest
from hypothesis import given, strategies as st

from exam.candidate_numbers import candidate_number, is_well_formed, run_of, sitting_prefix, unit_digits


def test_a_number_reads_year_sitting_unit_serial_check():
    number = candidate_number(sitting_prefix(2026, 3), unit_digits("C01"), 7)
    assert number[:-1] == "260310010007"
    assert len(number) == 13
    assert is_well_formed(number)


def test_listed_units_keep_their_number():
    assert [unit_digits(code) for code in ("C01", "C09", "M01", "M37")] == ["1001", "1009", "2001", "2037"]


@given(st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=1, max_size=12))
def test_any_other_code_has_four_digits_and_always_the_same(code):
    digits = unit_digits(code)
    assert len(digits) == 4
    assert digits.isdigit()
    assert digits == unit_digits(code)


@given(st.integers(2000, 2099), st.integers(1, 99), st.integers(1000, 9999), st.integers(1, 9999))
def test_every_number_is_well_formed_and_names_its_run(year, ordinal, unit, serial):
    prefix = sitting_prefix(year, ordinal)
    number = candidate_number(prefix, str(unit), serial)
    assert is_well_formed(number)
    assert run_of(number) == (f"{prefix}{unit}", serial)


def test_one_wrong_digit_and_two_swapped_neighbours_are_found_out():
    number = candidate_number("2601", "1001", 4711)
    for place in range(13):
        for digit in set("0123456789") - {number[place]}:
            assert not is_well_formed(number[:place] + digit + number[place + 1 :])


@pytest.mark.parametrize("text", ["", "26011001000", "26011001000１", "abcdefghijklm", "2601100100013 "])
def test_what_is_no_number_is_not_well_formed(text):
    assert not is_well_formed(text)


@pytest.mark.parametrize(("ordinal", "serial"), [(0, 1), (100, 1), (1, 0), (1, 10_000)])
def test_numbers_that_do_not_fit_are_refused(ordinal, serial):
    with pytest.raises(ValueError, match="at most"):
        candidate_number(sitting_prefix(2026, ordinal), "1001", serial)
