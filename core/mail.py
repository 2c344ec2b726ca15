"""Sending one plain-text mail through the installation's mail server, and what became of it.

Without a server nothing is ever sent. Whoever sends must know whether a mail that failed may have arrived
all the same: only what the server has certainly not taken may be sent once more.
"""

import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from enum import StrEnum

TIMEOUT_SECONDS = 10
ACCEPTED = 250


class Security(StrEnum):
    """How the connection to the mail server is kept secret."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


@dataclass(frozen=True)
class MailServer:
    """Where mails are handed in, and as whom."""

    host: str
    port: int
    security: Security
    sender: str
    username: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True)
class Letter:
    """One mail; ``key`` makes its message id, the same however often it is tried."""

    key: str
    to: str
    subject: str
    body: str
    at: datetime


class MailError(Exception):
    """The server has certainly not taken the mail; the message says why in the server's own words."""


class AwayError(MailError):
    """The server cannot be reached or does not let us in: the next mail would fare no better."""


class LostMailError(Exception):
    """The connection broke after the mail was handed over: nobody knows whether it was taken."""


_server: MailServer | None = None


def use_mail_server(server: MailServer | None) -> None:
    """Let every later mail of this process go through this server; None sends nothing."""
    global _server
    _server = server


def mail_server() -> MailServer | None:
    """Return the server that mails go through, or None where none is set."""
    return _server


def send(server: MailServer, letter: Letter) -> None:
    """Hand one mail to the server, or say whether it may be tried again."""
    content = message_of(server, letter).as_bytes(policy=SMTP)
    try:
        smtp = _connection(server)
    except (OSError, smtplib.SMTPException) as error:
        raise AwayError(_words_of(error)) from error
    try:
        _address(smtp, server.sender, letter.to)
        _hand_over(smtp, content)
    except smtplib.SMTPResponseException as error:
        raise MailError(_words_of(error)) from error
    except (OSError, smtplib.SMTPException) as error:
        raise AwayError(_words_of(error)) from error
    finally:
        _leave(smtp)


def message_of(server: MailServer, letter: Letter) -> EmailMessage:
    """Return the mail as it goes over the line."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = server.sender, letter.to, letter.subject
    message["Date"] = format_datetime(letter.at)
    message["Message-ID"] = f"<{letter.key}@{server.sender.partition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.body, charset="utf-8", cte="base64")
    return message


def _connection(server: MailServer) -> smtplib.SMTP:
    """Open a connection, secret and signed in as the settings ask; a server that cannot do so is refused."""
    if server.security is Security.TLS:
        context = ssl.create_default_context()
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT_SECONDS, context=context)
    else:
        smtp = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_SECONDS)
    try:
        if server.security is Security.STARTTLS:
            smtp.starttls(context=ssl.create_default_context())
        if server.username:
            smtp.login(server.username, server.password)
    except (OSError, smtplib.SMTPException):
        smtp.close()
        raise
    return smtp


def _address(smtp: smtplib.SMTP, sender: str, to: str) -> None:
    smtp.ehlo_or_helo_if_needed()
    for code, words in (smtp.mail(sender), smtp.rcpt(to)):
        if code // 100 != 2:
            raise smtplib.SMTPResponseException(code, words)


def _hand_over(smtp: smtplib.SMTP, content: bytes) -> None:
    """Send the content; from its last line on a broken connection leaves everything open."""
    code, words = smtp.docmd("DATA")
    if code != 354:
        raise smtplib.SMTPResponseException(code, words)
    lines = content.replace(b"\r\n.", b"\r\n..")
    smtp.send(lines if lines.endswith(b"\r\n") else lines + b"\r\n")
    try:
        smtp.send(b".\r\n")
        code, words = smtp.getreply()
    except (OSError, smtplib.SMTPException) as error:
        raise LostMailError(_words_of(error)) from error
    if code != ACCEPTED:
        raise smtplib.SMTPResponseException(code, words)


def _leave(smtp: smtplib.SMTP) -> None:
    """Say goodbye; what the server answers to that changes nothing about the mail."""
    with suppress(OSError, smtplib.SMTPException):
        smtp.quit()
    smtp.close()


def _words_of(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        words = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        return f"{error.smtp_code} {words}"[:500]
    return (str(error) or type(error).__name__)[:500]
