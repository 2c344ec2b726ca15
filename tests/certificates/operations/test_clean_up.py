from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from certificates.models import CleanupCase, CleanupRound
from certificates.operations.clean_up import (
    close_round,
    flag_by_hand,
    flag_lapsed,
    keep_case,
    keep_cases,
    open_round,
    remove_case,
    remove_cases,
)
from certificates.operations.credentials import cancel_credential
from certificates.queries.lookup import by_number
from certificates.states import CaseState, CredentialState, CredentialStatus, RoundState
from core import clock
from core.audit import Actor
from core.db import reading, transaction
from core.errors import InvalidError, RefusedError
from core.models import AuditEntry
from people.permissions import Role
from people.posts import EmploymentType, PostState
from tests.factories import make_account, make_city, make_credential, make_officer

REASON = "经单位核实，情形属实。"


@pytest.fixture
def city(session):
    return make_city(session)


@pytest.fixture
def hr(session):
    account = make_account(session, Role.HR)
    return Actor(account.id, account.display_name)


@pytest.fixture
def round_(session, hr):
    return open_round(session, "2026 年清理", hr)


def holder(session, city, **changes):
    """Return an active credential whose holder stands on the roll like this."""
    credential_changes = {
        key: changes.pop(key) for key in ("valid_from", "state", "cancelled_at") if key in changes
    }
    return make_credential(session, make_officer(session, city.county, **changes), **credential_changes)


def cases(session):
    return list(session.scalars(select(CleanupCase).order_by(CleanupCase.id)).unique())


def grounds(session):
    return {case.credential_id: [flag.ground for flag in case.flags] for case in cases(session)}


def audited(session, verb):
    return list(session.scalars(select(AuditEntry).where(AuditEntry.verb == verb)))


def test_the_rule_flags_the_lapsed_and_nobody_else(session, city, hr, round_):
    retired = holder(session, city, post=PostState.RETIRED, post_since=date(2025, 5, 2))
    contract = holder(session, city, employment=EmploymentType.CONTRACT, post=PostState.OFF_POST)
    expired = holder(session, city, valid_from=date(2015, 1, 1))
    holder(session, city)
    holder(session, city, post=PostState.RETIRED, state=CredentialState.RESERVED)
    holder(session, city, post=PostState.RETIRED, state=CredentialState.CANCELLED, cancelled_at=clock.now())
    make_officer(session, city.county, post=PostState.RETIRED)
    assert flag_lapsed(session, round_, hr, clock.today()) == 3
    assert grounds(session) == {retired.id: ["O3"], contract.id: ["O1", "I1"], expired.id: ["U5"]}
    first = session.scalars(select(CleanupCase).where(CleanupCase.credential_id == retired.id)).unique().one()
    assert first.flags[0].evidence == "岗位状态：退休，自2025年5月2日起"
    assert first.flags[0].account_id is None
    assert first.organisation_id == city.county.id


def test_an_expired_credential_that_was_exchanged_is_left_alone(session, city, hr, round_):
    officer = make_officer(session, city.county)
    make_credential(session, officer, valid_from=date(2015, 1, 1))
    make_credential(session, officer)
    other = make_officer(session, city.county)
    make_credential(session, other, valid_from=date(2015, 1, 1))
    make_credential(session, other, state=CredentialState.CANCELLED, cancelled_at=clock.now())
    assert flag_lapsed(session, round_, hr, clock.today()) == 1
    assert cases(session)[0].credential.officer_id == other.id


def test_running_the_rule_again_adds_nothing_but_a_new_ground(session, city, hr, round_):
    credential = holder(session, city, employment=EmploymentType.SUPPORT)
    assert flag_lapsed(session, round_, hr, clock.today()) == 1
    assert flag_lapsed(session, round_, hr, clock.today()) == 0
    credential.officer.post = PostState.RETIRED
    session.flush()
    assert flag_lapsed(session, round_, hr, clock.today()) == 0
    session.expire_all()
    assert {key: set(codes) for key, codes in grounds(session).items()} == {credential.id: {"I4", "O3"}}
    details = [entry.detail for entry in audited(session, "certificates:cleanup_round:flag")]
    assert details == [{"cases": 1, "flags": 1}, {"cases": 0, "flags": 0}, {"cases": 0, "flags": 1}]


def test_who_was_kept_is_not_flagged_again_in_this_round_and_is_in_the_next(session, city, hr, round_):
    holder(session, city, post=PostState.RETIRED)
    flag_lapsed(session, round_, hr, clock.today())
    keep_case(session, cases(session)[0], "返聘在岗，证件留用。", hr)
    assert flag_lapsed(session, round_, hr, clock.today()) == 0
    assert [len(case.flags) for case in cases(session)] == [1]
    later = open_round(session, "2027 年清理", hr)
    assert flag_lapsed(session, later, hr, clock.today()) == 1


