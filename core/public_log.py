"""What one entry of the public log says, byte for byte, and what a signed head of it says.

Pure: it reads no clock and no table. Whoever has these few lines can check the log with any tool for
RFC 9162 and Ed25519; nothing in them names a person.
"""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from core.merkle import leaf_hash

HEAD_TITLE = "chizheng log head"
LONGEST_KIND = 24
_KIND = re.compile(rf"[a-z][a-z_]{{0,{LONGEST_KIND - 1}}}")
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Published:
    """Something about to be logged: a short word for its kind, whose it is, and its SHA-256 in hex."""

    kind: str
    subject_id: UUID
    digest: str

    def __post_init__(self) -> None:
        if not _KIND.fullmatch(self.kind) or not is_digest(self.digest):
            raise ValueError("the log takes a short word and a SHA-256 of 64 small hex digits")


@dataclass(frozen=True)
class Leaf:
    """One entry as it was logged."""

    kind: str
    subject_id: UUID
    digest: str
    logged_at: datetime

    @property
    def canonical(self) -> bytes:
        """Return the leaf as canonical JSON: sorted keys, no blanks; equal entries give equal bytes."""
        body = {
            "kind": self.kind,
            "subject": str(self.subject_id),
            "digest": self.digest,
            "logged_at": written(self.logged_at),
        }
        return json.dumps(body, sort_keys=True, separators=(",", ":")).encode()

    @property
    def hash(self) -> bytes:
        """Return the leaf's hash in the tree."""
        return leaf_hash(self.canonical)


@dataclass(frozen=True)
class Head:
    """How long the log was at a moment, and the root over all of it."""

    size: int
    root: str
    signed_at: datetime

    @property
    def text(self) -> str:
        """Return the text that is signed: four lines."""
        return f"{HEAD_TITLE}\n{self.size}\n{self.root}\n{written(self.signed_at)}\n"


def is_digest(text: str) -> bool:
    """Say whether a text is a SHA-256 as the log writes it."""
    return _DIGEST.fullmatch(text) is not None


def written(instant: datetime) -> str:
    """Return an instant as the log writes it: UTC, to the microsecond."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds")
