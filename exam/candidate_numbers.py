"""Candidate numbers: year, sitting, unit, serial and a check digit, thirteen digits in all.

``YY`` + the sitting's ordinal in that year (2) + the unit's digits (4) + serial (4) + a check digit by
ISO 7064 MOD 11,10. No digit comes from an identity number, and no meaning is ever read back out of one.
"""

import hashlib
import re

from stdnum.iso7064 import mod_11_10

MOST_SITTINGS, MOST_CANDIDATES = 99, 9999
_FORM = re.compile(r"[0-9]{13}")
_LISTED_UNIT = re.compile(r"([CM])([0-9]{1,3})")
_LISTED_START = {"C": 1000, "M": 2000}
_OTHER_START, _OTHER_SIZE = 3000, 7000


def sitting_prefix(year: int, ordinal: int) -> str:
    """Return the four digits that every number of one sitting begins with."""
    if not 1 <= ordinal <= MOST_SITTINGS:
        raise ValueError(f"a year has at most {MOST_SITTINGS} sittings")
    return f"{year % 100:02d}{ordinal:02d}"


def unit_digits(unit_code: str) -> str:
    """Return the four digits of a unit: C01 is 1001, M01 is 2001, any other code gets a fixed number from 3000.

    Two other codes may share their digits; they then share one run of serials, so numbers stay unique.
    """
    listed = _LISTED_UNIT.fullmatch(unit_code)
    if listed:
        return str(_LISTED_START[listed[1]] + int(listed[2]))
    digest = hashlib.sha256(unit_code.encode()).digest()
    return str(_OTHER_START + int.from_bytes(digest[:8], "big") % _OTHER_SIZE)


def candidate_number(prefix: str, digits: str, serial: int) -> str:
    """Return the whole number from the sitting's prefix, the unit's digits and a serial from 1."""
    if not 1 <= serial <= MOST_CANDIDATES:
        raise ValueError(f"a unit has at most {MOST_CANDIDATES} candidates")
    body = f"{prefix}{digits}{serial:04d}"
    return f"{body}{mod_11_10.calc_check_digit(body)}"


def run_of(number: str) -> tuple[str, int]:
    """Return the run a number stands in (the eight digits before the serial) and its serial."""
    return number[:8], int(number[8:12])


def is_well_formed(number: str) -> bool:
    """Say whether a number has thirteen digits and the right check digit."""
    return _FORM.fullmatch(number) is not None and mod_11_10.calc_check_digit(number[:-1]) == number[-1]
