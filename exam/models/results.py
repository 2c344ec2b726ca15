"""Tables of what came of an exam: marks, corrected keys, results, score checks, pass lists."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    select,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base, Keyed
from exam.legal_bases import LegalBasis
from exam.list_states import EffectMode, LineChange, ListLayout, PassListState
from exam.models.planning import Candidate
from exam.states import CheckFinding, CorrectionState, MarkCause, Outcome, Shortfall
from people.posts import EmploymentType
from questions.kinds import Subject

FIGURES = (
    "sitting_id",
    "organisation_id",
    "employment",
    "outcome",
    "shortfall",
    "score",
    "candidate_id",
    "number",
    "officer_id",
)


def _officer_of(context: Any) -> UUID | None:
    """Return the officer of the candidate whose result is written, where nobody says whose it is."""
    wanted = select(Candidate.officer_id).where(Candidate.id == context.get_current_parameters()["candidate_id"])
    found: UUID | None = context.connection.scalar(wanted)
    return found


class Mark(Keyed, Base):
    """The score an attempt got when it was marked; never edited, the highest ``number`` counts.

    Personal data: a score. Kept for good.
    """

    __tablename__ = "mark"
    __table_args__ = (
        UniqueConstraint("attempt_id", "number"),
        CheckConstraint("score >= 0 and score <= full_score", name="range"),
    )

    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("attempt.id"))
    number: Mapped[int] = mapped_column(default=1)
    cause: Mapped[MarkCause] = mapped_column(String(16), default=MarkCause.HAND_IN)
    sitting_id: Mapped[UUID] = mapped_column(ForeignKey("sitting.id"), index=True)
    score: Mapped[int]
    full_score: Mapped[int]
    cut_score: Mapped[int]
    answered_count: Mapped[int]
    marked_at: Mapped[datetime]


class KeyCorrection(Keyed, Base):
    """Another key for one item of one sitting: proposed with a reason, approved by a second person.

    ``accepted`` lists every choice (the item's own letters, sorted) that counts as right from now on; an
    empty list gives everybody the marks, for an item that cannot be answered. No personal data but who
    proposed and who decided. Kept for good.
    """

    __tablename__ = "key_correction"
    __table_args__ = (
        CheckConstraint("(state = 'proposed') = (decided_at is null)", name="decided"),
        CheckConstraint("decided_by is null or decided_by <> proposed_by", name="second_person"),
        Index(
            "uq_key_correction_open",
            "sitting_id",
            "version_id",
            unique=True,
            sqlite_where=text("state = 'proposed'"),
            postgresql_where=text("state = 'proposed'"),
        ),
    )

    sitting_id: Mapped[UUID] = mapped_column(ForeignKey("sitting.id"))
    version_id: Mapped[UUID] = mapped_column(ForeignKey("item_version.id"))
    accepted: Mapped[list[str]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[CorrectionState] = mapped_column(String(10), default=CorrectionState.PROPOSED)
    proposed_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    proposed_at: Mapped[datetime]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime | None]


class Result(Keyed, Base):
    """What became of one candidate who was due, fixed when the sitting closed; never edited.

    A correction is a further row with a higher ``number`` and its cause; the highest counts. Officer, unit
    and employment are the candidate's, copied so that figures are counted from this table alone: the first
    index holds all they need, the second finds a person's results, the third the few that correct another.
    Personal data: outcome and score. Kept for good.
    """

    __tablename__ = "result"
    __table_args__ = (
        UniqueConstraint("candidate_id", "number"),
        Index("ix_result_figures", *FIGURES),
        Index(
            "ix_result_later",
            "candidate_id",
            "number",
            sqlite_where=text("number > 1"),
            postgresql_where=text("number > 1"),
        ),
        CheckConstraint("(outcome = 'not_completed') = (shortfall is not null)", name="shortfall"),
        CheckConstraint("(outcome = 'not_completed') or (score is not null)", name="score"),
    )

    candidate_id: Mapped[UUID] = mapped_column(ForeignKey("candidate.id"))
    officer_id: Mapped[UUID] = mapped_column(ForeignKey("officer.id"), default=_officer_of, index=True)
    number: Mapped[int] = mapped_column(default=1)
    cause: Mapped[MarkCause] = mapped_column(String(16), default=MarkCause.HAND_IN)
    sitting_id: Mapped[UUID] = mapped_column(ForeignKey("sitting.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    employment: Mapped[EmploymentType] = mapped_column(
        String(16), default=EmploymentType.ESTABLISHMENT, server_default=EmploymentType.ESTABLISHMENT
    )
    outcome: Mapped[Outcome] = mapped_column(String(14))
    shortfall: Mapped[Shortfall | None] = mapped_column(String(24))
    score: Mapped[int | None]
    settled_at: Mapped[datetime]

    candidate: Mapped[Candidate] = relationship(lazy="joined")


class PassListFile(Keyed, Base):
    """One file of a published list as it was on that day, byte for byte; never edited.

    ``digest`` is the SHA-256 of the bytes and stands in the public log. Personal data: the names published.
    Kept as long as the list; public while the list counts and bears its names.
    """

    __tablename__ = "pass_list_file"
    __table_args__ = (UniqueConstraint("pass_list_id", "layout"),)

    pass_list_id: Mapped[UUID] = mapped_column(ForeignKey("pass_list.id"))
    layout: Mapped[ListLayout] = mapped_column(String(4))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    digest: Mapped[str] = mapped_column(String(64))
    drawn_at: Mapped[datetime]


class SubjectTally(Base):
    """The marks of one unit's people in one subject of a sitting, added up from the papers handed in.

    Worked out again whenever marks changed, and shown only while the subjects add up to the scores. No
    personal data. Kept as long as the sitting.
    """

    __tablename__ = "subject_tally"
    __table_args__ = (CheckConstraint("reached >= 0 and reached <= available", name="range"),)

    sitting_id: Mapped[UUID] = mapped_column(ForeignKey("sitting.id"), primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    subject: Mapped[Subject] = mapped_column(String(30), primary_key=True)
    reached: Mapped[int]
    available: Mapped[int]


class ScoreCheck(Keyed, Base):
    """A candidate's request to have the score checked, and the answer by somebody else.

    Personal data: request and answer. Kept for good.
    """

    __tablename__ = "score_check"
    __table_args__ = (CheckConstraint("(finding is null) = (answered_at is null)", name="answered"),)

    candidate_id: Mapped[UUID] = mapped_column(ForeignKey("candidate.id"), unique=True)
    sitting_id: Mapped[UUID] = mapped_column(ForeignKey("sitting.id"), index=True)
    request: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime]
    finding: Mapped[CheckFinding | None] = mapped_column(String(10))
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    answered_at: Mapped[datetime | None]

    candidate: Mapped[Candidate] = relationship(lazy="joined")


class PassList(Keyed, Base):
    """One version of the list of those who passed a sitting; frozen once it is published.

    Personal data: none in this row but who drafted, approved and published. Kept for good. ``figures``
    are those of the sitting on that day, ``digest`` is the SHA-256 of the list as published and
    ``log_index`` its leaf in the public log: without one it never takes effect. A correction is a further
    row that names the one it supersedes.
    """

    __tablename__ = "pass_list"
    __table_args__ = (
        CheckConstraint("approved_by is null or approved_by <> drafted_by", name="second_person"),
        CheckConstraint("(state = 'published') = (published_at is not null)", name="published"),
        CheckConstraint("(state = 'discarded') = (discarded_at is not null)", name="discarded"),
        CheckConstraint("published_at is null or digest is not null", name="digest"),
        CheckConstraint("effective_on is null or log_index is not null", name="logged"),
        CheckConstraint("log_index is null or approved_by is not null", name="approved"),
        Index(
            "uq_pass_list_open",
            "sitting_id",
            unique=True,
            sqlite_where=text("state in ('draft', 'approved')"),
            postgresql_where=text("state in ('draft', 'approved')"),
        ),
        Index(
            "uq_pass_list_version",
            "sitting_id",
            "version",
            unique=True,
            sqlite_where=text("state = 'published'"),
            postgresql_where=text("state = 'published'"),
        ),
    )

    sitting_id: Mapped[UUID] = mapped_column(ForeignKey("sitting.id"))
    version: Mapped[int] = mapped_column(default=1)
    supersedes_id: Mapped[UUID | None] = mapped_column(ForeignKey("pass_list.id"))
    state: Mapped[PassListState] = mapped_column(String(10), default=PassListState.DRAFT)
    mode: Mapped[EffectMode] = mapped_column(String(24))
    notice_days: Mapped[int]
    basis: Mapped[LegalBasis] = mapped_column(String(20))
    legal_basis: Mapped[str] = mapped_column(String(200))
    contact: Mapped[str] = mapped_column(String(200), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    title: Mapped[str] = mapped_column(String(120))
    issuer_name: Mapped[str] = mapped_column(String(60))
    passed_count: Mapped[int]
    exempt_count: Mapped[int] = mapped_column(default=0)
    figures: Mapped[dict[str, int]] = mapped_column(JSON)
    drafted_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    drafted_at: Mapped[datetime]
    approved_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    approved_at: Mapped[datetime | None]
    published_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    published_at: Mapped[datetime | None]
    notice_from: Mapped[date | None]
    notice_until: Mapped[date | None]
    effective_on: Mapped[date | None]
    is_provisional: Mapped[bool] = mapped_column(default=False)
    digest: Mapped[str | None] = mapped_column(String(64))
    log_index: Mapped[int | None]
    discarded_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    discarded_at: Mapped[datetime | None]
    remark: Mapped[str] = mapped_column(Text, default="")


class PassListEntry(Base):
    """One line of one version of a list, copied as it read when it was drafted; never edited after that.

    Personal data, made public: name, unit, candidate number. A tombstone (not listed) and an exempt line
    show neither name nor number, and a tombstone holds none. ``candidate_id`` never leaves the office.
    """

    __tablename__ = "pass_list_entry"
    __table_args__ = (
        CheckConstraint("is_listed or (name = '' and candidate_no = '')", name="tombstone"),
        Index(
            "uq_pass_list_entry_listed",
            "pass_list_id",
            "candidate_id",
            unique=True,
            sqlite_where=text("is_listed"),
            postgresql_where=text("is_listed"),
        ),
        Index("ix_pass_list_entry_candidate_id", "candidate_id"),
    )

    pass_list_id: Mapped[UUID] = mapped_column(ForeignKey("pass_list.id"), primary_key=True)
    serial: Mapped[int] = mapped_column(primary_key=True)
    candidate_id: Mapped[UUID] = mapped_column(ForeignKey("candidate.id"))
    name: Mapped[str] = mapped_column(String(50))
    unit_code: Mapped[str] = mapped_column(String(12))
    unit_name: Mapped[str] = mapped_column(String(60))
    candidate_no: Mapped[str] = mapped_column(String(16))
    is_listed: Mapped[bool] = mapped_column(default=True)
    is_exempt: Mapped[bool] = mapped_column(default=False)
    change: Mapped[LineChange | None] = mapped_column(String(10))
    withdrawn_on: Mapped[date | None]
    withdrawn_by: Mapped[int | None]
    effective_on: Mapped[date | None]
