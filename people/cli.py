"""Commands of people: the first accounts of an installation, and rolls by sheet."""

from pathlib import Path

import click
from sqlalchemy import select

from core.db import transaction
from core.errors import NotFoundError
from core.import_command import import_file
from core.texts import lazy_gettext as _
from people.identity import COMMAND_LINE
from people.models import Account, Organisation
from people.operations import ROLL, TREE, open_account
from people.permissions import Role

OFFICE_ROLES = (Role.ADMINISTRATOR, Role.HR, Role.UNIT_ADMINISTRATOR, Role.INVIGILATOR)
ROLES_OF_A_UNIT = {Role.UNIT_ADMINISTRATOR, Role.INVIGILATOR}


@click.group()
def people() -> None:
    """Organisations, officers and accounts."""


@people.command("import-organisations")
@click.argument("sheet", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_organisations(sheet: Path) -> None:
    """Found the city and its units from a sheet."""
    click.echo(import_file(TREE, sheet, COMMAND_LINE))


@people.command("import-roll")
@click.argument("sheet", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_roll(sheet: Path) -> None:
    """Import a roll of officers, all of it or nothing."""
    click.echo(import_file(ROLL, sheet, COMMAND_LINE))


@people.command("open-account")
@click.option("--role", type=click.Choice([str(role) for role in OFFICE_ROLES]), required=True)
@click.option("--username", required=True)
@click.option("--name", required=True, help="The name to show.")
@click.option("--unit", default="", help="The unit's code; an invigilator without one has the whole city.")
def open_office_account(role: str, username: str, name: str, unit: str) -> None:
    """Open an account of the office and print its first password once."""
    with transaction() as session:
        organisation = session.scalar(select(Organisation).where(Organisation.code == unit))
        is_asked = role == Role.UNIT_ADMINISTRATOR or (role == Role.INVIGILATOR and unit)
        if is_asked and organisation is None:
            raise NotFoundError(_("没有代码为“%(code)s”的单位，请用 --unit 给出单位代码。", code=unit))
        account = Account(
            username=username,
            display_name=name,
            role=Role(role),
            organisation_id=organisation.id if organisation and role in ROLES_OF_A_UNIT else None,
        )
        password = open_account(session, account, COMMAND_LINE.actor)
    click.echo(_("账号已开通，首次密码：%(password)s", password=password))
