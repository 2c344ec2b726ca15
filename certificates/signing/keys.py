"""Keys of the city: the one that signs, and the public halves of all that ever did, as they are published.

A key is ECDSA over P-256 with SHA-256 and is known by the first digits of its own digest. Rotating gives a
new key and takes nothing from the older ones; only a key that was revoked stops vouching.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

KEY_ID_DIGITS = 8
COORDINATE_BYTES = 32
CURVE, ALGORITHM = "P-256", "ES256"


class Signer(Protocol):
    """Whatever signs for the city: a key in this process, or one that never leaves a token."""

    @property
    def certificate(self) -> x509.Certificate:
        """Return the certificate that the root gave this key."""

    def sign(self, data: bytes) -> bytes:
        """Return the signature of the data as 64 bytes, r before s (IEEE P1363, as JOSE has it)."""


class CachedKeySigner:
    """A key held in this process, parsed once; the same data always gives the same signature (RFC 6979)."""

    def __init__(self, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> None:
        if key_id(key.public_key()) != key_id(certificate_key(certificate)):
            raise ValueError("the certificate is of another key")
        self._key = key
        self._algorithm = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
        self.certificate = certificate

    def sign(self, data: bytes) -> bytes:
        """Return the signature of the data as 64 bytes."""
        return fixed(self._key.sign(data, self._algorithm))


@dataclass(frozen=True)
class PublishedKey:
    """The public half of a key, since when it signs, until when it did, and whether it was revoked."""

    certificate: x509.Certificate
    since: datetime
    until: datetime | None = None
    revoked_at: datetime | None = None

    @property
    def id(self) -> str:
        """Return the digits the key is known by."""
        return key_id(certificate_key(self.certificate))

    def has_signed(self, data: bytes, signature: bytes) -> bool:
        """Say whether the holder of this key signed this very data."""
        try:
            key = certificate_key(self.certificate)
            key.verify(der(signature), data, ec.ECDSA(hashes.SHA256()))
        except (InvalidSignature, ValueError):
            return False
        return True


def certificate_key(certificate: x509.Certificate) -> ec.EllipticCurvePublicKey:
    """Return the public key in a certificate; only P-256 is ours."""
    key = certificate.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError("not a key on P-256")
    return key


def key_id(key: ec.EllipticCurvePublicKey) -> str:
    """Return the first digits of the SHA-256 over the public key as certificates carry it."""
    spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(spki).hexdigest()[:KEY_ID_DIGITS].upper()


def signer_id(signer: Signer) -> str:
    """Return the digits the signer's key is known by."""
    return key_id(certificate_key(signer.certificate))


def fixed(signature: bytes) -> bytes:
    """Return a DER signature in its fixed length: r before s, 32 bytes each."""
    return b"".join(part.to_bytes(COORDINATE_BYTES, "big") for part in decode_dss_signature(signature))


def der(signature: bytes) -> bytes:
    """Return a signature of fixed length as DER."""
    if len(signature) != 2 * COORDINATE_BYTES:
        raise ValueError("not a signature on P-256")
    r, s = signature[:COORDINATE_BYTES], signature[COORDINATE_BYTES:]
    return encode_dss_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))


def base64url(data: bytes) -> str:
    """Return bytes as JOSE writes them: for addresses, without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def public_jwk(certificate: x509.Certificate) -> dict[str, str]:
    """Return the public key as a JSON Web Key (RFC 7517), with its certificate."""
    numbers = certificate_key(certificate).public_numbers()
    x, y = (part.to_bytes(COORDINATE_BYTES, "big") for part in (numbers.x, numbers.y))
    return {"kty": "EC", "crv": CURVE, "x": base64url(x), "y": base64url(y)}


def key_file(city: str, roots: list[x509.Certificate], keys: list[PublishedKey]) -> dict[str, Any]:
    """Return what is published: a JSON Web Key Set with dates, and the root that gave the certificates."""
    return {
        "issuer": city,
        "roots": [root.public_bytes(Encoding.PEM).decode() for root in roots],
        "keys": [_published(key) for key in keys],
    }


def keys_in(text: str) -> list[PublishedKey]:
    """Read a published file again; one that is not such a file is a ``ValueError``."""
    try:
        body = json.loads(text)
        return [_read(one) for one in body["keys"]]
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("not a file of published keys") from error


def roots_in(text: str) -> list[x509.Certificate]:
    """Read the roots of a published file; one that is not such a file is a ``ValueError``."""
    try:
        return [x509.load_pem_x509_certificate(root.encode()) for root in json.loads(text)["roots"]]
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("not a file of published keys") from error


def _published(key: PublishedKey) -> dict[str, Any]:
    certificate = base64.b64encode(key.certificate.public_bytes(Encoding.DER)).decode()
    return {
        **public_jwk(key.certificate),
        "kid": key.id,
        "use": "sig",
        "alg": ALGORITHM,
        "x5c": [certificate],
        "since": _written(key.since),
        "until": _written(key.until),
        "revoked_at": _written(key.revoked_at),
    }


def _read(body: Mapping[str, Any]) -> PublishedKey:
    certificate = x509.load_der_x509_certificate(base64.b64decode(body["x5c"][0], validate=True))
    since = _instant(body["since"])
    if since is None:
        raise ValueError("a key signs since some day")
    return PublishedKey(certificate, since, _instant(body.get("until")), _instant(body.get("revoked_at")))


def _written(instant: datetime | None) -> str | None:
    return instant.astimezone(UTC).isoformat(timespec="seconds") if instant else None


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
