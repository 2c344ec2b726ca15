"""A credential as a verifiable one: what it says, that others can check it, and the lists that end it."""

import base64
import json
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from openbadgeslib.ob3 import OB3VerificationError, OB3Verifier, decode_encoded_list

from certificates.models import Credential
from certificates.operations.authority import found_authority, rotate_key
from certificates.operations.badges import issue_badge
from certificates.operations.signers import current_signer
from certificates.signing.badges import PURPOSES, issuer_id
from certificates.signing.keys import certificate_key
from certificates.states import CredentialState
from core import clock
from core.db import transaction
from core.errors import RefusedError
from people.permissions import Role
from tests.factories import make_city, make_credential, make_officer


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


def key_of(authority) -> bytes:
    key = certificate_key(authority.current_key.certificate)
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def badge_of(browser, credential) -> str:
    return browser.fetch(f"/v/{credential.lookup_token}/badge.jwt").get_data(as_text=True)


def body_of(token: str) -> dict:
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def test_an_independent_library_verifies_it_and_refuses_an_altered_one(browser, authority, credential):
    token = badge_of(browser, credential)
    found = OB3Verifier(key_of(authority)).verify(token)
    assert found.issuer.name == credential.issuer_name
    assert [one.identity_hash for one in found.identifiers] == ["李𬱖", credential.cert_no]
    assert credential.category in found.achievement.description
    head, body, signature = token.split(".")
    with pytest.raises(OB3VerificationError):
        OB3Verifier(key_of(authority)).verify(f"{head}.{body[:-2]}AA.{signature}")


def test_it_holds_for_as_long_as_the_credential_and_no_longer(browser, authority, credential):
    body = body_of(badge_of(browser, credential))
    assert body["validFrom"].startswith((clock.at_city_time(credential.valid_from, 0)).isoformat()[:19])
    assert body["validUntil"].startswith(clock.end_of(credential.valid_until).isoformat()[:19])
    assert "document" not in json.dumps(body)


def test_it_names_the_same_place_each_time_and_no_other_has_it(browser, authority, credential):
    with transaction() as session:
        other = make_credential(session, make_officer(session, make_city(session).county))
    places = [
        [entry["statusListIndex"] for entry in body_of(badge_of(browser, one))["credentialStatus"]]
        for one in (credential, other, credential)
    ]
    assert places[0] == places[2] != places[1]


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_list_is_public_and_empty_at_first(browser, authority, purpose):
    body = body_of(browser.fetch(f"/status/{purpose}/0").get_data(as_text=True))
    assert body["credentialSubject"]["statusPurpose"] == purpose
    bits = decode_encoded_list(body["credentialSubject"]["encodedList"])
    assert len(bits) == 131_072 // 8
    assert not any(bits)


def bit(browser, purpose, credential_body) -> bool:
    entry = next(one for one in credential_body["credentialStatus"] if one["statusPurpose"] == purpose)
    path = "/status/" + entry["statusListCredential"].partition("/status/")[2]
    body = body_of(browser.fetch(path).get_data(as_text=True))
    assert body["id"] == entry["statusListCredential"]
    bits = decode_encoded_list(body["credentialSubject"]["encodedList"])
    index = int(entry["statusListIndex"])
    return bool(bits[index // 8] & 0x80 >> index % 8)


def test_cancelling_sets_its_place_and_no_other(browser, authority, credential):
    with transaction() as session:
        other = make_credential(session, make_officer(session, make_city(session).county))
    mine, others = body_of(badge_of(browser, credential)), body_of(badge_of(browser, other))
    assert not bit(browser, "revocation", mine)
    with transaction() as session:
        row = session.get_one(Credential, credential.id)
        row.state, row.cancelled_at = CredentialState.CANCELLED, clock.now()
    assert bit(browser, "revocation", mine)
    assert not bit(browser, "suspension", mine)
    assert not bit(browser, "revocation", others)


def test_a_suspension_sets_its_place_until_its_last_day_is_over(browser, authority, credential):
    mine = body_of(badge_of(browser, credential))
    for days, is_set in ((0, True), (-1, False)):
        with transaction() as session:
            row = session.get_one(Credential, credential.id)
            row.state, row.suspended_until = CredentialState.SUSPENDED, clock.today() + timedelta(days=days)
        assert bit(browser, "suspension", mine) is is_set
        assert not bit(browser, "revocation", mine)


def test_a_cancelled_credential_is_not_issued_again(browser, authority, credential):
    with transaction() as session:
        row = session.get_one(Credential, credential.id)
        row.state, row.cancelled_at = CredentialState.CANCELLED, clock.now()
    browser.fetch(f"/v/{credential.lookup_token}/badge.jwt", status=409)


@pytest.mark.parametrize("path", ["/status/revocation/7", "/status/expiry/0", "/v/AAAA/badge.jwt"])
def test_what_there_is_not_is_not_found(browser, authority, path):
    browser.fetch(path, status=404)


def test_the_holder_downloads_it_and_nobody_elses(signed_in, authority, credential):
    browser = signed_in(Role.CANDIDATE)
    browser.fetch(f"/credentials/mine/{credential.id}/badge.jwt", status=404)


def test_without_an_authority_there_is_none(app, credential):
    with transaction() as session, pytest.raises(RefusedError, match="证书机构"):
        issue_badge(session, session.merge(credential), "http://localhost", current_signer())


def test_the_issuers_document_names_every_key_that_still_vouches(browser, authority, settings):
    with transaction() as session:
        newer = rotate_key(session, settings.signing_place)
    body = json.loads(browser.fetch("/.well-known/did.json").get_data(as_text=True))
    assert body["id"] == issuer_id(settings.address)
    assert [method["publicKeyJwk"]["kid"] for method in body["verificationMethod"]] == [
        key.id for key in newer.keys
    ]
