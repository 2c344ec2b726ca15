"""Tables that every package stands on: the audit chain and the background jobs."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, CheckConstraint, Index, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Keyed


class AuditEntry(Base):
    """One change of state, tied to the one before. Personal data: the actor's name. Kept for good."""

    __tablename__ = "audit_entry"

    seq: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    at: Mapped[datetime]
    account_id: Mapped[UUID | None]
    actor_name: Mapped[str] = mapped_column(String(100))
    verb: Mapped[str] = mapped_column(String(80))
    subject_id: Mapped[UUID | None] = mapped_column(index=True)
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
    digest: Mapped[str] = mapped_column(String(64), unique=True)


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