def test_a_flag_by_hand_names_who_reported_it(session, city, hr, round_):
    credential = holder(session, city)
    case = flag_by_hand(session, round_, credential, "M2", "纪委 2026 年第 3 号通报", hr)
    assert (case.state, case.organisation_id) == (CaseState.OPEN, city.county.id)
    assert [(flag.ground, flag.evidence, flag.account_id) for flag in case.flags] == [
        ("M2", "纪委 2026 年第 3 号通报", hr.account_id)
    ]
    again = flag_by_hand(session, round_, credential, "O7", "单位报告", hr)
    assert again.id == case.id
    assert len(audited(session, "certificates:cleanup_case:flag")) == 2


@pytest.mark.parametrize(
    ("ground", "prepare", "code"),
    [
        ("X9", "", "no_ground"),
        ("O3", "cancelled", "not_active"),
        ("O3", "flagged", "flagged"),
        ("M1", "kept", "decided"),
    ],
)
def test_a_flag_by_hand_is_refused_and_says_why(session, city, hr, round_, ground, prepare, code):
    credential = holder(session, city)
    if prepare in {"flagged", "kept"}:
        case = flag_by_hand(session, round_, credential, "O3", "单位报告", hr)
    if prepare == "kept":
        keep_case(session, case, REASON, hr)
    if prepare == "cancelled":
        cancel_credential(session, credential, "O3", hr)
    with pytest.raises(RefusedError) as refusal:
        flag_by_hand(session, round_, credential, ground, "单位报告", hr)
    assert code in {reason.code for reason in refusal.value.reasons}


def test_a_flag_without_evidence_is_refused(session, city, hr, round_):
    with pytest.raises(InvalidError, match="依据"):
        flag_by_hand(session, round_, holder(session, city), "M2", "  ", hr)


def test_removing_cancels_the_credential_and_the_lookup_says_so_at_once(session, city, hr, round_):
    credential, noise = holder(session, city, post=PostState.RETIRED), holder(session, city, post=PostState.RETIRED)
    flag_lapsed(session, round_, hr, clock.today())
    case = next(case for case in cases(session) if case.credential_id == credential.id)
    remove_case(session, case, REASON, hr)
    assert (case.state, case.reason, case.decided_by) == (CaseState.REMOVED, REASON, hr.account_id)
    (answer,) = by_number(session, credential.cert_no, clock.today())
    assert answer.status is CredentialStatus.CANCELLED
    (other,) = by_number(session, noise.cert_no, clock.today())
    assert other.status is CredentialStatus.VALID
    (cancelled,) = audited(session, "certificates:credential:cancel")
    assert cancelled.detail == {"cert_no": credential.cert_no, "ground": "O3", "paper": round_.title}
    assert len(audited(session, "certificates:cleanup_case:remove")) == 1


def test_keeping_leaves_the_credential_as_it_is(session, city, hr, round_):
    credential = holder(session, city, post=PostState.RETIRED)
    flag_lapsed(session, round_, hr, clock.today())
    keep_case(session, cases(session)[0], REASON, hr)
    assert credential.state == CredentialState.ACTIVE
    assert cases(session)[0].state == CaseState.KEPT


@pytest.mark.parametrize("decide", [keep_case, remove_case])
@pytest.mark.parametrize("reason", ["", "  ", "长" * 501])
def test_a_decision_needs_a_reason_of_reasonable_length(session, city, hr, round_, decide, reason):
    case = flag_by_hand(session, round_, holder(session, city), "O7", "单位报告", hr)
    with pytest.raises(InvalidError):
        decide(session, case, reason, hr)
    assert case.state == CaseState.OPEN
    assert case.credential.state == CredentialState.ACTIVE


@pytest.mark.parametrize("first", [keep_case, remove_case])
@pytest.mark.parametrize("second", [keep_case, remove_case])
def test_a_case_is_decided_once(session, city, hr, round_, first, second):
    case = flag_by_hand(session, round_, holder(session, city), "O7", "单位报告", hr)
    first(session, case, REASON, hr)
    state = case.state
    with pytest.raises(RefusedError):
        second(session, case, "再来一次", hr)
    assert (case.state, case.reason) == (state, REASON)


def test_of_two_who_decide_from_old_pages_the_second_is_refused(database):
    with transaction() as session:
        city, account = make_city(session), make_account(session, Role.HR)
        actor = Actor(account.id, "人事")
        round_ = open_round(session, "2026 年清理", actor)
        case = flag_by_hand(session, round_, holder(session, city), "O7", "单位报告", actor)
    with reading() as session:
        stale = session.get_one(CleanupCase, case.id)
    with transaction() as session:
        keep_case(session, session.get_one(CleanupCase, case.id), "先来的决定", actor)
    with transaction() as session:
        mine = session.merge(stale, load=False)
        assert mine.state == CaseState.OPEN  # what the second person still sees
        with pytest.raises(RefusedError):
            remove_case(session, mine, "后来的决定", actor)
    with reading() as session:
        kept = session.get_one(CleanupCase, case.id)
        assert (kept.state, kept.reason) == (CaseState.KEPT, "先来的决定")
        assert kept.credential.state == CredentialState.ACTIVE


