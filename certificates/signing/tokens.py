"""Signed tokens of the platform: who signs them, where its keys and its status lists are found, and their form.

What a token says is in ``certificates/signing/badges.py``, which loads a library that few requests need.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlsplit

from certificates.signing.keys import ALGORITHM, PublishedKey, Signer, base64url, public_jwk, signer_id
from core.canonical import canonical_json

REVOCATION, SUSPENSION = "revocation", "suspension"
PURPOSES = (REVOCATION, SUSPENSION)
# The least that the standard allows: among so many places, asking for a list says nothing of one person.
LIST_BITS = 131_072
MEDIA_TYPE = "application/vc+jwt"
# How long a list may be kept by whoever fetched it, and how long one that was fetched may be relied on.
FRESH, LASTS = timedelta(minutes=5), timedelta(days=1)


@dataclass(frozen=True)
class StatusList:
    """One list: for which purpose, which of the lists of that purpose, and which of its places are set."""

    purpose: str
    number: int
    places: tuple[int, ...]


def token(body: dict[str, Any], public_url: str, signer: Signer) -> str:
    """Return a body as a compact JSON Web Token (RFC 7515), signed by the city's key."""
    method = f"{issuer_id(public_url)}#{signer_id(signer)}"
    head = {"alg": ALGORITHM, "typ": "JWT", "kid": method, "jwk": public_jwk(signer.certificate)}
    said = ".".join(base64url(canonical_json(part).encode()) for part in (head, body))
    return f"{said}.{base64url(signer.sign(said.encode()))}"


def list_address(public_url: str, purpose: str, number: int) -> str:
    """Return where a status list is published."""
    return f"{public_url}/status/{purpose}/{number}"


def issuer_id(public_url: str) -> str:
    """Return the platform as a decentralised identifier (did:web), found at its own address."""
    parts = urlsplit(public_url)
    path = parts.path.strip("/").replace("/", ":")
    return f"did:web:{quote(parts.netloc, safe='')}{':' + path if path else ''}"


def issuer_document(public_url: str, keys: Iterable[PublishedKey]) -> dict[str, Any]:
    """Return the document that names the keys behind the identifier; a revoked key is none of them."""
    name = issuer_id(public_url)
    methods = [
        {
            "id": f"{name}#{key.id}",
            "type": "JsonWebKey",
            "controller": name,
            "publicKeyJwk": {**public_jwk(key.certificate), "alg": ALGORITHM, "kid": key.id},
        }
        for key in keys
        if key.revoked_at is None
    ]
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/jwk/v1"],
        "id": name,
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods],
    }
