"""The two verbs that other verbs end with, in the same transaction: record what was done, and log what
the public is told.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import event, insert, select, text
from sqlalchemy.orm import Session

from core import clock
from core.audit import GENESIS, Actor, Entry, digest
from core.db import is_postgresql
from core.errors import Reason, RefusedError
from core.log_seals import seal_of
from core.merkle import Frontier, grown
from core.models import AuditEntry, LogEntry, LogHead, LogNode
from core.public_log import Head, Leaf, Published, SignedHead
from core.queries import log_frontier, log_head
from core.signing import public_key, signature_of
from core.texts import lazy_gettext as _

AUDIT_LOCK = 7_305_112
HEAD = "audit_head"
LOG = "log_frontier"


def record_audit(
    session: Session,
    actor: Actor,
    verb: str,
    subject_id: UUID | None,
    detail: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """Append one entry to the audit chain; writers take turns until they commit."""
    entry = Entry(clock.now(), actor, verb, subject_id, dict(detail or {}))
    seq, previous = session.info.get(HEAD) or _head(session)
    row = AuditEntry(
        seq=seq + 1,
        at=entry.at,
        account_id=actor.account_id,
        actor_name=actor.name,
        verb=verb,
        subject_id=subject_id,
        detail=entry.detail,
        digest=digest(previous, entry),
    )
    session.add(row)
    session.info[HEAD] = (row.seq, row.digest)
    return row


def append_to_log(session: Session, kind: str, subject_id: UUID, digest: str) -> int:
    """Append one published thing to the public log and sign the new head; return its index, from 0.

    It stands in the caller's transaction: what is rolled back was never logged, and what is effective was.
    """
    return append_all_to_log(session, [Published(kind, subject_id, digest)])[0]


def append_all_to_log(session: Session, published: Sequence[Published]) -> range:
    """Append many published things in their order under one signed head; return their indexes.

    Writers take turns with those of the audit chain until they commit, so the log has no gap.
    """
    frontier = session.info.get(LOG) or _frontier(session)
    first, now = frontier.size, clock.now()
    if not published:
        return range(first, first)
    entries: list[dict[str, Any]] = []
    nodes: list[dict[str, Any]] = []
    for one in published:
        leaf = Leaf(one.kind, one.subject_id, one.digest, now)
        entries.append({"index": frontier.size, **vars(leaf), "seal": seal_of(frontier.size, leaf)})
        frontier, completed = grown(frontier, leaf.hash)
        nodes += [{**subtree._asdict(), "hash": root.hex()} for subtree, root in completed]
    session.execute(insert(LogEntry), entries)
    session.execute(insert(LogNode), nodes)
    _sign(session, Head(frontier.size, frontier.root.hex(), now))
    session.info[LOG] = frontier
    return range(first, frontier.size)


def _sign(session: Session, head: Head) -> None:
    session.execute(insert(LogHead), [{**vars(head), "signature": signature_of(head.text)}])


def _head(session: Session) -> tuple[int, str]:
    _take_turns(session)
    last = session.execute(select(AuditEntry.seq, AuditEntry.digest).order_by(AuditEntry.seq.desc()).limit(1))
    row = last.one_or_none()
    return (row.seq, row.digest) if row else (0, GENESIS)


def _frontier(session: Session) -> Frontier:
    """Return the end of the log, or refuse: what we did not sign we do not build on.

    Otherwise whoever changed the tables would have the change signed with the next entry.
    """
    _take_turns(session)
    frontier, signed = log_frontier(session), log_head(session)
    if not _is_signed_end(frontier, signed):
        text = _("公开日志与签名快照不符，已停止公布和核发。请立即运行 chizheng log audit，并联系系统管理员。")
        raise RefusedError([Reason("log_broken", text)])
    return frontier


def _is_signed_end(frontier: Frontier, signed: SignedHead | None) -> bool:
    if signed is None:
        return frontier.size == 0
    is_same = (signed.head.size, signed.head.root) == (frontier.size, frontier.root.hex())
    return is_same and signed.is_by(public_key())


def _take_turns(session: Session) -> None:
    if is_postgresql(session):
        session.execute(text("select pg_advisory_xact_lock(:key)"), {"key": AUDIT_LOCK})


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, _rolled_back: object) -> None:
    """Read both ends again after a savepoint was rolled back: what was appended in it is gone."""
    session.info.pop(HEAD, None)
    session.info.pop(LOG, None)
