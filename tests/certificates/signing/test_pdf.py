"""The signature on a document: good to independent tools, steady, and refused after any change."""

import asyncio
import shutil
import subprocess
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO

import page as validator
import pytest
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from certificates.documents.drawing import draw
from certificates.documents.faces import CredentialFace
from certificates.documents.layouts import LAYOUTS
from certificates.layouts import Layout
from certificates.signing.findings import Finding, Ground, Outcome, Registered, judged
from certificates.signing.pdf import FIELD, signed
from certificates.signing.reading import facts_in
from certificates.states import CredentialStatus
from scripts.drill import flipped_bits
from tests.authorities import SIGNED, made_authority, overlaid

FACE = CredentialFace(
    profile="hebei_2007",
    cert_no="99031500037",
    holder_name="李𬱖",
    unit_name="海港区综合行政执法局",
    category="城市管理",
    area="海港区",
    valid_from=date(2026, 1, 1),
    valid_until=date(2030, 12, 31),
    issuer_name="示范市人民政府法制办公室",
    lookup_url="HTTPS://ZF.EXAMPLE.GOV.CN/V/A1B2C3D4",
    is_sample=False,
)
TODAY = date(2026, 3, 1)
FLIPS = 200


@pytest.fixture(scope="module")
def plain() -> bytes:
    return draw(Layout.CERTIFICATE, FACE)


@pytest.fixture(scope="module")
def city():
    return made_authority()


@pytest.fixture(scope="module")
def document(plain, city) -> bytes:
    return signed(plain, city.signer, SIGNED)


def pem_of(city) -> str:
    return city.root.public_bytes(Encoding.PEM).decode()


def finding_of(pdf: bytes, city, **ground: object) -> Finding:
    facts = facts_in({"roots": [pem_of(city)]}, pdf)
    return judged(facts, Ground([city.key], TODAY, **ground))


def pyhanko_says(pdf: bytes, city) -> bool:
    root = asn1_x509.Certificate.load(city.root.public_bytes(Encoding.DER))
    context = ValidationContext(trust_roots=[root], allow_fetching=False)
    (embedded,) = PdfFileReader(BytesIO(pdf)).embedded_signatures
    status = asyncio.run(async_validate_pdf_signature(embedded, context))
    return bool(status.bottom_line)


def pdfsig_says(pdf: bytes, tmp_path) -> str:
    path = tmp_path / "document.pdf"
    path.write_bytes(pdf)
    done = subprocess.run(["pdfsig", "-nocert", path], capture_output=True, text=True, check=False)
    return done.stdout


def test_what_was_drawn_stands_unchanged_before_the_signature(plain, document):
    assert document.startswith(plain)
    assert len(document) - len(plain) < 12_000
    (embedded,) = PdfFileReader(BytesIO(document)).embedded_signatures
    assert embedded.field_name == FIELD
    assert embedded.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    assert embedded.self_reported_timestamp == SIGNED


def test_the_same_file_instant_and_key_give_the_same_bytes(plain, city, document):
    assert signed(plain, city.signer, SIGNED) == document


def test_pyhanko_holds_it_for_good_under_our_root_and_under_no_other(document, city):
    assert pyhanko_says(document, city)
    assert not pyhanko_says(document, made_authority("彼市"))


