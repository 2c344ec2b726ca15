"""A database that was in use before the log: the migration that makes the log takes in what was effective."""

import pytest
from sqlalchemy import select

from app.migrating import downgrade, upgrade
from certificates.layouts import Layout
from certificates.models import Credential
from certificates.operations.credentials import cancel_credential
from certificates.operations.documents import Drawn, keep_documents
from certificates.operations.log import log_what_went_before
from certificates.queries.logged import unlike_log
from certificates.queries.lookup import by_number
from certificates.states import CredentialState, CredentialStatus
from core import clock
from core.db import reading, transaction
from core.models import AuditEntry, LogEntry
from core.queries import broken_audit_entry, log_misfit
from exam.models.results import PassList
from tests.factories import ACTOR, make_city, make_credential, make_officer, make_pass_list


@pytest.fixture
def older(database):
    """A database of the first release with a list, credentials and a document in it."""
    with transaction() as session:
        officers = [make_officer(session, make_city(session).county) for _each in range(3)]
        make_pass_list(session, officers)
        valid, cancelled, _reserved = (
            make_credential(session, officer, cert_no=f"OLD-{number}", state=state, issued_at=clock.now())
            for number, (officer, state) in enumerate(
                zip(officers, ("active", "active", "reserved"), strict=True), start=1
            )
        )
        cancel_credential(session, cancelled, "O3", ACTOR)
        keep_documents(session, [Drawn(valid.id, Layout.CARD, b"a document")])
    downgrade(database, "0001")
    return database


def status_of(session, number):
    return [one.status for one in by_number(session, number, clock.today())]


def test_what_was_effective_before_the_log_is_in_it_once_there_is_one(older):
    upgrade(older)
    with reading() as session:
        entries = session.scalars(select(LogEntry).order_by(LogEntry.index)).all()
        assert [one.kind for one in entries] == ["pass_list", "credential", "credential", "document"]
        assert entries[0].digest == session.scalars(select(PassList.digest)).one()
        assert status_of(session, "OLD-1") == [CredentialStatus.VALID]
        assert status_of(session, "OLD-2") == [CredentialStatus.CANCELLED]
        assert status_of(session, "OLD-3") == []
        assert log_misfit(session) is None
        assert broken_audit_entry(session) is None
        taken_in = session.scalars(select(AuditEntry).where(AuditEntry.verb == "certificates:log:take_in")).one()
        assert taken_in.detail == {"entries": 4}


def test_an_empty_database_gets_an_empty_log(session):
    assert log_what_went_before(session) == 0
    assert session.scalars(select(LogEntry)).all() == []


def test_the_state_of_the_credentials_is_not_touched(older):
    upgrade(older)
    with reading() as session:
        states = session.scalars(select(Credential.state).order_by(Credential.cert_no)).unique().all()
        assert states == [CredentialState.ACTIVE, CredentialState.CANCELLED, CredentialState.RESERVED]
        assert list(unlike_log(session)) == []
