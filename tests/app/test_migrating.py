"""The database comes to the shape the tables describe, and can be taken back."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, select

from app.migrating import config, downgrade, is_current, newest_revision, upgrade
from certificates.models import Credential
from certificates.operations.credentials import issue_for_pass_list
from core import db
from core.db import Base
from core.errors import RefusedError
from exam.models.results import PassList, PassListEntry
from exam.notices import ListStatus
from exam.queries.pass_lists import public_list
from tests.factories import ACTOR, make_city, make_officer, make_pass_list


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


def test_a_list_from_before_its_life_cycle_stays_published_and_waits_for_a_correction(database):
    with db.transaction() as session:
        officers = [make_officer(session, make_city(session).county, name=name) for name in ("甲", "乙")]
        made = make_pass_list(session, officers)
        issue_for_pass_list(session, made, "http://localhost", ACTOR)
    downgrade(database, "0002")
    upgrade(database)
    with db.transaction() as session:
        found = session.get_one(PassList, made.id)
        assert (found.state, found.version, found.passed_count) == ("published", 1, 2)
        assert (found.effective_on, found.log_index, found.approved_by) == (None, None, None)
        assert found.figures == {"due": 0, "participated": 0, "passed": 0, "failed": 0, "not_completed": 0}
        assert public_list(session, made.id).status == ListStatus.NOT_LOGGED
        assert sorted(session.scalars(select(PassListEntry.name))) == ["乙", "甲"]
        assert session.scalars(select(Credential.pass_list_id)).all() == [made.id, made.id]
        with pytest.raises(RefusedError, match="公开日志"):
            issue_for_pass_list(session, found, "http://localhost", ACTOR)
