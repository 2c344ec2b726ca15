"""Tables of what is reported of an exam: frozen figures, circulars drawn from them, and their files."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    Numeric,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base, Keyed
from exam.circular_states import CircularLayout, CircularState
from exam.cut_offs import Cut


class FiguresSnapshot(Keyed, Base):
    """All the figures of one sitting as they stood at one moment; never edited.

    ``content`` is the canonical text and ``digest`` its SHA-256; sitting, number and cut-off stand in both.
    Personal data: the name of who took it. Kept for good.
    """

    __tablename__ = "figures_snapshot"
    __table_args__ = (
        UniqueConstraint("sitting_id", "number"),
        CheckConstraint("number > 0", name="number"),
    )

    sitting_id: Mapped[UUID] = mapped_column(ForeignKey("sitting.id"))
    number: Mapped[int]
    cut: Mapped[Cut] = mapped_column(String(12))
    taken_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    taken_by_name: Mapped[str] = mapped_column(String(100))
    taken_at: Mapped[datetime]
    content: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(String(64))


class Circular(Keyed, Base):
    """One version of a circular: its own words round the figures of one snapshot.

    ``texts`` holds the words by field; no figure of the snapshot is stored here. ``revision`` counts the
    edits, so that what is approved is what was read. A correction is a further row that names the one it
    corrects and why. Personal data: who wrote, approved and issued it, and the signer. Kept for good.
    """

    __tablename__ = "circular"
    __table_args__ = (
        CheckConstraint("approved_by is null or approved_by <> edited_by", name="second_person"),
        CheckConstraint("(state in ('approved', 'issued')) = (approved_at is not null)", name="approved"),
        CheckConstraint("(state = 'issued') = (issued_at is not null)", name="issued"),
        CheckConstraint("(corrects_id is null) = (correction_reason = '')", name="correction"),
        CheckConstraint("(corrects_id is null) = (version = 1)", name="version"),
        Index(
            "uq_circular_corrects_id",
            "corrects_id",
            unique=True,
            sqlite_where=text("state <> 'discarded'"),
            postgresql_where=text("state <> 'discarded'"),
        ),
    )

    snapshot_id: Mapped[UUID] = mapped_column(ForeignKey("figures_snapshot.id"), index=True)
    version: Mapped[int] = mapped_column(default=1)
    corrects_id: Mapped[UUID | None] = mapped_column(ForeignKey("circular.id"))
    correction_reason: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[CircularState] = mapped_column(String(10), default=CircularState.DRAFT)
    revision: Mapped[int] = mapped_column(default=1)
    title: Mapped[str] = mapped_column(String(120))
    document_no: Mapped[str] = mapped_column(String(40), default="")
    dated_on: Mapped[date]
    texts: Mapped[dict[str, Any]] = mapped_column(JSON)
    good_participation: Mapped[Decimal] = mapped_column(Numeric(4, 1))
    good_pass: Mapped[Decimal] = mapped_column(Numeric(4, 1))
    poor_not_completed: Mapped[int]
    poor_pass: Mapped[Decimal | None] = mapped_column(Numeric(4, 1))
    drafted_at: Mapped[datetime]
    edited_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    edited_at: Mapped[datetime]
    approved_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    approved_at: Mapped[datetime | None]
    issued_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    issued_at: Mapped[datetime | None] = mapped_column(index=True)

    snapshot: Mapped[FiguresSnapshot] = relationship(lazy="joined")


class CircularFile(Keyed, Base):
    """One file of an issued circular, byte for byte as it was issued; never edited.

    ``digest`` is the SHA-256 of the bytes and stands in the public log. No personal data but the signer.
    Kept for good.
    """

    __tablename__ = "circular_file"
    __table_args__ = (UniqueConstraint("circular_id", "layout"),)

    circular_id: Mapped[UUID] = mapped_column(ForeignKey("circular.id"))
    layout: Mapped[CircularLayout] = mapped_column(String(4))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    size: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
