from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from core import clock
from core.audit import Actor
from core.errors import InvalidError, NotFoundError, RefusedError
from core.import_kinds import dry_run, import_sheet
from core.models import AuditEntry
from core.queries import broken_audit_entry
from core.sheets import write_csv
from exam.blueprints import BlueprintDraft, Cell
from exam.candidate_numbers import is_well_formed
from exam.candidate_sheet import COLUMNS
from exam.draws import commitment_of
from exam.models.planning import Candidate, Sitting
from exam.operations.closing import close_sitting
from exam.operations.planning import (
    CANDIDATES,
    default_blueprint,
    define_blueprint,
    exempt_candidate,
    open_sitting,
    plan_sitting,
    register_candidates,
    reinstate_candidate,
    withdraw_candidate,
)
from exam.queries.planning import (
    CandidateFilter,
    ListCounts,
    Progress,
    candidate_facts,
    candidate_of,
    candidates,
    cells_of,
    list_counts,
    sitting_facts,
)
from exam.queries.registration import officers_by_ids, passed_before, unregistered_officers
from exam.states import SittingState, Standing
from people.identity import Identity
from people.models import Officer
from people.permissions import Role
from people.posts import DocumentKind, EmploymentType, PostState
from people.queries import OfficerFilter
from people.scope import CITY, Scope
from questions.kinds import ItemKind, Subject
from tests.factories import (
    ACTOR,
    make_attempt,
    make_candidate,
    make_city,
    make_course,
    make_item,
    make_officer,
    make_organisation,
    make_sitting,
)
from tests.statements import FEW, counted
from training.hours import HourSource
from training.models import HourEntry

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
OFFICE = Identity(None, Role.ADMINISTRATOR, "市级管理员", None, None, 0, must_change_password=False)


@pytest.fixture(autouse=True)
def spring():
    with clock.at(NOW):
        yield


@pytest.fixture
def place(session):
    """A draft beside an open sitting, with people of a county and of a department."""
    city = make_city(session)
    draft = make_sitting(session, state=SittingState.DRAFT, seed=None, opened_at=None)
    other = make_sitting(session)
    county = [make_officer(session, city.county, name=f"区{number}") for number in range(3)]
    department = [make_officer(session, city.department, name=f"局{number}") for number in range(2)]
    make_candidate(session, other, county[0])
    return draft, county, department


def codes(caught):
    return [reason.code for reason in caught.value.reasons]


def last_audit(session):
    row = session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
    return row.verb, row.detail


def planned(session, **changes):
    blueprint = make_sitting(session).blueprint
    fields = {"title": "春季考试", "opens_at": NOW + timedelta(days=1), "closes_at": NOW + timedelta(days=2)}
    return Sitting(blueprint=blueprint, blueprint_id=blueprint.id, **{**fields, **changes})


def test_a_blueprint_is_stored_with_its_cells_in_order(session):
    blueprint = define_blueprint(session, default_blueprint(), ACTOR)
    session.expire_all()
    assert cells_of(blueprint) == list(default_blueprint().cells)
    assert last_audit(session)[0] == "exam:blueprint:define"
    with pytest.raises(RefusedError) as caught:
        define_blueprint(session, default_blueprint(), ACTOR)
    assert codes(caught) == ["title_taken"]


def test_a_blueprint_that_cannot_be_is_refused(session):
    with pytest.raises(RefusedError) as caught:
        define_blueprint(session, BlueprintDraft("方案", (), 90, 60), ACTOR)
    assert codes(caught) == ["no_cells"]


def test_a_planned_sitting_is_a_draft_without_a_seed(session):
    sitting = plan_sitting(session, planned(session), ACTOR)
    assert (sitting.state, sitting.seed, sitting.created_at) == (SittingState.DRAFT, None, NOW)
    assert last_audit(session)[0] == "exam:sitting:plan"


def test_a_second_sitting_of_the_same_name_is_refused(session):
    plan_sitting(session, planned(session), ACTOR)
    with pytest.raises(RefusedError) as caught:
        plan_sitting(session, planned(session), ACTOR)
    assert codes(caught) == ["title_taken"]


def test_a_sitting_of_the_past_is_refused(session):
    with pytest.raises(RefusedError) as caught:
        plan_sitting(session, planned(session, opens_at=NOW - timedelta(days=2), closes_at=NOW), ACTOR)
    assert codes(caught) == ["window_over"]


