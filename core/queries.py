"""Reads over the audit chain, the public log and the jobs."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from core.audit import Actor, Entry, first_break
from core.merkle import Frontier, Span, Subtree, complete_subtrees
from core.models import AuditEntry, Job, LogEntry, LogNode
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


def log_size(session: Session) -> int:
    """Return how many entries the public log has."""
    last = session.scalar(select(func.max(LogEntry.index)))
    return 0 if last is None else last + 1


def log_frontier(session: Session) -> Frontier:
    """Return the end of the public log, to which the next entry is appended."""
    size = log_size(session)
    subtrees = complete_subtrees(Span(0, size))
    hashes = _node_hashes(session, subtrees)
    return Frontier(size, tuple(hashes[one] for one in subtrees))


def jobs(session: Session, limit: int = 100) -> list[Job]:
    """Return the newest jobs."""
    return list(session.scalars(select(Job).order_by(Job.created_at.desc(), Job.id.desc()).limit(limit)))


def _node_hashes(session: Session, subtrees: Sequence[Subtree]) -> dict[Subtree, bytes]:
    """Return the stored hashes of complete subtrees, by one statement."""
    query = select(LogNode.level, LogNode.position, LogNode.hash)
    rows = session.execute(query.where(tuple_(LogNode.level, LogNode.position).in_(subtrees)))
    return {Subtree(level, position): bytes.fromhex(stored) for level, position, stored in rows}


def _chain(session: Session) -> Iterator[tuple[Entry, str]]:
    query = select(AuditEntry).order_by(AuditEntry.seq).execution_options(yield_per=1000)
    with session.execute(query) as rows:
        for row in rows.scalars():
            actor = Actor(row.account_id, row.actor_name)
            yield Entry(row.at, actor, row.verb, row.subject_id, row.detail), row.digest
