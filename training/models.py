"""Courses and the hours recorded for them."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, String
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Keyed
from training.hours import HourSource


class Course(Keyed, Base):
    """One training programme with the class hours (45 minutes each) it asks for. No personal data."""

    __tablename__ = "course"
    __table_args__ = (CheckConstraint("required_hours > 0", name="required_hours"),)

    title: Mapped[str] = mapped_column(String(80), unique=True)
    description: Mapped[str] = mapped_column(String(500), default="")
    required_hours: Mapped[Decimal] = mapped_column(Numeric(5, 1))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    created_at: Mapped[datetime]


class HourEntry(Keyed, Base):
    """Class hours credited to one officer; never edited, a correction is a further entry below zero.

    Personal data: who was trained when. Kept as long as the officer's record.
    """

    __tablename__ = "hour_entry"
    __table_args__ = (
        CheckConstraint("hours <> 0", name="hours_not_zero"),
        Index("ix_hour_entry_course_id_officer_id", "course_id", "officer_id"),
        Index("ix_hour_entry_officer_id", "officer_id"),
    )

    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    officer_id: Mapped[UUID] = mapped_column(ForeignKey("officer.id"))
    hours: Mapped[Decimal] = mapped_column(Numeric(5, 1))
    source: Mapped[HourSource] = mapped_column(String(12))
    held_on: Mapped[date]
    note: Mapped[str] = mapped_column(String(200), default="")
    recorded_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    recorded_at: Mapped[datetime]
