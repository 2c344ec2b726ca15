"""The database comes to the shape the tables describe, and can be taken back."""

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from app.migrating import config, downgrade, is_current, newest_revision, upgrade
from core import db
from core.db import Base


def test_a_migrated_database_is_exactly_what_the_tables_say(database):
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"render_as_batch": True})
        assert compare_metadata(context, Base.metadata) == []


def test_every_migration_can_be_undone_and_done_again(database):
    downgrade(database, "base")
    assert set(inspect(database.engine).get_table_names()) <= {"alembic_version"}
    assert not is_current(database)
    upgrade(database)
    assert is_current(database)


def test_the_newest_migration_is_the_one_alembic_would_come_to():
    assert newest_revision() == ScriptDirectory.from_config(config()).get_current_head()


def test_an_empty_database_is_not_current(tmp_path):
    empty = db.connect(f"sqlite:///{tmp_path / 'empty.db'}")
    assert not is_current(empty)
    db.disconnect()
