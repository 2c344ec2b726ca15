"""Personal data at rest: sealed under a key, found again by a keyed digest.

Two equal numbers are sealed differently each time, and a sealed value moved to another column does
not open; only the digest, under a key of its own, can be compared.
"""

import hashlib
import hmac
import os
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12


@dataclass(frozen=True)
class SealingKeys:
    """The 32-byte keys: one seals, one makes digests for matching, one is the root of all others."""

    sealing: bytes
    matching: bytes
    root: bytes


_keys: SealingKeys | None = None


def use_keys(secret: bytes) -> None:
    """Derive the keys from the installation's secret; call once at start-up."""
    global _keys
    _keys = SealingKeys(_derived(secret, b"sealing"), _derived(secret, b"matching"), _derived(secret, b"root"))


def sealed(plain: str, place: str) -> bytes:
    """Return the text sealed for one place, written ``table.column``."""
    return sealed_bytes(plain.encode(), place)


def opened(secret: bytes, place: str) -> str:
    """Return the text that was sealed for this place."""
    return opened_bytes(secret, place).decode()


def sealed_bytes(plain: bytes, place: str) -> bytes:
    """Return the bytes sealed for one place, written ``table.column``."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(_current().sealing).encrypt(nonce, plain, place.encode())


def opened_bytes(secret: bytes, place: str) -> bytes:
    """Return the bytes that were sealed for this place."""
    nonce, body = secret[:NONCE_BYTES], secret[NONCE_BYTES:]
    return AESGCM(_current().sealing).decrypt(nonce, body, place.encode())


def matching_digest(plain: str) -> str:
    """Return the keyed digest by which equal values are found, as 64 hex digits."""
    return hmac.new(_current().matching, plain.encode(), hashlib.sha256).hexdigest()


def derived_key(purpose: str) -> bytes:
    """Return the 32-byte key of one purpose; the same installation always gives the same."""
    return _derived(_current().root, purpose.encode())


def _derived(secret: bytes, purpose: bytes) -> bytes:
    return hmac.new(secret, b"chizheng:" + purpose, hashlib.sha256).digest()


def _current() -> SealingKeys:
    if _keys is None:
        raise RuntimeError("no sealing keys are in use")
    return _keys
