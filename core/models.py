"""Tables that every package stands on: the audit chain, the public log, background jobs, counts of who asks."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, CheckConstraint, Index, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Keyed
from core.public_log import LONGEST_KIND, Head, Leaf, SignedHead

BIG = BigInteger().with_variant(Integer, "sqlite")


class AuditEntry(Base):
    """One change of state, tied to the one before. Personal data: the actor's name. Kept for good."""

    __tablename__ = "audit_entry"

    seq: Mapped[int] = mapped_column(BIG, primary_key=True)
    at: Mapped[datetime]
    account_id: Mapped[UUID | None]
    actor_name: Mapped[str] = mapped_column(String(100))
    verb: Mapped[str] = mapped_column(String(80))
    subject_id: Mapped[UUID | None] = mapped_column(index=True)
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
    digest: Mapped[str] = mapped_column(String(64), unique=True)


class LogEntry(Base):
    """One thing that was published, at its place in the public log; never edited, never deleted.

    No personal data: ``digest`` is a SHA-256, and where it is of something about a person that person's
    random token is part of what was hashed. ``index`` counts from 0 without a gap. ``seal`` is our own
    mark (``core/log_seals.py``); entries from before there was one have none. Kept for good.
    """

    __tablename__ = "log_entry"
    __table_args__ = (
        CheckConstraint('"index" >= 0', name="index"),
        Index("ix_log_entry_subject_id_index", "subject_id", "index"),
    )

    index: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(LONGEST_KIND))
    subject_id: Mapped[UUID]
    digest: Mapped[str] = mapped_column(String(64), index=True)
    logged_at: Mapped[datetime]
    seal: Mapped[str | None] = mapped_column(String(64))

    @property
    def number(self) -> int:
        """Return the place as people count, from 1."""
        return self.index + 1

    @property
    def leaf(self) -> Leaf:
        """Return what the log hashed."""
        return Leaf(self.kind, self.subject_id, self.digest, self.logged_at)


class LogNode(Base):
    """The hash of one complete subtree of the log; level 0 is an entry's own. No personal data. Kept for good."""

    __tablename__ = "log_node"

    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=False)
    hash: Mapped[str] = mapped_column(String(64))


class LogHead(Base):
    """The log's size and root at a moment, signed. No personal data. Kept for good."""

    __tablename__ = "log_head"
    __table_args__ = (CheckConstraint("size > 0", name="size"),)

    size: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=False)
    root: Mapped[str] = mapped_column(String(64))
    signed_at: Mapped[datetime]
    signature: Mapped[str] = mapped_column(String(128))

    @property
    def signed(self) -> SignedHead:
        """Return the head with its signature."""
        return SignedHead(Head(self.size, self.root, self.signed_at), self.signature)


class JobState(StrEnum):
    """Where a job stands; a running job whose lease is over counts as queued again."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Job(Keyed, Base):
    """One piece of background work, stored with what caused it. No personal data. Kept a year."""

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint("done_count >= 0 and done_count <= total_count", name="progress"),
        Index("ix_job_state", "state", "created_at"),
    )

    kind: Mapped[str] = mapped_column(String(80))
    arguments: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    state: Mapped[JobState] = mapped_column(String(10), default=JobState.QUEUED)
    done_count: Mapped[int] = mapped_column(default=0)
    total_count: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    failure: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class Upload(Keyed, Base):
    """A spreadsheet between its dry run and its import, sealed; deleted once it is imported.

    Personal data: whatever the sheet holds. Kept a day at most.
    """

    __tablename__ = "upload"

    flow: Mapped[str] = mapped_column(String(40))
    filename: Mapped[str] = mapped_column(String(200))
    content_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    account_id: Mapped[UUID]
    uploaded_at: Mapped[datetime]


class CalendarDay(Base):
    """One day that a yearly notice settles: a day off, or a weekend day that is worked.

    No personal data. Kept for good; a later notice corrects the row, and the audit chain says so. A
    year none of whose days stand here was not entered yet.
    """

    __tablename__ = "calendar_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    is_working: Mapped[bool]
    name: Mapped[str] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(String(100))


class LookupCount(Base):
    """How many answers one asker had in the hour that began with the first.

    Personal data: a keyed digest of a network address, of a passed check or of a portal's key. Deleted when
    it is over; on PostgreSQL the table is not logged, so a crash of the database begins every hour anew.
    """

    __tablename__ = "lookup_count"

    asker: Mapped[str] = mapped_column(String(64), primary_key=True)
    began_at: Mapped[datetime] = mapped_column(index=True)
    answers: Mapped[int]


class SpentCheck(Base):
    """A check question that was answered, rightly or wrongly; none is taken twice. No personal data.

    Deleted once the question could not be answered any more.
    """

    __tablename__ = "spent_check"

    nonce: Mapped[str] = mapped_column(String(32), primary_key=True)
    spent_at: Mapped[datetime] = mapped_column(index=True)
