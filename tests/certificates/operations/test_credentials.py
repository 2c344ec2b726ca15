import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from certificates.models import Credential, NumberSeries
from certificates.operations.credentials import (
    CREDENTIALS,
    cancel_credential,
    issue_for_pass_list,
    lookup_token,
)
from certificates.operations.drawing import WORKERS, draw_missing
from certificates.queries.issuing import passed_without_credential, withdrawn_with_credential
from certificates.queries.statements import statement_of
from certificates.statements import CREDENTIAL, STATUS
from certificates.states import CredentialSource, CredentialState
from core import clock
from core.db import is_postgresql
from core.errors import InvalidError, RefusedError
from core.import_kinds import dry_run, import_sheet
from core.models import AuditEntry, Job, LogEntry, LogHead
from core.sheets import write_csv
from exam.list_states import ObjectionState
from exam.models.publishing import Objection
from exam.models.results import PassListEntry
from people.identity import Identity
from people.permissions import Role
from people.posts import DocumentKind, EmploymentType, PostState
from tests.factories import ACTOR, make_city, make_credential, make_officer, make_organisation, make_pass_list

URL = "http://localhost:8000"
OFFICE = Identity(None, Role.ADMINISTRATOR, "办公室", None, None, 0, False)
HEADERS = [column.name for column in CREDENTIALS.columns]


@pytest.fixture
def city(session):
    return make_city(session)


def listed(session, city, count=3, **changes):
    officers = [make_officer(session, city.county, name="张三", **changes) for _each in range(count)]
    return make_pass_list(session, officers), officers


def credentials(session):
    return list(session.scalars(select(Credential).order_by(Credential.cert_no)).unique())


def audited(session, verb):
    return list(session.scalars(select(AuditEntry).where(AuditEntry.verb == verb)))


def test_everybody_on_the_list_gets_a_credential_with_what_the_list_and_the_roll_say(session, city):
    with clock.at(clock.at_city_time(date(2026, 3, 2), 9)):
        pass_list, officers = listed(session, city, enforcement_area="海东区滨海路")
        make_pass_list(session, [make_officer(session, city.county)])
        assert issue_for_pass_list(session, pass_list, URL, ACTOR) == 3
    issued = credentials(session)
    assert [one.cert_no for one in issued] == ["99100100001", "99100100002", "99100100003"]
    assert {one.officer_id for one in issued} == {officer.id for officer in officers}
    first = issued[0]
    face = (first.holder_name, first.unit_name, first.category, first.area, first.issuer_name)
    assert face == ("张三", "海东区", "综合执法", "海东区滨海路", pass_list.issuer_name)
    assert (first.valid_from, first.valid_until) == (date(2026, 3, 2), date(2031, 3, 1))
    assert (first.state, first.source, first.is_sample) == (CredentialState.ACTIVE, CredentialSource.EXAM, True)
    assert all(re.fullmatch("[A-Z2-7]{26}", one.lookup_token) for one in issued)
    assert len({one.lookup_token for one in issued}) == 3


def test_the_name_is_the_one_that_was_published(session, city):
    pass_list, officers = listed(session, city, count=1)
    officers[0].name = "李四"
    issue_for_pass_list(session, pass_list, URL, ACTOR)
    assert credentials(session)[0].holder_name == "张三"


def test_somebody_with_a_real_document_holds_no_sample(session, city):
    pass_list, _officers = listed(session, city, count=1, document_kind=DocumentKind.RESIDENT_ID)
    issue_for_pass_list(session, pass_list, URL, ACTOR)
    assert not credentials(session)[0].is_sample


def test_issuing_is_one_act_in_the_chain_and_one_job_for_each_worker(session, city):
    pass_list, _officers = listed(session, city)
    issue_for_pass_list(session, pass_list, URL, ACTOR)
    (entry,) = audited(session, "certificates:credential:issue")
    assert entry.subject_id == pass_list.id
    assert entry.detail == {"credentials": 3, "first": "99100100001", "last": "99100100003"}
    jobs = session.scalars(select(Job)).all()
    assert len(jobs) == (WORKERS if is_postgresql(session) else 1)
    assert all(job.arguments == {"pass_list_id": str(pass_list.id), "public_url": URL} for job in jobs)


def test_a_second_call_is_refused_and_reserves_nothing(session, city):
    pass_list, _officers = listed(session, city)
    issue_for_pass_list(session, pass_list, URL, ACTOR)
    with pytest.raises(RefusedError) as refusal:
        issue_for_pass_list(session, pass_list, URL, ACTOR)
    assert refusal.value.reasons[0].code == "nobody_left"
    assert session.scalar(select(NumberSeries.last_serial)) == 3
    assert len(credentials(session)) == 3


