"""Bring the database to the shape this version needs, and say whether it has it."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from app.settings import ROOT
from core.db import Database


def upgrade(database: Database, revision: str = "head") -> None:
    """Run every migration that is still missing, in one transaction each."""
    _run(database, command.upgrade, revision)


def downgrade(database: Database, revision: str) -> None:
    """Undo migrations down to a revision; ``base`` undoes all."""
    _run(database, command.downgrade, revision)


def is_current(database: Database) -> bool:
    """Say whether no migration is missing."""
    with database.engine.connect() as connection:
        stored = MigrationContext.configure(connection).get_current_revision()
    return stored == ScriptDirectory.from_config(config()).get_current_head()


def config() -> Config:
    """Return Alembic's configuration; there is no ini file."""
    made = Config()
    made.set_main_option("script_location", str(ROOT / "app" / "migrations"))
    made.set_main_option("path_separator", "os")
    return made


def _run(database: Database, action, revision: str) -> None:  # type: ignore[no-untyped-def]
    configured = config()
    configured.attributes["engine"] = database.engine
    action(configured, revision)
