"""What one entry of the public log says, byte for byte, and what a signed head of it says.

Pure: it reads no clock and no table. Whoever has these few lines can check the log with any tool for
RFC 9162 and Ed25519; nothing in them names a person.
"""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from core.merkle import is_extension, is_included, leaf_hash
from core.signing import is_signed_by

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


@dataclass(frozen=True)
class SignedHead:
    """A head as it is handed out: with the signature of its text, in hex digits."""

    head: Head
    signature: str

    def is_by(self, key: str) -> bool:
        """Say whether the holder of this public key signed the head."""
        return is_signed_by(key, self.head.text, self.signature)


@dataclass(frozen=True)
class Proof:
    """What shows an entry to stand in the log under a signed head; ``path`` is in hex digits."""

    index: int
    leaf: Leaf
    path: tuple[str, ...]
    signed: SignedHead

    @property
    def number(self) -> int:
        """Return the place as people count, from 1."""
        return self.index + 1

    @property
    def leads_to_root(self) -> bool:
        """Say whether the path leads from the entry to the head's root."""
        head = self.signed.head
        try:
            path, root = [bytes.fromhex(step) for step in self.path], bytes.fromhex(head.root)
        except ValueError:
            return False
        return is_included(self.leaf.hash, self.index, head.size, path, root)

    def holds(self, key: str) -> bool:
        """Say whether the entry is in the log whose heads this public key signs."""
        return self.leads_to_root and self.signed.is_by(key)


@dataclass(frozen=True)
class Extension:
    """What shows the log of one size to be the beginning of the log of another; ``path`` is in hex digits."""

    old_size: int
    size: int
    path: tuple[str, ...]

    def holds(self, old_root: str, root: str) -> bool:
        """Say whether the log of the later root extends that of the older."""
        try:
            path = [bytes.fromhex(step) for step in self.path]
            roots = bytes.fromhex(old_root), bytes.fromhex(root)
        except ValueError:
            return False
        return is_extension(self.old_size, roots[0], self.size, roots[1], path)


def is_digest(text: str) -> bool:
    """Say whether a text is a SHA-256 as the log writes it."""
    return _DIGEST.fullmatch(text) is not None


def written(instant: datetime) -> str:
    """Return an instant as the log writes it: UTC, to the microsecond."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds")
