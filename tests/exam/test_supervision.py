from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from core import clock
from core.errors import ForbiddenError, InvalidError, NotFoundError, RefusedError
from core.models import AuditEntry
from exam.duties import DutyKind
from exam.models.duties import SupervisionCard
from exam.operations.supervision import answer_card, close_card, issue_card, send_card_back
from exam.queries.duties import open_duties
from exam.queries.supervision import CardFilter, card as card_within, cards, open_cards_by_duty
from exam.supervision import (
    CARD,
    REQUIREMENT_LENGTH,
    CardDraft,
    CardState,
    CardVerb,
    number_of,
    reasons_against_card,
    reasons_against_step,
)
from people.permissions import Role
from people.queries import identity_of
from people.scope import CITY
from tests.factories import make_account, make_city, make_officer

MONDAY = datetime(2026, 3, 2, 1, tzinfo=UTC)
TODAY = date(2026, 3, 2)
DRAFT = CardDraft(
    matter="逐人说明未完成的原因",
    requirement="五个工作日内答复",
    owner_name="王芳",
    owner_post="副局长",
    due_on=date(2026, 3, 9),
    duty_key="answer:x:2026-02-27",
)
MOVES = {
    (CardState.ISSUED, CardVerb.ANSWER): CardState.ANSWERED,
    (CardState.RETURNED, CardVerb.ANSWER): CardState.ANSWERED,
    (CardState.ANSWERED, CardVerb.SEND_BACK): CardState.RETURNED,
    (CardState.ANSWERED, CardVerb.CLOSE): CardState.CLOSED,
}


def changed(**changes):
    return CardDraft(**(vars(DRAFT) | changes))


@pytest.fixture(autouse=True)
def spring():
    with clock.at(MONDAY):
        yield


@pytest.fixture
def place(session):
    city = make_city(session)
    make_officer(session, city.county)
    office = identity_of(make_account(session, Role.ADMINISTRATOR))
    units = [
        identity_of(make_account(session, Role.UNIT_ADMINISTRATOR, one)) for one in (city.county, city.department)
    ]
    return city, office, units


@pytest.mark.parametrize(
    ("state", "verb"), [(s, v) for s, v in product(CardState, CardVerb) if v is not CardVerb.ISSUE]
)
def test_every_verb_leads_where_the_table_says_and_nowhere_else(state, verb):
    reasons = reasons_against_step(state, verb, "已办理")
    if (state, verb) in MOVES:
        assert reasons == []
        assert CARD.after(state, verb) is MOVES[state, verb]
    else:
        assert [reason.code for reason in reasons] == ["wrong_state"]


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, []),
        ({"matter": "  "}, ["text_missing"]),
        ({"requirement": "长" * (REQUIREMENT_LENGTH + 1)}, ["text_length"]),
        ({"owner_name": "", "owner_post": ""}, ["text_missing", "text_missing"]),
        ({"due_on": TODAY}, ["due_past"]),
    ],
)
def test_a_card_says_what_is_missing(changes, codes):
    assert [reason.code for reason in reasons_against_card(changed(**changes), TODAY)] == codes


def test_numbers_run_within_a_year_and_are_never_given_twice(session, place):
    city, office, _units = place
    numbers = [issue_card(session, city.county, changed(duty_key=f"k{n}"), office).number for n in range(3)]
    with clock.at(MONDAY + timedelta(days=365)):
        numbers.append(
            issue_card(session, city.county, changed(duty_key="k9", due_on=date(2027, 5, 1)), office).number
        )
    assert numbers == ["督办〔2026〕1号", "督办〔2026〕2号", "督办〔2026〕3号", "督办〔2027〕1号"]
    assert number_of(2026, 12) == "督办〔2026〕12号"


