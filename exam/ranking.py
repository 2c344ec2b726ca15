"""Which unit comes first: ranks by participation rate, then by pass rate, and the orders a table can be put in.

Ranks go by the rates as they are printed, so that whoever reads the table can check them: equal rates share
a rank and the next one is left out. A unit with few participants is shown and not ranked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from exam.pass_rates import UnitFigures, UnitRow

SMALLEST_RANKED = 5
_NONE = Decimal(-1)


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


@dataclass(frozen=True)
class Sorting:
    """A column and a direction; written as ``pass_rate``, or ``-pass_rate`` for the highest first."""

    order: Order = Order.NAME
    is_descending: bool = False

    def __str__(self) -> str:
        return f"-{self.order}" if self.is_descending else str(self.order)

    def turned_to(self, order: Order) -> "Sorting":
        """Return the sorting that a click on a column asks for: its usual direction first, then the other."""
        usual = Sorting(order, order not in {Order.NAME, Order.RANK})
        return Sorting(order, not usual.is_descending) if self == usual else usual

    def aria(self, order: Order) -> str:
        """Return how a column is sorted, in the words of ARIA."""
        if order is not self.order:
            return "none"
        return "descending" if self.is_descending else "ascending"


def sorting_of(text: str) -> Sorting:
    """Return the sorting an address asks for; what it does not name is the order of the codes."""
    name = text.removeprefix("-")
    return Sorting(Order(name), text.startswith("-")) if name in set(Order) else Sorting()


def ranks(rows: Sequence[UnitRow]) -> dict[UUID, int]:
    """Return the rank of each unit that is ranked, from 1."""
    ranked = [(_place(row.figures), row.organisation_id) for row in rows if is_ranked(row.figures)]
    places = sorted((place for place, _unit in ranked), reverse=True)
    first = {place: number for number, place in reversed(list(enumerate(places, start=1)))}
    return {unit: first[place] for place, unit in ranked}


def is_ranked(figures: UnitFigures) -> bool:
    """Say whether enough took part for a rank to mean something."""
    return figures.participated >= SMALLEST_RANKED


def in_order(rows: Sequence[UnitRow], sorting: Sorting, ranked: Mapping[UUID, int]) -> list[UnitRow]:
    """Return the rows of one part of a table; whatever has no rate or rank comes last, equal ones by code."""
    by_code = sorted(rows, key=lambda row: row.code)
    if sorting.order is Order.NAME:
        return by_code[::-1] if sorting.is_descending else by_code
    values = {row.organisation_id: _value(row, sorting.order, ranked) for row in rows}
    known = [row for row in by_code if values[row.organisation_id] is not None]
    unknown = [row for row in by_code if values[row.organisation_id] is None]
    known.sort(key=lambda row: values[row.organisation_id], reverse=sorting.is_descending)  # type: ignore[arg-type,return-value]
    return [*known, *unknown]


def _value(row: UnitRow, order: Order, ranked: Mapping[UUID, int]) -> Decimal | int | None:
    if order is Order.RANK:
        return ranked.get(row.organisation_id)
    value: Decimal | int | None = getattr(row.figures, order)
    return value


def _place(figures: UnitFigures) -> tuple[Decimal, Decimal]:
    participation, passing = figures.participation_rate, figures.pass_rate
    return (_NONE if participation is None else participation, _NONE if passing is None else passing)
