"""Formulas of a spreadsheet, each with the value it comes to.

A formula is put together here from cells alone, never from what somebody typed; its value is computed by our
own rules and written beside it, so that a reader that does not calculate shows the same figure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from string import ascii_uppercase

FIRST_ROW = 2  # the header is row 1


@dataclass(frozen=True)
class Formula:
    """What a cell calculates, beginning with ``=``, and what that is."""

    text: str
    value: int | Decimal | str


def cell(column: int, row: int) -> str:
    """Return the name of a cell below the header; columns and rows are counted from 0."""
    return f"{_letters(column)}{row + FIRST_ROW}"


def sum_of_rows(column: int, first: int, last: int, value: int) -> Formula | int:
    """Add up one column from the first row to the last; no rows at all come to a plain figure."""
    return Formula(f"=SUM({cell(column, first)}:{cell(column, last)})", value) if last >= first else value


def sum_of_cells(cells: Sequence[str], value: int) -> Formula:
    """Add up single cells, such as the subtotals of a table."""
    return Formula("=" + "+".join(cells), value)


def percentage(part: str, whole: str, value: Decimal | None, places: int = 1) -> Formula:
    """Divide one cell by another, in per cent, rounded half up; nothing over nothing shows a dash.

    The part is multiplied first: of two integers a spreadsheet divides without an error of its own.
    """
    text = f'=IF({whole}=0,"—",ROUND({part}*100/{whole},{places}))'
    return Formula(text, "—" if value is None else value)


def _letters(column: int) -> str:
    letters = ""
    number = column + 1
    while number:
        number, place = divmod(number - 1, len(ascii_uppercase))
        letters = ascii_uppercase[place] + letters
    return letters
