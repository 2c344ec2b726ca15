"""What a pass list makes public, and the digest that seals it.

Serial, name, unit and candidate number, and nothing else: neither score nor identity number has a place
here to stand in.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True)
class ListedPerson:
    """One public line of a list."""

    serial: int
    name: str
    unit_name: str
    candidate_no: str


@dataclass(frozen=True)
class PublishedList:
    """A list as it is published."""

    title: str
    issuer_name: str
    published_at: datetime
    people: Sequence[ListedPerson]


def canonical(published: PublishedList) -> bytes:
    """Return the list as canonical JSON: sorted keys, no blanks, UTF-8; equal lists give equal bytes."""
    body = {
        "title": published.title,
        "issuer": published.issuer_name,
        "published_at": published.published_at.astimezone(UTC).isoformat(timespec="microseconds"),
        "people": [
            {"serial": one.serial, "name": one.name, "unit": one.unit_name, "candidate_no": one.candidate_no}
            for one in published.people
        ],
    }
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest_of(published: PublishedList) -> str:
    """Return the SHA-256 of a list's canonical form, as 64 hex digits."""
    return hashlib.sha256(canonical(published)).hexdigest()
