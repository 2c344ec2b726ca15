"""A credential as Open Badges 3.0, a W3C Verifiable Credential, and the lists that say which no longer hold.

A machine-readable copy for whoever reads such things; the certificate remains the document. It is signed as a
JSON Web Token with the key that signs documents, so there is one key to publish and one to keep. What is in
it stands on the certificate's face and nothing else does.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from urllib.parse import quote, urlsplit

from openbadgeslib.ob3.credential import Achievement, IdentityObject, Issuer, OpenBadgeCredential
from openbadgeslib.ob3.status_list import DEFAULT_SIZE_BITS, build_status_list_credential, status_entry

from certificates.signing.keys import ALGORITHM, PublishedKey, Signer, base64url, public_jwk, signer_id
from core.canonical import canonical_json

REVOCATION, SUSPENSION = "revocation", "suspension"
PURPOSES = (REVOCATION, SUSPENSION)
LIST_BITS: int = DEFAULT_SIZE_BITS
MEDIA_TYPE = "application/vc+jwt"
# How long a list may be kept by whoever fetched it, and how long one that was fetched may be relied on.
FRESH, LASTS = timedelta(minutes=5), timedelta(days=1)


class Face(Protocol):
    """What a badge says of a credential."""

    cert_no: str
    holder_name: str
    unit_name: str
    category: str
    area: str
    issuer_name: str
    lookup_token: str


@dataclass(frozen=True)
class Term:
    """From which instant a credential holds and until which."""

    begins: datetime
    ends: datetime


@dataclass(frozen=True)
class StatusList:
    """One list: for which purpose, which of the lists of that purpose, and which of its places are set."""

    purpose: str
    number: int
    places: tuple[int, ...]


def badge(face: Face, term: Term, signer: Signer, *, place: int, public_url: str) -> str:
    """Return the credential as a signed token; ``place`` is its own in the status lists, counted over all."""
    number, index = divmod(place, LIST_BITS)
    entries = [status_entry(list_address(public_url, purpose, number), purpose, index) for purpose in PURPOSES]
    body = OpenBadgeCredential(
        id=f"{public_url}/v/{face.lookup_token}",
        name=f"行政执法资格证书 {face.cert_no}",
        issuer=Issuer(id=issuer_id(public_url), name=face.issuer_name, url=public_url),
        recipient_id=None,
        identifiers=[_identity("name", face.holder_name), _identity("identifier", face.cert_no)],
        achievement=_achievement(face, public_url),
        issuance_date=term.begins,
        expiration_date=term.ends,
        credential_status=entries,
    )
    return token(body.to_jwt_payload(), public_url, signer)


def status_token(found: StatusList, public_url: str, signer: Signer, now: datetime) -> str:
    """Return a status list as a signed token."""
    address = list_address(public_url, found.purpose, found.number)
    body = build_status_list_credential(
        issuer_id(public_url),
        address,
        found.purpose,
        found.places,
        LIST_BITS,
        issued=now,
        valid_until=now + LASTS,
        ttl=FRESH // timedelta(milliseconds=1),
    )
    claims = {"iss": issuer_id(public_url), "jti": address, "nbf": int(now.timestamp())}
    return token({**body, **claims, "exp": int((now + LASTS).timestamp())}, public_url, signer)


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


def _identity(kind: str, value: str) -> IdentityObject:
    return IdentityObject(identity_hash=value, identity_type=kind, hashed=False)


def _achievement(face: Face, public_url: str) -> Achievement:
    return Achievement(
        id=f"{public_url}/v/{face.lookup_token}#achievement",
        name="行政执法资格",
        description=f"单位：{face.unit_name}；执法类别：{face.category}；执法区域：{face.area}。",
        criteria_narrative="经行政执法资格考试合格，或承接已核发的行政执法证件。",
        achievement_type="License",
        tags=[face.category, face.area],
    )
