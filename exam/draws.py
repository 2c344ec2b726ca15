"""The draw of a whole sitting, so that anybody can check afterwards that it was not chosen.

Before the doors open the digest of the seed and the digest of the frozen bank are made public; after
the sitting closes the seed is. Whoever has the seed, the bank and a candidate's key draws the paper again.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from core.errors import InvalidError
from core.texts import lazy_gettext as _
from exam.blueprints import Cell
from questions.bank import BankItem
from questions.kinds import ItemKind, Subject


def commitment_of(seed: str) -> str:
    """Return the SHA-256 of the seed's hex digits, as 64 hex digits."""
    return hashlib.sha256(seed.encode()).hexdigest()


def bank_rows(bank: Iterable[BankItem]) -> list[list[Any]]:
    """Return a bank as it is frozen: version id, kind, subject, number of options."""
    return [[str(item.version_id), item.kind, item.subject, item.option_count] for item in bank]


def bank_of(rows: Iterable[Sequence[Any]]) -> list[BankItem]:
    """Return a frozen bank."""
    return [BankItem(UUID(row[0]), ItemKind(row[1]), Subject(row[2]), row[3]) for row in rows]


def bank_digest(rows: Sequence[Sequence[Any]]) -> str:
    """Return the SHA-256 of a frozen bank as compact JSON, as 64 hex digits."""
    return hashlib.sha256(bank_text(rows).encode()).hexdigest()


def bank_text(rows: Sequence[Sequence[Any]]) -> str:
    """Return a frozen bank as the file that is handed out; its SHA-256 is the bank's digest."""
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))


def rows_in(text: str) -> list[list[Any]]:
    """Return the rows of a bank file, or say that it is none."""
    try:
        rows = json.loads(text)
        bank_of(rows)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        raise InvalidError(_("这不是题库文件，请使用抽题公示页下载的文件。")) from None
    return list(rows)


def cells_text(cells: Iterable[Cell]) -> str:
    """Return how a paper is made up in one line: ``kind:subject:items:marks``, ``*`` for any subject."""
    return ",".join(f"{cell.kind}:{cell.subject or '*'}:{cell.item_count}:{cell.marks_each}" for cell in cells)


def cells_in(text: str) -> list[Cell]:
    """Return the cells in such a line, or say how to write it."""
    try:
        return [_cell_in(part) for part in text.split(",")]
    except ValueError:
        raise InvalidError(_("题型结构应写作 single:*:40:1,multiple:*:20:2，请照抽题公示页填写。")) from None


def _cell_in(part: str) -> Cell:
    kind, subject, items, marks = part.strip().split(":")
    return Cell(ItemKind(kind), None if subject == "*" else Subject(subject), int(items), int(marks))
