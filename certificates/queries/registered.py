"""What the register holds of the credential that a document or a code names.

It is found by the file itself, as it was logged, or by the random token of the QR code. A number alone finds
nothing here: that is what the lookup is for, and whoever has no document must not get more than there.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from certificates.models import Credential, CredentialDocument
from certificates.queries.credentials import credential_status
from certificates.queries.statements import statement_of
from certificates.signing.findings import FIELD_NAMES, Registered
from certificates.statements import DOCUMENT, TELLING
from certificates.states import CredentialStatus
from core.queries import is_proved, log_entries_of_digest, log_numbers

LONGEST_TOKEN = 64


def registered(
    session: Session, record: Mapping[str, str], today: date, file_digest: str | None = None
) -> Registered | None:
    """Return what is registered of the credential a file was issued for, or else of the one that it names."""
    logged = _logged(session, file_digest) if file_digest else None
    if logged is not None:
        return _registered(session, session.get(Credential, logged), today, holds_file=True)
    found = credential_of_token(session, token_in(record.get("lookup_url", "")))
    return _registered(session, found, today, holds_file=False)


def credential_of_token(session: Session, token: str) -> Credential | None:
    """Return the credential whose QR code holds this token."""
    wanted = token[:LONGEST_TOKEN].replace("\x00", "").upper()
    return session.scalar(select(Credential).where(Credential.lookup_token == wanted)) if wanted else None


def token_in(address: str) -> str:
    """Return the token at the end of a lookup address; empty where there is none."""
    try:
        path = urlsplit(address).path
    except ValueError:
        return ""
    before, _slash, token = path.rpartition("/")
    return token if before.upper().endswith("/V") else ""


def _logged(session: Session, digest: str) -> UUID | None:
    """Return whose document a file is: one that is not proved to stand in the public log is nobody's."""
    entries = log_entries_of_digest(session, digest)
    return next((one.subject_id for one in entries if one.kind == DOCUMENT and is_proved(session, one)), None)


def _registered(session: Session, found: Credential | None, today: date, *, holds_file: bool) -> Registered | None:
    if found is None or (status := credential_status(found, today)) is CredentialStatus.NOT_ISSUED:
        return None
    of_it = CredentialDocument.credential_id == found.id
    return Registered(
        fields={name: _written(getattr(found, name)) for name in FIELD_NAMES},
        status=status,
        is_confirmed=found.id in log_numbers(session, {found.id: statement_of(found).digest}, TELLING),
        holds_file=holds_file,
        has_files=bool(session.scalar(select(exists().where(of_it)))),
    )


def _written(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