def test_each_unit_counts_in_its_own_series_and_goes_on_where_it_was(session, city):
    first = make_pass_list(
        session,
        [make_officer(session, city.county, name="甲"), make_officer(session, city.department, name="乙")],
    )
    second = make_pass_list(session, [make_officer(session, city.county, name="丙")])
    issue_for_pass_list(session, first, URL, ACTOR)
    issue_for_pass_list(session, second, URL, ACTOR)
    assert [one.cert_no for one in credentials(session)] == ["99100100001", "99100100002", "99200100001"]


def test_units_that_share_a_prefix_share_the_series(session, city):
    twin = make_organisation(session, code="Z001", name="另一局")
    officers = [make_officer(session, unit, name="张三") for unit in (city.department, twin)]
    issue_for_pass_list(session, make_pass_list(session, officers), URL, ACTOR)
    assert [one.cert_no for one in credentials(session)] == ["99200100001", "99200100002"]


def test_a_number_that_an_older_credential_bears_is_passed_over(session, city):
    for serial in (1, 2, 4):
        make_credential(session, make_officer(session, city.county), cert_no=f"991001{serial:05d}")
    pass_list, _officers = listed(session, city)
    issue_for_pass_list(session, pass_list, URL, ACTOR)
    mine = session.scalars(select(Credential.cert_no).where(Credential.pass_list_id == pass_list.id))
    assert sorted(mine) == ["99100100003", "99100100005", "99100100006"]


def test_a_full_series_is_refused(session, city):
    session.add(NumberSeries(prefix="991001", last_serial=99_998))
    pass_list, _officers = listed(session, city, count=2)
    with pytest.raises(RefusedError) as refusal:
        issue_for_pass_list(session, pass_list, URL, ACTOR)
    assert refusal.value.reasons[0].code == "series_full"


def test_a_name_that_cannot_be_printed_stops_everybody_and_is_named(session, city):
    rare = chr(0x323B0)  # unassigned when the embedded typefaces were made
    officers = [
        make_officer(session, city.county, name="张三"),
        make_officer(session, city.county, name=f"李{rare}"),
    ]
    pass_list = make_pass_list(session, officers)
    with pytest.raises(RefusedError) as refusal:
        issue_for_pass_list(session, pass_list, URL, ACTOR)
    (reason,) = refusal.value.reasons
    assert f"李{rare}" in str(reason.text)
    assert "U+323B0" in str(reason.text)
    assert credentials(session) == []
    assert session.scalar(select(NumberSeries.last_serial)) is None


def test_who_has_left_since_is_held_back_and_gets_the_credential_once_back(session, city):
    pass_list, officers = listed(session, city)
    officers[0].post = PostState.TRANSFERRED
    officers[1].employment = EmploymentType.CONTRACT
    session.flush()
    assert issue_for_pass_list(session, pass_list, URL, ACTOR) == 1
    held = passed_without_credential(session, pass_list, clock.today())
    assert {one.officer_id: [reason.code for reason in one.reasons] for one in held} == {
        officers[0].id: ["ground_O2"],
        officers[1].id: ["ground_I1"],
    }
    officers[0].post = PostState.IN_POST
    session.flush()
    assert issue_for_pass_list(session, pass_list, URL, ACTOR) == 1
    assert len(credentials(session)) == 2


def test_who_holds_a_valid_credential_gets_no_second_one_and_who_held_one_does(session, city):
    pass_list, officers = listed(session, city)
    held = make_credential(session, officers[0])
    make_credential(session, officers[1], valid_from=date(2001, 1, 1))
    make_credential(session, officers[2], state=CredentialState.CANCELLED, cancelled_at=clock.now())
    assert issue_for_pass_list(session, pass_list, URL, ACTOR) == 2
    (left,) = passed_without_credential(session, pass_list, clock.today())
    assert held.cert_no in str(left.reasons[0].text)


def test_a_cancelled_credential_says_when_and_on_what_ground(session, city):
    credential = make_credential(session, make_officer(session, city.county))
    noise = make_credential(session, make_officer(session, city.county))
    cancel_credential(session, credential, "O3", ACTOR)
    assert credential.state is CredentialState.CANCELLED
    assert credential.cancelled_at is not None
    assert noise.state is CredentialState.ACTIVE
    (entry,) = audited(session, "certificates:credential:cancel")
    assert (entry.subject_id, entry.detail["ground"]) == (credential.id, "O3")


def logged(session, kind):
    query = select(LogEntry).where(LogEntry.kind == kind).order_by(LogEntry.index)
    return [(entry.subject_id, entry.digest) for entry in session.scalars(query)]


