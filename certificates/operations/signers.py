"""The key that signs for this installation: where it is kept, and that it is read once.

The folder holds the root's certificate and key, each signing key with its certificate, and one file that
says which key signs now. Without that file nothing is signed. A key file that others may read is refused.
"""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from certificates.operations.tokens import Token, TokenSigner
from certificates.signing.keys import CachedKeySigner, PublishedKey, Signer, key_file
from core.errors import Reason, RefusedError
from core.texts import Text, lazy_gettext as _

BOOK = "authority.json"
ROOT_CERTIFICATE, ROOT_KEY = "root.pem", "root.key"
OTHERS = 0o077


@dataclass(frozen=True)
class SigningPlace:
    """Where the authority is kept, with the password of its key files and its token, if it has them."""

    folder: Path
    password: str = field(default="", repr=False)
    token: Token | None = None


@dataclass(frozen=True)
class Authority:
    """A city's authority as it stands: whose it is, its root, which key signs, and every key there ever was."""

    city: str
    root: x509.Certificate
    current: str
    keys: tuple[PublishedKey, ...]

    @property
    def current_key(self) -> PublishedKey:
        """Return the key that signs now."""
        return next(key for key in self.keys if key.id == self.current)

    @property
    def root_pem(self) -> str:
        """Return the root's certificate as the text that common tools read."""
        return self.root.public_bytes(Encoding.PEM).decode()

    @property
    def published(self) -> dict[str, Any]:
        """Return what everybody may have of it."""
        return key_file(self.city, [self.root], list(self.keys))


class _Kept:
    """What was read once of a place, and of which state of it; another process may rotate the key meanwhile."""

    def __init__(self, read: Callable[[SigningPlace], Any]) -> None:
        self._read, self._lock = read, Lock()
        self._seen: tuple[object, ...] = ()
        self._value: Any = None

    def of(self, place: SigningPlace) -> Any:
        seen = (place, os.getpid(), *_state_of(place))
        with self._lock:
            if seen != self._seen:
                self._value, self._seen = self._read(place), seen
            return self._value


_place: SigningPlace | None = None


def use_signing_place(place: SigningPlace | None) -> None:
    """Say where the authority is kept; call once at start-up, and in each process that draws documents."""
    global _place
    _place = place


def signing_place() -> SigningPlace | None:
    """Return where the authority is kept, or would be."""
    return _place


def current_signer() -> Signer | None:
    """Return what signs documents here, or None where the city has no authority."""
    return signer_of(_place) if _place else None


def current_authority() -> Authority | None:
    """Return the city's authority, if it has one."""
    return authority_at(_place) if _place else None


def signer_of(place: SigningPlace) -> Signer | None:
    """Return what signs at a place; its key is parsed once and again only after it was rotated."""
    signer: Signer | None = _signers.of(place)
    return signer


def authority_at(place: SigningPlace) -> Authority | None:
    """Return the authority at a place, if there is one."""
    found: Authority | None = _authorities.of(place)
    return found


def private_key(path: Path, password: str) -> ec.EllipticCurvePrivateKey:
    """Return the key in a file, or say why it is not used."""
    content = _own_file(path).encode()
    try:
        key = load_pem_private_key(content, password.encode() if password and b"ENCRYPTED" in content else None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        text = _("密钥文件 %(file)s 打不开：文件已损坏，或 SIGNING_PASSWORD 与它不符。", file=path.name)
        raise _refused("key_unreadable", text) from None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise _refused("key_kind", _("密钥文件 %(file)s 不是 P-256 密钥。", file=path.name))
    return key


def certificate_in(path: Path) -> x509.Certificate:
    """Return the certificate in a file."""
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError):
        raise _refused("no_certificate", _("读不出证书文件 %(file)s。", file=path.name)) from None


def _read_signer(place: SigningPlace) -> Signer | None:
    authority = authority_at(place)
    if authority is None:
        return None
    key = authority.current_key
    if key.revoked_at is not None:
        text = _("现用的签名密钥已被吊销，请先运行 chizheng certificates authority rotate。")
        raise _refused("key_revoked", text)
    path = key_path(place, key.id)
    if path.exists():
        return CachedKeySigner(private_key(path, place.password), key.certificate)
    if place.token is None:
        text = _("缺少签名密钥 %(key)s：既没有密钥文件，也没有设置密码设备。", key=key.id)
        raise _refused("no_key", text)
    return TokenSigner(place.token, key.certificate)


def key_path(place: SigningPlace, key: str) -> Path:
    """Return where a signing key is kept, if it is kept in a file."""
    return place.folder / f"{key}.key"


def certificate_path(place: SigningPlace, key: str) -> Path:
    """Return where the certificate of a signing key is kept."""
    return place.folder / f"{key}.pem"


def _read_authority(place: SigningPlace) -> Authority | None:
    path = place.folder / BOOK
    if not path.exists():
        return None
    try:
        book = json.loads(path.read_text(encoding="utf-8"))
        keys = tuple(_read_key(place, one) for one in book["keys"])
        authority = Authority(book["city"], certificate_in(place.folder / ROOT_CERTIFICATE), book["current"], keys)
    except (ValueError, KeyError, TypeError):
        raise _refused("book", _("读不出 %(file)s，证书机构的登记已损坏。", file=str(path))) from None
    if authority.current not in {key.id for key in keys}:
        raise _refused("book", _("读不出 %(file)s，证书机构的登记已损坏。", file=str(path)))
    return authority


def _read_key(place: SigningPlace, row: Mapping[str, Any]) -> PublishedKey:
    certificate = certificate_in(certificate_path(place, row["key"]))
    since, until, revoked = (row[name] for name in ("since", "until", "revoked_at"))
    return PublishedKey(certificate, datetime.fromisoformat(since), _instant(until), _instant(revoked))


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _own_file(path: Path) -> str:
    """Return the text of a key file that nobody else may read."""
    try:
        if path.stat().st_mode & OTHERS:
            text = _("密钥文件 %(file)s 其他用户也能读取，请改为 0600 后再用。", file=path.name)
            raise _refused("key_open", text)
        return path.read_text(encoding="ascii", errors="replace")
    except OSError:
        raise _refused("no_key", _("读不出密钥文件 %(file)s。", file=path.name)) from None


def _state_of(place: SigningPlace) -> tuple[int, int]:
    try:
        found = (place.folder / BOOK).stat()
    except OSError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_ino)


def _refused(code: str, text: Text) -> RefusedError:
    return RefusedError([Reason(code, text)])


_signers, _authorities = _Kept(_read_signer), _Kept(_read_authority)
