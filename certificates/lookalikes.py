"""Characters in a typed number that look like others, so that nobody reads one number and is shown another.

A number is looked up exactly as it is typed. Nothing is put in the place of a look-alike, because a guess
would answer for somebody else's credential; the person is told which character it is, and decides.
"""

import unicodedata
from dataclasses import dataclass

_LIKE_DIGITS = {"O": "0", "I": "1", "L": "1"}
_DIGITS = frozenset("0123456789")


@dataclass(frozen=True)
class LookAlike:
    """One character that may be meant for another: its place from 1, itself, and what it resembles if known."""

    place: int
    character: str
    resembles: str = ""

    @property
    def code_point(self) -> str:
        """Return the code point as it is written: U+041E."""
        return f"U+{ord(self.character):04X}"


def lookalikes(number: str) -> list[LookAlike]:
    """Return the characters of a number, in its one written form, that may be meant for others.

    These are O, I and L beside a digit, and every letter or digit that is neither Latin nor Han: Cyrillic О,
    Greek Ο, the digits of other scripts.
    """
    return [
        LookAlike(place + 1, character, _LIKE_DIGITS.get(character, ""))
        for place, character in enumerate(number)
        if _is_like_digit(number, place) or _is_foreign(character)
    ]


def _is_like_digit(number: str, place: int) -> bool:
    """Say whether a letter that looks like a digit stands in a run of such letters that touches a digit."""
    if number[place] not in _LIKE_DIGITS:
        return False
    before = number[:place].rstrip("".join(_LIKE_DIGITS))[-1:]
    after = number[place:].lstrip("".join(_LIKE_DIGITS))[:1]
    return before in _DIGITS or after in _DIGITS


def _is_foreign(character: str) -> bool:
    if character.isascii() or unicodedata.category(character)[0] not in "LN":
        return False
    return not unicodedata.name(character, "").startswith(("CJK ", "LATIN ", "IDEOGRAPHIC "))
