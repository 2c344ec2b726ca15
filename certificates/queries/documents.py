"""Reads over the documents of credentials: which are stored, which are still to be drawn."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session

from certificates.layouts import Layout
from certificates.models import Credential, CredentialDocument, DrawingClaim, DrawingFailure, DrawingRun
from certificates.states import STANDING
from core.db import is_postgresql
from core.models import Job, JobState

DRAW = "certificates:draw"
# A credential that was tried in vain this often waits for somebody to look at it.
MOST_TRIES = 3
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
    failed: int = 0

    @property
    def total(self) -> int:
        """Return how many documents there will be."""
        return self.drawn + self.missing

    @property
    def left(self) -> int:
        """Return how many documents are still to be drawn, those not counted that failed."""
        return self.missing - self.failed

    def seconds_left(self, began_at: datetime, drawn_before: int, now: datetime) -> int | None:
        """Return how long the rest will take at the pace so far, or None before there is one."""
        drawn = self.drawn - drawn_before
        return int((now - began_at).total_seconds() * self.left / drawn) if drawn > 0 else None


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
    """Return issued credentials of a list that lack a document, in order of number; not those that failed."""
    return undrawn_of(session, _next(pass_list_id).limit(limit))


def unclaimed(session: Session, pass_list_id: UUID, now: datetime, limit: int) -> list[UUID]:
    """Return the next credentials that lack a document and that no worker is drawing at this moment.

    On PostgreSQL those that another worker is looking at in this very instant are passed over.
    """
    claimed = exists().where(DrawingClaim.credential_id == Credential.id, DrawingClaim.until >= now)
    query = _next(pass_list_id).with_only_columns(Credential.id).where(~claimed).limit(limit)
    if is_postgresql(session):
        query = query.with_for_update(of=Credential, skip_locked=True)
    return list(session.scalars(query))


def is_any_left(session: Session, pass_list_id: UUID) -> bool:
    """Say whether a document is still to be drawn, claimed or not."""
    return session.scalar(_next(pass_list_id).with_only_columns(Credential.id).limit(1)) is not None


def undrawn_of(session: Session, query: Select[Credential]) -> list[Undrawn]:
    """Return the credentials of a query with the layouts that are still missing of each."""
    found = session.scalars(query.order_by(Credential.cert_no)).unique().all()
    ids = [credential.id for credential in found]
    stored = select(CredentialDocument.credential_id, CredentialDocument.layout)
    drawn = set(session.execute(stored.where(CredentialDocument.credential_id.in_(ids))).all())
    return [Undrawn(one, tuple(name for name in Layout if (one.id, name) not in drawn)) for one in found]


def drawing(session: Session, pass_list_id: UUID) -> Drawing:
    """Return how far the documents of a list's credentials are drawn."""
    of_list = select(func.count()).select_from(CredentialDocument).join(Credential)
    drawn = session.scalar(of_list.where(Credential.pass_list_id == pass_list_id)) or 0
    missing = select(func.sum(len(Layout) - _document_count)).where(_is_due(pass_list_id))
    failed = session.scalar(missing.where(_has_failed())) or 0
    return Drawing(
        drawn, int(session.scalar(missing) or 0), int(failed)
    )  # PostgreSQL adds integers up to a decimal


def drawing_run(session: Session, pass_list_id: UUID) -> DrawingRun | None:
    """Return how the drawing of a list was asked for, and whether somebody paused it."""
    return session.get(DrawingRun, pass_list_id)


def drawing_failures(session: Session, pass_list_id: UUID) -> list[tuple[Credential, DrawingFailure]]:
    """Return the credentials of a list that could not be drawn, with the reason, in order of number."""
    query = (
        select(Credential, DrawingFailure)
        .join(DrawingFailure, DrawingFailure.credential_id == Credential.id)
        .where(_is_due(pass_list_id), _has_failed())
    )
    rows = session.execute(query.order_by(Credential.cert_no)).unique()
    return [(credential, failure) for credential, failure in rows]


def draw_job(session: Session, pass_list_id: UUID) -> Job | None:
    """Return the newest job that draws the documents of a list."""
    return next(_jobs(session, pass_list_id), None)


def is_being_drawn(session: Session, pass_list_id: UUID) -> bool:
    """Say whether a worker draws the documents of a list, or is about to."""
    at_work = {JobState.QUEUED, JobState.RUNNING}
    return any(job.state in at_work for job in _jobs(session, pass_list_id))


def _jobs(session: Session, pass_list_id: UUID) -> Iterator[Job]:
    newest = select(Job).where(Job.kind == DRAW).order_by(Job.created_at.desc(), Job.id.desc())
    wanted = str(pass_list_id)
    return (job for job in session.scalars(newest) if job.arguments.get("pass_list_id") == wanted)


def _next(pass_list_id: UUID) -> Select[Credential]:
    due = select(Credential).where(_is_due(pass_list_id), _document_count < len(Layout), ~_has_failed())
    return due.order_by(Credential.cert_no)


def _has_failed() -> ColumnElement[bool]:
    failed = DrawingFailure.tries >= MOST_TRIES
    return exists().where(DrawingFailure.credential_id == Credential.id, failed).correlate(Credential)


def _is_due(pass_list_id: UUID) -> ColumnElement[bool]:
    """Documents are drawn for credentials that are issued, never for one that has ended."""
    return (Credential.pass_list_id == pass_list_id) & Credential.state.in_(STANDING)
