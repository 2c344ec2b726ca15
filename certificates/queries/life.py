"""Reads over the life of a credential: what was done about it, what can be done, what waits for a second person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from certificates.acts import ActKind
from certificates.allowed import CardFacts
from certificates.lapse import EXPIRED, LapseFacts, grounds_against
from certificates.models import AnnualReview, Credential, CredentialAct, Qualification, RevocationProposal
from certificates.renewal import YEAR
from certificates.review import ReviewOutcome
from certificates.states import STANDING, CredentialState, ProposalState, QualificationState
from core import clock
from core.errors import NotFoundError
from people.models import Account, Officer
from people.posts import EmploymentType, PostState
from people.scope import Scope
from training.queries import hours_between


@dataclass(frozen=True)
class ActRow:
    """One act with the name of the second person, where two had to agree."""

    act: CredentialAct
    second_name: str


def acts_of(session: Session, credential_id: UUID) -> list[ActRow]:
    """Return what was done about a credential, in its order."""
    query = (
        select(CredentialAct, Account.display_name)
        .outerjoin(Account, Account.id == CredentialAct.second_id)
        .where(CredentialAct.credential_id == credential_id)
        .order_by(CredentialAct.number)
    )
    return [ActRow(act, name or "") for act, name in session.execute(query)]


def card_facts(session: Session, credential: Credential, today: date) -> CardFacts:
    """Return what the acts about a credential rest on today."""
    officer, person = credential.officer, session.get(Qualification, credential.officer_id)
    return CardFacts(
        state=CredentialState(credential.state),
        suspended_until=credential.suspended_until,
        valid_from=credential.valid_from,
        valid_until=credential.valid_until,
        registered_on=clock.day_of(credential.issued_at or credential.reserved_at),
        qualification=QualificationState(person.state) if person else QualificationState.APPLICANT,
        is_replaced=credential.replaced_by_id is not None,
        extensions=_extensions(session, credential.id),
        roll_grounds=roll_grounds(officer, today),
        hours_done=hours_of(session, [credential.officer_id], today).get(credential.officer_id, Decimal(0)),
        reviewed=reviews_in(session, [credential.id], today.year).get(credential.id),
        is_proposed=open_proposal(session, credential.id) is not None,
        held_no=_held_no(session, credential),
    )


def roll_grounds(officer: Officer, today: date) -> tuple[str, ...]:
    """Return what the roll says against a person's holding a credential at all."""
    facts = LapseFacts(
        employment=EmploymentType(officer.employment),
        post=PostState(officer.post),
        post_since=officer.post_since,
        state=CredentialState.ACTIVE,
        valid_until=today,
    )
    return tuple(one.ground for one in grounds_against(facts, today) if one.ground != EXPIRED)


def hours_of(session: Session, officer_ids: Sequence[UUID], today: date) -> Mapping[UUID, Decimal]:
    """Return the class hours of each officer over the year up to today, in all courses together."""
    return hours_between(session, officer_ids, today - YEAR, today)


def reviews_in(session: Session, credential_ids: Sequence[UUID], year: int) -> Mapping[UUID, ReviewOutcome]:
    """Return what the newest review of each credential in a year came to."""
    query = (
        select(AnnualReview.credential_id, AnnualReview.outcome)
        .where(AnnualReview.year == year, AnnualReview.credential_id.in_(credential_ids))
        .order_by(AnnualReview.number)
    )
    return {key: ReviewOutcome(outcome) for key, outcome in session.execute(query)}


def reviews_of(session: Session, credential_id: UUID) -> list[AnnualReview]:
    """Return every review of a credential, the newest first."""
    query = select(AnnualReview).where(AnnualReview.credential_id == credential_id)
    return list(session.scalars(query.order_by(AnnualReview.year.desc(), AnnualReview.number.desc())))


def open_proposal(session: Session, credential_id: UUID) -> RevocationProposal | None:
    """Return the revocation of a credential that somebody proposed and nobody has decided on."""
    mine = (RevocationProposal.credential_id == credential_id) & (
        RevocationProposal.state == ProposalState.PROPOSED
    )
    return session.scalar(select(RevocationProposal).where(mine))


def proposals(session: Session) -> list[RevocationProposal]:
    """Return every proposed revocation, those that wait first, then the newest."""
    query = select(RevocationProposal).order_by(
        RevocationProposal.decided_at.is_not(None), RevocationProposal.proposed_at.desc(), RevocationProposal.id
    )
    return list(session.scalars(query).unique())


def waiting_count(session: Session) -> int:
    """Return how many proposed revocations wait for a second person."""
    waiting = RevocationProposal.state == ProposalState.PROPOSED
    return session.scalar(select(func.count()).select_from(RevocationProposal).where(waiting)) or 0


def proposal(session: Session, proposal_id: UUID, scope: Scope) -> RevocationProposal:
    """Return one proposed revocation within the scope."""
    found = session.get(RevocationProposal, proposal_id)
    if found is None or not scope.covers(found.credential.organisation_id):
        raise NotFoundError
    return found


def replaced_by(session: Session, credential: Credential) -> Credential | None:
    """Return the credential that took this one's place."""
    return session.get(Credential, credential.replaced_by_id) if credential.replaced_by_id else None


def in_place_of(session: Session, credential: Credential) -> Credential | None:
    """Return the credential whose place this one took."""
    return session.scalar(select(Credential).where(Credential.replaced_by_id == credential.id))


def disqualified_since(session: Session, officer_ids: Sequence[UUID]) -> Mapping[UUID, Qualification]:
    """Return those of some people who are disqualified."""
    wanted = set(officer_ids)
    query = select(Qualification).where(Qualification.state == QualificationState.DISQUALIFIED)
    return {one.officer_id: one for one in session.scalars(query) if one.officer_id in wanted}


def disqualified_officers(session: Session) -> frozenset[UUID]:
    """Return everybody who is disqualified."""
    query = select(Qualification.officer_id).where(Qualification.state == QualificationState.DISQUALIFIED)
    return frozenset(session.scalars(query))


def _extensions(session: Session, credential_id: UUID) -> int:
    """Count the extensions since the last suspension began."""
    mine = CredentialAct.credential_id == credential_id
    begun = select(func.max(CredentialAct.number)).where(mine, CredentialAct.kind == ActKind.SUSPEND)
    extended = select(func.count()).where(mine, CredentialAct.kind == ActKind.EXTEND)
    return session.scalar(extended.where(CredentialAct.number > begun.scalar_subquery())) or 0


def _held_no(session: Session, credential: Credential) -> str:
    other = (
        select(Credential.cert_no)
        .where(
            Credential.officer_id == credential.officer_id,
            Credential.id != credential.id,
            Credential.state.in_(STANDING),
            Credential.valid_until >= clock.today(),
        )
        .limit(1)
    )
    return session.scalar(other) or ""
