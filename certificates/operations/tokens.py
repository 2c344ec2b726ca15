"""A signing key that never leaves its device: spoken to by PKCS#11, one session for each process.

The library is loaded where a token is set and nowhere else.
"""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import RLock
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from certificates.signing.keys import certificate_key, key_id
from core.errors import Reason, RefusedError
from core.texts import lazy_gettext as _


@dataclass(frozen=True)
class Token:
    """A device: the library that speaks to it, the label of the token, and its PIN."""

    module: str
    label: str
    pin: str = field(repr=False)


class TokenSigner:
    """Signs on the device. Its signatures differ each time: a document is signed once and kept."""

    def __init__(self, token: Token, certificate: x509.Certificate) -> None:
        self._token, self.certificate = token, certificate
        self._label = key_id(certificate_key(certificate))

    def sign(self, data: bytes) -> bytes:
        """Return the signature of the data as 64 bytes; the digest is made here, for every device can take one."""
        pkcs11 = _library()
        with _spoken_to(self._token) as session:
            key = session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, label=self._label)
            signature = key.sign(hashlib.sha256(data).digest(), mechanism=pkcs11.Mechanism.ECDSA)
        return bytes(signature)


def new_token_key(token: Token) -> ec.EllipticCurvePublicKey:
    """Make a key on the device that cannot be taken from it, and return its public half."""
    pkcs11 = _library()
    curve = pkcs11.util.ec.encode_named_curve_parameters("secp256r1")
    hidden = {pkcs11.Attribute.EXTRACTABLE: False, pkcs11.Attribute.SENSITIVE: True}
    with _spoken_to(token) as session:
        domain = session.create_domain_parameters(
            pkcs11.KeyType.EC, {pkcs11.Attribute.EC_PARAMS: curve}, local=True
        )
        halves = domain.generate_keypair(store=True, label="new", private_template=hidden)
        key = _loaded(pkcs11.util.ec.encode_ec_public_key(halves[0]))
        for half in halves:
            half[pkcs11.Attribute.LABEL] = key_id(key)
    return key


@contextmanager
def _spoken_to(token: Token) -> Iterator[Any]:
    """Give the one session with a token to one thread at a time; after a fault the next has a new one."""
    pkcs11 = _library()
    with _lock:
        try:
            yield _session(token)
        except (pkcs11.exceptions.PKCS11Error, RuntimeError) as error:
            _sessions.pop(token, None)
            raise _refused(error) from error


def _session(token: Token) -> Any:
    """Return the session of this process; one that was forked must not speak through what it inherited."""
    pkcs11 = _library()
    process, session = _sessions.get(token, (0, None))
    if process != os.getpid():
        library = pkcs11.lib(token.module)
        if _loaded_in.setdefault(token.module, os.getpid()) != os.getpid():
            library.reinitialize()
            _loaded_in[token.module] = os.getpid()
        session = library.get_token(token_label=token.label).open(user_pin=token.pin, rw=True)
        _sessions[token] = (os.getpid(), session)
    return session


_lock = RLock()
_sessions: dict[Token, tuple[int, Any]] = {}
_loaded_in: dict[str, int] = {}


def _loaded(spki: bytes) -> ec.EllipticCurvePublicKey:
    key = load_der_public_key(spki)
    assert isinstance(key, ec.EllipticCurvePublicKey)  # noqa: S101 - it was made as one above
    return key


def _library() -> Any:
    import pkcs11
    import pkcs11.util.ec

    return pkcs11


def _refused(error: Exception) -> RefusedError:
    name = type(error).__name__
    text = _("密码设备没有完成操作（%(fault)s）。请检查设备、标签和口令后再试。", fault=name)
    return RefusedError([Reason("token", text)])
