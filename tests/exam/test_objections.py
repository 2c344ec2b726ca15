from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from core import clock
from core.audit import Actor
from core.errors import NotFoundError, RefusedError
from core.models import AuditEntry
from exam.list_states import EffectMode, ObjectionState
from exam.models.planning import Candidate
from exam.models.publishing import Objection
from exam.models.results import PassListEntry
from exam.objections import ObjectionDraft, grouped, normalised_code
from exam.operations.closing import close_sitting
from exam.operations.objections import answer_objection, make_objection
from exam.queries.list_lines import differences_now
from exam.queries.objections import QueueFilter, held_back, opened_objection, queue, standing
from exam.queries.pass_lists import published
from people.permissions import Role
from tests.factories import (
    ACTOR,
    make_account,
    make_attempt,
    make_candidate,
    make_city,
    make_officer,
    make_sitting,
    publish_list,
)

MONDAY = datetime(2026, 3, 2, 1, tzinfo=UTC)
DRAFT = ObjectionDraft("李群众", "0335-7654321", "他没有参加培训。")
ANYBODY = Actor(None, "公众")


@pytest.fixture(autouse=True)
def monday():
    with clock.at(MONDAY):
        yield


@pytest.fixture
def pass_list(session):
    """A list in its notice period, to 9 March: two people of the county."""
    city, sitting = make_city(session), make_sitting(session, title="春季考试")
    for number, name in enumerate(("甲", "乙")):
        officer = make_officer(session, city.county, name=name)
        make_attempt(session, make_candidate(session, sitting, officer, candidate_no=f"2601{number}"), 80)
    with clock.at(MONDAY + timedelta(hours=9)):
        close_sitting(session, sitting, ACTOR)
    return publish_list(session, sitting, mode=EffectMode.NOTICE)


@pytest.fixture
def third(session):
    return Actor(make_account(session, Role.ADMINISTRATOR).id, "受理员")


def objected(session, pass_list, serial=1, address="10.0.0.1", draft=DRAFT):
    receipt = make_objection(session, pass_list, serial, draft, address=address, actor=ANYBODY)
    return session.scalars(select(Objection).where(Objection.number == receipt.number)).one(), receipt


def codes(caught):
    return [reason.code for reason in caught.value.reasons]


def candidate_at(session, pass_list, serial):
    return session.get_one(PassListEntry, (pass_list.id, serial)).candidate_id


def test_an_objection_freezes_the_person_concerned_alone(session, pass_list):
    assert held_back(session, pass_list.sitting_id) == frozenset()
    objected(session, pass_list, 2)
    assert held_back(session, pass_list.sitting_id) == {candidate_at(session, pass_list, 2)}


def test_who_objects_and_what_they_say_is_sealed(session, pass_list):
    made, receipt = objected(session, pass_list)
    session.flush()
    row = session.execute(text("select * from objection")).one()
    stored = b"".join(value if isinstance(value, bytes) else str(value).encode() for value in row)
    assert not any(part.encode() in stored for part in (DRAFT.name, DRAFT.contact, DRAFT.text, receipt.code))
    found = opened_objection(session, made)
    assert (found.objector, found.contact, found.text) == (DRAFT.name, DRAFT.contact, DRAFT.text)
    entry = session.scalars(select(AuditEntry).where(AuditEntry.verb == "exam:objection:make")).one()
    assert entry.detail == {"list": str(pass_list.id), "serial": 1}


def test_it_is_due_fifteen_working_days_later(session, pass_list):
    made, _receipt = objected(session, pass_list)
    assert (made.due_on, made.is_due_provisional) == (date(2026, 3, 23), False)


def test_with_number_and_code_anybody_sees_where_it_stands_and_with_less_nobody(session, pass_list):
    _made, receipt = objected(session, pass_list)
    other, _other_receipt = objected(session, pass_list, 2)
    shown = standing(session, grouped(receipt.number), grouped(receipt.code).lower())
    assert (shown.state, shown.serial, shown.title) == (ObjectionState.OPEN, 1, pass_list.title)
    for number, code in ((receipt.number, "A" * 10), (receipt.number, ""), (other.number, receipt.code), ("0", "")):
        with pytest.raises(NotFoundError):
            standing(session, number, code)
    assert not hasattr(shown, "objector")


def test_nobody_objects_after_the_notice_period(session, pass_list):
    with clock.at(datetime(2026, 3, 9, 15, tzinfo=UTC)):
        objected(session, pass_list)
    with clock.at(datetime(2026, 3, 9, 16, tzinfo=UTC)), pytest.raises(RefusedError) as caught:
        objected(session, pass_list, 2)
    assert codes(caught) == ["no_notice"]


def test_nobody_objects_to_a_list_that_took_effect_at_once(session, pass_list):
    pass_list.notice_from = None
    session.flush()
    with pytest.raises(RefusedError) as caught:
        objected(session, pass_list)
    assert codes(caught) == ["no_notice"]


