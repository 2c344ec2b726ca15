"""The public page that checks documents and codes, and the keys it publishes."""

import json
from pathlib import PurePath

import pytest
from sqlalchemy import update

from certificates.layouts import Layout
from certificates.models import Credential
from certificates.operations.authority import found_authority, rotate_key
from certificates.operations.checking import MOST_BYTES
from certificates.operations.documents import document_of, draw, face_of
from certificates.operations.signers import current_signer, use_signing_place
from certificates.queries.statements import statement_of
from certificates.signing.codes import qr_payload
from certificates.signing.keys import keys_in
from certificates.signing.pdf import signed
from certificates.statements import STATUS
from certificates.states import CredentialState
from core import clock
from core.db import transaction
from core.operations import append_to_log
from tests.authorities import SIGNED, made_authority, overlaid
from tests.factories import make_city, make_credential, make_officer
from tests.forms_browser import file_field

URL = "http://localhost:8000"


@pytest.fixture
def authority(app, settings):
    with transaction() as session:
        return found_authority(session, settings.signing_place, "示范市")


@pytest.fixture
def credential(app):
    with transaction() as session:
        city = make_city(session)
        make_credential(session, make_officer(session, city.county))
        return make_credential(session, make_officer(session, city.county, name="李𬱖"))


@pytest.fixture
def document(authority, credential):
    with transaction() as session:
        return document_of(session, session.merge(credential), Layout.CERTIFICATE, URL).content


def check(browser, content, name="证书.pdf"):
    browser.open("/verify")
    browser.submit({"file": file_field(PurePath(name), content)}, action="/verify#answer")
    return browser.text()


def check_code(browser, text):
    browser.open("/verify")
    browser.submit({"code": text}, action="/verify/code#answer")
    return browser.text()


def answer(browser):
    return browser.page.select_one(".answer-status").get_text(strip=True)


def cancel(credential):
    with transaction() as session:
        row = session.get_one(Credential, credential.id)
        row.state, row.cancelled_at = CredentialState.CANCELLED, clock.now()
        session.flush()
        append_to_log(session, STATUS, row.id, statement_of(row).digest)


def test_a_document_that_was_issued_is_valid_with_every_field_beside_the_registers(browser, document, credential):
    text = check(browser, document)
    assert answer(browser) == "有效"
    for said in ("完全一致", "李𬱖", credential.cert_no, credential.unit_name, "示范市行政执法证件签发"):
        assert said in text


def test_a_genuine_document_of_a_cancelled_credential_is_not_valid(browser, document, credential):
    cancel(credential)
    text = check(browser, document)
    assert answer(browser) == "无效"
    assert "已注销" in text


def test_a_changed_document_is_not_valid(browser, document):
    spoilt = bytearray(document)
    spoilt[len(spoilt) // 3] ^= 1
    check(browser, bytes(spoilt))
    assert answer(browser) != "有效"


def test_an_overlay_is_not_valid(browser, document):
    text = check(browser, overlaid(document))
    assert answer(browser) == "无效"
    assert "追加" in text


def test_a_register_that_was_changed_behind_the_log_is_not_vouched_for(browser, document, credential):
    with transaction() as session:
        session.execute(update(Credential).where(Credential.id == credential.id).values(holder_name="李四"))
    check(browser, document)
    assert answer(browser) == "不能判断"


def test_a_signed_file_that_was_never_issued_cannot_be_told(browser, authority, credential):
    """Whoever stole the key, or drew beside the register, has a good signature and no entry in the log."""
    drawn = draw(credential, Layout.CERTIFICATE, URL)
    check(browser, drawn.content)
    assert answer(browser) == "不能判断"


def test_another_citys_document_cannot_be_told(browser, authority, credential):
    use_signing_place(None)
    plain = draw(credential, Layout.CERTIFICATE, "http://elsewhere.example").content
    browser_text = check(browser, signed(plain, made_authority("彼市").signer, SIGNED))
    assert answer(browser) in {"不能判断", "无效"}
    assert "彼市" in browser_text


def test_without_an_authority_an_issued_file_is_known_by_the_log(browser, credential):
    with transaction() as session:
        content = document_of(session, session.merge(credential), Layout.CERTIFICATE, URL).content
    assert b"/ByteRange" not in content
    text = check(browser, content)
    assert answer(browser) == "有效"
    assert "尚未建立证书机构" in text
    check(browser, content[:-1] + b" ")
    assert answer(browser) == "不能判断"
    browser.fetch("/.well-known/chizheng-keys.json", status=404)


@pytest.mark.parametrize("content", [b"", b"hello", b"%PDF-1.4\n" + b"<<" * 200_000, b"%PDF-1.7\n%%EOF"])
def test_what_is_no_readable_pdf_cannot_be_told(browser, authority, content):
    check(browser, content)
    assert answer(browser) == "不能判断"


def test_a_file_that_is_far_too_large_is_refused_unread(browser, authority):
    text = check(browser, b"%PDF-1.7\n" + b"0" * MOST_BYTES)
    assert "超过 5 MB" in text
    assert browser.page.select_one(".answer-status") is None


def test_no_file_is_a_clear_sentence(browser):
    browser.open("/verify")
    browser.submit({}, action="/verify#answer")
    assert "请选择一个 PDF 文件" in browser.text()


def test_a_code_is_valid_and_held_against_the_register(browser, authority, credential):
    text = qr_payload(face_of(credential, URL), current_signer())
    shown = check_code(browser, text)
    assert answer(browser) == "有效"
    assert "李𬱖" in shown
    cancel(credential)
    check_code(browser, text)
    assert answer(browser) == "无效"


def test_a_code_from_another_key_is_not_valid(browser, authority, credential):
    check_code(browser, qr_payload(face_of(credential, URL), made_authority("彼市").signer))
    assert answer(browser) == "无效"


def test_what_was_pasted_stays_where_it_is_no_code(browser, authority):
    check_code(browser, "hello")
    assert answer(browser) == "不能判断"
    assert browser.page.find("textarea").get_text().strip() == "hello"


def test_published_keys_stay_when_the_key_changes(browser, authority, settings):
    with transaction() as session:
        rotate_key(session, settings.signing_place)
    published = browser.fetch("/.well-known/chizheng-keys.json").get_data(as_text=True)
    older, newer = keys_in(published)
    assert older.id == authority.current
    assert older.until is not None
    assert newer.until is None
    assert json.loads(published)["issuer"] == "示范市"
    assert b"BEGIN CERTIFICATE" in browser.fetch("/.well-known/chizheng-root.pem").get_data()


def test_a_document_signed_before_a_rotation_stays_valid(browser, document, settings):
    with transaction() as session:
        rotate_key(session, settings.signing_place)
    check(browser, document)
    assert answer(browser) == "有效"