def test_opening_draws_a_seed_that_nobody_chose(session, place):
    draft, county, _department = place
    register_candidates(session, draft, county, ACTOR)
    open_sitting(session, draft, ACTOR)
    assert draft.state is SittingState.OPEN
    assert len(draft.seed) == 64
    assert draft.commitment == commitment_of(draft.seed)
    assert draft.opened_at == NOW
    assert last_audit(session)[0] == "exam:sitting:open"
    with pytest.raises(RefusedError) as caught:
        open_sitting(session, draft, ACTOR)
    assert codes(caught) == ["wrong_state"]


def test_nobody_on_the_list_keeps_the_doors_shut(session, place):
    draft, county, _department = place
    withdraw_candidate(session, make_candidate(session, draft, county[0]), "借调", ACTOR)
    with pytest.raises(RefusedError) as caught:
        open_sitting(session, draft, ACTOR)
    assert codes(caught) == ["no_candidates"]


def test_a_short_bank_keeps_the_doors_shut_and_names_each_cell(session, place):
    _draft, county, _department = place
    make_item(session, ItemKind.SINGLE, "A", subject=Subject.LICENSING)
    cells = (Cell(ItemKind.SINGLE, Subject.LICENSING, 5, 1), Cell(ItemKind.MULTIPLE, None, 99, 1))
    blueprint = define_blueprint(session, BlueprintDraft("大卷", cells, 90, 60), ACTOR)
    sitting = plan_sitting(session, planned(session, title="大考"), ACTOR)
    sitting.blueprint = blueprint
    register_candidates(session, sitting, county, ACTOR)
    with pytest.raises(RefusedError) as caught:
        open_sitting(session, sitting, ACTOR)
    assert codes(caught) == ["bank_short", "bank_short"]
    assert "单选题（行政许可法）需要 5 道，可用 1 道，还差 4 道" in str(caught.value)
    assert sitting.seed is None


def test_people_are_registered_for_the_unit_they_belong_to_now(session, place):
    draft, county, department = place
    assert register_candidates(session, draft, [*county, *department], ACTOR) == 5
    rows = session.scalars(
        select(Candidate).where(Candidate.sitting_id == draft.id).order_by(Candidate.candidate_no)
    ).all()
    assert [row.candidate_no[:-1] for row in rows] == [
        "260110010001",
        "260110010002",
        "260110010003",
        "260120010001",
        "260120010002",
    ]
    assert [row.organisation.code for row in rows] == ["C01"] * 3 + ["M01"] * 2
    assert all(is_well_formed(row.candidate_no) for row in rows)
    assert {row.standing for row in rows} == {Standing.REGISTERED}
    assert last_audit(session) == ("exam:candidate:register", {"candidates": 5})


def test_later_people_go_on_counting_and_other_sittings_begin_anew(session, place):
    draft, county, department = place
    register_candidates(session, draft, county[:1], ACTOR)
    register_candidates(session, draft, [*county[1:], *department], ACTOR)
    second = plan_sitting(session, planned(session), ACTOR)
    register_candidates(session, second, county, ACTOR)
    register_candidates(session, draft, [make_officer(session, make_city(session).county)], ACTOR)
    numbers = sorted(number for number in session.scalars(select(Candidate.candidate_no)) if is_well_formed(number))
    assert [number[2:12] for number in numbers] == [
        *("0110010001", "0110010002", "0110010003", "0110010004"),
        *("0120010001", "0120010002"),
        *("0210010001", "0210010002", "0210010003"),
    ]


def test_the_year_of_a_number_is_that_of_the_sitting_in_the_city(session, place):
    _draft, county, _department = place
    opens = datetime(2026, 12, 31, 16, 30, tzinfo=UTC)  # half past midnight of the new year in the city
    sitting = plan_sitting(session, planned(session, opens_at=opens, closes_at=opens + timedelta(days=1)), ACTOR)
    register_candidates(session, sitting, county[:1], ACTOR)
    assert candidate_of(session, sitting.id, county[0].id).candidate_no.startswith("2701")


