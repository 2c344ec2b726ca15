"""Reads over credentials within a scope."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, func, or_, select
from sqlalchemy.orm import Session

from certificates import numbers
from certificates.models import Credential
from certificates.states import STANDING, CredentialState, CredentialStatus, status_on
from core import person_names
from core.errors import NotFoundError
from core.paging import Page, page_of
from people.models import Organisation
from people.scope import Scope


@dataclass(frozen=True)
class CredentialFilter:
    """What a list of credentials is narrowed to; ``text`` is part of a name, or a whole number."""

    text: str = ""
    organisation_id: UUID | None = None
    officer_id: UUID | None = None
    status: CredentialStatus | None = None


@dataclass(frozen=True)
class CredentialRow:
    """One credential with what it is worth today."""

    credential: Credential
    status: CredentialStatus


def credential(session: Session, credential_id: UUID, scope: Scope) -> Credential:
    """Return one credential within the scope."""
    found = session.get(Credential, credential_id)
    if found is None or not scope.covers(found.organisation_id):
        raise NotFoundError
    return found


def own_credential(session: Session, credential_id: UUID, officer_id: UUID | None) -> Credential:
    """Return a credential of this officer's own, or find nothing."""
    found = session.get(Credential, credential_id)
    if found is None or found.officer_id != officer_id:
        raise NotFoundError
    return found


def credentials_of(session: Session, officer_id: UUID, today: date) -> list[CredentialRow]:
    """Return an officer's issued credentials, the newest first."""
    query = select(Credential).where(
        Credential.officer_id == officer_id, Credential.state != CredentialState.RESERVED
    )
    rows = session.scalars(query.order_by(Credential.valid_from.desc(), Credential.cert_no))
    return [CredentialRow(one, credential_status(one, today)) for one in rows.unique()]


def credential_status(one: Credential, today: date) -> CredentialStatus:
    """Return what a credential is worth on a day."""
    return status_on(today, CredentialState(one.state), one.valid_from, one.valid_until, one.suspended_until)


def credentials(
    session: Session, scope: Scope, wanted: CredentialFilter, today: date, number: int
) -> Page[CredentialRow]:
    """Return one page of credentials, by unit and number."""
    query = _wanted(_within(select(Credential).join(Credential.organisation), scope), wanted, today)
    page = page_of(session, query.order_by(Organisation.code, Credential.cert_no), number)
    rows = [CredentialRow(one, credential_status(one, today)) for one in page.rows]
    return Page(rows, page.number, page.size, page.total)


def status_counts(session: Session, scope: Scope, today: date) -> Mapping[CredentialStatus, int]:
    """Return how many credentials of the scope are worth what today."""
    columns = [func.sum(case((has_status(status, today), 1), else_=0)) for status in CredentialStatus]
    counted = session.execute(_within(select(*columns).select_from(Credential), scope)).one()
    return {status: count or 0 for status, count in zip(CredentialStatus, counted, strict=True)}


def has_status(status: CredentialStatus, today: date) -> ColumnElement[bool]:
    """Say in SQL what ``status_on`` says of one credential."""
    standing = Credential.state.in_(STANDING)
    begun, over = Credential.valid_from <= today, Credential.valid_until < today
    suspended = (Credential.state == CredentialState.SUSPENDED) & (Credential.suspended_until >= today)
    match status:
        case CredentialStatus.NOT_ISSUED:
            return or_(Credential.state == CredentialState.RESERVED, standing & ~begun)
        case CredentialStatus.EXPIRED:
            return standing & begun & over
        case CredentialStatus.SUSPENDED:
            return suspended & begun & ~over
        case CredentialStatus.VALID:
            return standing & begun & ~over & ~suspended
    return Credential.state == CredentialState(status)


def _within(query: Select[*tuple[Any, ...]], scope: Scope) -> Select[*tuple[Any, ...]]:
    if scope.organisation_id is None:
        return query
    return query.where(Credential.organisation_id == scope.organisation_id)


def _wanted(query: Select[*tuple[Any, ...]], wanted: CredentialFilter, today: date) -> Select[*tuple[Any, ...]]:
    if wanted.text:
        name, number = person_names.normalised(wanted.text), numbers.normalised(wanted.text)
        by_name = Credential.holder_name.contains(name, autoescape=True)
        query = query.where(or_(by_name, Credential.cert_no.startswith(number, autoescape=True)))
    if wanted.organisation_id is not None:
        query = query.where(Credential.organisation_id == wanted.organisation_id)
    if wanted.officer_id is not None:
        query = query.where(Credential.officer_id == wanted.officer_id)
    if wanted.status is not None:
        query = query.where(has_status(wanted.status, today))
    return query
