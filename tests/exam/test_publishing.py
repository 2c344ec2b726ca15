import hashlib
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from core import clock
from core.audit import Actor
from core.errors import ForbiddenError, NotFoundError, RefusedError
from core.models import AuditEntry, LogEntry
from exam.line_changes import Differences
from exam.list_states import EffectMode, PassListState
from exam.models.planning import Candidate
from exam.models.results import PassList, PassListEntry, Result
from exam.notices import ListStatus
from exam.operations.closing import close_sitting
from exam.operations.publishing import (
    approve_pass_list,
    discard_pass_list,
    draft_pass_list,
    publish_pass_list,
    put_back_pass_list,
)
from exam.pass_lists import UnitCount, canonical, digest_of
from exam.queries.list_lines import differences_now
from exam.queries.pass_lists import (
    entries,
    pass_list,
    pass_list_of,
    pass_lists,
    people_of,
    public_list,
    published,
    recent_pass_lists,
    units_listed,
    withdrawn_count,
)
from exam.states import MarkCause, Outcome
from people.models import Officer
from people.permissions import Role
from tests.factories import (
    ACTOR,
    draft_list,
    make_account,
    make_attempt,
    make_candidate,
    make_city,
    make_officer,
    make_organisation,
    make_pass_list,
    make_sitting,
    make_terms,
    publish_list,
)

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
LATER = NOW + timedelta(days=10)
SCORES = (("局乙", 1, 80), ("局甲", 1, 60), ("区丙", 0, 99), ("区丁", 0, 59), ("区戊", 0, None))


@pytest.fixture(autouse=True)
def spring():
    with clock.at(NOW):
        yield


@pytest.fixture
def actor(session):
    return Actor(make_account(session, Role.ADMINISTRATOR).id, "管理员")


@pytest.fixture
def sitting(session):
    """A closed sitting: three passed in two units, one failed, one stayed away; noise beside it."""
    city = make_city(session)
    made, noise = make_sitting(session, title="春季考试"), make_sitting(session)
    for number, (name, unit, score) in enumerate(SCORES):
        officer = make_officer(session, (city.county, city.department)[unit], name=name)
        candidate = make_candidate(session, made, officer, candidate_no=f"26010000{number}")
        if score is not None:
            make_attempt(session, candidate, score)
    other = make_candidate(session, noise, make_officer(session, city.county, name="别场合格"))
    make_attempt(session, other, 100)
    with clock.at(NOW + timedelta(hours=9)):
        close_sitting(session, made, ACTOR)
        close_sitting(session, noise, ACTOR)
    return made


def codes(caught):
    return [reason.code for reason in caught.value.reasons]


def published_later(session, sitting, at=LATER, **terms):
    with clock.at(at):
        return publish_list(session, sitting, **terms)


def fail_again(session, sitting, name, at=LATER + timedelta(hours=1)):
    """Give somebody a later result: failed after all."""
    settle_otherwise(session, sitting, name, Outcome.FAILED, 40, at)


def settle_otherwise(session, sitting, name, outcome, score, at=LATER + timedelta(hours=1)):
    query = select(Candidate).join(Officer, Officer.id == Candidate.officer_id)
    candidate = session.scalars(query.where(Officer.name == name, Candidate.sitting_id == sitting.id)).one()
    fields = {"candidate_id": candidate.id, "sitting_id": sitting.id, "organisation_id": candidate.organisation_id}
    again = Result(**fields, number=2, cause=MarkCause.KEY_CORRECTION, outcome=outcome, score=score, settled_at=at)
    session.add(again)
    session.flush()


def lines(session, made):
    return [(one.serial, one.name, one.change) for one in published(session, made).people]


def test_those_who_passed_are_listed_by_unit_and_number(session, sitting):
    made = published_later(session, sitting)
    rows = session.scalars(select(PassListEntry).order_by(PassListEntry.serial)).all()
    assert [(row.serial, row.name, row.unit_code, row.unit_name, row.candidate_no) for row in rows] == [
        (1, "区丙", "C01", "海东区", "260100002"),
        (2, "局乙", "M01", "市公安局", "260100000"),
        (3, "局甲", "M01", "市公安局", "260100001"),
    ]
    assert (made.passed_count, made.title, made.published_at) == (3, "春季考试合格人员名单", LATER)
    assert made.issuer_name == "示范市人民政府法制办公室"
    assert made.figures == {"due": 5, "participated": 4, "passed": 3, "failed": 1, "not_completed": 1}


