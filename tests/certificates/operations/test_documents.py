import hashlib

import pytest
from sqlalchemy import func, select

from certificates.layouts import Layout
from certificates.models import CredentialDocument
from certificates.operations.documents import Drawn, document_of, draw, face_of, keep_documents
from certificates.statements import DOCUMENT
from certificates.states import CredentialState
from core import clock
from core.errors import RefusedError
from core.models import LogEntry
from tests.factories import make_city, make_credential, make_officer

URL = "http://localhost:8000"


@pytest.fixture
def credential(session):
    city = make_city(session)
    make_credential(session, make_officer(session, city.county))
    return make_credential(session, make_officer(session, city.county, name="张三"))


@pytest.mark.parametrize("layout", Layout)
def test_a_document_is_drawn_once_and_kept_with_its_digest(session, credential, layout):
    first = document_of(session, credential, layout, URL)
    assert first.content.startswith(b"%PDF-")
    assert first.digest == hashlib.sha256(first.content).hexdigest()
    again = document_of(session, credential, layout, "http://elsewhere:9000")
    assert again.id == first.id
    assert session.scalar(select(func.count()).select_from(CredentialDocument)) == 1


def test_whoever_comes_second_changes_nothing(session, credential):
    keep_documents(session, [Drawn(credential.id, Layout.CARD, b"first")])
    keep_documents(session, [Drawn(credential.id, Layout.CARD, b"second")])
    assert document_of(session, credential, Layout.CARD, URL).content == b"first"
    (logged,) = session.scalars(select(LogEntry).where(LogEntry.kind == DOCUMENT))
    assert (logged.subject_id, logged.digest) == (credential.id, hashlib.sha256(b"first").hexdigest())


def test_every_document_that_is_kept_is_logged_in_the_same_step(session, credential):
    drawn = [Drawn(credential.id, layout, layout.encode()) for layout in Layout]
    keep_documents(session, drawn)
    logged = session.scalars(select(LogEntry.digest).where(LogEntry.kind == DOCUMENT)).all()
    assert sorted(logged) == sorted(one.digest for one in drawn)


def test_the_face_leads_to_the_lookup(credential):
    face = face_of(credential, URL)
    assert face.lookup_url == f"HTTP://LOCALHOST:8000/V/{credential.lookup_token}"
    assert (face.holder_name, face.cert_no) == ("张三", credential.cert_no)


@pytest.mark.parametrize("state", [CredentialState.RESERVED, CredentialState.CANCELLED])
def test_nothing_is_drawn_of_what_is_not_issued(session, state):
    cancelled_at = clock.now() if state is CredentialState.CANCELLED else None
    officer = make_officer(session, make_city(session).county)
    credential = make_credential(session, officer, state=state, cancelled_at=cancelled_at)
    with pytest.raises(RefusedError):
        draw(credential, Layout.CARD, URL)


def test_what_was_drawn_before_the_end_stays(session, credential):
    kept = document_of(session, credential, Layout.CARD, URL)
    credential.state, credential.cancelled_at = CredentialState.CANCELLED, clock.now()
    session.flush()
    assert document_of(session, credential, Layout.CARD, URL).id == kept.id
