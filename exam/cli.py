"""Commands of the exam."""

import click

from core import clock
from core.db import transaction
from core.texts import lazy_gettext as _
from exam.operations.handing_in import finish_overdue


@click.group()
def exam() -> None:
    """Sittings and attempts."""


@exam.command("finish-overdue")
def finish() -> None:
    """Hand in every attempt whose time is over, as it stands."""
    with transaction() as session:
        count = finish_overdue(session, clock.now())
    click.echo(_("已按截止时间交卷 %(count)s 份。", count=count))
