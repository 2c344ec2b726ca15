"""The city's signature on a finished PDF: PAdES B-B, certifying, with no change allowed after it.

What was drawn stays byte for byte as it was; the signature is appended. Signing rewrites no metadata, so
what was PDF/A and tagged stays both. It says nothing about the hour: no time stamping authority is asked,
and the time in the signature is the signer's own word.
"""

import asyncio
import hashlib
from datetime import datetime
from io import BytesIO

from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.generic import ArrayObject, ByteStringObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes, Signer as CmsSigner

from certificates.signing.issuing import organisation_of
from certificates.signing.keys import Signer, der

FIELD = "Signature1"
DIGEST = "sha256"
REASON = "签发行政执法证件"
# Hexadecimal digits: twice what a signature with one certificate takes, and zeros behind it.
RESERVED = 4096
_ID_BYTES = 16
_LONGEST_SIGNATURE = b"\x30\x46\x02\x21\x00" + b"\xff" * 32 + b"\x02\x21\x00" + b"\xff" * 32


def signed(pdf: bytes, signer: Signer, at: datetime) -> bytes:
    """Return the file with the city's signature in its field, made at this instant.

    The same file, instant and key give the same bytes, where the key is held in this process. A field of the
    name ``Signature1`` is filled; where there is none, one that is not seen is made.
    """
    return asyncio.run(_signed(pdf, signer, at.replace(microsecond=0)))


async def _signed(pdf: bytes, signer: Signer, at: datetime) -> bytes:
    by = _CityCmsSigner(signer)
    meta = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm=DIGEST,
        subfilter=SigSeedSubFilter.PADES,
        reason=REASON,
        name=organisation_of(signer.certificate.subject),
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
    )
    session = PdfSigner(meta, signer=by).init_signing_session(_SteadyWriter(BytesIO(pdf)))
    session.system_time = at
    document = session.prepare_tbs_document(validation_info=None, bytes_reserved=RESERVED)
    prepared, output = document.digest_tbs_document()
    await document.perform_signature(prepared.document_digest, PdfCMSSignedAttributes(signing_time=at))
    return bytes(output.getbuffer())  # type: ignore[attr-defined]  # it is the BytesIO that was made above


class _CityCmsSigner(CmsSigner):
    """The library's signer over ours; of the certificates it embeds the signer's alone.

    Whatever else stood in the signature would be covered by nothing: a bit of it could be changed unseen.
    """

    def __init__(self, signer: Signer) -> None:
        certificate = signer.certificate.public_bytes(Encoding.DER)
        super().__init__(signing_cert=asn1_x509.Certificate.load(certificate), embed_roots=False)
        self._signer = signer

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        """Return the signature of the data as DER."""
        return _LONGEST_SIGNATURE if dry_run else der(self._signer.sign(data))


class _SteadyWriter(IncrementalPdfFileWriter):
    """Appends to a file without a random number, and leaves what the file says of itself as it is.

    The library would write new metadata with the hour of today, which is neither PDF/A nor twice the same.
    """

    @classmethod
    def _handle_id(cls, prev: PdfFileReader) -> ArrayObject:
        first = super()._handle_id(prev)[0] if "/ID" in prev.trailer else None
        prev.stream.seek(0)
        fresh = ByteStringObject(hashlib.file_digest(prev.stream, DIGEST).digest()[:_ID_BYTES])
        return ArrayObject([fresh if first is None else first, fresh])

    def _update_meta(self) -> None:
        """Change nothing."""
