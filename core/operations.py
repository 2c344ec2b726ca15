"""The verb that every other verb ends with: record what was done, in the same transaction."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core import clock
from core.audit import GENESIS, Actor, Entry, digest
from core.db import is_postgresql
from core.models import AuditEntry

AUDIT_LOCK = 7_305_112
HEAD = "audit_head"


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


def _head(session: Session) -> tuple[int, str]:
    if is_postgresql(session):
        session.execute(text("select pg_advisory_xact_lock(:key)"), {"key": AUDIT_LOCK})
    last = session.execute(select(AuditEntry.seq, AuditEntry.digest).order_by(AuditEntry.seq.desc()).limit(1))
    row = last.one_or_none()
    return (row.seq, row.digest) if row else (0, GENESIS)
