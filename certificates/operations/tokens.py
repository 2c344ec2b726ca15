"""A signing key that never leaves its device: spoken to by PKCS#11, one session for each process.

The library is loaded where a token is set and nowhere else.
"""

import hashlib
import os
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
        self._lock, self._opened = RLock(), (0, None)

    def sign(self, data: bytes) -> bytes:
        """Return the signature of the data as 64 bytes; the digest is made here, as tokens hash slowly or not."""
        pkcs11 = _library()
        with self._lock:
            try:
                signature = self._key().sign(hashlib.sha256(data).digest(), mechanism=pkcs11.Mechanism.ECDSA)
            except pkcs11.exceptions.PKCS11Error as error:
                self._opened = (0, None)
                raise _refused(error) from error
        return bytes(signature)

    def _key(self) -> Any:
        """Return the key's handle; a process that was forked must open a session of its own."""
        pkcs11 = _library()
        process, key = self._opened
        if process != os.getpid() or key is None:
            session = _session(self._token, can_write=False)
            key = session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, label=self._label)
            self._opened = (os.getpid(), key)
        return key


def new_token_key(token: Token) -> ec.EllipticCurvePublicKey:
    """Make a key on the device that cannot be taken from it, and return its public half."""
    pkcs11 = _library()
    try:
        with _session(token, can_write=True) as session:
            domain = session.create_domain_parameters(
                pkcs11.KeyType.EC,
                {pkcs11.Attribute.EC_PARAMS: pkcs11.util.ec.encode_named_curve_parameters("secp256r1")},
                local=True,
            )
            attributes = {pkcs11.Attribute.EXTRACTABLE: False, pkcs11.Attribute.SENSITIVE: True}
            public, private = domain.generate_keypair(store=True, label="new", private_template=attributes)
            point = pkcs11.util.ec.encode_ec_public_key(public)
            key = _loaded(point)
            for half in (public, private):
                half[pkcs11.Attribute.LABEL] = key_id(key)
            return key
    except pkcs11.exceptions.PKCS11Error as error:
        raise _refused(error) from error


def _session(token: Token, *, can_write: bool) -> Any:
    pkcs11 = _library()
    try:
        library = pkcs11.lib(token.module)
        if _loaded_in.setdefault(token.module, os.getpid()) != os.getpid():
            library.reinitialize()
            _loaded_in[token.module] = os.getpid()
        return library.get_token(token_label=token.label).open(user_pin=token.pin, rw=can_write)
    except (pkcs11.exceptions.PKCS11Error, RuntimeError) as error:
        raise _refused(error) from error


# In which process each library was loaded: one that was forked since must not speak through what it inherited.
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
