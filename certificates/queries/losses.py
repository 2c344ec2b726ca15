"""Reads for the public notice of lost cards: the number, the unit and the day, and nothing about the holder."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from certificates.acts import ActKind
from certificates.models import Credential, CredentialAct
from core.paging import PAGE_SIZE, Page, page_of


@dataclass(frozen=True)
class Notice:
    """One card that is void since a moment."""

    cert_no: str
    unit_name: str
    issuer_name: str
    since: datetime


def notices(session: Session, number: int) -> Page[Notice]:
    """Return one page of the cards declared void, the newest first."""
    query = (
        select(CredentialAct)
        .where(CredentialAct.kind == ActKind.VOID)
        .order_by(CredentialAct.at.desc(), CredentialAct.id)
    )
    page = page_of(session, query, number)
    ids = [act.credential_id for act in page.rows]
    faces = {one.id: one for one in session.scalars(select(Credential).where(Credential.id.in_(ids))).unique()}
    rows = [_notice(faces[act.credential_id], act.at) for act in page.rows]
    return Page(rows, page.number, PAGE_SIZE, page.total)


def _notice(one: Credential, since: datetime) -> Notice:
    return Notice(one.cert_no, one.unit_name, one.issuer_name, since)
