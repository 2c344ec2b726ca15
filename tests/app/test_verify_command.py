"""``chizheng certificates verify`` and ``authority``: what they say, and with which exit code."""

import json

import pytest
from click.testing import CliRunner

from app.cli import chizheng
from certificates.layouts import Layout
from certificates.operations.documents import document_of, face_of
from certificates.operations.signers import current_signer
from certificates.signing.codes import qr_payload
from core.db import transaction
from tests.conftest import SECRET
from tests.factories import make_city, make_credential, make_officer

URL = "http://localhost:8000"


def run(*words):
    result = CliRunner().invoke(chizheng, ["certificates", *map(str, words)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.fixture
def issued(app, settings, tmp_path, monkeypatch):
    """An authority, a credential, its document and code as files, and the published keys."""
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    monkeypatch.setenv("CHIZHENG_SECRET", SECRET)
    monkeypatch.setenv("CHIZHENG_VAR", str(settings.var))
    assert run("authority", "new", "--city", "示范市").exit_code == 0
    with transaction() as session:
        credential = make_credential(session, make_officer(session, make_city(session).county, name="张三"))
        content = document_of(session, credential, Layout.CARD, URL).content
        code = qr_payload(face_of(credential, URL), current_signer())
    (tmp_path / "card.pdf").write_bytes(content)
    (tmp_path / "spoilt.pdf").write_bytes(content[:2000] + bytes([content[2000] ^ 1]) + content[2001:])
    (tmp_path / "code.txt").write_text(code + "\n")
    (tmp_path / "keys.json").write_text(run("authority", "keys").output)
    return tmp_path


def test_a_document_is_valid_with_the_register_and_without(issued):
    online = run("verify", issued / "card.pdf")
    assert online.exit_code == 0, online.output
    assert "完全一致" in online.output
    offline = run("verify", issued / "card.pdf", "--roots", issued / "keys.json")
    assert offline.exit_code == 0, offline.output
    assert "联网" in offline.output


def test_a_changed_document_is_not_valid(issued):
    assert run("verify", issued / "spoilt.pdf", "--roots", issued / "keys.json").exit_code in {1, 3}
    assert run("verify", issued / "spoilt.pdf").exit_code in {1, 3}


def test_a_code_is_checked_as_well(issued):
    for more in ([], ["--roots", issued / "keys.json"]):
        done = run("verify", issued / "code.txt", "--code", *more)
        assert done.exit_code == 0, done.output
        assert "张三" in done.output


def test_without_roots_that_are_ours_it_cannot_be_told(issued, tmp_path):
    from cryptography.hazmat.primitives.serialization import Encoding

    from tests.authorities import made_authority

    (tmp_path / "other.pem").write_bytes(made_authority("彼市").root.public_bytes(Encoding.PEM))
    assert run("verify", issued / "card.pdf", "--roots", tmp_path / "other.pem").exit_code == 3


def test_a_file_of_roots_that_is_none_is_a_clear_sentence(issued, tmp_path):
    (tmp_path / "nothing.txt").write_text("nothing")
    result = CliRunner().invoke(
        chizheng, ["certificates", "verify", str(issued / "card.pdf"), "--roots", str(tmp_path / "nothing.txt")]
    )
    assert "公布的公钥文件" in str(result.exception)


def test_rotating_and_revoking_by_command(issued):
    before = json.loads((issued / "keys.json").read_text())["keys"][0]["kid"]
    assert run("authority", "rotate").exit_code == 0
    assert run("authority", "revoke", before).exit_code == 0
    keys = json.loads(run("authority", "keys").output)["keys"]
    assert [bool(key["revoked_at"]) for key in keys] == [True, False]
    assert run("verify", issued / "card.pdf").exit_code == 0
    assert run("verify", issued / "card.pdf", "--roots", issued / "keys.json").exit_code == 0
    (issued / "newer.json").write_text(json.dumps({**json.loads(run("authority", "keys").output)}))
    assert run("verify", issued / "card.pdf", "--roots", issued / "newer.json").exit_code == 3
