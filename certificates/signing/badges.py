"""A credential as Open Badges 3.0, a W3C Verifiable Credential, and the lists that say which no longer hold.

A machine-readable copy for whoever reads such things; the certificate remains the document. It is signed as a
JSON Web Token with the key that signs documents, so there is one key to publish and one to keep. What is in
it stands on the certificate's face and nothing else does.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from openbadgeslib.ob3.credential import Achievement, IdentityObject, Issuer, OpenBadgeCredential
from openbadgeslib.ob3.status_list import build_status_list_credential, status_entry

from certificates.signing.keys import Signer
from certificates.signing.tokens import (
    FRESH,
    LASTS,
    LIST_BITS,
    PURPOSES,
    StatusList,
    issuer_id,
    list_address,
    token,
)


class Face(Protocol):
    """What a badge says of a credential."""

    @property
    def cert_no(self) -> str: ...
    @property
    def holder_name(self) -> str: ...
    @property
    def unit_name(self) -> str: ...
    @property
    def category(self) -> str: ...
    @property
    def area(self) -> str: ...
    @property
    def issuer_name(self) -> str: ...
    @property
    def lookup_token(self) -> str: ...


@dataclass(frozen=True)
class Term:
    """From which instant a credential holds and until which."""

    begins: datetime
    ends: datetime


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
