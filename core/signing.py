"""The installation's own signature (Ed25519): who holds a text and it can be told that we wrote it.

The key is derived from the installation's secret; anybody may have the public half.
"""

import re

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from core.sealing import derived_key

PURPOSE = "signing"


def signature_of(text: str) -> str:
    """Return the signature of a text, as 128 hex digits."""
    return _key().sign(text.encode()).hex()


def is_ours(text: str, signature: str) -> bool:
    """Say whether the signature is ours and of this very text."""
    return is_signed_by(public_key(), text, signature)


def is_signed_by(key: str, text: str, signature: str) -> bool:
    """Say whether the holder of a public key, in hex digits, signed this very text; it needs no secret."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(signature), text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def public_key() -> str:
    """Return the public key (RFC 8032), as 64 hex digits."""
    return _key().public_key().public_bytes_raw().hex()


def public_key_pem() -> str:
    """Return the public key as the PEM text (RFC 8410) that common tools read."""
    pem = _key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return pem.decode()


def public_key_in(text: str) -> str | None:
    """Return the public key in a text, hex digits or PEM, as 64 hex digits; None where there is none."""
    if re.fullmatch(r"[0-9a-fA-F]{64}", text.strip()):
        return text.strip().lower()
    try:
        found = load_pem_public_key(text.encode())
    except (ValueError, UnsupportedAlgorithm):
        return None
    return found.public_bytes_raw().hex() if isinstance(found, Ed25519PublicKey) else None


def _key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(derived_key(PURPOSE))
