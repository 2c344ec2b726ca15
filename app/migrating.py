"""Bring the database to the shape this version needs, and say whether it has it.

Alembic is imported only where something is to be migrated: a server that is up to date starts without it.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sqlalchemy import inspect, text

from app.settings import ROOT
from core.db import Database

if TYPE_CHECKING:
    from alembic.config import Config

FOLDER = ROOT / "app" / "migrations"


def upgrade(database: Database, revision: str = "head") -> None:
    """Run every migration that is still missing, in one transaction each."""
    if revision == "head" and is_current(database):
        return
    from alembic import command

    _run(database, command.upgrade, revision)


def downgrade(database: Database, revision: str) -> None:
    """Undo migrations down to a revision; ``base`` undoes all."""
    from alembic import command

    _run(database, command.downgrade, revision)


def is_current(database: Database) -> bool:
    """Say whether no migration is missing."""
    with database.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        stored: str | None = connection.scalar(text("select version_num from alembic_version"))
    return stored == newest_revision()


def newest_revision() -> str:
    """Return the newest migration's number, which its file's name begins with."""
    return max(path.name.partition("_")[0] for path in (FOLDER / "versions").glob("[0-9]*.py"))


def config() -> "Config":
    """Return Alembic's configuration; there is no ini file."""
    from alembic.config import Config

    made = Config()
    made.set_main_option("script_location", str(FOLDER))
    made.set_main_option("path_separator", "os")
    return made


def _run(database: Database, action: Callable[[Any, str], None], revision: str) -> None:
    configured = config()
    configured.attributes["engine"] = database.engine
    action(configured, revision)
