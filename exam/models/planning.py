"""Tables of the planning: blueprints, sittings, rooms, candidates and what was granted to them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base, Keyed
from exam.accommodations import AccommodationKind
from exam.blueprints import MultipleRule
from exam.sittings import DEFAULT_CHECK_DAYS, DEFAULT_GRACE_SECONDS, DEFAULT_LEAVE_LIMIT
from exam.states import SittingKind, SittingState, Standing
from people.models import Officer, Organisation
from people.posts import EmploymentType
from questions.kinds import ItemKind, Subject

NOT_DUE = "standing <> 'registered'"


class ExamBlueprint(Keyed, Base):
    """How a paper is made up, how long it lasts and what score passes. No personal data."""

    __tablename__ = "exam_blueprint"
    __table_args__ = (
        CheckConstraint("duration_minutes > 0", name="duration"),
        CheckConstraint("cut_score > 0", name="cut_score"),
    )

    title: Mapped[str] = mapped_column(String(80), unique=True)
    duration_minutes: Mapped[int]
    cut_score: Mapped[int]
    multiple_rule: Mapped[MultipleRule] = mapped_column(String(16), default=MultipleRule.ALL_OR_NOTHING)
    created_at: Mapped[datetime]

    cells: Mapped[list["BlueprintCell"]] = relationship(order_by="BlueprintCell.position", lazy="selectin")


class BlueprintCell(Keyed, Base):
    """So many items of one kind (and one subject, or any) at so many marks each. No personal data."""

    __tablename__ = "blueprint_cell"
    __table_args__ = (
        UniqueConstraint("blueprint_id", "position"),
        CheckConstraint("item_count > 0 and marks_each > 0", name="positive"),
    )

    blueprint_id: Mapped[UUID] = mapped_column(ForeignKey("exam_blueprint.id"))
    position: Mapped[int]
    kind: Mapped[ItemKind] = mapped_column(String(12))
    subject: Mapped[Subject | None] = mapped_column(String(30))
    item_count: Mapped[int]
    marks_each: Mapped[int]


class Sitting(Keyed, Base):
    """One exam held for one list of candidates within one window. No personal data. Kept for good.

    ``course_id`` names the training whose hours admission asks for; None asks for none. ``seed`` is
    drawn when the doors are made ready, every paper's seed is derived from it, and ``commitment`` (its
    digest) is public from that moment. ``bank`` freezes what papers are drawn from:
    ``[item version id, kind, subject, number of options]`` for each item.
    ``grace_seconds`` is how long what was written before a deadline may take to arrive; after
    ``leave_limit`` times of leaving the page an attempt is handed in, 0 never.
    """

    __tablename__ = "sitting"
    __table_args__ = (
        CheckConstraint("opens_at < closes_at", name="window"),
        CheckConstraint("(kind = 'make_up') = (first_sitting_id is not null)", name="make_up"),
        CheckConstraint("grace_seconds >= 0 and leave_limit >= 0 and check_days >= 0", name="settings"),
    )

    title: Mapped[str] = mapped_column(String(80), unique=True)
    blueprint_id: Mapped[UUID] = mapped_column(ForeignKey("exam_blueprint.id"))
    course_id: Mapped[UUID | None] = mapped_column(ForeignKey("course.id"))
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    kind: Mapped[SittingKind] = mapped_column(String(8), default=SittingKind.REGULAR)
    first_sitting_id: Mapped[UUID | None] = mapped_column(ForeignKey("sitting.id"))
    grace_seconds: Mapped[int] = mapped_column(default=DEFAULT_GRACE_SECONDS)
    leave_limit: Mapped[int] = mapped_column(default=DEFAULT_LEAVE_LIMIT)
    check_days: Mapped[int] = mapped_column(default=DEFAULT_CHECK_DAYS)
    state: Mapped[SittingState] = mapped_column(String(10), default=SittingState.DRAFT)
    seed: Mapped[str | None] = mapped_column(String(64))
    commitment: Mapped[str | None] = mapped_column(String(64))
    bank: Mapped[list[Any] | None] = mapped_column(JSON, deferred=True)
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    blueprint: Mapped[ExamBlueprint] = relationship(lazy="joined")


class Room(Keyed, Base):
    """One place of a sitting; ``networks`` are the address ranges (CIDR) it is entered from, none is any.

    No personal data. Kept for good.
    """

    __tablename__ = "room"
    __table_args__ = (UniqueConstraint("sitting_id", "name"),)

    sitting_id: Mapped[UUID] = mapped_column(ForeignKey("sitting.id"))
    name: Mapped[str] = mapped_column(String(40))
    networks: Mapped[list[str]] = mapped_column(JSON, default=list)


class Candidate(Keyed, Base):
    """One officer on a sitting's list, counted for the organisation that registered them.

    Personal data: that the person is due to sit, and how employed. Kept for good. ``candidate_no`` holds
    no digit of any identity number; unit and employment are those of the day of registration.
    """

    __tablename__ = "candidate"
    __table_args__ = (
        UniqueConstraint("sitting_id", "officer_id"),
        Index("ix_candidate_sitting_id_organisation_id", "sitting_id", "organisation_id"),
        Index(
            "ix_candidate_not_due",
            "sitting_id",
            "organisation_id",
            "standing",
            sqlite_where=text(NOT_DUE),
            postgresql_where=text(NOT_DUE),
        ),
    )

    sitting_id: Mapped[UUID] = mapped_column(ForeignKey("sitting.id"))
    officer_id: Mapped[UUID] = mapped_column(ForeignKey("officer.id"), index=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    employment: Mapped[EmploymentType] = mapped_column(
        String(16), default=EmploymentType.ESTABLISHMENT, server_default=EmploymentType.ESTABLISHMENT
    )
    candidate_no: Mapped[str] = mapped_column(String(16), unique=True)
    room_id: Mapped[UUID | None] = mapped_column(ForeignKey("room.id"), index=True)
    standing: Mapped[Standing] = mapped_column(String(12), default=Standing.REGISTERED)
    registered_at: Mapped[datetime]

    officer: Mapped[Officer] = relationship(lazy="joined")
    organisation: Mapped[Organisation] = relationship(lazy="joined")
    sitting: Mapped[Sitting] = relationship()
    room: Mapped[Room | None] = relationship()


class Accommodation(Keyed, Base):
    """Something granted to a candidate before the sitting, with evidence and approver; never edited.

    The newest row of a kind counts; ``is_granted`` false takes it back. ``seconds`` is extra time.
    Personal data, sensitive: why somebody needs it. Kept three years.
    """

    __tablename__ = "accommodation"
    __table_args__ = (
        Index("ix_accommodation_candidate_id_kind", "candidate_id", "kind"),
        CheckConstraint("seconds >= 0", name="seconds"),
    )

    candidate_id: Mapped[UUID] = mapped_column(ForeignKey("candidate.id"))
    kind: Mapped[AccommodationKind] = mapped_column(String(16))
    seconds: Mapped[int] = mapped_column(default=0)
    is_granted: Mapped[bool]
    evidence: Mapped[str] = mapped_column(Text)
    approved_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    approved_at: Mapped[datetime]