def test_a_card_goes_its_way_and_every_step_stays(session, place):
    city, office, (county, _department) = place
    card = issue_card(session, city.county, DRAFT, office)
    assert (card.is_sample, card.issuer_name, card.unit_name) == (True, "示范市人民政府法制办公室", "海东区")
    with clock.at(MONDAY + timedelta(days=1)):
        answer_card(session, card, " 正在办理 ", county)
    with clock.at(MONDAY + timedelta(days=2)):
        send_card_back(session, card, "没有写明人数", date(2026, 3, 12), office)
    assert (card.state, card.due_on) == (CardState.RETURNED, date(2026, 3, 12))
    with clock.at(MONDAY + timedelta(days=3)):
        answer_card(session, card, "已答复 3 人", county)
        close_card(session, card, "情况属实", office)
    session.expire_all()
    steps = [
        (one.number, one.verb, one.text, one.due_on) for one in session.get_one(SupervisionCard, card.id).steps
    ]
    assert steps == [
        (1, "issue", "", date(2026, 3, 9)),
        (2, "answer", "正在办理", date(2026, 3, 9)),
        (3, "send_back", "没有写明人数", date(2026, 3, 12)),
        (4, "answer", "已答复 3 人", date(2026, 3, 12)),
        (5, "close", "情况属实", date(2026, 3, 12)),
    ]
    verbs = session.scalars(
        select(AuditEntry.verb).where(AuditEntry.subject_id == card.id).order_by(AuditEntry.seq)
    )
    assert [verb.rpartition(":")[2] for verb in verbs] == ["issue", "answer", "send_back", "answer", "close"]


def test_an_open_card_is_a_duty_of_its_unit_until_it_is_answered(session, place):
    city, office, (county, department) = place
    card = issue_card(session, city.county, DRAFT, office)
    (duty,) = open_duties(session, county.scope, clock.now(), {})
    assert (duty.kind, duty.subject, duty.last_day) == (DutyKind.CARD, card.number, date(2026, 3, 9))
    assert open_duties(session, department.scope, clock.now(), {}) == []
    answer_card(session, card, "已办理", county)
    assert open_duties(session, CITY, clock.now(), {}) == []
    send_card_back(session, card, "请补充", date(2026, 3, 20), office)
    assert [one.last_day for one in open_duties(session, CITY, clock.now(), {})] == [date(2026, 3, 20)]


def test_one_matter_has_one_open_card(session, place):
    city, office, (county, _department) = place
    card = issue_card(session, city.county, DRAFT, office)
    with pytest.raises(RefusedError) as caught:
        issue_card(session, city.county, DRAFT, office)
    assert caught.value.reasons[0].code == "is_supervised"
    issue_card(session, city.department, DRAFT, office)
    answer_card(session, card, "已办理", county)
    close_card(session, card, "属实", office)
    assert issue_card(session, city.county, DRAFT, office).serial == 3
    assert len(open_cards_by_duty(session, CITY)) == 2


def test_the_database_knows_of_one_open_card_too(session, place):
    city, office, _units = place
    card = issue_card(session, city.county, DRAFT, office)
    twin = SupervisionCard(
        **{c.name: getattr(card, c.name) for c in SupervisionCard.__table__.columns if c.name != "id"}
        | {"serial": 99, "number": "督办〔2026〕99号"}
    )
    session.add(twin)
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


def test_a_unit_neither_sees_nor_answers_another_units_card(session, place):
    city, office, (_county, department) = place
    card = issue_card(session, city.county, DRAFT, office)
    with pytest.raises(NotFoundError):
        card_within(session, card.id, department.scope)
    with pytest.raises(ForbiddenError):
        answer_card(session, card, "冒充", department)
    assert cards(session, department.scope, CardFilter(), 1).total == 0


def test_sending_back_needs_a_new_day(session, place):
    city, office, (county, _department) = place
    card = issue_card(session, city.county, DRAFT, office)
    answer_card(session, card, "已办理", county)
    with pytest.raises(InvalidError):
        send_card_back(session, card, "请补充", None, office)
    with pytest.raises(RefusedError):
        send_card_back(session, card, "请补充", TODAY, office)
    assert card.state == CardState.ANSWERED


def test_the_list_is_narrowed_by_unit_state_words_and_date(session, place):
    city, office, (county, _department) = place
    first = issue_card(session, city.county, changed(matter="甲事"), office)
    second = issue_card(session, city.department, changed(matter="乙事", due_on=date(2026, 4, 1)), office)
    answer_card(session, first, "已办理", county)

    def found(**wanted):
        return [one.id for one in cards(session, CITY, CardFilter(**wanted), 1).rows]

    assert found() == [second.id, first.id]
    assert found(organisation_id=city.county.id) == [first.id]
    assert found(state=CardState.ISSUED) == [second.id]
    assert found(text="甲") == [first.id]
    assert found(text="2号") == [second.id]
    assert found(overdue_on=date(2026, 3, 10)) == [first.id]
