from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from certificates.acts import ActKind, Warrant
from certificates.models import AnnualReview, Credential, CredentialAct, Qualification
from certificates.operations import life_acts
from certificates.operations.credentials import cancel_credential
from certificates.queries.credentials import credential_status
from certificates.queries.logged import unlike_log
from certificates.queries.lookup import by_number
from certificates.review import ReviewOutcome, ReviewQuestion
from certificates.states import CredentialState, CredentialStatus, ProposalState, QualificationState
from core import clock
from core.audit import Actor
from core.errors import ForbiddenError, InvalidError, RefusedError
from core.models import AuditEntry, LogEntry
from people.permissions import Role
from tests.factories import ACTOR, make_account, make_city, make_credential, make_officer

PAPER = "×法治办〔2026〕8号"
MORNING = clock.at_city_time(date(2026, 6, 1), 9)


def warrant(ground="M1", **changes):
    return Warrant(**{"ground": ground, "paper": PAPER, "reason": "经核实，情况属实。", **changes})


def actor_of(session, role=Role.HR):
    account = make_account(session, role)
    return Actor(account.id, account.display_name)


@pytest.fixture
def credential(session):
    """The credential of somebody, beside another of somebody else, on a Monday in June."""
    with clock.at(MORNING):
        city = make_city(session)
        make_credential(session, make_officer(session, city.department))
        yield make_credential(session, make_officer(session, city.county, name="张三"), cert_no="N-1")


def today(days=0):
    return date(2026, 6, 1) + timedelta(days=days)


def status(session, days=0):
    [answer] = by_number(session, "N-1", today(days))
    return answer.status


def codes(refused):
    return [reason.code for reason in refused.value.reasons]


def kinds(session, credential):
    query = select(CredentialAct.kind).where(CredentialAct.credential_id == credential.id)
    return list(session.scalars(query.order_by(CredentialAct.number)))


def test_a_suspension_holds_through_its_last_day_and_is_over_by_itself(session, credential):
    act = life_acts.suspend(session, credential, warrant(), today(10), ACTOR)
    assert (act.kind, act.ground, act.paper, act.suspended_until) == (ActKind.SUSPEND, "M1", PAPER, today(10))
    assert (act.basis, act.reason, act.actor_name) == (warrant().basis, "经核实，情况属实。", ACTOR.name)
    assert [status(session, days) for days in (0, 10, 11)] == [
        CredentialStatus.SUSPENDED,
        CredentialStatus.SUSPENDED,
        CredentialStatus.VALID,
    ]
    assert list(unlike_log(session)) == []


def test_each_act_is_logged_and_audited_once_and_the_log_is_told_neither_ground_nor_reason(session, credential):
    before = session.scalar(select(func.count()).select_from(LogEntry))
    act = life_acts.suspend(session, credential, warrant(), today(10), ACTOR)
    entry = session.get_one(LogEntry, act.log_index)
    assert session.scalar(select(func.count()).select_from(LogEntry)) == before + 1
    assert (entry.kind, entry.subject_id, entry.logged_at) == ("status", credential.id, act.at)
    audited = session.scalars(select(AuditEntry).where(AuditEntry.subject_id == credential.id)).all()
    assert [(one.verb, one.detail["ground"]) for one in audited] == [("certificates:credential:suspend", "M1")]


@pytest.mark.parametrize(
    ("changes", "days", "code"),
    [
        ({"ground": "O3"}, 10, "no_ground"),
        ({"paper": " "}, 10, "no_paper"),
        ({"basis": ""}, 10, "no_basis"),
        ({"reason": ""}, 10, "no_reason"),
        ({}, 91, "too_long"),
        ({}, -1, "until_past"),
    ],
)
def test_a_suspension_without_what_it_must_cite_changes_nothing(session, credential, changes, days, code):
    with pytest.raises(RefusedError) as refused:
        life_acts.suspend(session, credential, warrant(**changes), today(days), ACTOR)
    assert code in codes(refused)
    assert (status(session), kinds(session, credential)) == (CredentialStatus.VALID, [ActKind.TAKE_OVER])


