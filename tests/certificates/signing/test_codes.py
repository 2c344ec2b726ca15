"""The signed QR code: read back and checked offline, and refused for whatever is not exactly what was signed."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

import pytest
import segno
import zxingcpp
from PIL import Image

from certificates.signing.base45 import ALPHABET, decoded, encoded
from certificates.signing.codes import START, checked_payload, code_record, qr_payload, read_code
from certificates.signing.findings import Outcome, Registered, with_register
from certificates.states import CredentialStatus
from tests.authorities import FOUNDED, made_authority

OURS = "https://zf.example.gov.cn"
TODAY = date(2026, 3, 1)


@dataclass(frozen=True)
class Face:
    cert_no: str = "99031500037"
    holder_name: str = "李𬱖"
    unit_name: str = "秦皇岛市海港区综合行政执法局"
    category: str = "城市管理"
    area: str = "海港区行政区域内"
    valid_until: date = date(2029, 12, 31)
    lookup_url: str = "HTTPS://ZF.EXAMPLE.GOV.CN/V/ABCDEFGHIJKLMNOPQRSTUVWX23"


@pytest.fixture
def city():
    return made_authority()


@pytest.fixture
def text(city):
    return qr_payload(Face(), city.signer)


def test_every_field_comes_back_with_the_lookups_address(text, city):
    record = code_record(read_code(text))
    face = Face()
    assert record == {
        "cert_no": face.cert_no,
        "holder_name": "李𬱖",
        "unit_name": face.unit_name,
        "category": face.category,
        "area": face.area,
        "valid_until": "2029-12-31",
        "lookup_url": face.lookup_url,
    }
    finding = checked_payload(text, [city.key], TODAY)
    assert finding.outcome is Outcome.VALID
    assert [one.in_file for one in finding.fields] == [record[name] for name in list(record)[:6]]


def test_a_camera_reads_it_as_it_was_written(text):
    code = segno.make_qr(text, error="m", boost_error=False)
    assert code.mode == "alphanumeric"
    rows = [[0 if dark else 255 for dark in row] for row in code.matrix]
    picture = Image.new("L", (len(rows), len(rows)))
    picture.putdata([point for row in rows for point in row])
    framed = Image.new("L", (len(rows) + 8, len(rows) + 8), 255)
    framed.paste(picture, (4, 4))
    size = framed.width * 6
    (read,) = zxingcpp.read_barcodes(framed.resize((size, size), Image.Resampling.NEAREST))
    assert read.text == text
    assert code.version <= 12, "a code this dense is not read from paper of 30 mm"


def test_the_same_credential_gives_the_same_code(text, city):
    assert qr_payload(Face(), city.signer) == text


def test_one_flipped_bit_is_never_taken_for_genuine(text, city):
    content = bytearray(decoded(text.removeprefix(START)))
    for place in range(8 * len(content)):
        content[place // 8] ^= 1 << place % 8
        finding = checked_payload(START + encoded(bytes(content)), [city.key], TODAY)
        assert finding.outcome is not Outcome.VALID, f"bit {place}"
        content[place // 8] ^= 1 << place % 8


def test_one_changed_character_is_never_taken_for_genuine(text, city):
    random = Random(45)
    for place in range(len(text)):
        other = random.choice([one for one in ALPHABET if one != text[place]])
        changed = text[:place] + other + text[place + 1 :]
        assert checked_payload(changed, [city.key], TODAY).outcome is not Outcome.VALID, changed


def test_another_name_under_the_same_signature_is_not_valid(city, text):
    signature = decoded(text.removeprefix(START))[-64:]
    forged = qr_payload(replace(Face(), holder_name="王五"), city.signer)
    said = decoded(forged.removeprefix(START))[:-64]
    finding = checked_payload(START + encoded(said + signature), [city.key], TODAY)
    assert finding.outcome is Outcome.NOT_VALID
    assert "伪造" in str(finding.whys[0])


def test_a_code_from_another_key_that_claims_to_be_ours_is_not_valid(city):
    forged = qr_payload(Face(), city.another_key())
    assert checked_payload(forged, [city.key], TODAY, OURS).outcome is Outcome.NOT_VALID


def test_a_code_of_another_city_cannot_be_told(city):
    elsewhere = replace(Face(), lookup_url="HTTPS://ZF.ELSEWHERE.GOV.CN/V/ABCDEFGHIJKLMNOPQRSTUVWX23")
    finding = checked_payload(qr_payload(elsewhere, made_authority("彼市").signer), [city.key], TODAY, OURS)
    assert finding.outcome is Outcome.CANNOT_TELL


def test_a_key_with_our_digits_and_another_key_is_not_valid(city):
    """Whoever makes a key whose digits are ours by chance, or writes ours, still cannot sign with ours."""
    forged = qr_payload(Face(), city.another_key())
    content = decoded(forged.removeprefix(START))
    other = read_code(forged).key.encode()
    renamed = content.replace(other, city.key.id.encode())
    assert checked_payload(START + encoded(renamed), [city.key], TODAY).outcome is Outcome.NOT_VALID


def test_a_code_that_has_run_out_is_not_valid(city, text):
    late = Face().valid_until + timedelta(days=1)
    assert checked_payload(text, [city.key], late).outcome is Outcome.NOT_VALID
    assert checked_payload(text, [city.key], Face().valid_until).outcome is Outcome.VALID


def test_a_revoked_key_no_longer_vouches(city, text):
    revoked = replace(city.key, revoked_at=FOUNDED + timedelta(days=90))
    assert checked_payload(text, [revoked], TODAY).outcome is Outcome.CANNOT_TELL


@pytest.mark.parametrize(
    "text", ["", "hello", "HTTPS://ZF.EXAMPLE.GOV.CN/V/ABC", "ZF1:", "ZF1:ABC", "ZF1:" + "0" * 600]
)
def test_what_is_no_code_cannot_be_told(text, city):
    assert checked_payload(text, [city.key], TODAY).outcome is Outcome.CANNOT_TELL


def test_a_line_break_in_a_name_cannot_move_a_field(city):
    with pytest.raises(ValueError, match="line break"):
        qr_payload(replace(Face(), holder_name="甲\n乙"), city.signer)


def registered(text, **changes):
    fields = {name: value for name, value in code_record(read_code(text)).items() if name != "lookup_url"}
    known = Registered(fields, CredentialStatus.VALID, is_confirmed=True, holds_file=False, has_files=True)
    return replace(known, **changes)


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({}, Outcome.VALID),
        ({"status": CredentialStatus.CANCELLED}, Outcome.NOT_VALID),
        ({"is_confirmed": False}, Outcome.CANNOT_TELL),
    ],
)
def test_the_register_has_the_last_word(text, city, changes, outcome):
    finding = checked_payload(text, [city.key], TODAY)
    found = with_register(finding, code_record(read_code(text)), registered(text, **changes))
    assert found.outcome is outcome


def test_a_genuine_code_that_nobody_registered_cannot_be_told(text, city):
    finding = checked_payload(text, [city.key], TODAY)
    assert with_register(finding, code_record(read_code(text)), None).outcome is Outcome.CANNOT_TELL


def test_a_genuine_code_that_differs_from_the_register_is_not_valid(text, city):
    known = registered(text)
    moved = replace(known, fields={**known.fields, "unit_name": "市公安局"})
    found = with_register(checked_payload(text, [city.key], TODAY), code_record(read_code(text)), moved)
    assert found.outcome is Outcome.NOT_VALID
    assert [str(one.name) for one in found.fields if one.differs] == ["单位"]
