import pytest
from sqlalchemy import delete, select, update

from certificates.layouts import Layout
from certificates.models import Credential, CredentialDocument
from certificates.operations.credentials import cancel_credential
from certificates.operations.documents import Drawn, keep_documents
from certificates.queries.logged import Thing, Unlike, unlike_log
from certificates.states import CredentialState
from core import clock
from core.models import LogEntry
from core.operations import append_to_log
from exam.circular_states import CircularLayout
from exam.cut_offs import Cut
from exam.list_states import FILE_LOG_KIND, ListLayout
from exam.models.circulars import CircularFile
from exam.models.results import PassList, PassListEntry, PassListFile
from exam.operations import circulars
from exam.operations.publishing import store_list_files
from exam.operations.snapshots import take_snapshot
from exam.pass_lists import digest_of
from exam.queries.circulars import final_letter_of
from exam.queries.pass_lists import published
from exam.queries.snapshots import figures_in
from tests.factories import ACTOR, make_city, make_credential, make_officer, make_pass_list
from tests.reported import Ends, make_reported


@pytest.fixture
def city(session):
    """A list, a valid and a cancelled credential and a document, all as they were logged."""
    city = make_city(session)
    officers = [make_officer(session, city.county, name=f"人员{letter}") for letter in "甲乙丙"]
    pass_list = make_pass_list(session, officers, title="春季名单")
    pass_list.digest = digest_of(published(session, pass_list))
    append_to_log(session, "pass_list", pass_list.id, pass_list.digest)
    valid, other, _reserved = (
        make_credential(session, officer, cert_no=f"N-{n}", state=state)
        for n, (officer, state) in enumerate(zip(officers, ("active", "active", "reserved"), strict=True), start=1)
    )
    cancel_credential(session, other, "O3", ACTOR)
    keep_documents(session, [Drawn(valid.id, layout, layout.encode()) for layout in Layout])
    session.flush()
    session.expire_all()
    return city


def unlike(session):
    session.expire_all()
    return list(unlike_log(session))


def test_what_is_as_it_was_logged_is_not_named(session, city):
    assert unlike(session) == []


@pytest.mark.parametrize(
    "statement",
    [
        update(PassListEntry).where(PassListEntry.serial == 2).values(name="人员丁"),
        update(PassListEntry).where(PassListEntry.serial == 2).values(candidate_no="26019999999"),
        delete(PassListEntry).where(PassListEntry.serial == 2),
        update(PassList).values(issuer_name="另一机关"),
        update(PassList).values(digest="f" * 64),
        delete(LogEntry).where(LogEntry.kind == "pass_list"),
    ],
)
def test_a_list_that_was_changed_is_named(session, city, statement):
    session.execute(statement)
    assert unlike(session) == [Unlike(Thing.PASS_LIST, "春季名单")]


def test_a_list_changed_together_with_its_own_digest_is_named(session, city):
    session.execute(update(PassListEntry).where(PassListEntry.serial == 2).values(name="人员丁"))
    changed = session.scalars(select(PassList)).one()
    changed.digest = digest_of(published(session, changed))
    session.flush()
    assert unlike(session) == [Unlike(Thing.PASS_LIST, "春季名单")]


@pytest.mark.parametrize(
    ("number", "changes"),
    [
        ("N-1", {"holder_name": "人员丁"}),
        ("N-1", {"state": CredentialState.CANCELLED, "cancelled_at": clock.now()}),
        ("N-2", {"state": CredentialState.ACTIVE, "cancelled_at": None}),
        ("N-3", {"state": CredentialState.ACTIVE}),
    ],
)
def test_a_credential_that_was_changed_or_never_logged_is_named(session, city, number, changes):
    session.execute(update(Credential).where(Credential.cert_no == number).values(changes))
    assert unlike(session) == [Unlike(Thing.CREDENTIAL, number)]


@pytest.mark.parametrize("changes", [{"content": b"another"}, {"digest": "f" * 64}])
def test_a_document_that_was_changed_is_named(session, city, changes):
    session.execute(update(CredentialDocument).where(CredentialDocument.layout == Layout.CARD).values(changes))
    assert unlike(session) == [Unlike(Thing.DOCUMENT, "N-1")]


def test_a_document_that_was_never_logged_is_named(session, city):
    officer = make_officer(session, city.county)
    made = make_credential(session, officer, cert_no="N-9")
    fields = {"credential_id": made.id, "layout": Layout.CARD, "content": b"x", "drawn_at": clock.now()}
    session.add(
        CredentialDocument(**fields, digest="2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881")
    )
    session.flush()
    assert unlike(session) == [Unlike(Thing.DOCUMENT, "N-9")]


@pytest.mark.parametrize(
    "planted",
    [update(PassListFile).values(content=b"%PDF"), delete(LogEntry).where(LogEntry.kind == FILE_LOG_KIND)],
)
def test_a_lists_file_that_is_not_as_it_was_logged_is_named(session, city, planted):
    pass_list = session.scalars(select(PassList)).one()
    store_list_files(session, pass_list, {ListLayout.PDF: b"%PDF-1.4"})
    assert unlike(session) == []
    session.execute(planted)
    assert unlike(session) == [Unlike(Thing.PASS_LIST, "春季名单")]


@pytest.mark.parametrize("planted", ["content", "entry"])
def test_a_circulars_file_that_is_not_as_it_was_logged_is_named(session, planted):
    made = make_reported(session, {"C01": Ends(8, 2)})
    circular = circulars.draft_circular(
        session, take_snapshot(session, made.sitting, Cut.FIRST, made.writer), made.writer
    )
    circular.document_no = "×法治办〔2026〕8号"
    circulars.approve_circular(session, circular, circular.revision, made.second)
    letter, figures = final_letter_of(session, circular), figures_in(circular.snapshot)
    drawn = circulars.draw_circular(letter, figures, circular.revision)
    circulars.issue_circular(session, circular, drawn, made.writer)
    assert unlike(session) == []
    one = CircularFile.layout == CircularLayout.PDF
    if planted == "content":
        session.execute(update(CircularFile).where(one).values(content=b"%PDF"))
    else:
        digest = session.scalars(select(CircularFile.digest).where(one)).one()
        session.execute(delete(LogEntry).where(LogEntry.digest == digest))
    assert unlike(session) == [Unlike(Thing.CIRCULAR, circular.title)]
