"""The city's signature as the bench puts it on a drawn document: one key in memory, parsed once."""

from collections.abc import Callable
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric import ec

from certificates.signing.issuing import root_certificate, signing_certificate
from certificates.signing.keys import CachedKeySigner
from certificates.signing.pdf import signed

FOUNDED = datetime(2026, 1, 5, tzinfo=UTC)


def signature() -> Callable[[bytes], bytes]:
    """Return what signs a file: everything about the key is done before the first is signed."""
    root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root = root_certificate(root_key, "测量市", FOUNDED)
    signer = CachedKeySigner(key, signing_certificate(key.public_key(), root, root_key, FOUNDED))
    return lambda pdf: signed(pdf, signer, FOUNDED)