def test_a_suspension_is_extended_once_and_lifted_by_hand(session, credential):
    life_acts.suspend(session, credential, warrant(), today(10), ACTOR)
    life_acts.extend(session, credential, warrant("E1"), today(20), ACTOR)
    with pytest.raises(RefusedError) as refused:
        life_acts.extend(session, credential, warrant("E1"), today(30), ACTOR)
    assert codes(refused) == ["extended"]
    assert credential_status(credential, today(20)) is CredentialStatus.SUSPENDED
    life_acts.lift(session, credential, warrant("L1"), ACTOR)
    assert (status(session), credential.suspended_until) == (CredentialStatus.VALID, None)
    assert kinds(session, credential)[1:] == [ActKind.SUSPEND, ActKind.EXTEND, ActKind.LIFT]


def test_another_suspension_may_be_extended_again(session, credential):
    life_acts.suspend(session, credential, warrant(), today(1), ACTOR)
    life_acts.extend(session, credential, warrant("E1"), today(2), ACTOR)
    with clock.at(MORNING + timedelta(days=3)):
        life_acts.suspend(session, credential, warrant(), today(5), ACTOR)
        life_acts.extend(session, credential, warrant("E1"), today(6), ACTOR)
    assert credential.suspended_until == today(6)


def test_a_suspension_that_is_over_cannot_be_lifted(session, credential):
    life_acts.suspend(session, credential, warrant(), today(1), ACTOR)
    with clock.at(MORNING + timedelta(days=2)), pytest.raises(RefusedError) as refused:
        life_acts.lift(session, credential, warrant("L1"), ACTOR)
    assert codes(refused) == ["wrong_state"]


def test_a_holder_reports_a_loss_and_the_card_is_void_at_once_but_the_person_stays_qualified(session, credential):
    with pytest.raises(InvalidError):
        life_acts.report_loss(session, credential, "  ", ACTOR)
    life_acts.report_loss(session, credential, "昨日在公交车上遗失。", ACTOR)
    assert status(session) is CredentialStatus.VOID
    assert session.get_one(Qualification, credential.officer_id).state == QualificationState.QUALIFIED
    with pytest.raises(RefusedError):
        life_acts.report_loss(session, credential, "又丢了。", ACTOR)


def test_cancelling_on_a_ground_about_the_person_ends_every_card_of_the_person(session, credential):
    second = make_credential(session, credential.officer, cert_no="N-2")
    life_acts.cancel(session, credential, warrant("O3"), ACTOR)
    assert (credential.state, second.state) == (CredentialState.CANCELLED, CredentialState.CANCELLED)
    person = session.get_one(Qualification, credential.officer_id)
    assert (person.state, person.barred_until) == (QualificationState.DISQUALIFIED, None)
    others = session.scalars(select(Credential.state).where(Credential.officer_id != credential.officer_id)).all()
    assert others == [CredentialState.ACTIVE]


def test_cancelling_the_extra_card_leaves_the_other_and_the_person(session, credential):
    second = make_credential(session, credential.officer, cert_no="N-2")
    life_acts.cancel(session, second, warrant("D1"), ACTOR)
    assert (credential.state, second.state) == (CredentialState.ACTIVE, CredentialState.CANCELLED)
    assert session.get_one(Qualification, credential.officer_id).state == QualificationState.QUALIFIED


def test_a_revocation_waits_for_a_second_person(session, credential):
    second_card = make_credential(session, credential.officer, cert_no="N-2")
    first, second = actor_of(session), actor_of(session, Role.ADMINISTRATOR)
    proposal = life_acts.propose_revocation(session, credential, warrant("M4"), first)
    assert (status(session), proposal.state) == (CredentialStatus.VALID, ProposalState.PROPOSED)
    with pytest.raises(RefusedError) as refused:
        life_acts.propose_revocation(session, credential, warrant("M4"), second)
    assert codes(refused) == ["proposed"]
    with pytest.raises(RefusedError) as refused:
        life_acts.approve_revocation(session, proposal, first)
    assert codes(refused) == ["own_proposal"]
    act = life_acts.approve_revocation(session, proposal, second)
    assert (act.account_id, act.second_id) == (first.account_id, second.account_id)
    assert (status(session), second_card.state) == (CredentialStatus.REVOKED, CredentialState.CANCELLED)
    person = session.get_one(Qualification, credential.officer_id)
    assert (person.state, person.barred_until) == (QualificationState.DISQUALIFIED, date(2028, 6, 1))
    assert list(unlike_log(session)) == []
    with pytest.raises(RefusedError):
        life_acts.approve_revocation(session, proposal, second)