def test_two_units_that_share_their_digits_share_one_run(session, place, monkeypatch):
    draft, county, department = place
    monkeypatch.setattr("exam.operations.planning.unit_digits", lambda code: "5555")
    register_candidates(session, draft, [county[0], department[0]], ACTOR)
    register_candidates(session, draft, [county[1]], ACTOR)
    numbers = session.scalars(select(Candidate.candidate_no).where(Candidate.sitting_id == draft.id)).all()
    assert sorted(number[4:12] for number in numbers) == ["55550001", "55550002", "55550003"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"employment": EmploymentType.CONTRACT}, "not_on_establishment"),
        ({"employment": EmploymentType.TEMPORARY}, "not_on_establishment"),
        ({"post": PostState.RETIRED}, "not_in_post"),
    ],
)
def test_one_who_may_not_keeps_all_off_the_list(session, place, changes, code):
    draft, county, _department = place
    barred = make_officer(session, make_city(session).county, name="外人", **changes)
    with pytest.raises(RefusedError) as caught:
        register_candidates(session, draft, [*county, barred], ACTOR)
    assert codes(caught) == [code]
    assert "外人" in str(caught.value)
    assert list_counts(session, CITY, draft.id) == {}


def test_nobody_is_registered_twice(session, place):
    draft, county, _department = place
    register_candidates(session, draft, county[:1], ACTOR)
    with pytest.raises(RefusedError) as caught:
        register_candidates(session, draft, county, ACTOR)
    assert codes(caught) == ["is_registered"]
    with pytest.raises(RefusedError) as caught:
        register_candidates(session, draft, [county[1], county[1]], ACTOR)
    assert codes(caught) == ["named_twice"]


def test_a_list_takes_nobody_once_the_sitting_is_closed_or_its_window_over(session, place):
    _draft, county, _department = place
    closed = make_sitting(session, state=SittingState.CLOSED, closed_at=NOW)
    with pytest.raises(RefusedError) as caught:
        register_candidates(session, closed, county, ACTOR)
    assert codes(caught) == ["is_closed"]
    over = make_sitting(session, closes_at=NOW)
    with pytest.raises(RefusedError) as caught:
        register_candidates(session, over, county, ACTOR)
    assert codes(caught) == ["window_over"]


def test_three_thousand_are_registered_in_a_few_statements(session, place):
    draft, _county, _department = place
    county = make_city(session).county
    session.add_all(
        Officer(
            name=f"学员{number}",
            organisation_id=county.id,
            document_kind=DocumentKind.DEMO,
            document_sealed=b"",
            document_digest=f"{number:064d}",
            employment=EmploymentType.ESTABLISHMENT,
            post=PostState.IN_POST,
            enforcement_category="",
            enforcement_area="",
            created_at=NOW,
        )
        for number in range(3200)
    )
    session.flush()
    many = session.scalars(select(Officer).where(Officer.name.startswith("学员"))).all()
    before = session.scalar(select(func.count()).select_from(AuditEntry))
    with counted(session) as sent:
        register_candidates(session, draft, many, ACTOR)
    assert len(sent) < FEW
    assert list_counts(session, CITY, draft.id)[draft.id].registered == 3200
    assert session.scalar(select(func.count()).select_from(AuditEntry)) == before + 1


@pytest.mark.parametrize(
    ("change", "standing", "verb"),
    [
        (exempt_candidate, Standing.EXEMPT, "exam:candidate:exempt"),
        (withdraw_candidate, Standing.WITHDRAWN, "exam:candidate:withdraw"),
    ],
)
def test_somebody_leaves_with_a_reason_and_may_come_back(session, place, change, standing, verb):
    draft, county, _department = place
    candidate = make_candidate(session, draft, county[0])
    change(session, candidate, "已获批准", Actor(None, "管理员"))
    assert candidate.standing == standing
    assert last_audit(session) == (verb, {"reason": "已获批准"})
    with pytest.raises(RefusedError) as caught:
        change(session, candidate, "再来一次", ACTOR)
    assert codes(caught) == ["wrong_standing"]
    reinstate_candidate(session, candidate, "误操作", ACTOR)
    assert candidate.standing == Standing.REGISTERED
    with pytest.raises(RefusedError) as caught:
        reinstate_candidate(session, candidate, "误操作", ACTOR)
    assert codes(caught) == ["is_registered"]


