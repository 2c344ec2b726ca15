"""The command ``chizheng certificates verify``: is a document genuine, and what is it worth?

With the city's root from a file it needs no database, no secret and no network. Without, it asks the
register of this installation.
"""

import sys
from pathlib import Path

import click
from cryptography import x509
from rich.console import Console

from app.settings import Settings
from certificates.operations.checking import checked, checked_code, checked_in_register, facts_of
from certificates.operations.signers import authority_at
from certificates.signing.findings import OUTCOME_NAMES, Field, Finding, Outcome
from certificates.signing.keys import PublishedKey, keys_in, roots_in
from certificates.states import STATUS_NAMES
from core import clock
from core.db import connect, one_moment
from core.errors import InvalidError
from core.sealing import use_keys
from core.texts import lazy_gettext as _

EXIT_CODES = {Outcome.VALID: 0, Outcome.NOT_VALID: 1, Outcome.CANNOT_TELL: 3}
MARKS = {Outcome.VALID: ("✓", "green"), Outcome.NOT_VALID: ("✗", "red"), Outcome.CANNOT_TELL: ("？", "yellow")}
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
console = Console(highlight=False, soft_wrap=True, markup=False)


@click.command("verify")
@click.argument("document", type=FILE)
@click.option("--roots", type=FILE, help="the city's root (PEM) or published keys (JSON): check without a database")
@click.option("--code", is_flag=True, help="DOCUMENT holds the text of a signed QR code, not a PDF")
def verify(document: Path, roots: Path | None, code: bool) -> None:
    """Check a DOCUMENT (PDF): valid, not valid and why, or cannot tell. With --roots it needs no database.

    Exit code 0: valid; 1: not valid; 3: it cannot be told.
    """
    content = document.read_bytes()
    finding = _offline(content, roots, code) if roots else _online(content, code)
    _print(finding)
    sys.exit(EXIT_CODES[finding.outcome])


def _offline(content: bytes, roots: Path, is_code: bool) -> Finding:
    certificates, keys = _trusted(roots)
    if is_code:
        return checked_code(None, _text(content), keys, "")
    return checked(content, certificates, keys, clock.today())


def _online(content: bytes, is_code: bool) -> Finding:
    settings = Settings()
    use_keys(settings.secret_bytes)
    connect(settings.database)
    authority = authority_at(settings.signing_place)
    keys = authority.keys if authority else ()
    if is_code:
        with one_moment() as session:
            return checked_code(session, _text(content), keys, settings.address)
    facts = facts_of(content, [authority.root] if authority else [])
    with one_moment() as session:
        return checked_in_register(session, content, facts, keys, settings.address)


def _trusted(path: Path) -> tuple[list[x509.Certificate], list[PublishedKey]]:
    """Return roots and keys of a file, as the public address hands it out, or a bare root."""
    text = path.read_text(encoding="utf-8", errors="replace")
    try:
        if text.lstrip().startswith("{"):
            return roots_in(text), keys_in(text)
        return list(x509.load_pem_x509_certificates(text.encode())), []
    except ValueError:
        message = _("读不出 %(file)s。请用城市公布的公钥文件（JSON）或根证书（PEM）。", file=path.name)
        raise InvalidError(message) from None


def _text(content: bytes) -> str:
    return content.decode("utf-8", "replace").strip("\r\n")


def _print(finding: Finding) -> None:
    mark, style = MARKS[finding.outcome]
    console.print(f"{mark} {OUTCOME_NAMES[finding.outcome]}", style=style)
    for why in finding.whys:
        console.print(f"  {why}")
    if finding.status is not None:
        console.print(f"  {_('证件现状：%(status)s', status=STATUS_NAMES[finding.status])}")
    if finding.signature is not None:
        signer = finding.signature
        console.print(f"  {_('签名：%(signer)s（密钥 %(key)s）', signer=signer.signer, key=signer.key)}")
    for field in finding.fields:
        console.print(f"  {_line(field)}", style="red" if field.differs else None)


def _line(field: Field) -> str:
    text = f"{field.name}：{field.in_file or '—'}"
    if field.is_shown is False:
        text += f"　{_('（版面上没有这项内容）')}"
    if field.registered is not None:
        text += f"　{_('登记：%(value)s', value=field.registered)}"
    return text
