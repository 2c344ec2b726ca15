"""Reads over the audit chain and the jobs."""

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.audit import Actor, Entry, first_break
from core.models import AuditEntry, Job
from core.paging import Page, page_of


def broken_audit_entry(session: Session) -> int | None:
    """Return the position (from 0) of the first audit entry that does not follow, or None."""
    return first_break(_chain(session))


def audit_of(session: Session, subject_id: UUID, limit: int = 50) -> list[AuditEntry]:
    """Return what was done to one thing, newest first."""
    query = select(AuditEntry).where(AuditEntry.subject_id == subject_id)
    return list(session.scalars(query.order_by(AuditEntry.seq.desc()).limit(limit)))


def recent_audit(session: Session, number: int) -> Page[AuditEntry]:
    """Return one page of the whole chain, newest first."""
    return page_of(session, select(AuditEntry).order_by(AuditEntry.seq.desc()), number)


def jobs(session: Session, limit: int = 100) -> list[Job]:
    """Return the newest jobs."""
    return list(session.scalars(select(Job).order_by(Job.created_at.desc(), Job.id.desc()).limit(limit)))


def _chain(session: Session) -> Iterator[tuple[Entry, str]]:
    query = select(AuditEntry).order_by(AuditEntry.seq).execution_options(yield_per=1000)
    with session.execute(query) as rows:
        for row in rows.scalars():
            actor = Actor(row.account_id, row.actor_name)
            yield Entry(row.at, actor, row.verb, row.subject_id, row.detail), row.digest