def test_nobody_leaves_who_has_begun(session, place):
    _draft, county, _department = place
    sitting = make_sitting(session)
    running, done = make_candidate(session, sitting, county[0]), make_candidate(session, sitting, county[1])
    make_attempt(session, running)
    make_attempt(session, done, 30)
    for candidate in (running, done):
        for change in (exempt_candidate, withdraw_candidate):
            with pytest.raises(RefusedError) as caught:
                change(session, candidate, "考砸了", ACTOR)
            assert codes(caught) == ["has_attempt"]


@pytest.mark.parametrize("changes", [{"closes_at": NOW}, {"state": SittingState.CLOSED, "closed_at": NOW}])
def test_nobody_leaves_or_comes_back_afterwards(session, place, changes):
    _draft, county, _department = place
    candidate = make_candidate(session, make_sitting(session, **changes), county[0])
    for change in (exempt_candidate, withdraw_candidate, reinstate_candidate):
        with pytest.raises(RefusedError):
            change(session, candidate, "补办", ACTOR)
    assert candidate.standing == Standing.REGISTERED


def test_leaving_needs_a_reason(session, place):
    draft, county, _department = place
    candidate = make_candidate(session, draft, county[0])
    with pytest.raises(RefusedError) as caught:
        exempt_candidate(session, candidate, " ", ACTOR)
    assert codes(caught) == ["reason_missing"]


def test_what_admission_asks_is_read_for_this_sitting_and_this_person(session, place):
    _draft, county, _department = place
    course, noise = make_course(session, required_hours=Decimal(24)), make_course(session)
    sitting = make_sitting(session, course_id=course.id)
    candidate = make_candidate(session, sitting, county[0])
    make_candidate(session, sitting, county[1])
    for officer, one, hours in ((county[0], course, 16), (county[1], course, 99), (county[0], noise, 50)):
        session.add(
            HourEntry(
                course_id=one.id,
                officer_id=officer.id,
                hours=Decimal(hours),
                source=HourSource.ONLINE,
                held_on=NOW.date(),
                recorded_at=NOW,
            )
        )
    session.flush()
    facts = candidate_facts(session, candidate)
    assert (facts.standing, facts.hours_done, facts.has_finished, facts.in_post) == (
        Standing.REGISTERED,
        16,
        False,
        True,
    )
    assert sitting_facts(session, sitting).required_hours == 24
    make_attempt(session, candidate)
    assert not candidate_facts(session, candidate).has_finished
    county[0].post = PostState.RETIRED
    assert not candidate_facts(session, candidate).in_post


def test_counts_follow_standing_and_progress_within_the_scope(session, place):
    _draft, county, department = place
    sitting = make_sitting(session)
    make_attempt(session, make_candidate(session, sitting, county[0]))
    make_attempt(session, make_candidate(session, sitting, county[1]), 70)
    make_candidate(session, sitting, county[2], standing=Standing.EXEMPT)
    make_candidate(session, sitting, department[0])
    make_candidate(session, sitting, department[1], standing=Standing.WITHDRAWN)
    assert list_counts(session, CITY, sitting.id)[sitting.id] == ListCounts(3, 1, 1, answering=1, handed_in=1)
    own = list_counts(session, Scope(make_city(session).county.id))[sitting.id]
    assert (own, own.not_started, own.listed) == (ListCounts(2, 1, 0, answering=1, handed_in=1), 0, 3)


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (CandidateFilter(), ["区0", "区1", "区2", "局0"]),
        (CandidateFilter(text="局"), ["局0"]),
        (CandidateFilter(standing=Standing.EXEMPT), ["区2"]),
        (CandidateFilter(progress=Progress.NOT_STARTED), ["局0"]),
        (CandidateFilter(progress=Progress.ANSWERING), ["区0"]),
        (CandidateFilter(progress=Progress.HANDED_IN), ["区1"]),
    ],
)
def test_candidates_are_found_by_what_is_asked(session, place, wanted, names):
    _draft, county, department = place
    sitting = make_sitting(session)
    made = [make_candidate(session, sitting, officer) for officer in (*county[:2], department[0])]
    make_candidate(session, sitting, county[2], standing=Standing.EXEMPT)
    make_attempt(session, made[0])
    make_attempt(session, made[1], 70)
    page = candidates(session, sitting.id, CITY, wanted, 1)
    assert [row.candidate.officer.name for row in page.rows] == names
    own = Scope(make_city(session).department.id)
    assert candidates(session, sitting.id, own, wanted, 1).total == len([name for name in names if "局" in name])


