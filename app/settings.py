"""Every setting of an installation, read once at start-up; a wrong one stops the start.

Without any setting the platform keeps everything under ``var/`` beside the project: the database and
the secret that signs cookies and seals personal data.
"""

import os
import secrets
from functools import cached_property
from pathlib import Path

from pydantic import AliasChoices, Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from certificates.operations.signers import SigningPlace
from certificates.operations.tokens import Token
from core.client_addresses import Network, networks_in
from core.mail import MailServer, Security
from people.mail_addresses import ADDRESS

ROOT = Path(__file__).resolve().parent.parent
SECRET_BYTES = 32


class Settings(BaseSettings):
    """The settings, each from the environment variable of its name."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True)

    database_url: str = Field(default="", validation_alias=AliasChoices("DATABASE_URL"))
    host: str = Field(default="127.0.0.1", validation_alias=AliasChoices("HOST"))
    port: int = Field(default=8000, ge=1, le=65535, validation_alias=AliasChoices("PORT"))
    public_url: str = Field(default="", validation_alias=AliasChoices("PUBLIC_URL"))
    var: Path = Field(default=ROOT / "var", validation_alias=AliasChoices("CHIZHENG_VAR"))
    secret: str = Field(default="", validation_alias=AliasChoices("CHIZHENG_SECRET"))
    proxies: str = Field(default="", validation_alias=AliasChoices("TRUSTED_PROXIES"))
    smtp_host: str = Field(default="", validation_alias=AliasChoices("SMTP_HOST"))
    smtp_port: int = Field(default=25, ge=1, le=65535, validation_alias=AliasChoices("SMTP_PORT"))
    smtp_security: Security = Field(default=Security.NONE, validation_alias=AliasChoices("SMTP_SECURITY"))
    smtp_sender: str = Field(default="", validation_alias=AliasChoices("SMTP_SENDER"))
    smtp_username: str = Field(default="", validation_alias=AliasChoices("SMTP_USERNAME"))
    smtp_password: str = Field(default="", validation_alias=AliasChoices("SMTP_PASSWORD"), repr=False)
    reminder_days: int = Field(default=3, ge=0, le=30, validation_alias=AliasChoices("REMINDER_DAYS"))

    signing_folder: Path | None = Field(default=None, validation_alias=AliasChoices("SIGNING_FOLDER"))
    signing_password: str = Field(default="", validation_alias=AliasChoices("SIGNING_PASSWORD"), repr=False)
    pkcs11_module: str = Field(default="", validation_alias=AliasChoices("PKCS11_MODULE"))
    pkcs11_token: str = Field(default="", validation_alias=AliasChoices("PKCS11_TOKEN"))
    pkcs11_pin: str = Field(default="", validation_alias=AliasChoices("PKCS11_PIN"), repr=False)

    @model_validator(mode="after")
    def _token_is_whole(self) -> "Settings":
        """Refuse half a token: documents would be issued unsigned, or not at all, and nobody would know why."""
        given = [bool(one) for one in (self.pkcs11_module, self.pkcs11_token, self.pkcs11_pin)]
        if any(given) and not all(given):
            raise ValueError("PKCS11_MODULE, PKCS11_TOKEN and PKCS11_PIN are set together or not at all")
        return self

    @model_validator(mode="after")
    def _mail_has_a_sender(self) -> "Settings":
        """Refuse a mail server without a sender: every mail of ours would be refused later."""
        if self.smtp_host and not ADDRESS.fullmatch(self.smtp_sender):
            raise ValueError("SMTP_HOST is set, so SMTP_SENDER must be the address that mails come from")
        return self

    @model_validator(mode="after")
    def _proxies_are_networks(self) -> "Settings":
        """Refuse what is no network: a proxy that is not recognised would be counted as the one who asks."""
        networks_in(self.proxies)
        return self

    @property
    def trusted_proxies(self) -> tuple[Network, ...]:
        """Return the networks whose X-Forwarded-For is believed; none, unless they are named."""
        return networks_in(self.proxies)

    @property
    def database(self) -> str:
        """Return the database's URL; PostgreSQL is always spoken to through psycopg 3."""
        url = self.database_url or f"sqlite:///{self.var / 'chizheng.db'}"
        for scheme in ("postgres://", "postgresql://"):
            if url.startswith(scheme):
                return "postgresql+psycopg://" + url.removeprefix(scheme)
        return url

    @property
    def address(self) -> str:
        """Return the address that people and QR codes use, without a slash at the end."""
        return (self.public_url or f"http://localhost:{self.port}").rstrip("/")

    @property
    def mail_server(self) -> MailServer | None:
        """Return the server that mails go through; without one the platform sends none."""
        if not self.smtp_host:
            return None
        account = (self.smtp_username, self.smtp_password)
        return MailServer(self.smtp_host, self.smtp_port, self.smtp_security, self.smtp_sender, *account)

    @property
    def signing_place(self) -> SigningPlace:
        """Return where the city's certificate authority is kept, or would be."""
        token = Token(self.pkcs11_module, self.pkcs11_token, self.pkcs11_pin) if self.pkcs11_module else None
        return SigningPlace(self.signing_folder or self.var / "authority", self.signing_password, token)

    @cached_property
    def secret_bytes(self) -> bytes:
        """Return the installation's secret; made at the first start where none is given."""
        if self.secret:
            return self.secret.encode()
        path = self.var / "secret"
        if not path.exists():
            self.var.mkdir(parents=True, exist_ok=True)
            _write_once(path, secrets.token_hex(SECRET_BYTES))
        return path.read_text().strip().encode()


def _write_once(path: Path, content: str) -> None:
    """Write the file unless another process has just done so; nobody else may read it."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "w") as file:
        file.write(content)
