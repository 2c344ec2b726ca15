"""Reads over organisations, officers and accounts, each within a scope."""

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from core.errors import NotFoundError
from core.paging import Page, page_of
from core.sealing import matching_digest, opened
from people.identity import Identity
from people.models import DOCUMENT_PLACE, Account, Officer, Organisation
from people.permissions import Role
from people.posts import DocumentKind, OrganisationKind, PostState
from people.scope import Scope


@dataclass(frozen=True)
class OfficerFilter:
    """What a list of officers is narrowed to; empty means everything."""

    text: str = ""
    organisation_id: UUID | None = None
    post: PostState | None = None


@dataclass(frozen=True)
class OrganisationRow:
    """One organisation with how many people are on its roll and how many are in post."""

    organisation: Organisation
    officers: int
    in_post: int


def identity_of(account: Account) -> Identity:
    """Return the frozen identity of an account."""
    return Identity(
        account_id=account.id,
        role=Role(account.role),
        display_name=account.display_name,
        organisation_id=account.organisation_id,
        officer_id=account.officer_id,
        session_version=account.session_version,
        must_change_password=account.must_change_password,
    )


def identity_by_cookie(session: Session, cookie: str) -> Identity | None:
    """Return who a cookie stands for, or None where its session has ended."""
    account_id, _colon, version = cookie.partition(":")
    try:
        account = session.get(Account, UUID(account_id))
    except ValueError:
        return None
    if account is None or not account.is_active or str(account.session_version) != version:
        return None
    return identity_of(account)


def account_of_officer(session: Session, officer_id: UUID) -> Account | None:
    """Return the account an officer signs in with, if there is one."""
    return session.scalar(select(Account).where(Account.officer_id == officer_id))


def city(session: Session) -> Organisation:
    """Return the city, the root of the tree."""
    found = session.scalar(select(Organisation).where(Organisation.kind == OrganisationKind.CITY))
    if found is None:
        raise NotFoundError
    return found


def organisations(session: Session, scope: Scope) -> list[Organisation]:
    """Return counties and departments within the scope, by code."""
    query = select(Organisation).where(Organisation.kind != OrganisationKind.CITY)
    if scope.organisation_id is not None:
        query = query.where(Organisation.id == scope.organisation_id)
    return list(session.scalars(query.order_by(Organisation.code)))


def organisation_rows(session: Session, scope: Scope) -> list[OrganisationRow]:
    """Return counties and departments with the size of their rolls, by code."""
    counted = session.execute(
        select(Officer.organisation_id, Officer.post, func.count()).group_by(Officer.organisation_id, Officer.post)
    )
    total: Counter[UUID] = Counter()
    in_post: Counter[UUID] = Counter()
    for organisation_id, post, count in counted:
        total[organisation_id] += count
        in_post[organisation_id] += count if post == PostState.IN_POST else 0
    return [OrganisationRow(one, total[one.id], in_post[one.id]) for one in organisations(session, scope)]


def post_counts(session: Session, organisation_id: UUID) -> dict[PostState, int]:
    """Return how many people of one organisation stand in each state of post."""
    query = select(Officer.post, func.count()).where(Officer.organisation_id == organisation_id)
    counts = {PostState(post): count for post, count in session.execute(query.group_by(Officer.post))}
    return {state: counts[state] for state in PostState if state in counts}


def has_demo_officers(session: Session) -> bool:
    """Say whether made-up people stand on the roll, so that every page can say so."""
    return session.scalar(select(Officer.id).where(Officer.document_kind == DocumentKind.DEMO).limit(1)) is not None


def organisation(session: Session, organisation_id: UUID, scope: Scope) -> Organisation:
    """Return one organisation within the scope."""
    found = session.get(Organisation, organisation_id)
    if found is None or not scope.covers(found.id):
        raise NotFoundError
    return found


def organisation_below(session: Session, organisation_id: UUID, scope: Scope) -> Organisation:
    """Return one organisation within the scope, or a body of the county that the scope is."""
    found = session.get(Organisation, organisation_id)
    if found is None:
        raise NotFoundError
    county_id = found.parent_id if found.kind == OrganisationKind.COUNTY_BODY else None
    if not scope.covers(found.id) and county_id != scope.organisation_id:
        raise NotFoundError
    return found


def officer(session: Session, officer_id: UUID, scope: Scope) -> Officer:
    """Return one officer within the scope."""
    found = session.get(Officer, officer_id)
    if found is None or not scope.covers(found.organisation_id):
        raise NotFoundError
    return found


def officers(session: Session, scope: Scope, wanted: OfficerFilter, number: int) -> Page[Officer]:
    """Return one page of officers, by organisation and name."""
    return page_of(session, _officers(scope, wanted), number)


def officer_with_document(session: Session, number: str) -> Officer | None:
    """Return who holds a document number, in whatever organisation."""
    return session.scalar(select(Officer).where(Officer.document_digest == matching_digest(number)))


def known_document_digests(session: Session) -> frozenset[str]:
    """Return the digest of every document number on the roll."""
    return frozenset(session.scalars(select(Officer.document_digest)))


def document_number(officer: Officer) -> str:
    """Return an officer's document number in the clear; for masking or for the office alone."""
    return opened(officer.document_sealed, DOCUMENT_PLACE)


def _officers(scope: Scope, wanted: OfficerFilter) -> Select[Officer]:
    query = select(Officer).join(Organisation, Officer.organisation_id == Organisation.id)
    if scope.organisation_id is not None:
        query = query.where(Officer.organisation_id == scope.organisation_id)
    if wanted.organisation_id is not None:
        query = query.where(Officer.organisation_id == wanted.organisation_id)
    if wanted.post is not None:
        query = query.where(Officer.post == wanted.post)
    if wanted.text:
        query = query.where(Officer.name.contains(wanted.text, autoescape=True))
    return query.order_by(Organisation.code, Officer.name, Officer.id)