@pytest.mark.skipif(not shutil.which("pdfsig"), reason="poppler's pdfsig is not installed")
def test_poppler_holds_it_for_good(document, tmp_path):
    said = pdfsig_says(document, tmp_path)
    assert "Signature is Valid" in said
    assert "Total document signed" in said
    assert "ETSI.CAdES.detached" in said
    spoilt = bytearray(document)
    spoilt[len(document) // 3] ^= 1
    assert "Signature is Valid" not in pdfsig_says(bytes(spoilt), tmp_path)


@pytest.mark.parametrize("layout", Layout)
@pytest.mark.parametrize("standard", [validator.ValidationProfile.PDF_A_3A, validator.ValidationProfile.PDF_UA_1])
def test_what_is_signed_is_still_for_the_archive_and_for_everybody(layout, standard, city, tmp_path):
    file = tmp_path / "signed.pdf"
    file.write_bytes(signed(draw(layout, FACE), city.signer, SIGNED))
    report = validator.validate_pdf(str(file), profile=standard)
    assert [f"{one.rule_id} {one.message}" for one in report.failures] == []


@pytest.mark.parametrize("layout", Layout)
@pytest.mark.parametrize("profile", LAYOUTS)
def test_every_field_of_the_record_is_seen_on_the_page(layout, profile, city):
    face = replace(FACE, profile=profile)
    finding = finding_of(signed(draw(layout, face), city.signer, SIGNED), city)
    assert finding.outcome is Outcome.VALID
    assert len(finding.fields) >= 5
    assert [str(one.name) for one in finding.fields if one.is_shown is not True] == []


def test_a_genuine_document_is_valid_offline_and_says_what_that_does_not_mean(document, city):
    finding = finding_of(document, city)
    assert finding.outcome is Outcome.VALID
    assert "联网" in str(finding.whys[-1])
    assert finding.signature.key == city.key.id
    assert finding.signature.at == SIGNED
    assert finding.signature.signer == "示范市行政执法证件签发"


def test_no_flipped_bit_is_taken_for_genuine():
    found = flipped_bits.drill(FLIPS)
    assert found.is_clean, found.breaches
    assert found.faults == FLIPS


def test_a_check_that_looks_at_what_is_signed_alone_is_caught():
    assert not flipped_bits.drill(FLIPS, "trust_the_rest").is_clean


def test_every_digit_of_the_signature_counts_even_behind_its_end(document, city):
    start = document.index(b"/Contents <") + len(b"/Contents <")
    end = document.index(b">", start)
    places = [*range(start, start + 900, 7), *range(end - 60, end, 9), start - 1, end]
    for place in places:
        spoilt = bytearray(document)
        spoilt[place] = ord("1") if spoilt[place] != ord("1") else ord("2")
        assert finding_of(bytes(spoilt), city).outcome is not Outcome.VALID, place


def test_small_digits_are_a_change_as_well(document, city):
    start = document.index(b"/Contents <") + len(b"/Contents <")
    place = next(at for at in range(start, len(document)) if document[at : at + 1] in b"ABCDEF")
    spoilt = bytearray(document)
    spoilt[place] ^= 0x20
    finding = finding_of(bytes(spoilt), city)
    assert finding.outcome is Outcome.NOT_VALID


def test_an_overlay_is_not_valid_though_poppler_still_calls_it_so(document, city, tmp_path):
    changed = overlaid(document)
    finding = finding_of(changed, city)
    assert finding.outcome is Outcome.NOT_VALID
    assert "追加" in str(finding.whys[0])
    assert not pyhanko_says(changed, city)
    if shutil.which("pdfsig"):
        said = pdfsig_says(changed, tmp_path)
        assert "Signature is Valid" in said
        assert "Not total document signed" in said


def test_a_single_byte_behind_the_end_is_not_valid(document, city):
    assert finding_of(document + b"\n", city).outcome is Outcome.NOT_VALID


def test_a_second_signature_is_not_valid(document, city, plain):
    with pytest.raises(SigningError):
        signed(document, made_authority("彼市").signer, SIGNED)


def test_a_file_saved_anew_is_not_valid(document, city):
    out = BytesIO()
    copy_into_new_writer(PdfFileReader(BytesIO(document))).write(out)
    assert finding_of(out.getvalue(), city).outcome is Outcome.NOT_VALID


def test_another_citys_document_cannot_be_told(plain):
    ours, other = made_authority(), made_authority("彼市")
    finding = finding_of(signed(plain, other.signer, SIGNED), ours)
    assert finding.outcome is Outcome.CANNOT_TELL
    assert "彼市" in str(finding.whys[0])


def test_a_forgery_under_another_root_of_our_own_name_is_found_out(plain):
    ours = made_authority()
    made_authority.cache_clear()
    forged = signed(plain, made_authority().signer, SIGNED)
    assert made_authority().root.subject == ours.root.subject
    known = Registered({}, CredentialStatus.VALID, is_confirmed=True, holds_file=False, has_files=True)
    finding = finding_of(forged, ours, is_online=True, registered=known)
    assert finding.outcome is Outcome.NOT_VALID


def test_an_older_key_still_vouches_after_a_rotation(document, city):
    newer = city.another_key()
    keys = [replace(city.key, until=SIGNED), replace(city.key, certificate=newer.certificate)]
    facts = facts_in({"roots": [pem_of(city)]}, document)
    assert judged(facts, Ground(keys, TODAY)).outcome is Outcome.VALID


@pytest.mark.parametrize(("days", "outcome"), [(-1, Outcome.NOT_VALID), (1, Outcome.CANNOT_TELL)])
def test_a_revoked_key_vouches_for_nothing(document, city, days, outcome):
    revoked = replace(city.key, revoked_at=SIGNED + timedelta(days=days))
    facts = facts_in({"roots": [pem_of(city)]}, document)
    assert judged(facts, Ground([revoked], TODAY)).outcome is outcome


def test_an_unsigned_document_cannot_be_told(plain, city):
    assert finding_of(plain, city).outcome is Outcome.CANNOT_TELL


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "不是 PDF"),
        (b"PK\x03\x04", "不是 PDF"),
        (b"%PDF-1.7\nnothing", "读不出来"),
        (b"%PDF-1.7\n" * 50_000, "读不出来"),
    ],
)
def test_what_cannot_be_read_cannot_be_told(content, words, city):
    finding = finding_of(content, city)
    assert finding.outcome is Outcome.CANNOT_TELL
    assert words in str(finding.whys[0])


def test_a_locked_file_cannot_be_told(plain, city):
    writer = copy_into_new_writer(PdfFileReader(BytesIO(plain)))
    writer.encrypt("password")
    out = BytesIO()
    writer.write(out)
    finding = finding_of(out.getvalue(), city)
    assert finding.outcome is Outcome.CANNOT_TELL
    assert "密码" in str(finding.whys[0])


def test_the_visible_text_is_read_back(document, city):
    text = "".join(facts_in({"roots": [pem_of(city)]}, document)["text"].split())
    for printed in (FACE.cert_no, FACE.holder_name, FACE.unit_name):
        assert printed in text
