"""The database keeps what it acknowledged, says no by itself, and tells instants from wall clocks."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import uuid4

import pytest
from hypothesis import given, strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, StatementError

from core.db import Instant, is_postgresql, one_moment, reading, transaction
from core.models import AuditEntry
from people.models import Organisation
from tests.factories import ACTOR, make_city, make_organisation


def test_sqlite_syncs_every_commit(database):
    if database.url.startswith("postgres"):
        pytest.skip("PostgreSQL syncs by its own default")
    with transaction() as session:
        assert session.scalar(text("pragma synchronous")) == 2
        assert session.scalar(text("pragma journal_mode")) == "wal"
        assert session.scalar(text("pragma foreign_keys")) == 1


def test_what_fails_changes_nothing(database):
    def fail():
        with transaction() as session:
            make_city(session)
            raise ValueError("refused")

    with pytest.raises(ValueError, match="refused"):
        fail()
    with reading() as session:
        assert session.scalars(select(Organisation)).all() == []


def test_a_reader_sees_what_was_committed_and_does_not_wait(database):
    with transaction() as session:
        make_city(session)
    with transaction() as writer:
        make_organisation(writer, code="M99")
        with reading() as session:
            assert len(session.scalars(select(Organisation)).all()) == 3


def test_one_moment_stays_what_it_was_while_others_write(database):
    with transaction() as session:
        make_city(session)
    with one_moment() as session:
        assert len(session.scalars(select(Organisation)).all()) == 3
        with transaction() as writer:
            make_organisation(writer, code="M99")
        assert len(session.scalars(select(Organisation.code)).all()) == 3
    with one_moment() as session:
        assert len(session.scalars(select(Organisation)).all()) == 4


def test_the_database_itself_refuses_a_second_of_what_must_be_one(session):
    make_organisation(session, code="M01")
    with pytest.raises(IntegrityError), session.begin_nested():
        make_organisation(session, code="M01")


def test_the_database_itself_refuses_what_points_nowhere(session):
    make_organisation(session, parent_id=None)
    with pytest.raises(IntegrityError), session.begin_nested():
        make_organisation(session, parent_id=uuid4())


def test_an_instant_without_its_zone_is_refused(session):
    with pytest.raises(StatementError):
        session.execute(select(AuditEntry).where(AuditEntry.at > datetime(2017, 6, 1)))


class _Dialect:
    name = "sqlite"


@given(
    st.datetimes(
        timezones=st.sampled_from([UTC, timezone(timedelta(hours=8)), timezone(timedelta(hours=-11))]),
        min_value=datetime(1950, 1, 1),
        max_value=datetime(2100, 1, 1),
    )
)
def test_an_instant_comes_back_the_same(instant):
    column = Instant()
    stored = column.process_bind_param(instant, _Dialect())
    assert column.process_result_value(stored.replace(tzinfo=None), _Dialect()) == instant


def test_the_two_databases_are_told_apart(session, database):
    assert is_postgresql(session) == database.url.startswith("postgres")
    assert ACTOR.account_id is None
