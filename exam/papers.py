"""Drawing a paper: which items, in what order, with the options in what order.

Everything follows from a seed through SHA-256, so that anybody can draw a paper again and see that it
was not put together by hand. A bank that is short is refused; no paper is ever drawn with fewer items.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from core.errors import Reason, RefusedError
from core.texts import lazy_gettext as _
from exam.blueprints import Cell
from questions.bank import BankItem
from questions.kinds import KIND_NAMES, OPTION_LETTERS, ItemKind

MOST_REMEMBERED = 10_000


@dataclass(frozen=True)
class PaperEntry:
    """One item of a paper. The order ``CADB`` says that the option shown as A is the item's C."""

    version_id: UUID
    order: str
    marks: int


def paper_seed(sitting_seed: str, candidate_id: UUID, number: int = 1) -> str:
    """Return the seed of one candidate's paper (only mock exams have a second one), as 64 hex digits."""
    further = "" if number == 1 else f":{number}"
    return hashlib.sha256(f"{sitting_seed}:{candidate_id}{further}".encode()).hexdigest()


def draw(cells: Sequence[Cell], bank: Iterable[BankItem], seed: str) -> list[PaperEntry]:
    """Return the paper that a seed gives, whatever order the bank comes in.

    Cells that name a subject choose first and the others take from what they leave, so no item stands
    twice. Sections follow the kinds in the order of the cells.
    """
    lots = _Lots(seed)
    drawn = _drawn(cells, sorted(bank, key=lambda item: lots.number("item", item.version_id.bytes)))
    kinds = list(dict.fromkeys(cell.kind for cell in cells))
    drawn.sort(key=lambda one: (kinds.index(one[0].kind), lots.number("place", one[0].version_id.bytes)))
    return [PaperEntry(item.version_id, _order(item, lots), marks) for item, marks in drawn]


def rows_of(entries: Iterable[PaperEntry]) -> list[list[Any]]:
    """Return a paper as it is stored: version id, order, marks."""
    return [[str(entry.version_id), entry.order, entry.marks] for entry in entries]


def entries_of(rows: Iterable[Sequence[Any]]) -> list[PaperEntry]:
    """Return a stored paper."""
    return [PaperEntry(_version_id(text), order, marks) for text, order, marks in rows]


@lru_cache(maxsize=MOST_REMEMBERED)
def _version_id(text: str) -> UUID:
    """Return a version id; the papers of a sitting name the same ones over and over."""
    return UUID(text)


class _Lots:
    """Lots cast with a seed: the same thing always draws the same number."""

    def __init__(self, seed: str) -> None:
        self._start = hashlib.sha256(seed.encode())

    def number(self, purpose: str, thing: bytes) -> bytes:
        """Return the lot of a thing for one purpose; lots of different purposes know nothing of each other."""
        lot = self._start.copy()
        lot.update(f":{purpose}:".encode() + thing)
        return lot.digest()


def _drawn(cells: Sequence[Cell], by_lot: Sequence[BankItem]) -> list[tuple[BankItem, int]]:
    drawn: list[tuple[BankItem, int]] = []
    used: set[UUID] = set()
    for cell in sorted(cells, key=lambda cell: cell.subject is None):
        fitting = [item for item in by_lot if item.version_id not in used and _fits(item, cell)]
        _refuse_if_short(cell, fitting)
        drawn += [(item, cell.marks_each) for item in fitting[: cell.item_count]]
        used |= {item.version_id for item in fitting[: cell.item_count]}
    return drawn


def _fits(item: BankItem, cell: Cell) -> bool:
    return item.kind == cell.kind and cell.subject in (None, item.subject)


def _refuse_if_short(cell: Cell, fitting: Sequence[BankItem]) -> None:
    if len(fitting) >= cell.item_count:
        return
    text = _(
        "题库不足：%(kind)s需要 %(wanted)s 题，只有 %(found)s 题可用。请联系管理员补充题库。",
        kind=KIND_NAMES[cell.kind],
        wanted=cell.item_count,
        found=len(fitting),
    )
    raise RefusedError([Reason("bank_short", text)])


def _order(item: BankItem, lots: _Lots) -> str:
    letters = OPTION_LETTERS[: item.option_count]
    if item.kind is ItemKind.TRUE_FALSE:
        return letters
    shuffled = sorted(letters, key=lambda letter: lots.number(letter, item.version_id.bytes))
    return "".join(shuffled)
