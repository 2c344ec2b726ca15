"""Authorities for tests: in memory where a rule is tested, in a folder where the whole way is."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from certificates.signing.issuing import root_certificate, signing_certificate
from certificates.signing.keys import CachedKeySigner, PublishedKey

FOUNDED = datetime(2026, 1, 5, 1, tzinfo=UTC)
SIGNED = FOUNDED + timedelta(days=40)


@dataclass(frozen=True)
class TestAuthority:
    """A city's root, the key that signs, and that key as it is published."""

    __test__ = False

    root: x509.Certificate
    root_key: ec.EllipticCurvePrivateKey
    signer: CachedKeySigner
    key: PublishedKey

    def another_key(self, now: datetime = FOUNDED) -> CachedKeySigner:
        """Return a second key under the same root."""
        fresh = ec.generate_private_key(ec.SECP256R1())
        certificate = signing_certificate(fresh.public_key(), self.root, self.root_key, now)
        return CachedKeySigner(fresh, certificate)


@cache
def made_authority(city: str = "示范市") -> TestAuthority:
    """Return the authority of a city, made at the first call; two of one name are made with ``cache_clear``."""
    root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root = root_certificate(root_key, city, FOUNDED)
    certificate = signing_certificate(key.public_key(), root, root_key, FOUNDED)
    return TestAuthority(root, root_key, CachedKeySigner(key, certificate), PublishedKey(certificate, FOUNDED))
