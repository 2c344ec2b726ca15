"""Commands of the item bank."""

from pathlib import Path

import click

from core.import_command import import_file
from people.identity import COMMAND_LINE
from questions.operations import ITEMS


@click.group()
def questions() -> None:
    """The item bank."""


@questions.command("import")
@click.argument("sheets", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_items(sheets: tuple[Path, ...]) -> None:
    """Import sheets of items, all of each sheet or nothing of it."""
    for sheet in sheets:
        click.echo(f"{sheet.name}: {import_file(ITEMS, sheet, COMMAND_LINE)}")
