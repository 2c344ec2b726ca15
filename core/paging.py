"""One page of a long list, with what a person needs to turn to the others."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

PAGE_SIZE = 50
Row = TypeVar("Row")


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Rows of one page; numbers count from 1."""

    rows: Sequence[Row]
    number: int
    size: int
    total: int

    @property
    def count(self) -> int:
        """Return how many pages there are, at least one."""
        return max(1, math.ceil(self.total / self.size))

    @property
    def first(self) -> int:
        """Return the place of the first row in the whole list, from 1; 0 when the list is empty."""
        return 0 if self.total == 0 else (self.number - 1) * self.size + 1

    @property
    def last(self) -> int:
        """Return the place of the last row in the whole list."""
        return min(self.number * self.size, self.total)

    @property
    def around(self) -> list[int | None]:
        """Return the page numbers to offer, None where some are left out."""
        near = {1, self.count, *range(self.number - 2, self.number + 3)}
        offered: list[int | None] = []
        for number in sorted(n for n in near if 1 <= n <= self.count):
            if offered and offered[-1] is not None and number > offered[-1] + 1:
                offered.append(None)
            offered.append(number)
        return offered


def page_of(session: Session, query: Select[Any], number: int, size: int = PAGE_SIZE) -> Page[Any]:
    """Run a query for one page; a number past the end gives the last page.

    A query over one entity gives entities, a query over several columns gives rows.
    """
    total = session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    number = min(max(1, number), max(1, math.ceil(total / size)))
    result = session.execute(query.limit(size).offset((number - 1) * size))
    rows = result.scalars().all() if len(query.column_descriptions) == 1 else result.all()
    return Page(rows, number, size, total)


def page_among(rows: Sequence[Row], number: int, size: int = PAGE_SIZE) -> Page[Row]:
    """Return one page of rows that are all at hand; a number past the end gives the last page."""
    number = min(max(1, number), max(1, math.ceil(len(rows) / size)))
    return Page(rows[(number - 1) * size : number * size], number, size, len(rows))
