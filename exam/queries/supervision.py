"""Reads over supervision cards, each within a scope."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from core.errors import NotFoundError
from core.paging import Page, page_of
from exam.models.duties import SupervisionCard
from exam.supervision import CardState
from people.models import Organisation
from people.scope import Scope


@dataclass(frozen=True)
class CardFilter:
    """What the list of cards is narrowed to; ``overdue_on`` keeps those not closed whose day is before it."""

    text: str = ""
    organisation_id: UUID | None = None
    state: CardState | None = None
    overdue_on: date | None = None


def cards(session: Session, scope: Scope, wanted: CardFilter, number: int) -> Page[SupervisionCard]:
    """Return one page of cards, the newest first."""
    query = select(SupervisionCard).order_by(SupervisionCard.year.desc(), SupervisionCard.serial.desc())
    if scope.organisation_id is not None:
        query = query.where(SupervisionCard.organisation_id == scope.organisation_id)
    if wanted.organisation_id is not None:
        query = query.where(SupervisionCard.organisation_id == wanted.organisation_id)
    if wanted.state is not None:
        query = query.where(SupervisionCard.state == wanted.state)
    if wanted.overdue_on is not None:
        is_open = SupervisionCard.state != CardState.CLOSED
        query = query.where(is_open, SupervisionCard.due_on < wanted.overdue_on)
    if wanted.text:
        named = SupervisionCard.number.contains(wanted.text, autoescape=True)
        query = query.where(or_(named, SupervisionCard.matter.contains(wanted.text, autoescape=True)))
    return page_of(session, query, number)


def card(session: Session, card_id: UUID, scope: Scope) -> SupervisionCard:
    """Return one card within the scope."""
    found = session.get(SupervisionCard, card_id)
    if found is None or not scope.covers(found.organisation_id):
        raise NotFoundError
    return found


def units_with_cards(session: Session, scope: Scope) -> list[Organisation]:
    """Return the units that have ever been given a card, by code."""
    query = select(Organisation).where(Organisation.id.in_(select(SupervisionCard.organisation_id)))
    if scope.organisation_id is not None:
        query = query.where(Organisation.id == scope.organisation_id)
    return list(session.scalars(query.order_by(Organisation.code)))


def open_cards_by_duty(session: Session, scope: Scope) -> dict[tuple[UUID, str], SupervisionCard]:
    """Return the cards that are not closed, by unit and the duty they were issued for."""
    query = select(SupervisionCard).where(SupervisionCard.state != CardState.CLOSED)
    if scope.organisation_id is not None:
        query = query.where(SupervisionCard.organisation_id == scope.organisation_id)
    return {(one.organisation_id, one.duty_key): one for one in session.scalars(query)}


def last_serial(session: Session, year: int) -> int:
    """Return the highest serial given in a year."""
    query = select(func.max(SupervisionCard.serial)).where(SupervisionCard.year == year)
    return session.scalar(query) or 0
