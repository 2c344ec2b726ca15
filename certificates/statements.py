"""What the public log is told of a credential: its face and its state, as one digest.

The random token of the QR code is part of what is hashed. Without it the digest could be found by trying
names and numbers; who holds the credential has it, and can check the digest.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from certificates.states import CredentialState
from core.canonical import canonical_json
from core.public_log import written

CREDENTIAL, STATUS, DOCUMENT = "credential", "status", "document"
# The entries that say what a credential is worth; a document only says what was printed.
TELLING = (CREDENTIAL, STATUS)


FACE = (
    "cert_no",
    "holder_name",
    "unit_name",
    "category",
    "area",
    "issuer_name",
    "valid_from",
    "valid_until",
    "lookup_token",
)


STANDING = ("state", "cancelled_at", "suspended_until")


@dataclass(frozen=True)
class Statement:
    """Everything that the lookup answers of one credential rests on."""

    cert_no: str
    holder_name: str
    unit_name: str
    category: str
    area: str
    issuer_name: str
    valid_from: date
    valid_until: date
    lookup_token: str
    state: CredentialState
    cancelled_at: datetime | None = None
    suspended_until: date | None = None

    @property
    def canonical(self) -> bytes:
        """Return the statement as canonical JSON: sorted keys, no blanks, UTF-8; equal ones give equal bytes.

        The day a suspension ends stands in it only while there is one, so that what was logged before
        there were suspensions still says the same.
        """
        body = {
            "cert_no": self.cert_no,
            "holder": self.holder_name,
            "unit": self.unit_name,
            "category": self.category,
            "area": self.area,
            "issuer": self.issuer_name,
            "valid_from": self.valid_from.isoformat(),
            "valid_until": self.valid_until.isoformat(),
            "token": self.lookup_token,
            "state": str(self.state),
            "cancelled_at": written(self.cancelled_at) if self.cancelled_at else None,
        }
        if self.suspended_until:
            body["suspended_until"] = self.suspended_until.isoformat()
        return canonical_json(body).encode()

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the canonical form, as 64 hex digits."""
        return hashlib.sha256(self.canonical).hexdigest()