def test_every_credential_is_logged_as_it_is_issued(session, city):
    pass_list, _officers = listed(session, city)
    issue_for_pass_list(session, pass_list, URL, ACTOR)
    issued = credentials(session)
    assert len(issued) == 3
    assert sorted(logged(session, CREDENTIAL)) == sorted((one.id, statement_of(one).digest) for one in issued)
    assert session.query(LogHead).count() == 1


def test_a_cancellation_is_logged_with_the_new_state_and_not_with_its_ground(session, city):
    credential = make_credential(session, make_officer(session, city.county))
    before = statement_of(credential)
    cancel_credential(session, credential, "O3", ACTOR)
    session.expire_all()
    now = statement_of(credential)
    assert now == replace(before, state=CredentialState.CANCELLED, cancelled_at=credential.cancelled_at)
    assert logged(session, STATUS) == [(credential.id, now.digest)]
    assert '"O3"' not in now.canonical.decode()


def test_a_credential_is_cancelled_once(session, city):
    credential = make_credential(session, make_officer(session, city.county))
    cancel_credential(session, credential, "O3", ACTOR)
    with pytest.raises(RefusedError):
        cancel_credential(session, credential, "O3", ACTOR)


def test_drawing_is_asked_for_again_only_where_something_is_missing_and_nobody_is_at_it(session, city):
    pass_list, _officers = listed(session, city, count=1)
    with pytest.raises(RefusedError, match="已全部生成"):
        draw_missing(session, pass_list, URL, ACTOR)
    issue_for_pass_list(session, pass_list, URL, ACTOR)
    with pytest.raises(RefusedError, match="正在生成"):
        draw_missing(session, pass_list, URL, ACTOR)
    asked = session.scalars(select(Job)).all()
    for job in asked:
        job.state = "failed"
    session.flush()
    draw_missing(session, pass_list, URL, ACTOR)
    assert len(session.scalars(select(Job)).all()) == 2 * len(asked)


def test_a_token_is_as_long_as_its_column():
    assert len(lookup_token()) == 26


def sheet(*rows):
    return write_csv(HEADERS, rows)


def row(**changes):
    usual = {
        "姓名": "张三",
        "证件号码": "DEMO-900001",
        "单位": "海东区",
        "执法证号": "冀C-0001",
        "执法类别": "城市管理",
        "执法区域": "海东区",
        "发证日期": "2024-01-02",
        "有效期至": "2029-01-01",
    }
    return tuple({**usual, **changes}.values())


@pytest.fixture
def holder(session, city):
    make_officer(session, city.county, name="王五", document_number="DEMO-900002")
    return make_officer(session, city.county, name="张三", document_number="DEMO-900001")


def test_older_credentials_are_taken_over_as_issued(session, holder):
    answer = import_sheet(session, CREDENTIALS, "a.csv", sheet(row(执法证号="冀ｃ－０００１")), OFFICE)
    (one,) = credentials(session)
    assert str(answer) == "已录入 1 本证件。"
    assert (one.cert_no, one.officer_id, one.organisation_id) == ("冀C-0001", holder.id, holder.organisation_id)
    assert (one.valid_from, one.valid_until) == (date(2024, 1, 2), date(2029, 1, 1))
    assert (one.state, one.source) == (CredentialState.ACTIVE, CredentialSource.TAKEN_OVER)
    assert one.issuer_name == "示范市人民政府法制办公室"
    assert len(audited(session, "certificates:credential:take_over")) == 1


@pytest.mark.parametrize(
    ("changes", "column", "words"),
    [
        ({"证件号码": "DEMO-999999"}, "证件号码", "人员库中没有"),
        ({"姓名": "李四"}, "姓名", "姓名不一致"),
        ({"单位": "市公安局"}, "单位", "海东区"),
        ({"执法证号": "TAKEN"}, "执法证号", "已在证件库"),
        ({"执法证号": "1" * 31}, "执法证号", "超过 30"),
        ({"发证日期": "2099-01-01", "有效期至": "2104-01-01"}, "发证日期", "晚于今天"),
        ({"有效期至": "2024-01-01"}, "有效期至", "早于发证日期"),
        ({"发证日期": "去年"}, "发证日期", "2017-06-30"),
        ({"执法类别": "很" * 31}, "执法类别", "超过 30"),
        ({"执法区域": ""}, "执法区域", "必填"),
    ],
)
def test_each_problem_names_its_cell_and_nothing_is_written(session, holder, changes, column, words):
    make_credential(session, holder, cert_no="TAKEN")
    run = dry_run(session, CREDENTIALS, "a.csv", sheet(row(**changes)), OFFICE)
    (problem,) = run.problems
    assert (problem.row, problem.column) == (2, column)
    assert words in str(problem.message)
    with pytest.raises(InvalidError):
        import_sheet(session, CREDENTIALS, "a.csv", sheet(row(**changes)), OFFICE)
    assert len(credentials(session)) == 1


