"""The demo city's answers for who has not completed, and the supervision cards for units that are silent."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.demo.exam_step import SITTING
from app.demo.stage import Stage, acting
from app.duties import duties_within
from core import clock
from core.audit import SYSTEM
from core.db import transaction
from exam.duties import Duty, DutyKind
from exam.models.planning import Sitting
from exam.non_completion import AbsenceReason, AnswerDraft
from exam.operations.non_completion import answer_for_people
from exam.operations.supervision import answer_card, issue_card
from exam.queries.non_completion import AnswerFilter, all_missing_people
from exam.supervision import CardDraft
from people.identity import Identity
from people.models import Account, Organisation
from people.operations import open_account
from people.permissions import Role
from people.queries import identity_of, organisations
from people.scope import CITY, Scope

ANSWER_DAY, CARD_DAY, CARD_ANSWER_DAY = -16, -4, -3
REASONS = (AbsenceReason.ILLNESS, AbsenceReason.LEAVE, AbsenceReason.DUTY, AbsenceReason.LEFT_UNIT)
WORDS = (
    "住院治疗，已报病假。",
    "休产假，已批准。",
    "抽调参加专项检查，与考试时间冲突。",
    "已调往其他单位，不再从事执法工作。",
)
PLANS = ("痊愈后参加补考。", "假满后参加补考。", "专项检查结束后参加补考。", "")
SILENT_EACH, HALF_EACH = 6, 4
CARDS = 3


def answer_for_absentees(stage: Stage) -> None:
    """Let most units answer in time, some for half of their people, and some not at all."""
    with transaction() as session:
        accounts = {unit.id: _administrator(session, unit) for unit in organisations(session, CITY)}
    with clock.at(stage.morning(ANSWER_DAY)), transaction() as session:
        sitting = session.scalars(select(Sitting).where(Sitting.title == SITTING)).one()
        for place, unit in enumerate(organisations(session, CITY)):
            people = all_missing_people(session, sitting, Scope(unit.id), AnswerFilter())
            if place % SILENT_EACH == SILENT_EACH - 1:
                continue
            answered = people[: len(people) // 2] if place % HALF_EACH == 0 else people
            for number, person in enumerate(answered):
                one = number % len(REASONS)
                until = stage.today + timedelta(days=60) if PLANS[one] else None
                draft = AnswerDraft(REASONS[one], WORDS[one], PLANS[one], until)
                answer_for_people(session, sitting, {person.candidate.id: 0}, draft, accounts[unit.id])
                stage.advance(1)


def supervise(stage: Stage) -> None:
    """Issue cards for the first units that are overdue; one of them has answered."""
    with clock.at(stage.morning(CARD_DAY)), transaction() as session:
        office = acting(session, "guanli")
        units = {one.id: one for one in organisations(session, CITY)}
        duties = duties_within(session, CITY, clock.now())
        overdue = [one for one in duties if one.kind is DutyKind.ANSWER and one.is_overdue(clock.now())]
        overdue.sort(key=lambda duty: units[duty.organisation_id].code)
        issued = [
            issue_card(session, units[one.organisation_id], _draft(stage, one), office) for one in overdue[:CARDS]
        ]
    with clock.at(stage.morning(CARD_ANSWER_DAY)), transaction() as session:
        for card in issued[1:2]:
            unit = session.get_one(Organisation, card.organisation_id)
            text = "已逐人核实，正在补办请假手续，本周内在系统中逐人答复。"
            answer_card(session, session.merge(card), text, _administrator(session, unit))
    stage.advance(len(issued))


def _administrator(session: Session, unit: Organisation) -> Identity:
    """Return the unit's administrator, with an account made for whoever has none; its password is not kept."""
    query = select(Account).where(Account.role == Role.UNIT_ADMINISTRATOR, Account.organisation_id == unit.id)
    account = session.scalars(query.limit(1)).first()
    if account is None:
        account = Account(
            username=f"{unit.code.lower()}-guanli",
            display_name=f"{unit.name}管理员",
            role=Role.UNIT_ADMINISTRATOR,
            organisation_id=unit.id,
        )
        open_account(session, account, SYSTEM)
    return identity_of(account)


def _draft(stage: Stage, duty: Duty) -> CardDraft:
    return CardDraft(
        matter=f"逐人说明“{duty.subject}”未按要求完成的原因，还有 {duty.count} 人没有答复。",
        requirement="各单位应当在考试结束后 5 个工作日内，逐人说明未按要求完成培训考试的原因和后续安排。"
        "请主要负责人督促，限期在系统中逐人答复。",
        owner_name="示例责任人",
        owner_post="分管负责人",
        due_on=stage.today + timedelta(days=3),
        duty_key=duty.key,
    )
