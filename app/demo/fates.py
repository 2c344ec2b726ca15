"""What is to become of each applicant, so that every unit comes out at its figures.

A fate says who comes and which side of the cut score the answers are drawn for; the score itself is the
marking rule's.
"""

from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from app.demo.roll import DemoOfficer
from app.demo.stage import Stage

REQUIRED = Decimal(24)
STRIDE = 7919  # a prime above every unit's size, so that each place of the roll is met once
PARTIAL = (Decimal(8), Decimal(12), Decimal(16), Decimal(20))


@dataclass(frozen=True)
class Fate:
    """One applicant's way through training and exam."""

    person: DemoOfficer
    hours: Decimal
    sits: bool
    passes: bool
    seed: str


def fates(stage: Stage) -> list[Fate]:
    """Return everybody's fate, in the order of the roll; the same at each call."""
    found: list[Fate] = []
    for unit, people in groupby(stage.roll.applicants, key=lambda person: person.unit):
        for place, person in enumerate(people):
            found.append(_fate(person, place * STRIDE % unit.due))
    return found


def _fate(person: DemoOfficer, place: int) -> Fate:
    """Spread the outcomes over the unit's roll: a place stands for exactly one of its people."""
    unit, seed = person.unit, f"2017:{person.document}"
    if place < unit.passed:
        return Fate(person, REQUIRED, sits=True, passes=True, seed=seed)
    if place < unit.participated:
        return Fate(person, REQUIRED, sits=True, passes=False, seed=seed)
    missing = place - unit.participated
    hours = (Decimal(0), PARTIAL[missing % len(PARTIAL)], REQUIRED)[missing % 3]
    return Fate(person, hours, sits=False, passes=False, seed=seed)
