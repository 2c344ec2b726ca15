"""Reads over exemptions from publication: who is not named, and who waits for a second person."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from core.errors import NotFoundError
from core.paging import Page, page_of
from exam.exemptions import DecisionFacts
from exam.list_states import ExemptionState
from exam.models.publishing import PublicationExemption
from people.models import Officer

SEARCH_LENGTH = 50
_STANDING = (ExemptionState.PROPOSED, ExemptionState.APPROVED)


@dataclass(frozen=True)
class ExemptionFilter:
    """What the list is narrowed to; empty means everything."""

    text: str = ""
    state: ExemptionState | None = None


def exemptions(session: Session, wanted: ExemptionFilter, number: int) -> Page[PublicationExemption]:
    """Return one page of exemptions, those waiting for a decision first, then the newest."""
    waits = case((PublicationExemption.state == ExemptionState.PROPOSED, 0), else_=1)
    query = select(PublicationExemption).join(Officer, Officer.id == PublicationExemption.officer_id)
    if wanted.state is not None:
        query = query.where(PublicationExemption.state == wanted.state)
    if wanted.text:
        query = query.where(Officer.name.contains(wanted.text[:SEARCH_LENGTH], autoescape=True))
    return page_of(session, query.order_by(waits, PublicationExemption.proposed_at.desc()), number)


def exemption(session: Session, exemption_id: UUID) -> PublicationExemption:
    """Return one exemption."""
    found = session.get(PublicationExemption, exemption_id)
    if found is None:
        raise NotFoundError
    return found


def has_standing(session: Session, officer_id: UUID) -> bool:
    """Say whether an exemption of the officer is proposed or approved."""
    mine = (PublicationExemption.officer_id == officer_id, PublicationExemption.state.in_(_STANDING))
    return bool(session.scalar(select(func.count()).select_from(PublicationExemption).where(*mine)))


def decision_facts(found: PublicationExemption, account_id: UUID | None) -> DecisionFacts:
    """Return what deciding on an exemption rests on."""
    return DecisionFacts(ExemptionState(found.state), found.proposed_by == account_id)
