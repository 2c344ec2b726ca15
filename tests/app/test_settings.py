"""What an installation may set, and what stops its start."""

import pytest
from pydantic import ValidationError

from app.settings import Settings
from core.mail import MailServer, Security


def test_without_a_server_there_is_no_mail():
    assert Settings().mail_server is None


def test_a_server_is_read_from_the_environment(monkeypatch):
    wanted = {
        "SMTP_HOST": "mail.example.cn",
        "SMTP_PORT": "465",
        "SMTP_SECURITY": "tls",
        "SMTP_SENDER": "chizheng@example.cn",
        "SMTP_USERNAME": "chizheng",
        "SMTP_PASSWORD": "open sesame",
    }
    for name, value in wanted.items():
        monkeypatch.setenv(name, value)
    server = MailServer("mail.example.cn", 465, Security.TLS, "chizheng@example.cn", "chizheng", "open sesame")
    assert Settings().mail_server == server
    assert "sesame" not in repr(Settings())
    assert "sesame" not in repr(server)


@pytest.mark.parametrize(
    "values",
    [
        {"SMTP_HOST": "mail.example.cn"},
        {"SMTP_HOST": "mail.example.cn", "SMTP_SENDER": "chizheng"},
        {"SMTP_SECURITY": "maybe"},
        {"REMINDER_DAYS": -1},
        {"TRUSTED_PROXIES": "10.0.0.0/8, proxy.example.cn"},
        {"PKCS11_MODULE": "/usr/lib/softhsm/libsofthsm2.so", "PKCS11_TOKEN": "city"},
    ],
)
def test_a_setting_that_cannot_work_stops_the_start(values):
    with pytest.raises(ValidationError):
        Settings(**values)


def test_the_authority_is_kept_beside_the_data_or_where_it_is_set(tmp_path):
    kept = Settings(CHIZHENG_VAR=tmp_path).signing_place
    assert (kept.folder, kept.token) == (tmp_path / "authority", None)
    wanted = {"SIGNING_FOLDER": tmp_path / "keys", "SIGNING_PASSWORD": "open sesame"}
    token = {"PKCS11_MODULE": "token.so", "PKCS11_TOKEN": "city", "PKCS11_PIN": "7391"}
    settings = Settings(CHIZHENG_VAR=tmp_path, **wanted, **token)
    assert settings.signing_place.folder == tmp_path / "keys"
    assert settings.signing_place.token.label == "city"
    for secret in ("sesame", "7391"):
        assert secret not in repr(settings)
        assert secret not in repr(settings.signing_place)
