"""Tables of the exam room: papers, attempts, what was answered, what time was given, what happened."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base, Keyed
from exam.events import EventKind
from exam.models.planning import Candidate
from exam.states import AttemptState, FinishKind, HeldDecision, HeldSource
from exam.time_ledger import TimeKind


class Paper(Keyed, Base):
    """The paper of one candidate exactly as it was shown; never edited.

    ``entries`` is a list of ``[item version id, option order, marks]`` in the order of the paper; the
    option order ``"CADB"`` says that the option shown as A is the item's C. ``seed`` draws the same
    paper again from the same bank. ``number`` counts a candidate's papers; only a mock exam has a second.
    No personal data. Kept for good.
    """

    __tablename__ = "paper"
    __table_args__ = (UniqueConstraint("candidate_id", "number"),)

    candidate_id: Mapped[UUID] = mapped_column(ForeignKey("candidate.id"))
    number: Mapped[int] = mapped_column(default=1)
    sitting_id: Mapped[UUID] = mapped_column(ForeignKey("sitting.id"), index=True)
    seed: Mapped[str] = mapped_column(String(64))
    entries: Mapped[list[Any]] = mapped_column(JSON)
    drawn_at: Mapped[datetime]


class Attempt(Keyed, Base):
    """One candidate's go at a paper. Personal data: when somebody sat. Kept for good.

    ``fence`` counts the places the room was opened in; only the newest may write. ``deadline_at`` is what
    the time ledger adds up to, ``accept_until`` is that and the sitting's grace. While ``paused_at`` is
    set the time stands still.
    """

    __tablename__ = "attempt"
    __table_args__ = (
        Index("ix_attempt_state_accept_until", "state", "accept_until"),
        CheckConstraint("(state = 'handed_in') = (finished_at is not null)", name="finished"),
        CheckConstraint("(state = 'paused') = (paused_at is not null)", name="paused"),
        CheckConstraint("deadline_at <= accept_until", name="grace"),
    )

    candidate_id: Mapped[UUID] = mapped_column(ForeignKey("candidate.id"), index=True)
    paper_id: Mapped[UUID] = mapped_column(ForeignKey("paper.id"), unique=True)
    sitting_id: Mapped[UUID] = mapped_column(ForeignKey("sitting.id"), index=True)
    state: Mapped[AttemptState] = mapped_column(String(10), default=AttemptState.ANSWERING)
    fence: Mapped[int] = mapped_column(default=0)
    opened_at: Mapped[datetime | None]
    started_at: Mapped[datetime]
    deadline_at: Mapped[datetime]
    accept_until: Mapped[datetime]
    paused_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    finish_kind: Mapped[FinishKind | None] = mapped_column(String(12))

    candidate: Mapped[Candidate] = relationship()


class Response(Base):
    """What a candidate gave to one item at one moment; appended, never changed.

    ``place`` is the item's place on the paper, from 1; ``choice`` is the sorted letters as shown, empty
    where the candidate took the answer back. ``late_ms`` says how long after the deadline one arrived
    that was written before it. Personal data: a person's answers. Kept ten years.
    """

    __tablename__ = "response"

    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("attempt.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    sitting_id: Mapped[UUID] = mapped_column(ForeignKey("sitting.id"))
    place: Mapped[int]
    choice: Mapped[str] = mapped_column(String(6))
    late_ms: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    received_at: Mapped[datetime]


class HeldResponse(Keyed, Base):
    """A response that came too late to be counted by itself: a person decides, with a reason.

    ``left_ms`` is the time that the candidate's page says was left when it was written. Unique as a
    whole, so that sending it again is harmless. Personal data: a person's answers. Kept ten years.
    """

    __tablename__ = "held_response"
    __table_args__ = (
        UniqueConstraint("attempt_id", "seq", "place", "choice"),
        CheckConstraint("(decision is null) = (decided_at is null)", name="decided"),
    )

    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("attempt.id"))
    sitting_id: Mapped[UUID] = mapped_column(ForeignKey("sitting.id"), index=True)
    seq: Mapped[int]
    place: Mapped[int]
    choice: Mapped[str] = mapped_column(String(6))
    left_ms: Mapped[int]
    source: Mapped[HeldSource] = mapped_column(String(10))
    received_at: Mapped[datetime]
    decision: Mapped[HeldDecision | None] = mapped_column(String(8))
    reason: Mapped[str] = mapped_column(Text, default="")
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime | None]


class TimeEntry(Keyed, Base):
    """One line of an attempt's time ledger: so many seconds more, why, and who gave them; never edited.

    The deadline is the start plus all seconds. Personal data: that somebody was given time. Kept for good.
    """

    __tablename__ = "time_entry"
    __table_args__ = (CheckConstraint("seconds >= 0", name="seconds"),)

    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("attempt.id"), index=True)
    kind: Mapped[TimeKind] = mapped_column(String(14))
    seconds: Mapped[int]
    reason: Mapped[str] = mapped_column(Text, default="")
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]


class RoomEvent(Keyed, Base):
    """Something that happened around an attempt besides answers; appended, never changed.

    What happened before there was an attempt, at the door, stands with the candidate instead.
    Personal data: what somebody did during an exam. Kept ten years.
    """

    __tablename__ = "room_event"
    __table_args__ = (
        Index("ix_room_event_attempt_id_kind", "attempt_id", "kind"),
        CheckConstraint("attempt_id is not null or candidate_id is not null", name="whose"),
    )

    attempt_id: Mapped[UUID | None] = mapped_column(ForeignKey("attempt.id"))
    candidate_id: Mapped[UUID | None] = mapped_column(ForeignKey("candidate.id"))
    sitting_id: Mapped[UUID] = mapped_column(ForeignKey("sitting.id"), index=True)
    kind: Mapped[EventKind] = mapped_column(String(14))
    category: Mapped[str] = mapped_column(String(20), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    seconds: Mapped[int] = mapped_column(default=0)
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]


class Presence(Base):
    """When a candidate's page was last heard of; the one row here that is overwritten.

    Personal data: when somebody was at the exam, and from which address. Kept a year.
    """

    __tablename__ = "presence"

    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("attempt.id"), primary_key=True)
    seen_at: Mapped[datetime]
    unsaved_count: Mapped[int] = mapped_column(default=0)
    address: Mapped[str] = mapped_column(String(45), default="")


class Receipt(Keyed, Base):
    """What a candidate was given at hand-in, as it was signed; never edited.

    Personal data: when somebody handed in. Kept for good.
    """

    __tablename__ = "receipt"
    __table_args__ = (UniqueConstraint("attempt_id", "number"),)

    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("attempt.id"))
    number: Mapped[int]
    body: Mapped[str] = mapped_column(Text)
    signature: Mapped[str] = mapped_column(String(128))
    issued_at: Mapped[datetime]