def test_a_credential_cancelled_elsewhere_can_only_be_closed_as_kept(session, city, hr, round_):
    case = flag_by_hand(session, round_, holder(session, city), "O7", "单位报告", hr)
    cancel_credential(session, case.credential, "D2", hr)
    with pytest.raises(RefusedError) as refusal:
        remove_case(session, case, REASON, hr)
    assert refusal.value.reasons[0].code == "cancelled_before"
    keep_case(session, case, "证件已因遗失注销，结案。", hr)
    close_round(session, round_, hr)


def test_several_are_decided_for_one_reason_each_with_its_own_entry(session, city, hr, round_):
    for _each in range(5):
        holder(session, city, post=PostState.RETIRED)
    flag_lapsed(session, round_, hr, clock.today())
    found = cases(session)
    remove_cases(session, found[:3], REASON, hr)
    keep_cases(session, found[3:4], REASON, hr)
    assert [case.state for case in found] == [*[CaseState.REMOVED] * 3, CaseState.KEPT, CaseState.OPEN]
    entries = audited(session, "certificates:cleanup_case:remove")
    assert {entry.subject_id for entry in entries} == {case.id for case in found[:3]}


def test_several_are_decided_all_or_none(database):
    with transaction() as session:
        city, account = make_city(session), make_account(session, Role.HR)
        actor = Actor(account.id, "人事")
        round_ = open_round(session, "2026 年清理", actor)
        ids = [
            flag_by_hand(session, round_, holder(session, city), "O7", "单位报告", actor).id for _each in range(3)
        ]
    with transaction() as session:
        keep_case(session, session.get_one(CleanupCase, ids[2]), REASON, actor)
    with pytest.raises(RefusedError), transaction() as session:
        remove_cases(session, [session.get_one(CleanupCase, one) for one in ids], REASON, actor)
    with reading() as session:
        states = [session.get_one(CleanupCase, one).state for one in ids]
    assert states == [CaseState.OPEN, CaseState.OPEN, CaseState.KEPT]


def test_nobody_chosen_is_nothing_to_decide(session, hr):
    with pytest.raises(InvalidError, match="勾选"):
        remove_cases(session, [], REASON, hr)


def test_a_round_is_closed_once_everybody_is_decided(session, city, hr, round_):
    case = flag_by_hand(session, round_, holder(session, city), "O7", "单位报告", hr)
    with pytest.raises(RefusedError) as refusal:
        close_round(session, round_, hr)
    assert refusal.value.reasons[0].code == "open_cases"
    remove_case(session, case, REASON, hr)
    close_round(session, round_, hr)
    assert round_.state == RoundState.CLOSED
    assert round_.closed_at is not None


def test_nothing_happens_in_a_closed_round(session, city, hr, round_):
    holder(session, city, post=PostState.RETIRED)
    close_round(session, round_, hr)
    with pytest.raises(RefusedError):
        flag_lapsed(session, round_, hr, clock.today())
    with pytest.raises(RefusedError):
        flag_by_hand(session, round_, holder(session, city), "O7", "单位报告", hr)
    with pytest.raises(RefusedError):
        close_round(session, round_, hr)
    assert cases(session) == []


@pytest.mark.parametrize("title", ["", "   ", "长" * 81])
def test_a_round_needs_a_name(session, hr, title):
    with pytest.raises(InvalidError):
        open_round(session, title, hr)


def test_two_rounds_have_two_names(session, hr, round_):
    with pytest.raises(RefusedError):
        open_round(session, f" {round_.title} ", hr)
    assert len(session.scalars(select(CleanupRound)).all()) == 1


def test_a_round_holds_only_its_own_cases(session, city, hr, round_):
    other = open_round(session, f"另一批 {uuid4().hex[:4]}", hr)
    holder(session, city, post=PostState.RETIRED)
    flag_lapsed(session, other, hr, clock.today())
    assert flag_lapsed(session, round_, hr, clock.today()) == 1
    case = next(case for case in cases(session) if case.round_id == other.id)
    keep_case(session, case, REASON, hr)
    close_round(session, other, hr)
    with pytest.raises(RefusedError):
        close_round(session, round_, hr)


def test_the_day_is_the_one_it_is_told(session, city, hr, round_):
    credential = holder(session, city)
    flag_lapsed(session, round_, hr, credential.valid_until)
    assert cases(session) == []
    assert flag_lapsed(session, round_, hr, credential.valid_until + timedelta(days=1)) == 1