def test_a_number_stands_in_a_sheet_once(session, holder):
    twice = sheet(row(), row(姓名="王五", 证件号码="DEMO-900002", 执法证号="冀c-0001"))
    run = dry_run(session, CREDENTIALS, "a.csv", twice, OFFICE)
    assert [(problem.row, problem.column) for problem in run.problems] == [(3, "执法证号")]


def test_every_credential_that_is_taken_over_is_logged(session, holder):
    import_sheet(session, CREDENTIALS, "a.csv", sheet(row()), OFFICE)
    (one,) = credentials(session)
    assert logged(session, CREDENTIAL) == [(one.id, statement_of(one).digest)]


def test_a_credential_that_has_run_out_may_be_taken_over(session, holder):
    import_sheet(session, CREDENTIALS, "a.csv", sheet(row(发证日期="2010-01-01", 有效期至="2014-12-31")), OFFICE)
    assert len(credentials(session)) == 1


def refused_with(session, pass_list):
    with pytest.raises(RefusedError) as caught:
        issue_for_pass_list(session, pass_list, URL, ACTOR)
    return [reason.code for reason in caught.value.reasons]


def test_nothing_is_issued_to_a_list_that_is_still_in_notice(session, city):
    pass_list, _officers = listed(session, city)
    pass_list.effective_on = clock.today() + timedelta(days=1)
    assert refused_with(session, pass_list) == ["in_notice"]


def test_nothing_is_issued_to_a_list_that_is_not_in_the_log(session, city):
    pass_list, _officers = listed(session, city)
    pass_list.effective_on = pass_list.log_index = None
    assert refused_with(session, pass_list) == ["not_logged"]


def test_nothing_is_issued_to_a_version_that_was_superseded(session, city):
    pass_list, _officers = listed(session, city)
    make_pass_list(session, [], sitting_id=pass_list.sitting_id, version=2, supersedes_id=pass_list.id)
    assert refused_with(session, pass_list) == ["superseded"]


def test_whoever_was_objected_to_is_held_back_alone(session, city):
    pass_list, _officers = listed(session, city)
    entry = session.scalars(select(PassListEntry).where(PassListEntry.serial == 2)).one()
    objection = Objection(
        pass_list_id=pass_list.id,
        serial=entry.serial,
        candidate_id=entry.candidate_id,
        number="1234567890",
        code_digest="0" * 64,
        address_digest="0" * 64,
        name_sealed=b"",
        contact_sealed=b"",
        text_sealed=b"",
        made_at=clock.now(),
        due_on=clock.today(),
        is_due_provisional=False,
        drafted_by=pass_list.drafted_by,
        approved_by=pass_list.approved_by,
    )
    session.add(objection)
    session.flush()
    assert issue_for_pass_list(session, pass_list, URL, ACTOR) == 2
    (left,) = passed_without_credential(session, pass_list, clock.today())
    assert (left.candidate_id, [one.code for one in left.reasons]) == (entry.candidate_id, ["held_back"])
    objection.state, objection.answered_at = ObjectionState.DISMISSED, clock.now()
    session.flush()
    assert issue_for_pass_list(session, pass_list, URL, ACTOR) == 1


def test_a_tombstone_is_issued_nothing_and_a_credential_of_one_is_named(session, city):
    pass_list, _officers = listed(session, city)
    entry = session.scalars(select(PassListEntry).where(PassListEntry.serial == 2)).one()
    entry.is_listed, entry.name, entry.candidate_no = False, "", ""
    session.flush()
    assert issue_for_pass_list(session, pass_list, URL, ACTOR) == 2
    assert withdrawn_with_credential(session, pass_list) == []
    other = session.scalars(select(PassListEntry).where(PassListEntry.serial == 1)).one()
    other.is_listed, other.name, other.candidate_no = False, "", ""
    session.flush()
    (left,) = withdrawn_with_credential(session, pass_list)
    assert left.candidate_id == other.candidate_id


def test_a_line_added_later_waits_for_its_own_day(session, city):
    pass_list, _officers = listed(session, city)
    entry = session.scalars(select(PassListEntry).where(PassListEntry.serial == 3)).one()
    entry.effective_on = clock.today() + timedelta(days=1)
    session.flush()
    assert issue_for_pass_list(session, pass_list, URL, ACTOR) == 2
    (left,) = passed_without_credential(session, pass_list, clock.today())
    assert [one.code for one in left.reasons] == ["line_in_notice"]
