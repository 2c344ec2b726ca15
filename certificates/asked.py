"""What somebody at the roadside typed into the one field: a number, or a name with its unit.

No name holds a digit (``core/person_names.py``), so whatever holds one is taken for a number. Nothing is
guessed, completed or corrected.
"""

import unicodedata
from dataclasses import dataclass

from certificates import numbers
from certificates.lookalikes import LookAlike, lookalikes
from core import person_names

LONGEST = 200
LONGEST_SHOWN = 60


@dataclass(frozen=True)
class Asked:
    """What is looked up: a number, or a name and a unit, each in its one written form."""

    number: str = ""
    name: str = ""
    unit: str = ""

    @property
    def is_empty(self) -> bool:
        """Say whether nothing was asked."""
        return not (self.number or self.name or self.unit)

    @property
    def lacks_unit(self) -> bool:
        """Say whether a name was given alone: one name is borne by many."""
        return bool(self.name) and not self.unit

    @property
    def lacks_name(self) -> bool:
        """Say whether a unit was given alone: nobody is looked up by a unit."""
        return bool(self.unit) and not (self.name or self.number)

    @property
    def shown(self) -> str:
        """Return what was looked up, short enough to be shown."""
        text = self.number or self.name
        return text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "…"

    @property
    def lookalikes(self) -> list[LookAlike]:
        """Return which characters of the number shown may be meant for others."""
        return lookalikes(self.number[:LONGEST_SHOWN])


def asked(typed: str, unit: str = "") -> Asked:
    """Return what one field and the unit beside it ask for; a number needs no unit, so its unit is left out."""
    typed, unit = _short(typed).strip(), _short(unit).strip()
    if any(_is_digit(character) for character in typed):
        return Asked(number=numbers.normalised(typed))
    return Asked(name=person_names.normalised(typed), unit=unit)


def by_number(typed: str) -> Asked:
    """Return what a field asks for that takes a number alone."""
    return Asked(number=numbers.normalised(_short(typed)))


def by_name(name: str, unit: str) -> Asked:
    """Return what two fields ask for that take a name and a unit."""
    return Asked(name=person_names.normalised(_short(name)), unit=_short(unit).strip())


def token_in(typed: str) -> str:
    """Return the token of a QR code as it is stored."""
    return _short(typed).upper()


def _is_digit(character: str) -> bool:
    return unicodedata.category(character) in {"Nd", "No"}


def _short(typed: str) -> str:
    """Cut what is far too long to be found and drop what no database takes in a text."""
    return typed[:LONGEST].replace("\x00", "")
