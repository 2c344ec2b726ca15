"""The city's authority: made once, never overwritten, its key changed and revoked, and read by nobody else."""

import json
import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from sqlalchemy import select

from certificates.operations.authority import found_authority, revoke_key, rotate_key
from certificates.operations.signers import (
    BOOK,
    ROOT_KEY,
    SigningPlace,
    authority_at,
    current_authority,
    current_signer,
    key_path,
    signer_of,
    use_signing_place,
)
from certificates.operations.tokens import Token
from certificates.signing.keys import keys_in, roots_in, signer_id
from core.errors import InvalidError, RefusedError
from core.models import AuditEntry

SOFTHSM = next(
    (
        path
        for path in map(Path, ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so"))
        if path.exists()
    ),
    None,
)


@pytest.fixture
def place(tmp_path):
    return SigningPlace(tmp_path / "authority")


@pytest.fixture
def token(tmp_path, monkeypatch):
    """A token of its own, in software."""
    if SOFTHSM is None or not shutil.which("softhsm2-util"):
        pytest.skip("softhsm2 is not installed")
    (tmp_path / "tokens").mkdir()
    settings = tmp_path / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {tmp_path / 'tokens'}\nlog.level = ERROR\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(settings))
    line = ["softhsm2-util", "--init-token", "--free", "--label", "city", "--so-pin", "0000", "--pin", "1234"]
    subprocess.run(line, check=True, capture_output=True)
    return Token(str(SOFTHSM), "city", "1234")


def test_without_an_authority_nothing_signs(place):
    assert authority_at(place) is None
    assert signer_of(place) is None
    use_signing_place(None)
    assert current_signer() is None
    assert current_authority() is None


def test_a_new_authority_signs_and_nobody_else_can_read_its_keys(session, place):
    made = found_authority(session, place, "示范市")
    signer = signer_of(place)
    assert signer_id(signer) == made.current
    assert made.current_key.has_signed(b"text", signer.sign(b"text"))
    assert not made.current_key.has_signed(b"other", signer.sign(b"text"))
    for path in place.folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name
    assert stat.S_IMODE(place.folder.stat().st_mode) == 0o700
    made.current_key.certificate.verify_directly_issued_by(made.root)
    (entry,) = session.scalars(select(AuditEntry).where(AuditEntry.verb == "certificates:authority:found"))
    assert entry.detail == {"city": "示范市", "key": made.current}


def test_an_authority_is_never_overwritten(session, place):
    made = found_authority(session, place, "示范市")
    before = {path.name: path.read_bytes() for path in place.folder.iterdir()}
    with pytest.raises(RefusedError, match="不会覆盖"):
        found_authority(session, place, "另一市")
    assert {path.name: path.read_bytes() for path in place.folder.iterdir()} == before
    assert authority_at(place).current == made.current


@pytest.mark.parametrize("city", ["", "  ", "市" * 41, "示范\n市"])
def test_a_city_without_a_proper_name_has_none(session, place, city):
    with pytest.raises(InvalidError, match="--city"):
        found_authority(session, place, city)
    assert not place.folder.exists()


def test_the_key_is_parsed_once_and_again_after_a_rotation(session, place):
    found_authority(session, place, "示范市")
    signer = signer_of(place)
    assert signer_of(place) is signer
    rotated = rotate_key(session, place)
    fresh = signer_of(place)
    assert signer_id(fresh) == rotated.current != signer_id(signer)
    older, newer = rotated.keys
    assert older.until is not None
    assert newer.until is None
    assert older.has_signed(b"text", signer.sign(b"text"))
    older.certificate.verify_directly_issued_by(rotated.root)
    newer.certificate.verify_directly_issued_by(rotated.root)


def test_a_revoked_key_signs_no_more_until_another_is_made(session, place):
    made = found_authority(session, place, "示范市")
    revoke_key(session, place, made.current.lower())
    with pytest.raises(RefusedError, match="rotate"):
        signer_of(place)
    with pytest.raises(RefusedError, match="早已吊销"):
        revoke_key(session, place, made.current)
    rotated = rotate_key(session, place)
    assert signer_id(signer_of(place)) == rotated.current
    assert rotated.keys[0].revoked_at is not None


def test_a_key_that_never_was_cannot_be_revoked(session, place):
    made = found_authority(session, place, "示范市")
    with pytest.raises(InvalidError, match=made.current):
        revoke_key(session, place, "00000000")


def test_rotating_needs_an_authority_and_the_roots_key(session, place):
    with pytest.raises(RefusedError, match="authority new"):
        rotate_key(session, place)
    found_authority(session, place, "示范市")
    (place.folder / ROOT_KEY).rename(place.folder.parent / "kept-elsewhere")
    with pytest.raises(RefusedError, match=r"root\.key"):
        rotate_key(session, place)
    assert signer_of(place) is not None


def test_a_key_file_that_others_may_read_is_refused(session, place):
    made = found_authority(session, place, "示范市")
    key_path(place, made.current).chmod(0o640)
    with pytest.raises(RefusedError, match="0600"):
        signer_of(SigningPlace(place.folder, password="another place"))


def test_a_password_locks_the_key_files(session, place):
    locked = SigningPlace(place.folder, password="open sesame")
    made = found_authority(session, locked, "示范市")
    assert b"ENCRYPTED" in key_path(locked, made.current).read_bytes()
    assert b"ENCRYPTED" in (place.folder / ROOT_KEY).read_bytes()
    assert signer_id(signer_of(locked)) == made.current
    for wrong in ("", "sesame"):
        with pytest.raises(RefusedError, match="SIGNING_PASSWORD"):
            signer_of(SigningPlace(place.folder, password=wrong))
    assert "sesame" not in repr(locked)


def test_a_spoilt_book_is_said_to_be_spoilt(session, place):
    found_authority(session, place, "示范市")
    book = place.folder / BOOK
    book.write_text(json.dumps({**json.loads(book.read_text()), "current": "FFFFFFFF"}))
    with pytest.raises(RefusedError, match="已损坏"):
        authority_at(place)


def test_what_is_published_comes_back(session, place):
    found_authority(session, place, "示范市")
    made = rotate_key(session, place)
    text = json.dumps(made.published)
    assert keys_in(text) == list(made.keys)
    assert roots_in(text) == [made.root]
    assert "PRIVATE" not in text


def test_a_key_on_a_token_signs_and_never_leaves_it(session, tmp_path, token):
    place = SigningPlace(tmp_path / "authority", token=token)
    made = found_authority(session, place, "示范市")
    assert not key_path(place, made.current).exists()
    signer = signer_of(place)
    assert made.current_key.has_signed(b"text", signer.sign(b"text"))
    rotated = rotate_key(session, place)
    assert rotated.current_key.has_signed(b"text", signer_of(place).sign(b"text"))


def test_a_forked_process_speaks_to_the_token_anew(session, tmp_path, token):
    place = SigningPlace(tmp_path / "authority", token=token)
    made = found_authority(session, place, "示范市")
    signer_of(place).sign(b"before")
    child = os.fork()
    if not child:
        is_good = made.current_key.has_signed(b"text", signer_of(place).sign(b"text"))
        os._exit(0 if is_good else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_token_that_does_not_answer_is_said_so(session, tmp_path, token):
    place = SigningPlace(tmp_path / "authority", token=Token(token.module, "elsewhere", "1234"))
    with pytest.raises(RefusedError, match="密码设备"):
        found_authority(session, place, "示范市")
