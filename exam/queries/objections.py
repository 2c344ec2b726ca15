"""Reads over objections: the office's queue, one of them opened, and what the holder of a receipt may see."""

import hmac
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, case, func, or_, select
from sqlalchemy.orm import Session

from core import clock
from core.errors import NotFoundError
from core.paging import Page, page_of
from core.sealing import matching_digest, opened
from core.texts import lazy_gettext as _
from exam.list_states import ObjectionState
from exam.models.planning import Candidate
from exam.models.publishing import CONTACT_PLACE, OBJECTOR_PLACE, TEXT_PLACE, Objection
from exam.models.results import PassList, PassListEntry
from exam.notices import ListStatus, StatusFacts, status_on
from exam.objections import ADDRESS_WINDOW, AnsweringFacts, MakingFacts, normalised_code
from exam.queries.list_lines import newest_of
from people.models import Account, Officer

SEARCH_LENGTH = 50


@dataclass(frozen=True)
class QueueFilter:
    """What the queue is narrowed to; empty means everything."""

    text: str = ""
    state: ObjectionState | None = None


@dataclass(frozen=True)
class OpenedObjection:
    """An objection as whoever answers it reads it, with the line and the list it is about."""

    objection: Objection
    objector: str
    contact: str
    text: str
    pass_list: PassList
    line: PassListEntry
    person: str
    answered_by: str | None


@dataclass(frozen=True)
class ObjectionStanding:
    """What the holder of a receipt may see: where the objection stands, and the answer."""

    number: str
    state: ObjectionState
    title: str
    serial: int
    made_at: datetime
    due_on: date
    is_due_provisional: bool
    answer: str
    answered_at: datetime | None


def queue(session: Session, wanted: QueueFilter, number: int) -> Page[Row[Objection, PassList, PassListEntry, str]]:
    """Return one page of objections: those open first, the one due soonest on top, then the newest."""
    is_open = case((Objection.state == ObjectionState.OPEN, 0), else_=1)
    query = _with_line().order_by(is_open, case((is_open == 0, Objection.due_on)), Objection.made_at.desc())
    if wanted.state is not None:
        query = query.where(Objection.state == wanted.state)
    if wanted.text:
        text = wanted.text[:SEARCH_LENGTH]
        named = Officer.name.contains(text, autoescape=True)
        titled = PassList.title.contains(text, autoescape=True)
        query = query.where(or_(named, titled, Objection.number == normalised_code(text)))
    return page_of(session, query, number)


def objection(session: Session, objection_id: UUID) -> Objection:
    """Return one objection."""
    found = session.get(Objection, objection_id)
    if found is None:
        raise NotFoundError
    return found


def opened_objection(session: Session, found: Objection) -> OpenedObjection:
    """Return an objection with its sealed parts opened; for the office alone."""
    row = session.execute(_with_line().where(Objection.id == found.id)).one()
    answered_by = session.get(Account, found.answered_by) if found.answered_by else None
    return OpenedObjection(
        objection=found,
        objector=opened(found.name_sealed, OBJECTOR_PLACE),
        contact=opened(found.contact_sealed, CONTACT_PLACE),
        text=opened(found.text_sealed, TEXT_PLACE),
        pass_list=row.PassList,
        line=row.PassListEntry,
        person=row.person,
        answered_by=answered_by.display_name if answered_by else None,
    )


def open_count(session: Session) -> int:
    """Return how many objections wait for an answer."""
    query = select(func.count()).select_from(Objection).where(Objection.state == ObjectionState.OPEN)
    return session.scalar(query) or 0


def standing(session: Session, number: str, code: str) -> ObjectionStanding:
    """Return where an objection stands, to whoever has its number and its code; else there is none."""
    cleaned = normalised_code(number)
    found = session.scalar(select(Objection).where(Objection.number == cleaned))
    expected = found.code_digest if found else ""
    if found is None or not hmac.compare_digest(expected, code_digest(cleaned, code)):
        raise NotFoundError(_("没有找到这件异议。请核对受理编号和查询码，两项都要与回执一致。"))
    return ObjectionStanding(
        number=found.number,
        state=ObjectionState(found.state),
        title=session.get_one(PassList, found.pass_list_id).title,
        serial=found.serial,
        made_at=found.made_at,
        due_on=found.due_on,
        is_due_provisional=found.is_due_provisional,
        answer=found.answer,
        answered_at=found.answered_at,
    )


def code_digest(number: str, code: str) -> str:
    """Return the digest that a receipt's code is stored as."""
    return matching_digest(f"objection {number} {normalised_code(code)}")


def address_digest(address: str) -> str:
    """Return the digest that an address is stored as."""
    return matching_digest(f"objection from {address}")


def making_facts(session: Session, pass_list: PassList, line: PassListEntry, address: str) -> MakingFacts:
    """Return what objecting to a line rests on."""
    digest, since = address_digest(address), clock.now() - ADDRESS_WINDOW
    from_address = select(func.count()).where(Objection.address_digest == digest)
    same = from_address.where(Objection.candidate_id == line.candidate_id, Objection.state == ObjectionState.OPEN)
    newest = newest_of(session, pass_list.sitting_id)
    facts = StatusFacts(
        effective_on=pass_list.effective_on,
        is_logged=pass_list.log_index is not None,
        is_superseded=newest is None or newest.id != pass_list.id,
    )
    status = status_on(facts, clock.today())
    is_period = pass_list.notice_from is not None
    return MakingFacts(
        status=status if is_period or status is not ListStatus.NOTICE else ListStatus.EFFECTIVE,
        is_listed=line.is_listed,
        from_address=session.scalar(from_address.where(Objection.made_at > since)) or 0,
        has_same=bool(session.scalar(same)),
    )


def answering_facts(found: Objection, account_id: UUID | None) -> AnsweringFacts:
    """Return what answering an objection rests on."""
    return AnsweringFacts(
        state=ObjectionState(found.state),
        is_drafter=found.drafted_by == account_id,
        is_approver=found.approved_by == account_id,
    )


def held_back(session: Session, sitting_id: UUID) -> frozenset[UUID]:
    """Return the candidates of a sitting who are frozen: an objection is open, or was upheld."""
    query = (
        select(Objection.candidate_id)
        .join(PassList, PassList.id == Objection.pass_list_id)
        .where(PassList.sitting_id == sitting_id, Objection.state != ObjectionState.DISMISSED)
    )
    return frozenset(session.scalars(query))


def _with_line() -> Any:
    is_line = (PassListEntry.pass_list_id == Objection.pass_list_id) & (PassListEntry.serial == Objection.serial)
    return (
        select(Objection, PassList, PassListEntry, Officer.name.label("person"))
        .join(PassList, PassList.id == Objection.pass_list_id)
        .join(PassListEntry, is_line)
        .join(Candidate, Candidate.id == Objection.candidate_id)
        .join(Officer, Officer.id == Candidate.officer_id)
    )
