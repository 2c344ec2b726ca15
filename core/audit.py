"""The audit chain: what one entry says, and the digest that ties it to the one before.

Pure: it reads no clock and no table. Changing, removing or reordering any entry breaks every digest
after it.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from core.canonical import canonical_json

GENESIS = "0" * 64


@dataclass(frozen=True)
class Actor:
    """Who acted: an account, or the system itself when there is none."""

    account_id: UUID | None
    name: str


SYSTEM = Actor(None, "system")


@dataclass(frozen=True)
class Entry:
    """One change of state: when, who, what (``package:noun:verb``), to which thing, with what detail."""

    at: datetime
    actor: Actor
    verb: str
    subject_id: UUID | None
    detail: Mapping[str, Any]


def digest(previous: str, entry: Entry) -> str:
    """Return the SHA-256 that ties an entry to the digest before it, as 64 hex digits."""
    body = {
        "previous": previous,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "account": str(entry.actor.account_id) if entry.actor.account_id else None,
        "actor": entry.actor.name,
        "verb": entry.verb,
        "subject": str(entry.subject_id) if entry.subject_id else None,
        "detail": entry.detail,
    }
    text = canonical_json(body)
    return hashlib.sha256(text.encode()).hexdigest()


def first_break(chain: Iterable[tuple[Entry, str]]) -> int | None:
    """Return the position (from 0) of the first entry whose digest does not follow, or None."""
    previous = GENESIS
    for position, (entry, recorded) in enumerate(chain):
        if digest(previous, entry) != recorded:
            return position
        previous = recorded
    return None
