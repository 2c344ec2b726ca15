"""How many people a clean-up removed, by unit and by class: each person once, cards in no count of people.

The table is built so that it adds up in both directions; ``Table.agrees`` says so of the finished figures.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from certificates.grounds import GroundClass, leading_ground

COUNTED = tuple(group for group in GroundClass if group is not GroundClass.CARD_ONLY)


@dataclass(frozen=True)
class Removal:
    """One removed case: whose, counted for which unit, on which grounds."""

    officer_id: UUID
    organisation_id: UUID
    grounds: tuple[str, ...]


@dataclass(frozen=True)
class Line:
    """One line of the table: how many people of each counted class, in the order of ``COUNTED``."""

    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        """Return how many people there are in the line."""
        return sum(self.counts)


@dataclass(frozen=True)
class Table:
    """The figures of one round: a line per unit, the two subtotals, everything; and the cards alone."""

    units: Mapping[UUID, Line]
    departments: Line
    counties: Line
    everything: Line
    people: int
    cards: int

    @property
    def agrees(self) -> bool:
        """Say whether units, subtotals and classes each add up to the people removed."""
        sums = {
            self.everything.total,
            self.departments.total + self.counties.total,
            sum(line.total for line in self.units.values()),
        }
        return sums == {self.people}


def table_of(removals: Sequence[Removal], units: Sequence[UUID], counties: frozenset[UUID]) -> Table:
    """Return the table over these units; what is no county counts with the municipal departments."""
    people = _people(removals)
    counted = Counter(people.values())
    lines = {unit: Line(tuple(counted[unit, group] for group in COUNTED)) for unit in units}
    cards = sum(1 for _unit, group in people.values() if group is GroundClass.CARD_ONLY)
    return Table(
        units=lines,
        departments=_sum([line for unit, line in lines.items() if unit not in counties]),
        counties=_sum([line for unit, line in lines.items() if unit in counties]),
        everything=_sum(list(lines.values())),
        people=len(people) - cards,
        cards=cards,
    )


def _people(removals: Sequence[Removal]) -> dict[UUID, tuple[UUID, GroundClass]]:
    """Return each person once: the unit of the first removal, the class of the leading ground of all."""
    units: dict[UUID, UUID] = {}
    grounds: dict[UUID, set[str]] = defaultdict(set)
    for removal in removals:
        units.setdefault(removal.officer_id, removal.organisation_id)
        grounds[removal.officer_id].update(removal.grounds)
    return {officer: (units[officer], leading_ground(codes).group) for officer, codes in grounds.items()}


def _sum(lines: Sequence[Line]) -> Line:
    return Line(tuple(sum(line.counts[place] for line in lines) for place in range(len(COUNTED))))
