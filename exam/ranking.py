"""Which unit comes first: ranks by participation rate, then by pass rate, and the orders a table can be put in.

Ranks go by the rates as they are printed, so that whoever reads the table can check them: equal rates share
a rank and the next one is left out. A unit with few participants is shown and not ranked.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from exam.pass_rates import UnitFigures, UnitRow

SMALLEST_RANKED = 5
_NONE = Decimal(-1)
Row = TypeVar("Row")
Value = Decimal | int | None


class Order(StrEnum):
    """What a table of figures can be sorted by; each is a column of it."""

    NAME = "name"
    RANK = "rank"
    DUE = "due"
    PARTICIPATED = "participated"
    PARTICIPATION_RATE = "participation_rate"
    PASSED = "passed"
    FAILED = "failed"
    PASS_RATE = "pass_rate"
    OVERALL_RATE = "overall_rate"
    NOT_COMPLETED = "not_completed"


class SubjectOrder(StrEnum):
    """What a table of subjects can be sorted by."""

    NAME = "name"
    REACHED = "reached"
    AVAILABLE = "available"
    SHARE = "share"


@dataclass(frozen=True)
class Sorting:
    """A column and a direction; written as ``pass_rate``, or ``-pass_rate`` for the highest first."""

    order: str = Order.NAME
    is_descending: bool = False

    def __str__(self) -> str:
        return f"-{self.order}" if self.is_descending else self.order

    def turned_to(self, order: str) -> "Sorting":
        """Return the sorting that a click on a column asks for: its usual direction first, then the other."""
        usual = Sorting(order, order not in {Order.NAME, Order.RANK})
        return Sorting(order, not usual.is_descending) if self == usual else usual

    def aria(self, order: str) -> str:
        """Return how a column is sorted, in the words of ARIA."""
        if order != self.order:
            return "none"
        return "descending" if self.is_descending else "ascending"


def sorting_of(text: str, orders: type[StrEnum] = Order) -> Sorting:
    """Return the sorting an address asks for; what it does not name leaves the table as it is."""
    name = text.removeprefix("-")
    return Sorting(name, text.startswith("-")) if name in set(orders) else Sorting()


def ranks(rows: Sequence[UnitRow]) -> dict[UUID, int]:
    """Return the rank of each unit that is ranked, from 1."""
    ranked = [(_place(row.figures), row.organisation_id) for row in rows if is_ranked(row.figures)]
    places = sorted((place for place, _unit in ranked), reverse=True)
    first = {place: number for number, place in reversed(list(enumerate(places, start=1)))}
    return {unit: first[place] for place, unit in ranked}


def is_ranked(figures: UnitFigures) -> bool:
    """Say whether enough took part for a rank to mean something."""
    return figures.participated >= SMALLEST_RANKED


def in_order(rows: Sequence[Row], sorting: Sorting, value_of: Callable[[Row], Value]) -> list[Row]:
    """Return the rows of one part of a table by a value of theirs; whatever has none comes last.

    Sorted by name, and where values are equal, the rows stay in the order they came in.
    """
    if sorting.order == Order.NAME:
        return list(reversed(rows)) if sorting.is_descending else list(rows)
    valued = [(value_of(row), row) for row in rows]
    known = [(value, row) for value, row in valued if value is not None]
    known.sort(key=lambda pair: pair[0], reverse=sorting.is_descending)
    return [*(row for _value, row in known), *(row for value, row in valued if value is None)]


def _place(figures: UnitFigures) -> tuple[Decimal, Decimal]:
    participation, passing = figures.participation_rate, figures.pass_rate
    return (_NONE if participation is None else participation, _NONE if passing is None else passing)
