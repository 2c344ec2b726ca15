"""The draw of a whole sitting, so that anybody can check afterwards that it was not chosen.

Before the doors open the digest of the seed and the digest of the frozen bank are made public; after
the sitting closes the seed is. Whoever has the seed, the bank and a candidate's key draws the paper again.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

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
    text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