def test_the_digest_can_be_computed_again_from_what_is_stored_and_stands_in_the_log(session, sitting):
    made = published_later(session, sitting)
    session.expire_all()
    again = canonical(published(session, pass_list(session, made.id)))
    assert hashlib.sha256(again).hexdigest() == made.digest
    leaf = session.get_one(LogEntry, made.log_index)
    assert (leaf.kind, leaf.subject_id, leaf.digest) == ("pass_list", made.id, made.digest)
    row = session.scalars(select(AuditEntry).where(AuditEntry.verb == "exam:pass_list:publish")).one()
    assert row.detail["digest"] == made.digest


@pytest.mark.parametrize(
    "tampering",
    [
        "update pass_list_entry set name = '别人' where serial = 2",
        "update pass_list_entry set unit_name = '别处' where serial = 2",
        "delete from pass_list_entry where serial = 3",
        "update pass_list set reason = '改过'",
        "update pass_list set effective_on = '2026-01-01'",
    ],
)
def test_a_published_list_that_was_tampered_with_no_longer_has_its_digest(session, sitting, tampering):
    made = published_later(session, sitting)
    session.execute(text(tampering))
    session.expire_all()
    assert digest_of(published(session, made)) != made.digest


def test_the_list_stays_as_it_read_on_that_day(session, sitting):
    made = published_later(session, sitting)
    person = session.scalars(select(Officer).where(Officer.name == "区丙")).one()
    make_city(session).county.name, person.name = "改名区", "改名人"
    session.flush()
    first = published(session, made).people[0]
    assert (first.name, first.unit_name) == ("区丙", "海东区")


def test_the_drafter_does_not_approve_and_the_database_says_so_too(session, sitting, actor):
    made = draft_pass_list(session, sitting, make_terms(), actor)
    with pytest.raises(RefusedError) as caught:
        approve_pass_list(session, made, actor)
    assert codes(caught) == ["is_drafter"]
    with pytest.raises(IntegrityError, match="second_person"), session.begin_nested():
        session.execute(update(PassList).values(approved_by=actor.account_id))


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("update pass_list set effective_on = '2026-03-12'", "logged"),
        ("update pass_list set log_index = 7", "approved"),
        ("update pass_list set state = 'published'", "published"),
        ("update pass_list set state = 'discarded'", "discarded"),
    ],
)
def test_the_database_takes_no_list_that_is_effective_without_log_or_approval(session, sitting, statement, name):
    draft_list(session, sitting)
    with pytest.raises(IntegrityError, match=name), session.begin_nested():
        session.execute(text(statement))


def test_nothing_is_published_that_was_not_approved(session, sitting, actor):
    with pytest.raises(RefusedError) as caught:
        publish_pass_list(session, draft_list(session, sitting), actor)
    assert codes(caught) == ["wrong_state"]


def test_a_failing_log_leaves_nothing_published(session, sitting, actor, monkeypatch):
    made = draft_list(session, sitting)
    approve_pass_list(session, made, actor)

    def fail(*_arguments):
        raise RuntimeError("the log is away")

    monkeypatch.setattr("exam.operations.publishing.append_to_log", fail)
    with pytest.raises(RuntimeError), session.begin_nested():
        publish_pass_list(session, made, actor)
    session.refresh(made)
    assert (made.state, made.published_at, made.effective_on) == (PassListState.APPROVED, None, None)


def test_a_sitting_has_one_draft_at_a_time(session, sitting, actor):
    draft_list(session, sitting)
    with pytest.raises(RefusedError) as caught:
        draft_list(session, sitting)
    assert codes(caught) == ["has_open_draft"]


def test_a_discarded_draft_makes_room_for_another_and_keeps_its_reason(session, sitting, actor):
    made = draft_list(session, sitting)
    with pytest.raises(RefusedError) as caught:
        discard_pass_list(session, made, " ", actor)
    assert codes(caught) == ["no_remark"]
    discard_pass_list(session, made, "单位有误", actor)
    assert (made.state, made.remark) == (PassListState.DISCARDED, "单位有误")
    assert published_later(session, sitting).version == 1


