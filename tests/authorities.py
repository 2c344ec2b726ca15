"""Authorities for tests: in memory where a rule is tested, in a folder where the whole way is."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from io import BytesIO

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from pyhanko.pdf_utils.generic import ArrayObject, StreamObject, pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

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


def overlaid(pdf: bytes) -> bytes:
    """Return the document with a white box drawn over its page, as an appended revision."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    page = writer.root["/Pages"]["/Kids"][0]
    form = writer.add_object(StreamObject(stream_data=b"1 1 1 rg 100 100 400 300 re f"))
    contents = page.raw_get("/Contents")
    before = list(contents) if isinstance(contents, ArrayObject) else [contents]
    page[pdf_name("/Contents")] = ArrayObject([*before, form])
    writer.update_container(page)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()