def test_an_address_hands_in_five_a_day_and_one_about_each_person(session, pass_list):
    objected(session, pass_list)
    with pytest.raises(RefusedError) as caught:
        objected(session, pass_list)
    assert codes(caught) == ["has_same"]
    first = session.scalars(select(Objection)).one()
    for number in range(4):
        copy = {
            column.name: getattr(first, column.name)
            for column in Objection.__table__.columns
            if column.name != "id"
        }
        session.add(Objection(**{**copy, "number": str(number), "candidate_id": first.candidate_id}))
    session.flush()
    with pytest.raises(RefusedError) as caught:
        objected(session, pass_list, 2)
    assert codes(caught) == ["too_many"]
    objected(session, pass_list, 2, address="10.0.0.2")
    with clock.at(MONDAY + timedelta(days=1, seconds=1)):
        objected(session, pass_list, 2)


@pytest.mark.parametrize(
    ("draft", "code"),
    [
        (ObjectionDraft(" ", "电话", "内容"), "name_missing"),
        (ObjectionDraft("姓名", "", "内容"), "contact_missing"),
        (ObjectionDraft("姓名", "电话", " "), "text_missing"),
        (ObjectionDraft("姓名", "电话", "长" * 1001), "text_length"),
    ],
)
def test_an_objection_says_who_how_to_reach_them_and_what(session, pass_list, draft, code):
    with pytest.raises(RefusedError) as caught:
        objected(session, pass_list, draft=draft)
    assert codes(caught) == [code]


def test_there_is_no_objecting_to_a_line_that_is_not_there(session, pass_list):
    with pytest.raises(NotFoundError):
        objected(session, pass_list, 99)


@pytest.mark.parametrize("role", ["drafted_by", "approved_by"])
def test_whoever_drafted_or_approved_the_list_does_not_answer_and_the_database_says_so_too(
    session, pass_list, role
):
    made, _receipt = objected(session, pass_list)
    first = Actor(getattr(pass_list, role), "经手人")
    with pytest.raises(RefusedError) as caught:
        answer_objection(session, made, ObjectionState.DISMISSED, "查无实据", first)
    assert codes(caught) == ["is_first_reviewer"]
    answered = {"state": "dismissed", "answered_by": first.account_id, "answered_at": clock.now()}
    with pytest.raises(IntegrityError, match="second_reviewer"), session.begin_nested():
        session.execute(update(Objection).values(**answered))


def test_dismissed_it_lifts_the_freeze_and_proposes_nothing(session, pass_list, third):
    made, receipt = objected(session, pass_list)
    answer_objection(session, made, ObjectionState.DISMISSED, "查无实据", third)
    assert held_back(session, pass_list.sitting_id) == frozenset()
    assert differences_now(session, pass_list).total == 0
    assert standing(session, receipt.number, receipt.code).answer == "查无实据"


def test_upheld_it_keeps_the_person_frozen_and_proposes_a_correction_with_a_tombstone(session, pass_list, third):
    made, _receipt = objected(session, pass_list, 2)
    answer_objection(session, made, ObjectionState.UPHELD, "确未参加培训", third)
    assert held_back(session, pass_list.sitting_id) == {candidate_at(session, pass_list, 2)}
    assert differences_now(session, pass_list).withdrawn == 1
    sitting = session.get_one(Candidate, made.candidate_id).sitting
    second = publish_list(session, sitting, reason="异议成立")
    line = published(session, second).people[1]
    assert (line.serial, line.name, line.withdrawn_by) == (2, "", 1)
    assert (second.notice_until, second.effective_on) == (pass_list.notice_until, pass_list.effective_on)
    assert differences_now(session, second).total == 0
    assert published(session, pass_list).people[1].name == "乙"


def test_it_is_answered_once_and_with_a_reason(session, pass_list, third):
    made, _receipt = objected(session, pass_list)
    with pytest.raises(RefusedError) as caught:
        answer_objection(session, made, ObjectionState.DISMISSED, " ", third)
    assert codes(caught) == ["answer_missing"]
    answer_objection(session, made, ObjectionState.DISMISSED, "查无实据", third)
    with pytest.raises(RefusedError) as caught:
        answer_objection(session, made, ObjectionState.UPHELD, "又查", third)
    assert codes(caught) == ["is_answered"]


def test_the_queue_puts_what_is_open_and_due_soonest_first_and_is_searched(session, pass_list, third):
    first, _receipt = objected(session, pass_list, 1)
    with clock.at(MONDAY + timedelta(days=2)):
        second, receipt = objected(session, pass_list, 2)

    def found(**wanted):
        return [row.Objection.id for row in queue(session, QueueFilter(**wanted), 1).rows]

    assert found() == [first.id, second.id]
    answer_objection(session, first, ObjectionState.DISMISSED, "查无实据", third)
    assert found() == [second.id, first.id]
    assert found(state=ObjectionState.DISMISSED) == [first.id]
    assert found(text=grouped(receipt.number)) == [second.id]
    assert found(text="甲") == [first.id]
    assert found(text="春季") == [second.id, first.id]
    assert found(text="没有") == []


def test_a_code_is_read_however_it_was_typed():
    assert normalised_code(" abcde-fgh23 ") == "ABCDEFGH23"
    assert grouped("ABCDEFGH23") == "ABCDE-FGH23"