def test_a_draft_that_is_put_back_needs_a_new_approval(session, sitting, actor):
    made = draft_list(session, sitting)
    approve_pass_list(session, made, actor)
    put_back_pass_list(session, made, "再核", actor)
    assert (made.state, made.approved_by) == (PassListState.DRAFT, None)
    with pytest.raises(RefusedError):
        publish_pass_list(session, made, actor)


def test_a_draft_that_the_results_have_left_behind_goes_no_further(session, sitting, actor):
    made = draft_list(session, sitting)
    fail_again(session, sitting, "局甲")
    with pytest.raises(RefusedError) as caught:
        approve_pass_list(session, made, actor)
    assert codes(caught) == ["is_outdated"]


def test_a_list_takes_effect_after_its_notice_period_without_anybody_doing_anything(session, sitting):
    made = published_later(session, sitting, mode=EffectMode.NOTICE, notice_days=5)
    assert (made.notice_from, made.notice_until) == (date(2026, 3, 13), date(2026, 3, 19))
    for day, status in ((12, ListStatus.NOTICE), (19, ListStatus.NOTICE), (20, ListStatus.EFFECTIVE)):
        with clock.at(datetime(2026, 3, day, 4, tzinfo=UTC)):
            assert public_list(session, made.id).status == status


def test_a_list_published_at_once_is_effective_that_day(session, sitting):
    made = published_later(session, sitting)
    with clock.at(LATER):
        assert public_list(session, made.id).status == ListStatus.EFFECTIVE
    assert made.notice_until is None


def test_a_second_version_says_what_changed_and_the_first_stays(session, sitting):
    first = published_later(session, sitting)
    before = published(session, first)
    fail_again(session, sitting, "局乙")
    settle_otherwise(session, sitting, "区丁", Outcome.PASSED, 60)
    assert differences_now(session, first) == Differences(added=1, changed=0, withdrawn=1)
    second = published_later(session, sitting, LATER + timedelta(days=1))
    assert (second.version, second.supersedes_id, second.passed_count) == (2, first.id, 3)
    assert lines(session, second) == [
        (1, "区丙", None),
        (2, "", "withdrawn"),
        (3, "局甲", None),
        (4, "区丁", "added"),
    ]
    gone = published(session, second).people[1]
    assert (gone.withdrawn_on, gone.withdrawn_by) == (date(2026, 3, 13), 1)
    assert published(session, first) == before
    assert published(session, second).supersedes == first.digest
    assert public_list(session, first.id).status == ListStatus.SUPERSEDED
    assert public_list(session, first.id).newest_id == second.id
    assert differences_now(session, second).total == 0


def test_a_correction_wants_a_reason_and_something_to_correct(session, sitting):
    published_later(session, sitting)
    with pytest.raises(RefusedError) as caught:
        draft_list(session, sitting)
    assert codes(caught) == ["nothing_changed"]
    fail_again(session, sitting, "局乙")
    with pytest.raises(RefusedError) as caught:
        draft_list(session, sitting, reason=" ")
    assert codes(caught) == ["no_reason"]


def test_a_tombstone_stays_in_the_versions_after_the_next(session, sitting):
    published_later(session, sitting)
    fail_again(session, sitting, "局乙")
    published_later(session, sitting, LATER + timedelta(days=1))
    settle_otherwise(session, sitting, "区丁", Outcome.PASSED, 60)
    third = published_later(session, sitting, LATER + timedelta(days=2))
    gone = published(session, third).people[1]
    assert (gone.withdrawn_on, gone.withdrawn_by, gone.change) == (date(2026, 3, 13), 1, None)
    assert withdrawn_count(session, third.id) == 1


