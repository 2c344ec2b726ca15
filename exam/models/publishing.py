"""Tables around published lists: objections, and who is exempt from being named."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base, Keyed
from exam.list_states import ExemptionState, ObjectionState
from people.models import Officer

OBJECTOR_PLACE = "objection.name"
CONTACT_PLACE = "objection.contact"
TEXT_PLACE = "objection.text"


class Objection(Keyed, Base):
    """An objection to one line of a published list, and the answer by somebody who had no hand in the list.

    Personal data: who objects, how to reach them and what they say, all sealed; the receipt's code as a
    digest alone; a digest of the address it came from. Kept three years after the answer. ``drafted_by``
    and ``approved_by`` are copied from the list, so that the database itself refuses their answer.
    """

    __tablename__ = "objection"
    __table_args__ = (
        ForeignKeyConstraint(
            ["pass_list_id", "serial"],
            ["pass_list_entry.pass_list_id", "pass_list_entry.serial"],
            name="fk_objection_line",
        ),
        CheckConstraint("(state = 'open') = (answered_at is null)", name="answered"),
        CheckConstraint(
            "answered_by is null or (answered_by <> drafted_by and answered_by <> approved_by)",
            name="second_reviewer",
        ),
        Index("ix_objection_state_due_on", "state", "due_on"),
        Index("ix_objection_address_digest_made_at", "address_digest", "made_at"),
    )

    pass_list_id: Mapped[UUID] = mapped_column(ForeignKey("pass_list.id"))
    serial: Mapped[int]
    candidate_id: Mapped[UUID] = mapped_column(ForeignKey("candidate.id"), index=True)
    number: Mapped[str] = mapped_column(String(10), unique=True)
    code_digest: Mapped[str] = mapped_column(String(64))
    address_digest: Mapped[str] = mapped_column(String(64))
    name_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    contact_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    text_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[ObjectionState] = mapped_column(String(10), default=ObjectionState.OPEN)
    made_at: Mapped[datetime]
    due_on: Mapped[date]
    is_due_provisional: Mapped[bool]
    drafted_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    approved_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    answered_at: Mapped[datetime | None]


class PublicationExemption(Keyed, Base):
    """An officer on protected work who is not named on public lists: proposed by one, decided by another.

    Personal data: that somebody does such work, and why. Kept three years after it ended.
    """

    __tablename__ = "publication_exemption"
    __table_args__ = (
        CheckConstraint("(state = 'proposed') = (decided_at is null)", name="decided"),
        CheckConstraint("decided_by is null or decided_by <> proposed_by", name="second_person"),
        Index(
            "uq_publication_exemption_standing",
            "officer_id",
            unique=True,
            sqlite_where=text("state in ('proposed', 'approved')"),
            postgresql_where=text("state in ('proposed', 'approved')"),
        ),
    )

    officer_id: Mapped[UUID] = mapped_column(ForeignKey("officer.id"))
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[ExemptionState] = mapped_column(String(10), default=ExemptionState.PROPOSED)
    proposed_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    proposed_at: Mapped[datetime]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime | None]
    remark: Mapped[str] = mapped_column(Text, default="")

    officer: Mapped[Officer] = relationship(lazy="joined")
