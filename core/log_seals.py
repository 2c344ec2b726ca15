"""A short proof beside the long one: the platform's own mark on each entry of the public log.

Whoever has only the tables cannot make it, so one indexed read is enough to tell an entry that we logged
from a row that was put into the table or changed there. It proves nothing to anybody else; that is what
heads and inclusion proofs are for, and an entry without its mark must be proved by them.
"""

import hashlib
import hmac
from functools import lru_cache

from core.public_log import Leaf, SignedHead
from core.sealing import derived_key
from core.signing import public_key

PURPOSE = "log seal"
HEADS_REMEMBERED = 64


def seal_of(index: int, leaf: Leaf) -> str:
    """Return the mark of one entry at its place, as 64 hex digits."""
    return hmac.new(derived_key(PURPOSE), b"%d\n" % index + leaf.canonical, hashlib.sha256).hexdigest()


def is_sealed(index: int, leaf: Leaf, seal: str | None) -> bool:
    """Say whether an entry bears our mark for this very place and content."""
    return seal is not None and hmac.compare_digest(seal, seal_of(index, leaf))


def stands_under(index: int, signed: SignedHead) -> bool:
    """Say whether an entry's place is within a head that we signed.

    A head is checked once in each process: the same text and signature are genuine for good.
    """
    return index < signed.head.size and _is_ours(signed, derived_key(PURPOSE))


@lru_cache(maxsize=HEADS_REMEMBERED)
def _is_ours(signed: SignedHead, _installation: bytes) -> bool:
    return signed.is_by(public_key())