def test_lines_of_a_correction_that_wait_do_not_take_effect_with_the_others(session, sitting):
    published_later(session, sitting)
    settle_otherwise(session, sitting, "区丁", Outcome.PASSED, 60)
    second = published_later(session, sitting, LATER + timedelta(days=1), mode=EffectMode.NOTICE)
    rows = session.scalars(select(PassListEntry).where(PassListEntry.pass_list_id == second.id)).all()
    assert {row.name: row.effective_on for row in rows} == {
        "区丙": date(2026, 3, 12),
        "局乙": date(2026, 3, 12),
        "局甲": date(2026, 3, 12),
        "区丁": date(2026, 3, 21),
    }


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"mode": EffectMode.NOTICE, "notice_days": 0}, "notice_days"),
        ({"mode": EffectMode.NOTICE, "notice_days": 61}, "notice_days"),
        ({"mode": EffectMode.NOTICE, "contact": " "}, "no_contact"),
        ({"contact": "王科长 13812345678"}, "private_number"),
        ({"contact": "长" * 201}, "too_long"),
    ],
)
def test_terms_that_will_not_do_are_refused(session, sitting, terms, code):
    with pytest.raises(RefusedError) as caught:
        draft_list(session, sitting, **terms)
    assert codes(caught) == [code]


def test_an_open_sitting_is_not_published(session):
    running = make_sitting(session)
    make_attempt(session, make_candidate(session, running, make_officer(session, make_city(session).county)), 100)
    with pytest.raises(RefusedError) as caught:
        draft_list(session, running)
    assert codes(caught) == ["wrong_state"]


def test_a_sitting_nobody_passed_has_no_list(session):
    sitting = make_sitting(session)
    make_attempt(session, make_candidate(session, sitting, make_officer(session, make_city(session).county)), 10)
    close_sitting(session, sitting, ACTOR)
    with pytest.raises(RefusedError) as caught:
        draft_list(session, sitting)
    assert codes(caught) == ["nobody_passed"]


def test_somebody_drafts_never_the_system(session, sitting):
    with pytest.raises(ForbiddenError):
        draft_pass_list(session, sitting, make_terms(), ACTOR)


def test_entries_are_found_by_unit_name_or_whole_number(session, sitting):
    made = public_list(session, published_later(session, sitting).id)
    make_pass_list(session, [make_officer(session, make_city(session).county, name="区丙")])

    def names(unit, text):
        return [row.name for row in entries(session, made, unit, text, 1).rows]

    assert names("", "") == ["区丙", "局乙", "局甲"]
    assert names("M01", "") == ["局乙", "局甲"]
    assert names("", "丙") == ["区丙"]
    assert names("", "260100001") == ["局甲"]
    assert names("", "26010000") == []
    assert names("", "%") == []
    assert names("C01", "局") == []
    assert units_listed(session, made.id) == [UnitCount("C01", "海东区", 1), UnitCount("M01", "市公安局", 2)]


def test_lists_are_found_the_newest_first_each_in_its_newest_version(session, sitting):
    older = make_pass_list(session, [], published_at=NOW)
    first = published_later(session, sitting)
    fail_again(session, sitting, "局乙")
    draft_list(session, sitting)
    assert [one.id for one in recent_pass_lists(session, 1)] == [first.id]
    assert [one.id for one in pass_lists(session, 1).rows] == [first.id, older.id]
    assert [one.id for one in pass_lists(session, 1, "春季").rows] == [first.id]
    assert pass_list_of(session, sitting.id) == first
    assert pass_list_of(session, make_organisation(session).id) is None
    with pytest.raises(NotFoundError):
        pass_list(session, sitting.id)


def test_a_draft_is_nothing_the_public_can_open(session, sitting):
    with pytest.raises(NotFoundError):
        public_list(session, draft_list(session, sitting).id)


def test_a_year_after_the_period_the_names_come_off_and_the_counts_stay(session, sitting):
    made = published_later(session, sitting, mode=EffectMode.NOTICE)
    for day, is_off in ((date(2027, 3, 19), False), (date(2027, 3, 20), True)):
        with clock.at(clock.at_city_time(day, 9)):
            shown = public_list(session, made.id)
            assert shown.are_names_off is is_off
            assert len(people_of(session, shown)) == (0 if is_off else 3)
            assert entries(session, shown, "", "", 1).total == (0 if is_off else 3)
            assert (shown.passed_count, len(units_listed(session, shown.id))) == (3, 2)
