"""Commands of credentials."""

import json

import click

from certificates.operations import authority as operations
from certificates.operations.signers import Authority, SigningPlace, current_authority, signing_place
from core.db import transaction
from core.errors import Reason, RefusedError
from core.fonts import prepare_fonts
from core.texts import Text, lazy_gettext as _


@click.group()
def certificates() -> None:
    """Credentials and their documents."""


@certificates.command("prepare-fonts")
def fonts() -> None:
    """Make the typefaces ready that documents are drawn with; once per installation."""
    prepare_fonts()
    click.echo(_("字体已备好。"))


@certificates.group("authority")
def authority() -> None:
    """The city's certificate authority: its root and the keys that sign documents."""


@authority.command("new")
@click.option("--city", required=True, help="whose authority it is, as it stands in the certificates")
def new(city: str) -> None:
    """Make a root and a first signing key; nothing that is there is overwritten."""
    with transaction() as session:
        made = operations.found_authority(session, _place(), city)
    _say(_("已建立“%(city)s”的证书机构，此后生成的电子证书都会签名。", city=made.city), made)
    click.echo(
        _("请把 %(folder)s 备份到安全的地方；root.key 平时可以离线保存，更换密钥时才用到。", folder=_place().folder)
    )


@authority.command("rotate")
def rotate() -> None:
    """Let a new key sign from now on; documents signed before stay valid."""
    with transaction() as session:
        made = operations.rotate_key(session, _place())
    _say(_("已更换签名密钥，以前签发的文件仍然有效。"), made)


@authority.command("revoke")
@click.argument("key")
def revoke(key: str) -> None:
    """Say of a KEY that it no longer vouches for anything, because somebody else may have it."""
    with transaction() as session:
        made = operations.revoke_key(session, _place(), key)
    _say(_("已吊销密钥 %(key)s。如它仍是现用密钥，请接着运行 rotate。", key=key.upper()), made)


@authority.command("keys")
def keys() -> None:
    """Print the published keys as JSON, as they stand under /.well-known/chizheng-keys.json."""
    found = current_authority()
    if found is None:
        raise RefusedError([Reason("no_authority", _("还没有证书机构，电子证书不签名。"))])
    click.echo(json.dumps(found.published, ensure_ascii=False, indent=2))


def _place() -> SigningPlace:
    place = signing_place()
    if place is None:
        raise RuntimeError("no signing place is in use")
    return place


def _say(text: Text, made: Authority) -> None:
    click.echo(text)
    click.echo(_("现用密钥：%(key)s", key=made.current))
