"""Verbs on the city's certificate authority: making it, changing the key that signs, revoking one.

Nothing is ever overwritten. A document stays what it is when the key changes: the older certificate stays
beside the root that gave it, and is published as long as the authority stands.
"""

import json
import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)
from sqlalchemy.orm import Session

from certificates.operations.signers import (
    BOOK,
    ROOT_CERTIFICATE,
    ROOT_KEY,
    Authority,
    SigningPlace,
    authority_at,
    certificate_path,
    key_path,
    private_key,
)
from certificates.operations.tokens import new_token_key
from certificates.signing.issuing import LONGEST_CITY, root_certificate, signing_certificate
from certificates.signing.keys import key_id
from core import clock
from core.audit import SYSTEM
from core.errors import InvalidError, Reason, RefusedError
from core.operations import record_audit
from core.texts import lazy_gettext as _

OWNER_ONLY, FOLDER_MODE = 0o600, 0o700


def found_authority(session: Session, place: SigningPlace, city: str) -> Authority:
    """Make a city's root and its first signing key; an authority that stands is never overwritten."""
    name = city.strip()
    if not name or len(name) > LONGEST_CITY or not name.isprintable():
        raise InvalidError(_("请用 --city 写明城市名称，不超过 %(limit)s 个字。", limit=LONGEST_CITY))
    if place.folder.exists() and any(place.folder.iterdir()):
        text = _("%(folder)s 中已有证书机构，不会覆盖。更换签名密钥请用 rotate。", folder=str(place.folder))
        raise RefusedError([Reason("authority_exists", text)])
    root_key = ec.generate_private_key(ec.SECP256R1())
    root = root_certificate(root_key, name, clock.now())
    place.folder.mkdir(parents=True, exist_ok=True, mode=FOLDER_MODE)
    _write(place.folder / ROOT_KEY, _pem(root_key, place.password))
    _write(place.folder / ROOT_CERTIFICATE, root.public_bytes(Encoding.PEM))
    key = _new_key(place, root, root_key)
    _write_book(place, {"city": name, "current": key, "keys": [_row(key)]})
    return _recorded(session, place, "found", key)


def rotate_key(session: Session, place: SigningPlace) -> Authority:
    """Let a new key sign from now on, under the same root; what older keys signed stays valid."""
    _standing(place)
    root_key = private_key(place.folder / ROOT_KEY, place.password)
    book = _book(place)
    fresh = _new_key(place, authority_root(place), root_key)
    for row in book["keys"]:
        row["until"] = row["until"] or _now()
    book |= {"current": fresh, "keys": [*book["keys"], _row(fresh)]}
    _write_book(place, book)
    return _recorded(session, place, "rotate", fresh)


def revoke_key(session: Session, place: SigningPlace, key: str) -> Authority:
    """Say of a key that it no longer vouches for anything, because somebody else may have it."""
    _standing(place)
    book = _book(place)
    rows = [row for row in book["keys"] if row["key"] == key.strip().upper()]
    if not rows:
        known = "、".join(row["key"] for row in book["keys"])
        raise InvalidError(_("没有密钥 %(key)s。现有的密钥：%(known)s。", key=key, known=known))
    if rows[0]["revoked_at"]:
        raise RefusedError([Reason("revoked", _("密钥 %(key)s 早已吊销。", key=key))])
    rows[0]["revoked_at"] = _now()
    rows[0]["until"] = rows[0]["until"] or _now()
    _write_book(place, book)
    return _recorded(session, place, "revoke", rows[0]["key"])


def authority_root(place: SigningPlace) -> x509.Certificate:
    """Return the root's certificate."""
    return _standing(place).root


def _standing(place: SigningPlace) -> Authority:
    authority = authority_at(place)
    if authority is None:
        text = _("还没有证书机构，请先运行 chizheng certificates authority new --city 城市名称。")
        raise RefusedError([Reason("no_authority", text)])
    return authority


def _recorded(session: Session, place: SigningPlace, act: str, key: str) -> Authority:
    authority = _standing(place)
    detail = {"city": authority.city, "key": key}
    record_audit(session, SYSTEM, f"certificates:authority:{act}", None, detail)
    return authority


def _new_key(place: SigningPlace, root: x509.Certificate, root_key: ec.EllipticCurvePrivateKey) -> str:
    """Make a signing key, on the token where one is set, and store its certificate; return its digits."""
    if place.token is None:
        key = ec.generate_private_key(ec.SECP256R1())
        public, digits = key.public_key(), key_id(key.public_key())
        _write(key_path(place, digits), _pem(key, place.password))
    else:
        public = new_token_key(place.token)
        digits = key_id(public)
    certificate = signing_certificate(public, root, root_key, clock.now())
    _write(certificate_path(place, digits), certificate.public_bytes(Encoding.PEM))
    return digits


def _row(key: str) -> dict[str, Any]:
    return {"key": key, "since": _now(), "until": None, "revoked_at": None}


def _now() -> str:
    return _written(clock.now())


def _written(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="seconds")


def _book(place: SigningPlace) -> dict[str, Any]:
    book: dict[str, Any] = json.loads((place.folder / BOOK).read_text(encoding="utf-8"))
    return book


def _pem(key: ec.EllipticCurvePrivateKey, password: str) -> bytes:
    lock: KeySerializationEncryption = NoEncryption()
    if password:
        lock = BestAvailableEncryption(password.encode())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock)


def _write(path: Path, content: bytes) -> None:
    """Write a file that was not there before and that nobody else may read."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    except FileExistsError:
        text = _("%(file)s 已存在，不会覆盖。", file=str(path))
        raise RefusedError([Reason("file_exists", text)]) from None
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _write_book(place: SigningPlace, book: dict[str, Any]) -> None:
    """Replace the book in one step: whoever reads it meanwhile reads the old one or the new one."""
    fresh = place.folder / f".{BOOK}.new"
    with suppress(FileNotFoundError):
        fresh.unlink()
    _write(fresh, json.dumps(book, ensure_ascii=False, indent=2).encode())
    os.replace(fresh, place.folder / BOOK)
