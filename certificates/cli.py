"""Commands of credentials."""

import click

from core.fonts import prepare_fonts
from core.texts import lazy_gettext as _


@click.group()
def certificates() -> None:
    """Credentials and their documents."""


@certificates.command("prepare-fonts")
def fonts() -> None:
    """Make the typefaces ready that documents are drawn with; once per installation."""
    prepare_fonts()
    click.echo(_("字体已备好。"))
