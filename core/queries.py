"""Reads over the audit chain, the public log and the jobs."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select, tuple_
from sqlalchemy.orm import Session

from core.audit import Actor, Entry, first_break
from core.log_audit import Misfit, Stretch, first_misfit
from core.merkle import (
    Frontier,
    Span,
    Subtree,
    complete_subtrees,
    consistency_spans,
    inclusion_spans,
    root_of_span,
)
from core.models import AuditEntry, Job, LogEntry, LogHead, LogNode
from core.paging import PAGE_SIZE, Page, page_of
from core.public_log import Extension, Proof, SignedHead
from core.signing import public_key

STRETCH = 4096
MOST_ENTRIES = 1000
# A hash that was taken away or defaced proves nothing: with this one in its place the proof fails.
GONE = bytes(32)


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
    return Frontier(size, tuple(hashes.get(one, GONE) for one in subtrees))


def log_head(session: Session, size: int | None = None) -> SignedHead | None:
    """Return the newest signed head of the public log, or that of an earlier size."""
    query = select(LogHead).order_by(LogHead.size.desc()).limit(1)
    found = session.scalar(query if size is None else query.where(LogHead.size == size))
    return found.signed if found else None


def log_heads(session: Session, number: int) -> Page[LogHead]:
    """Return one page of the signed heads, newest first."""
    return page_of(session, select(LogHead).order_by(LogHead.size.desc()), number)


def recent_log_entries(session: Session, number: int) -> Page[LogEntry]:
    """Return one page of the public log, newest first; without counting, for its entries have no gap."""
    total = log_size(session)
    number = min(max(1, number), max(1, -(-total // PAGE_SIZE)))
    newest = total - 1 - (number - 1) * PAGE_SIZE
    query = select(LogEntry).where(LogEntry.index <= newest).order_by(LogEntry.index.desc())
    return Page(session.scalars(query.limit(PAGE_SIZE)).all(), number, PAGE_SIZE, total)


def log_entries(session: Session, first: int, count: int) -> list[LogEntry]:
    """Return entries of the public log in their order, a thousand at most."""
    query = select(LogEntry).where(LogEntry.index >= first).order_by(LogEntry.index)
    return list(session.scalars(query.limit(min(count, MOST_ENTRIES))))


def log_entry(session: Session, index: int) -> LogEntry | None:
    """Return the entry at an index."""
    return session.get(LogEntry, index)


def log_entries_of_digest(session: Session, digest: str) -> list[LogEntry]:
    """Return where a digest stands in the public log, newest first; few of them if it is there often."""
    query = select(LogEntry).where(LogEntry.digest == digest).order_by(LogEntry.index.desc())
    return list(session.scalars(query.limit(20)))


def newest_log_entries(
    session: Session, subject_ids: Collection[UUID], kinds: Collection[str]
) -> dict[UUID, LogEntry]:
    """Return the newest entry of these kinds about each of some things."""
    query = select(LogEntry).where(LogEntry.subject_id.in_(subject_ids), LogEntry.kind.in_(kinds))
    return {entry.subject_id: entry for entry in session.scalars(query.order_by(LogEntry.index))}


def log_proof(session: Session, entry: LogEntry, signed: SignedHead) -> Proof:
    """Return what shows an entry to stand under a signed head, from a handful of stored hashes."""
    spans = inclusion_spans(entry.index, signed.head.size)
    return Proof(entry.index, entry.leaf, _roots(session, spans), signed)


def log_extension(session: Session, old_size: int, size: int) -> Extension:
    """Return what shows the log of one size to be the beginning of a later one."""
    return Extension(old_size, size, _roots(session, consistency_spans(old_size, size)))


def is_proved(session: Session, entry: LogEntry) -> bool:
    """Say whether an entry stands under the newest head that we signed: not only in its table."""
    signed = log_head(session)
    if signed is None or entry.index >= signed.head.size:
        return False
    return log_proof(session, entry, signed).holds(public_key())


def log_numbers(session: Session, digests: Mapping[UUID, str], kinds: Collection[str]) -> dict[UUID, int]:
    """Return the place in the log, from 1, of each thing of which the log's newest entry says this digest.

    What was never logged, was changed since, or stands under no head of ours, is left out: nobody may
    take it for published.
    """
    newest = newest_log_entries(session, digests.keys(), kinds)
    return {
        key: entry.number
        for key, entry in newest.items()
        if entry.digest == digests[key] and is_proved(session, entry)
    }


def log_misfit(session: Session) -> Misfit | None:
    """Recompute the whole public log and return the first thing that does not fit, or None.

    Beside writers it wants a session that sees one moment (``core.db.one_moment``).
    """
    key = public_key()
    return first_misfit(_stretches(session), lambda signed: signed.is_by(key))


def jobs(session: Session, limit: int = 100) -> list[Job]:
    """Return the newest jobs."""
    return list(session.scalars(select(Job).order_by(Job.created_at.desc(), Job.id.desc()).limit(limit)))


def _roots(session: Session, spans: Sequence[Span]) -> tuple[str, ...]:
    hashes = _node_hashes(session, [one for span in spans for one in complete_subtrees(span)])
    return tuple(root_of_span(span, lambda one: hashes.get(one, GONE)).hex() for span in spans)


def _stretches(session: Session) -> Iterator[Stretch]:
    """Yield the whole log in stretches; the last takes in every hash and head beyond its end."""
    size = log_size(session)
    for first in range(0, max(size, 1), STRETCH):
        end = None if first + STRETCH >= size else first + STRETCH
        entries = select(LogEntry).where(LogEntry.index >= first).order_by(LogEntry.index)
        heads = select(LogHead).where(LogHead.size > first)
        if end is not None:
            entries, heads = entries.where(LogEntry.index < end), heads.where(LogHead.size <= end)
        yield Stretch(
            [(row.index, row.leaf) for row in session.scalars(entries)],
            _completed_within(session, first, end),
            {row.size: row.signed for row in session.scalars(heads)},
        )


def _completed_within(session: Session, first: int, end: int | None) -> dict[Subtree, bytes]:
    """Return the stored hashes of the subtrees that entries of a stretch completed."""
    highest = session.scalar(select(func.max(LogNode.level))) or 0
    parts = []
    for level in range(highest + 1):
        part = and_(LogNode.level == level, LogNode.position >= first >> level)
        parts.append(part if end is None else and_(part, LogNode.position < end >> level))
    return _hashes(session, select(LogNode.level, LogNode.position, LogNode.hash).where(or_(*parts)))


def _node_hashes(session: Session, subtrees: Sequence[Subtree]) -> dict[Subtree, bytes]:
    """Return the stored hashes of complete subtrees, by one statement."""
    query = select(LogNode.level, LogNode.position, LogNode.hash)
    return _hashes(session, query.where(tuple_(LogNode.level, LogNode.position).in_(subtrees)))


def _hashes(session: Session, query: Select[int, int, str]) -> dict[Subtree, bytes]:
    rows = session.execute(query)
    return {Subtree(level, position): _bytes_of(stored) for level, position, stored in rows}


def _bytes_of(stored: str) -> bytes:
    try:
        return bytes.fromhex(stored)
    except ValueError:
        return GONE


def _chain(session: Session) -> Iterator[tuple[Entry, str]]:
    query = select(AuditEntry).order_by(AuditEntry.seq).execution_options(yield_per=1000)
    with session.execute(query) as rows:
        for row in rows.scalars():
            actor = Actor(row.account_id, row.actor_name)
            yield Entry(row.at, actor, row.verb, row.subject_id, row.detail), row.digest