def test_a_revocation_turned_down_changes_nothing_and_can_be_proposed_anew(session, credential):
    first, second = actor_of(session), actor_of(session)
    proposal = life_acts.propose_revocation(session, credential, warrant("M5"), first)
    with pytest.raises(InvalidError):
        life_acts.reject_revocation(session, proposal, " ", second)
    life_acts.reject_revocation(session, proposal, "证据不足。", second)
    assert (status(session), proposal.decision) == (CredentialStatus.VALID, "证据不足。")
    life_acts.propose_revocation(session, credential, warrant("M5"), second)


def test_nobody_without_an_account_proposes_a_revocation(session, credential):
    with pytest.raises(ForbiddenError):
        life_acts.propose_revocation(session, credential, warrant("M4"), ACTOR)


def test_a_proposal_about_a_card_that_was_cancelled_meanwhile_cannot_be_approved(session, credential):
    first, second = actor_of(session), actor_of(session)
    proposal = life_acts.propose_revocation(session, credential, warrant("M4"), first)
    cancel_credential(session, credential, "O3", ACTOR)
    with pytest.raises(RefusedError) as refused:
        life_acts.approve_revocation(session, proposal, second)
    assert codes(refused) == ["wrong_state"]


ALL_YES = dict.fromkeys(ReviewQuestion, True)


def test_a_review_is_written_down_and_logged_and_a_failed_one_can_be_repeated(session):
    with clock.at(clock.at_city_time(date(2025, 6, 1), 9)):
        one = make_credential(session, make_officer(session, make_city(session).county))
    with clock.at(clock.at_city_time(date(2026, 3, 10), 9)):
        failing = ALL_YES | {ReviewQuestion.CLEAN: False}
        with pytest.raises(RefusedError):
            life_acts.review(session, one, failing, "", ACTOR)
        failed = life_acts.review(session, one, failing, "受到警告处分。", ACTOR)
        passed = life_acts.review(session, one, ALL_YES, "", ACTOR)
        assert (failed.outcome, failed.number) == (ReviewOutcome.FAILED, 1)
        assert (passed.outcome, passed.number, passed.year) == (ReviewOutcome.PASSED, 2, 2026)
        assert passed.answers == {str(question): True for question in ReviewQuestion}
        with pytest.raises(RefusedError) as refused:
            life_acts.review(session, one, ALL_YES, "", ACTOR)
    assert codes(refused) == ["reviewed"]
    assert kinds(session, one) == [ActKind.TAKE_OVER, ActKind.REVIEW, ActKind.REVIEW]
    assert one.state == CredentialState.ACTIVE
    assert list(unlike_log(session)) == []


def test_many_are_reviewed_at_once_with_one_audit_entry(session):
    with clock.at(clock.at_city_time(date(2025, 6, 1), 9)):
        county = make_city(session).county
        several = [make_credential(session, make_officer(session, county)) for _each in range(5)]
    with clock.at(clock.at_city_time(date(2026, 3, 10), 9)):
        assert life_acts.review_all(session, several[:3], ACTOR) == 3
    assert session.scalar(select(func.count()).select_from(AnnualReview)) == 3
    assert [kinds(session, one) for one in several[2:4]] == [
        [ActKind.TAKE_OVER, ActKind.REVIEW],
        [ActKind.TAKE_OVER],
    ]
    audited = session.scalars(select(AuditEntry).where(AuditEntry.verb == "certificates:credential:review")).all()
    assert [one.detail for one in audited] == [{"year": 2026, "credentials": 3}]
    assert list(unlike_log(session)) == []
    with pytest.raises(InvalidError):
        life_acts.review_all(session, [], ACTOR)
