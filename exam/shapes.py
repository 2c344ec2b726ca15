"""The shape of a paper: how many options each place offers, and whether it takes several letters.

It is all that a save has to know of a paper, it never changes, and at one byte a place it can be kept in
memory for every candidate of a large sitting. It says yes or no; why not is for the marking to say.
"""

from collections.abc import Container, Iterable, Sequence
from typing import Any

from exam.marking import Given
from questions.kinds import OPTION_LETTERS

Shape = bytes
"""By place: the number of options, and ``SEVERAL`` added where several letters may be chosen."""
SEVERAL = 128


def shape_of(rows: Iterable[Sequence[Any]], several: Container[str]) -> Shape:
    """Return the shape of a paper as it is stored; ``several`` are the versions that take several letters."""
    return bytes(len(order) + (SEVERAL if version_id in several else 0) for version_id, order, _marks in rows)


def fits(shape: Shape, given: Given) -> bool:
    """Say whether a response can be one to a paper of this shape."""
    if given.seq < 1 or not 1 <= given.place <= len(shape):
        return False
    count, choice = shape[given.place - 1], given.choice
    if len(choice) > 1 and count < SEVERAL:
        return False
    offered = OPTION_LETTERS[: count % SEVERAL]
    return choice == "".join(letter for letter in offered if letter in choice)
