"""Tables of what units are asked for: answers for people who have not completed, supervision cards, reminders."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base, Keyed
from exam.models.planning import Candidate
from exam.non_completion import AbsenceReason
from exam.reminders import ReminderState
from exam.supervision import CardState, CardVerb
from people.models import Account, Organisation


class NonCompletionAnswer(Keyed, Base):
    """One answer of a unit for somebody who has not completed; never edited, the highest ``number`` counts.

    Personal data, never public: why somebody did not come, and what will be done. Kept three years.
    """

    __tablename__ = "non_completion_answer"
    __table_args__ = (
        UniqueConstraint("candidate_id", "number"),
        Index("ix_non_completion_answer_sitting_id_organisation_id", "sitting_id", "organisation_id"),
        CheckConstraint("reason <> 'other' or words <> ''", name="words"),
        CheckConstraint("plan_until is null or plan <> ''", name="plan"),
    )

    candidate_id: Mapped[UUID] = mapped_column(ForeignKey("candidate.id"))
    number: Mapped[int]
    sitting_id: Mapped[UUID] = mapped_column(ForeignKey("sitting.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    reason: Mapped[AbsenceReason] = mapped_column(String(12))
    words: Mapped[str] = mapped_column(Text, default="")
    plan: Mapped[str] = mapped_column(Text, default="")
    plan_until: Mapped[date | None]
    answered_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    answered_at: Mapped[datetime]

    candidate: Mapped[Candidate] = relationship()
    account: Mapped[Account] = relationship()


class SupervisionCard(Keyed, Base):
    """One overdue matter that the office supervises, with the words it was issued in, which never change.

    Personal data, never public: name and post of whoever is answerable. Kept for good; a number is never
    used again. ``duty_key`` names the duty it was issued for; one card at a time for each.
    """

    __tablename__ = "supervision_card"
    __table_args__ = (
        UniqueConstraint("year", "serial"),
        Index("ix_supervision_card_organisation_id_state", "organisation_id", "state"),
        CheckConstraint("serial > 0", name="serial"),
        Index(
            "uq_supervision_card_open",
            "organisation_id",
            "duty_key",
            unique=True,
            sqlite_where=text("state <> 'closed'"),
            postgresql_where=text("state <> 'closed'"),
        ),
    )

    year: Mapped[int]
    serial: Mapped[int]
    number: Mapped[str] = mapped_column(String(30), unique=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    unit_name: Mapped[str] = mapped_column(String(60))
    issuer_name: Mapped[str] = mapped_column(String(60))
    is_sample: Mapped[bool]
    duty_key: Mapped[str] = mapped_column(String(80), index=True)
    matter: Mapped[str] = mapped_column(Text)
    requirement: Mapped[str] = mapped_column(Text)
    owner_name: Mapped[str] = mapped_column(String(50))
    owner_post: Mapped[str] = mapped_column(String(50))
    issued_at: Mapped[datetime]
    due_on: Mapped[date]
    state: Mapped[CardState] = mapped_column(String(10), default=CardState.ISSUED)

    organisation: Mapped[Organisation] = relationship(lazy="joined")
    steps: Mapped[list["SupervisionStep"]] = relationship(order_by="SupervisionStep.number", lazy="selectin")


class SupervisionStep(Keyed, Base):
    """One step of a supervision card; never edited. ``due_on`` is the day the card is due from then on.

    Personal data: who wrote, and what. Kept for good.
    """

    __tablename__ = "supervision_step"
    __table_args__ = (UniqueConstraint("card_id", "number"),)

    card_id: Mapped[UUID] = mapped_column(ForeignKey("supervision_card.id"))
    number: Mapped[int]
    verb: Mapped[CardVerb] = mapped_column(String(10))
    text: Mapped[str] = mapped_column(Text, default="")
    due_on: Mapped[date | None]
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    actor_name: Mapped[str] = mapped_column(String(100))
    at: Mapped[datetime]


class Reminder(Keyed, Base):
    """One mail to one account about its unit's open duties, written down before it is sent.

    Personal data: the address. Kept a year. ``causes`` are the duties and milestones it was sent for,
    ``duties`` everything it names, as ``[kind, subject, count, last day, whether overdue]``.
    """

    __tablename__ = "reminder"
    __table_args__ = (
        UniqueConstraint("account_id", "day"),
        Index("ix_reminder_organisation_id_day", "organisation_id", "day"),
        Index("ix_reminder_state", "state"),
        CheckConstraint("(state = 'sent') = (sent_at is not null)", name="sent"),
        CheckConstraint("tries > 0", name="tries"),
    )

    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    day: Mapped[date]
    address: Mapped[str] = mapped_column(String(254))
    causes: Mapped[list[str]] = mapped_column(JSON)
    duties: Mapped[list[list[str | int | bool]]] = mapped_column(JSON)
    state: Mapped[ReminderState] = mapped_column(String(8))
    tries: Mapped[int] = mapped_column(default=1)
    tried_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    failure: Mapped[str] = mapped_column(Text, default="")

    account: Mapped[Account] = relationship()
    organisation: Mapped[Organisation] = relationship(lazy="joined")
