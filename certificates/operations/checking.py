"""Holding a document or a code that somebody handed in against the city's keys and the register.

It changes nothing and keeps nothing. The file is read in a process of its own, bound to little memory and
time; what it says of itself comes back as plain values.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy.orm import Session

from certificates.queries.registered import registered
from certificates.signing.codes import checked_payload, code_record, read_code
from certificates.signing.findings import Finding, Ground, judged, with_register
from certificates.signing.keys import PublishedKey
from core import clock
from core.bound_process import BoundReader, Bounds
from core.errors import InvalidError
from core.texts import lazy_gettext as _

MEBIBYTE = 1024 * 1024
MOST_BYTES = 5 * MEBIBYTE
_READER = BoundReader(
    "certificates.signing.reading:facts_in",
    Bounds(memory_bytes=1024 * MEBIBYTE, cpu_seconds=10, wait_seconds=20.0, at_once=2),
)


def facts_of(pdf: bytes, roots: Sequence[x509.Certificate]) -> dict[str, Any] | None:
    """Return what a file says of itself, its signature held against these roots; None where it broke its reader.

    It takes a second and needs no database: ask for it before a session is opened.
    """
    refuse_large(pdf)
    return _READER.answer({"roots": [root.public_bytes(Encoding.PEM).decode() for root in roots]}, pdf)


def checked(pdf: bytes, roots: Sequence[x509.Certificate], keys: Sequence[PublishedKey], today: date) -> Finding:
    """Return the answer about a file from the city's root alone: whether it is genuine and has not run out."""
    return judged(facts_of(pdf, roots), Ground(keys, today))


def checked_in_register(
    session: Session, pdf: bytes, facts: Mapping[str, Any] | None, keys: Sequence[PublishedKey], public_url: str
) -> Finding:
    """Return the answer about a file from what it says of itself and from the register."""
    today = clock.today()
    found = registered(session, (facts or {}).get("record") or {}, today, hashlib.sha256(pdf).hexdigest())
    return judged(facts, Ground(keys, today, public_url, is_online=True, registered=found))


def checked_code(session: Session | None, text: str, keys: Sequence[PublishedKey], public_url: str) -> Finding:
    """Return the answer about the text of a signed QR code; with a session, held against the register as well."""
    today = clock.today()
    finding, code = checked_payload(text, keys, today, public_url), read_code(text)
    if code is None or session is None:
        return finding
    record = code_record(code)
    return with_register(finding, record, registered(session, record, today))


def refuse_large(pdf: bytes) -> None:
    """Refuse a file that is larger than any of ours could be, before it is read."""
    if len(pdf) > MOST_BYTES:
        limit = MOST_BYTES // MEBIBYTE
        raise InvalidError(_("文件超过 %(limit)s MB，不是本平台签发的电子证书。请选择 PDF 原件。", limit=limit))
