"""At which point a sitting's figures are taken: the first sitting alone, or with its make-ups so far.

Whoever sat more than once is counted once, by the best end, in the unit that registered them for the first
sitting; a make-up moves people from one end to another and neither adds nor loses one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from core.texts import Text, lazy_gettext as _
from exam.endings import End, best


class Cut(StrEnum):
    """The two cut-offs."""

    FIRST = "first"
    WITH_MAKE_UP = "with_make_up"


CUT_NAMES: dict[Cut, Text] = {Cut.FIRST: _("首考"), Cut.WITH_MAKE_UP: _("含补考")}


@dataclass(frozen=True)
class CutOff:
    """A cut-off with its day: the first sitting, and the closed make-ups that count too."""

    cut: Cut
    sitting_id: UUID
    make_up_ids: tuple[UUID, ...]
    as_of: datetime | None


class Cell(NamedTuple):
    """How many people of one unit and one employment came to one end."""

    organisation_id: UUID
    employment: str
    end: End
    people: int


@dataclass(frozen=True)
class Move:
    """How many people of one unit, employment and first end came to this best end in make-ups."""

    organisation_id: UUID
    employment: str
    first: End
    later: End
    count: int


def moved(cells: Iterable[Cell], moves: Sequence[Move]) -> list[Cell]:
    """Return the cells after the make-ups: each person leaves the first end for the better one, if it is one."""
    counts: dict[tuple[UUID, str, End], int] = {
        (cell.organisation_id, cell.employment, cell.end): cell.people for cell in cells
    }
    for move in moves:
        counted = best((move.first, move.later))
        if counted is move.first:
            continue
        before, after = ((move.organisation_id, move.employment, end) for end in (move.first, counted))
        _take(counts, before, move.count)
        counts[after] = counts.get(after, 0) + move.count
    return [Cell(*key, count) for key, count in counts.items() if count]


def _take(counts: dict[tuple[UUID, str, End], int], key: tuple[UUID, str, End], count: int) -> None:
    left = counts.get(key, 0) - count
    if left < 0:
        raise ValueError("more people sat a make-up than came to that end before")
    counts[key] = left


def by_unit(cells: Iterable[Cell]) -> dict[UUID, dict[End, int]]:
    """Return how many people of each unit came to each end."""
    found: dict[UUID, dict[End, int]] = {}
    for cell in cells:
        ends = found.setdefault(cell.organisation_id, {})
        ends[cell.end] = ends.get(cell.end, 0) + cell.people
    return found


def by_employment(cells: Iterable[Cell]) -> Mapping[str, dict[End, int]]:
    """Return how many people of each employment came to each end."""
    found: dict[str, dict[End, int]] = {}
    for cell in cells:
        ends = found.setdefault(cell.employment, {})
        ends[cell.end] = ends.get(cell.end, 0) + cell.people
    return found