def test_those_who_can_still_be_registered_are_in_post_and_not_on_the_list(session, place):
    draft, county, department = place
    make_candidate(session, draft, county[1])
    make_officer(session, make_city(session).county, name="区退休", post=PostState.RETIRED)
    unit = OfficerFilter(organisation_id=make_city(session).county.id)
    assert [one.name for one in unregistered_officers(session, draft.id, unit)] == ["区0", "区2"]
    assert unregistered_officers(session, draft.id, OfficerFilter(text="局1")) == [department[1]]


def test_those_who_passed_before_are_known(session, place):
    _draft, county, _department = place
    earlier = make_sitting(session)
    for officer, score in ((county[0], 60), (county[1], 59)):
        make_attempt(session, make_candidate(session, earlier, officer), score)
    close_sitting(session, earlier, ACTOR)
    assert passed_before(session, county) == {county[0].id}
    assert passed_before(session, county[1:]) == frozenset()


def test_an_officer_who_does_not_exist_is_not_passed_over(session, place):
    _draft, county, _department = place
    assert officers_by_ids(session, [county[0].id]) == [county[0]]
    with pytest.raises(NotFoundError):
        officers_by_ids(session, [county[0].id, make_organisation(session).id])


def sheet(*rows):
    return write_csv([column.name for column in COLUMNS], rows)


def test_a_sheet_registers_everybody_or_nobody(session, place):
    draft, _county, _department = place
    city = make_city(session)
    make_officer(session, city.county, name="张三", document_number="DEMO-900001")
    make_officer(session, city.department, name="李四", document_number="DEMO-900002")
    good = [draft.title, "张三", "DEMO-900001", "海东区"]
    other = [draft.title, "李四", "DEMO-900002", "市公安局"]
    with pytest.raises(InvalidError):
        import_sheet(
            session, CANDIDATES, "a.csv", sheet(good, [draft.title, "李四", "DEMO-900002", "海东区"]), OFFICE
        )
    assert list_counts(session, CITY, draft.id) == {}
    assert str(import_sheet(session, CANDIDATES, "a.csv", sheet(good, other), OFFICE)) == "已登记 2 名考生。"
    assert list_counts(session, CITY, draft.id)[draft.id].registered == 2
    assert broken_audit_entry(session) is None


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        (["没有的考试", "张三", "DEMO-900001", "海东区"], "考试批次", "没有这场考试"),
        (["已结束的", "张三", "DEMO-900001", "海东区"], "考试批次", "已经结束"),
        (["", "王五", "DEMO-900001", "海东区"], "姓名", "不一致"),
        (["", "张三", "DEMO-900001", "市公安局"], "单位", "不一致"),
        (["", "张三", "DEMO-999999", "海东区"], "证件号码", "没有这个证件号码"),
        (["", "临时", "DEMO-900003", "海东区"], "证件号码", "不是在编人员"),
        (["", "已报", "DEMO-900004", "海东区"], "证件号码", "不能重复登记"),
    ],
)
def test_each_wrong_cell_is_named(session, place, row, column, words):
    draft, _county, _department = place
    county = make_city(session).county
    make_sitting(session, title="已结束的", state=SittingState.CLOSED)
    make_officer(session, county, name="张三", document_number="DEMO-900001")
    make_officer(session, county, name="临时", document_number="DEMO-900003", employment=EmploymentType.TEMPORARY)
    make_candidate(session, draft, make_officer(session, county, name="已报", document_number="DEMO-900004"))
    run = dry_run(session, CANDIDATES, "a.csv", sheet([row[0] or draft.title, *row[1:]]), OFFICE)
    assert [(problem.row, problem.column) for problem in run.problems] == [(2, column)]
    assert words in str(run.problems[0].message)


def test_a_person_named_twice_for_one_sitting_is_named(session, place):
    draft, _county, _department = place
    make_officer(session, make_city(session).county, name="张三", document_number="DEMO-900001")
    row = [draft.title, "张三", "DEMO-900001", "海东区"]
    run = dry_run(session, CANDIDATES, "a.csv", sheet(row, row), OFFICE)
    assert [(problem.row, str(problem.message)) for problem in run.problems] == [
        (3, "与第 2 行重复。请核对后只保留一行。")
    ]
