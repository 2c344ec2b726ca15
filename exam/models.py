"""Blueprints, sittings, candidates, papers, attempts, responses, marks, results and pass lists."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base, Keyed
from exam.states import AttemptState, FinishKind, Outcome, Shortfall, SittingState, Standing
from people.models import Officer, Organisation
from questions.kinds import ItemKind, Subject


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
    drawn when the sitting opens, and every paper's seed is derived from it.
    """

    __tablename__ = "sitting"
    __table_args__ = (CheckConstraint("opens_at < closes_at", name="window"),)

    title: Mapped[str] = mapped_column(String(80), unique=True)
    blueprint_id: Mapped[UUID] = mapped_column(ForeignKey("exam_blueprint.id"))
    course_id: Mapped[UUID | None] = mapped_column(ForeignKey("course.id"))
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    state: Mapped[SittingState] = mapped_column(String(10), default=SittingState.DRAFT)
    seed: Mapped[str | None] = mapped_column(String(64))
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    blueprint: Mapped[ExamBlueprint] = relationship(lazy="joined")


class Candidate(Keyed, Base):
    """One officer on a sitting's list, counted for the organisation that registered them.

    Personal data: that the person is due to sit. Kept for good. ``candidate_no`` holds no digit of any
    identity number.
    """

    __tablename__ = "candidate"
    __table_args__ = (
        UniqueConstraint("sitting_id", "officer_id"),
        Index("ix_candidate_sitting_id_organisation_id", "sitting_id", "organisation_id"),
    )

    sitting_id: Mapped[UUID] = mapped_column(ForeignKey("sitting.id"))
    officer_id: Mapped[UUID] = mapped_column(ForeignKey("officer.id"), index=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    candidate_no: Mapped[str] = mapped_column(String(16), unique=True)
    standing: Mapped[Standing] = mapped_column(String(12), default=Standing.REGISTERED)
    registered_at: Mapped[datetime]

    officer: Mapped[Officer] = relationship(lazy="joined")
    organisation: Mapped[Organisation] = relationship(lazy="joined")
    sitting: Mapped[Sitting] = relationship()
    attempt: Mapped["Attempt | None"] = relationship(back_populates="candidate")


class Paper(Keyed, Base):
    """The paper of one candidate exactly as it was shown; never edited.

    ``entries`` is a list of ``[item version id, option order, marks]`` in the order of the paper; the
    option order ``"CADB"`` says that the option shown as A is the item's C. ``seed`` draws the same
    paper again from the same bank. No personal data. Kept for good.
    """

    __tablename__ = "paper"

    candidate_id: Mapped[UUID] = mapped_column(ForeignKey("candidate.id"), unique=True)
    sitting_id: Mapped[UUID] = mapped_column(ForeignKey("sitting.id"), index=True)
    seed: Mapped[str] = mapped_column(String(64))
    entries: Mapped[list[Any]] = mapped_column(JSON)
    drawn_at: Mapped[datetime]


class Attempt(Keyed, Base):
    """One candidate's go at the paper. Personal data: when somebody sat. Kept for good.

    ``fence`` counts the places the room was opened in; only the newest may write.
    """

    __tablename__ = "attempt"
    __table_args__ = (
        Index("ix_attempt_state_deadline_at", "state", "deadline_at"),
        CheckConstraint("(state = 'handed_in') = (finished_at is not null)", name="finished"),
    )

    candidate_id: Mapped[UUID] = mapped_column(ForeignKey("candidate.id"), unique=True)
    sitting_id: Mapped[UUID] = mapped_column(ForeignKey("sitting.id"), index=True)
    state: Mapped[AttemptState] = mapped_column(String(10), default=AttemptState.ANSWERING)
    fence: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime]
    deadline_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    finish_kind: Mapped[FinishKind | None] = mapped_column(String(10))

    candidate: Mapped[Candidate] = relationship(back_populates="attempt")


class Response(Base):
    """What a candidate gave to one item at one moment; appended, never changed.

    ``place`` is the item's place on the paper, from 1; ``choice`` is the sorted letters as shown, empty
    where the candidate took the answer back. Personal data: a person's answers. Kept ten years.
    """

    __tablename__ = "response"

    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("attempt.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    sitting_id: Mapped[UUID] = mapped_column(ForeignKey("sitting.id"))
    place: Mapped[int]
    choice: Mapped[str] = mapped_column(String(6))
    received_at: Mapped[datetime]


class Mark(Keyed, Base):
    """The score an attempt got when it was marked; never edited. Personal data: a score. Kept for good."""

    __tablename__ = "mark"
    __table_args__ = (CheckConstraint("score >= 0 and score <= full_score", name="range"),)

    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("attempt.id"), unique=True)
    sitting_id: Mapped[UUID] = mapped_column(ForeignKey("sitting.id"), index=True)
    score: Mapped[int]
    full_score: Mapped[int]
    cut_score: Mapped[int]
    answered_count: Mapped[int]
    marked_at: Mapped[datetime]


class Result(Keyed, Base):
    """What became of one candidate who was due, fixed when the sitting closed; never edited.

    Personal data: outcome and score. Kept for good.
    """

    __tablename__ = "result"
    __table_args__ = (
        Index("ix_result_sitting_id_organisation_id_outcome", "sitting_id", "organisation_id", "outcome"),
        CheckConstraint("(outcome = 'not_completed') = (shortfall is not null)", name="shortfall"),
        CheckConstraint("(outcome = 'not_completed') or (score is not null)", name="score"),
    )

    candidate_id: Mapped[UUID] = mapped_column(ForeignKey("candidate.id"), unique=True)
    sitting_id: Mapped[UUID] = mapped_column(ForeignKey("sitting.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    outcome: Mapped[Outcome] = mapped_column(String(14))
    shortfall: Mapped[Shortfall | None] = mapped_column(String(24))
    score: Mapped[int | None]
    settled_at: Mapped[datetime]

    candidate: Mapped[Candidate] = relationship(lazy="joined")


class PassList(Keyed, Base):
    """The published list of those who passed one sitting: a frozen snapshot with its figures.

    Personal data: none in this row. Kept for good. ``digest`` is the SHA-256 of the list as published.
    """

    __tablename__ = "pass_list"

    sitting_id: Mapped[UUID] = mapped_column(ForeignKey("sitting.id"), unique=True)
    title: Mapped[str] = mapped_column(String(120))
    issuer_name: Mapped[str] = mapped_column(String(60))
    passed_count: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    published_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    published_at: Mapped[datetime]


class PassListEntry(Base):
    """One name on a pass list, copied as it read on that day; never edited.

    Personal data, made public: name, unit, candidate number. ``candidate_id`` never leaves the office.
    """

    __tablename__ = "pass_list_entry"

    pass_list_id: Mapped[UUID] = mapped_column(ForeignKey("pass_list.id"), primary_key=True)
    serial: Mapped[int] = mapped_column(primary_key=True)
    candidate_id: Mapped[UUID] = mapped_column(ForeignKey("candidate.id"), unique=True)
    name: Mapped[str] = mapped_column(String(50))
    unit_code: Mapped[str] = mapped_column(String(12))
    unit_name: Mapped[str] = mapped_column(String(60))
    candidate_no: Mapped[str] = mapped_column(String(16))
