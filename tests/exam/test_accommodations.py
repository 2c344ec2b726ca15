"""What is granted to who needs it: when, by whom, what it does, and who may read why."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from core import clock
from core.db import reading, transaction
from core.errors import RefusedError
from core.models import AuditEntry
from exam.accommodations import AccommodationKind, reasons_against
from exam.models.planning import Accommodation, Candidate
from exam.operations.accommodations import Grant, grant, take_back
from exam.operations.handing_in import hand_in
from exam.operations.room import start_attempt
from exam.queries.accommodations import accommodations_in_sitting, granted_to
from exam.queries.room import ledger_of
from exam.states import SittingKind
from exam.time_ledger import Line, TimeKind
from people.permissions import Role
from people.scope import CITY, Scope
from tests.factories import ACTOR, make_candidate, make_city, make_officer, make_sitting

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
MORE = Grant(AccommodationKind.EXTRA_TIME, "残疾人证 第 12 号", 30)


@pytest.fixture(autouse=True)
def spring():
    with clock.at(NOW):
        yield


def codes(reasons):
    return [reason.code for reason in reasons]


@pytest.mark.parametrize("kind", list(AccommodationKind))
@pytest.mark.parametrize(("minutes", "fits"), [(0, False), (1, True), (120, True), (121, False)])
def test_only_extra_time_asks_for_minutes(kind, minutes, fits):
    is_right = fits or kind is not AccommodationKind.EXTRA_TIME
    assert (reasons_against(kind, minutes, "证明", has_started=False) == []) is is_right


def test_evidence_is_asked_and_nothing_is_granted_after_the_start():
    kind = AccommodationKind.LARGE_PRINT
    assert codes(reasons_against(kind, 0, " ", has_started=False)) == ["evidence"]
    assert codes(reasons_against(kind, 0, "长" * 501, has_started=False)) == ["evidence"]
    assert codes(reasons_against(kind, 0, "证明", has_started=True)) == ["has_started"]


@pytest.fixture
def candidate(session):
    return make_candidate(session, make_sitting(session), make_officer(session, make_city(session).county))


def test_extra_time_that_was_granted_stands_in_the_ledger_from_the_start(session, candidate):
    grant(session, candidate, MORE, ACTOR)
    attempt = start_attempt(session, candidate, ACTOR)
    assert ledger_of(session, attempt.id)[-1] == Line(TimeKind.ACCOMMODATION, 1800)
    assert attempt.deadline_at == NOW + timedelta(minutes=120)


def test_the_newest_counts_and_what_is_taken_back_is_gone(session, candidate):
    grant(session, candidate, MORE, ACTOR)
    grant(session, candidate, Grant(MORE.kind, "更正", 45), ACTOR)
    assert granted_to(session, candidate.id)[MORE.kind].seconds == 2700
    assert [
        row.accommodation.seconds for row in accommodations_in_sitting(session, candidate.sitting_id, CITY)
    ] == [2700]
    take_back(session, candidate, Grant(MORE.kind, "本人申请撤销"), ACTOR)
    assert granted_to(session, candidate.id) == {}
    assert accommodations_in_sitting(session, candidate.sitting_id, CITY) == []
    assert len(ledger_of(session, start_attempt(session, candidate, ACTOR).id)) == 1
    assert len(session.scalars(select(Accommodation)).all()) == 3


def test_what_was_never_granted_is_not_taken_back(session, candidate):
    with pytest.raises(RefusedError, match="无需撤销"):
        take_back(session, candidate, Grant(MORE.kind, "撤销"), ACTOR)


def test_after_the_start_nothing_is_granted_or_taken_back(session, candidate):
    grant(session, candidate, MORE, ACTOR)
    start_attempt(session, candidate, ACTOR)
    for verb in (grant, take_back):
        with pytest.raises(RefusedError, match="已经开考"):
            verb(session, candidate, MORE, ACTOR)


def test_between_two_mock_exams_it_may_still_be_granted(session):
    sitting = make_sitting(session, kind=SittingKind.MOCK)
    candidate = make_candidate(session, sitting, make_officer(session, make_city(session).county))
    hand_in(session, start_attempt(session, candidate, ACTOR), ACTOR)
    grant(session, candidate, MORE, ACTOR)
    assert MORE.kind in granted_to(session, candidate.id)


def test_the_audit_chain_holds_what_was_granted_and_not_why(session, candidate):
    grant(session, candidate, MORE, ACTOR)
    entry = session.scalars(select(AuditEntry).where(AuditEntry.subject_id == candidate.id)).one()
    assert (entry.verb, entry.detail) == ("exam:accommodation:grant", {"kind": "extra_time", "minutes": 30})


def test_the_list_keeps_to_the_scope(session, candidate):
    grant(session, candidate, MORE, ACTOR)
    department = make_city(session).department
    assert accommodations_in_sitting(session, candidate.sitting_id, Scope(department.id)) == []
    assert len(accommodations_in_sitting(session, candidate.sitting_id, Scope(candidate.organisation_id))) == 1


def test_the_office_grants_on_the_candidates_page_and_it_alone_reads_the_evidence(signed_in, database):
    with transaction() as session:
        sitting = make_sitting(session)
        candidate = make_candidate(
            session, sitting, make_officer(session, make_city(session).county, name="王需要")
        )
    page = f"/sittings/{sitting.id}/candidates/{candidate.id}"
    office = signed_in(Role.ADMINISTRATOR)
    office.open(page)
    office.open(office.link("办理合理便利"))
    office.submit({"kind": "extra_time", "minutes": "300", "evidence": "诊断证明甲"})
    assert "1 到 120 分钟" in office.text()
    assert "诊断证明甲" in office.page.find("textarea").get_text()
    office.submit({"kind": "extra_time", "minutes": "30", "evidence": "诊断证明甲", "verb": "grant"})
    assert "诊断证明甲" in office.text()
    office.open(f"/sittings/{sitting.id}/accommodations")
    assert "诊断证明甲" in office.text()
    for role in (Role.UNIT_ADMINISTRATOR, Role.INVIGILATOR):
        browser = signed_in(role)
        for path in (f"/sittings/{sitting.id}/accommodations", page):
            text = browser.open(path).get_text()
            assert "延长考试时间" in text
            assert "诊断证明甲" not in text
    office.open(f"{page}/accommodations")
    office.submit({"kind": "extra_time", "evidence": "本人申请", "verb": "take_back"})
    with reading() as session:
        assert granted_to(session, session.get_one(Candidate, candidate.id).id) == {}
