"""What a PDF that somebody handed in says of itself, read in a process that may die of it.

It runs where no key, no setting and no database is, so it decides nothing: it gives facts as plain values,
and ``certificates/signing/findings.py`` makes the answer of them.
"""

import asyncio
import json
import re
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

import pypdfium2
from asn1crypto import algos, cms, pem, x509 as asn1_x509
from cryptography import x509
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext

from certificates.signing.faults import Fault
from certificates.signing.issuing import common_name_of, organisation_of
from certificates.signing.keys import certificate_key, key_id

MOST_PAGES, MOST_CHARACTERS, MOST_RECORD = 20, 40_000, 64 * 1024
_STARTS = re.compile(rb"%PDF-[12]\.[0-9]")
_CONTENTS = re.compile(rb"<([0-9a-f]*)>")
# Whatever the libraries raise over a file that was spoilt or made to harm; none of it is a fault of ours.
_SPOILT = (
    *(PdfError, SigningError, SignatureValidationError, ValueError, TypeError, LookupError, AttributeError),
    *(AssertionError, ArithmeticError, RecursionError, NotImplementedError),
)


def facts_in(asked: Mapping[str, Any], pdf: bytes) -> dict[str, Any]:
    """Return what a file says: its fault, its signature held against the roots asked for, its record and text."""
    if not _STARTS.match(pdf):
        return {"fault": Fault.NOT_PDF}
    try:
        reader = PdfFileReader(BytesIO(pdf))
        if reader.encrypted:
            return {"fault": Fault.LOCKED}
        embedded = list(reader.embedded_signatures)
    except _SPOILT:
        return {"fault": Fault.UNREADABLE, **_shown(pdf)}
    signature = _signature(pdf, embedded[0], list(asked["roots"])) if embedded else None
    return {"fault": None, "signatures": len(embedded), "signature": signature, **_shown(pdf)}


def _signature(pdf: bytes, embedded: EmbeddedPdfSignature, roots: Sequence[str]) -> dict[str, Any]:
    """Return what the first signature is worth; one that cannot be read at all is damaged."""
    try:
        certificate = x509.load_der_x509_certificate(embedded.signer_cert.dump())
        status = asyncio.run(_status(embedded, certificate, roots))
        whole = _covers_all(pdf, embedded)
    except _SPOILT:
        return {"intact": False}
    return {
        "intact": status.intact and status.valid,
        "covers_all": whole,
        "is_exact": whole and _is_exact(pdf, embedded),
        "trusted": status.trusted and status.seed_value_ok,
        "signer": common_name_of(certificate.subject),
        "authority": common_name_of(certificate.issuer),
        "city": organisation_of(certificate.subject),
        "key": _key_of(certificate),
        "at": status.signer_reported_dt.isoformat() if status.signer_reported_dt else None,
    }


async def _status(
    embedded: EmbeddedPdfSignature, certificate: x509.Certificate, roots: Sequence[str]
) -> PdfSignatureStatus:
    """Hold the signature against the roots as of the time it gives itself; the network is never asked."""
    trusted = [asn1_x509.Certificate.load(pem.unarmor(root.encode())[2]) for root in roots]
    at = embedded.self_reported_timestamp or certificate.not_valid_before_utc
    context = ValidationContext(trust_roots=trusted, moment=at, allow_fetching=False)
    return await async_validate_pdf_signature(embedded, context, skip_diff=True)


def _covers_all(pdf: bytes, embedded: EmbeddedPdfSignature) -> bool:
    """Say whether everything but the signature itself is signed, from the first byte to the last."""
    first, length, start, rest = (int(part) for part in embedded.byte_range)
    gap = pdf[length:start]
    is_framed = gap[:1] == b"<" and gap[-1:] == b">" and 0 < length < start
    return first == 0 and start + rest == len(pdf) and is_framed


def _is_exact(pdf: bytes, embedded: EmbeddedPdfSignature) -> bool:
    """Say whether the signature is written as we write it, to the last digit.

    A signature holds parts that nothing vouches for: its framing, the zeros behind it, capital or small
    digits. A bit changed there would change nothing, and be a change all the same.
    """
    _first, length, start, _rest = (int(part) for part in embedded.byte_range)
    digits = _CONTENTS.fullmatch(pdf[length:start])
    if digits is None:
        return False
    content = bytes.fromhex(digits[1].decode())
    expected = packaged(embedded.signer_cert, embedded.signer_info)
    return content[: len(expected)] == expected and not any(content[len(expected) :])


def packaged(certificate: asn1_x509.Certificate, info: cms.SignerInfo) -> bytes:
    """Return the one signature message that holds this certificate, these attributes and this value."""
    digest = algos.DigestAlgorithm({"algorithm": "sha256"})
    issued = {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
    signer = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier({"issuer_and_serial_number": cms.IssuerAndSerialNumber(issued)}),
            "digest_algorithm": digest,
            "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
            "signed_attrs": info["signed_attrs"],
            "signature": info["signature"].native,
        }
    )
    data = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": cms.DigestAlgorithms((digest,)),
            "encap_content_info": {"content_type": "data"},
            "certificates": [cms.CertificateChoices(name="certificate", value=certificate)],
            "signer_infos": [signer],
        }
    )
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": data}).dump())


def _key_of(certificate: x509.Certificate) -> str:
    try:
        return key_id(certificate_key(certificate))
    except ValueError:
        return ""


def _shown(pdf: bytes) -> dict[str, Any]:
    """Return the record inside the file and the text that its pages show, as far as they can be read."""
    try:
        document = pypdfium2.PdfDocument(pdf)
    except (pypdfium2.PdfiumError, ValueError):
        return {"record": None, "text": ""}
    with document:
        return {"record": _record(document), "text": _text(document)}


def _record(document: pypdfium2.PdfDocument) -> dict[str, str] | None:
    for number in range(min(document.count_attachments(), MOST_PAGES)):
        attachment = document.get_attachment(number)
        if not attachment.get_name().endswith(".json"):
            continue
        try:
            content = bytes(attachment.get_data())[:MOST_RECORD]
            body = json.loads(content)
        except (pypdfium2.PdfiumError, ValueError, RecursionError):
            continue
        if isinstance(body, dict):
            return {str(name): value for name, value in body.items() if isinstance(value, str)}
    return None


def _text(document: pypdfium2.PdfDocument) -> str:
    pages = (document[number] for number in range(min(len(document), MOST_PAGES)))
    return "\n".join(page.get_textpage().get_text_range() for page in pages)[:MOST_CHARACTERS]
