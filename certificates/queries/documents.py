"""Reads over the documents of credentials: which are stored, which are still to be drawn."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from certificates.layouts import Layout
from certificates.models import Credential, CredentialDocument
from certificates.states import STANDING
from core.models import Job

DRAW = "certificates:draw"
_document_count = (
    select(func.count())
    .select_from(CredentialDocument)
    .where(CredentialDocument.credential_id == Credential.id)
    .correlate(Credential)
    .scalar_subquery()
)


@dataclass(frozen=True)
class Drawing:
    """How far the documents of a list's credentials are drawn."""

    drawn: int
    missing: int

    @property
    def total(self) -> int:
        """Return how many documents there will be."""
        return self.drawn + self.missing


@dataclass(frozen=True)
class Undrawn:
    """A credential with the layouts that are still missing of it."""

    credential: Credential
    layouts: tuple[Layout, ...]


def stored_document(session: Session, credential_id: UUID, layout: Layout) -> CredentialDocument | None:
    """Return a document that is drawn already."""
    mine = (CredentialDocument.credential_id == credential_id) & (CredentialDocument.layout == layout)
    return session.scalar(select(CredentialDocument).where(mine))


def undrawn(session: Session, pass_list_id: UUID, limit: int) -> list[Undrawn]:
    """Return issued credentials of a list that lack a document, in order of number."""
    query = select(Credential).where(_is_due(pass_list_id), _document_count < len(Layout))
    found = session.scalars(query.order_by(Credential.cert_no).limit(limit)).unique().all()
    ids = [credential.id for credential in found]
    stored = select(CredentialDocument.credential_id, CredentialDocument.layout)
    drawn = set(session.execute(stored.where(CredentialDocument.credential_id.in_(ids))).all())
    return [Undrawn(one, tuple(name for name in Layout if (one.id, name) not in drawn)) for one in found]


def drawing(session: Session, pass_list_id: UUID) -> Drawing:
    """Return how far the documents of a list's credentials are drawn."""
    of_list = select(func.count()).select_from(CredentialDocument).join(Credential)
    drawn = session.scalar(of_list.where(Credential.pass_list_id == pass_list_id)) or 0
    missing = select(func.sum(len(Layout) - _document_count)).where(_is_due(pass_list_id))
    return Drawing(drawn, session.scalar(missing) or 0)


def draw_job(session: Session, pass_list_id: UUID) -> Job | None:
    """Return the newest job that draws the documents of a list."""
    newest = select(Job).where(Job.kind == DRAW).order_by(Job.created_at.desc(), Job.id.desc())
    wanted = str(pass_list_id)
    return next((job for job in session.scalars(newest) if job.arguments.get("pass_list_id") == wanted), None)


def _is_due(pass_list_id: UUID) -> ColumnElement[bool]:
    """Documents are drawn for credentials that are issued, never for one that has ended."""
    return (Credential.pass_list_id == pass_list_id) & Credential.state.in_(STANDING)
