"""Credentials, what was done about them, their documents, and the rounds and cases of the clean-up."""

from datetime import date, datetime
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
    text,
)
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship

from certificates.acts import ActKind
from certificates.bulk_states import PrintKind, PrintState, RunState
from certificates.doubts import DoubtState
from certificates.review import ReviewOutcome
from certificates.states import (
    CaseState,
    CredentialSource,
    CredentialState,
    ProposalState,
    QualificationState,
    RoundState,
)
from core.db import Base, Keyed
from core.models import BIG
from people.models import Officer, Organisation


class NumberSeries(Base):
    """The last serial given under one prefix; a number is never given twice. No personal data."""

    __tablename__ = "number_series"

    prefix: Mapped[str] = mapped_column(String(20), primary_key=True)
    last_serial: Mapped[int]


class Credential(Keyed, Base):
    """One enforcement credential with what is printed on its face, copied on the day of issue.

    Personal data, looked up in public: name, unit, category, area, number. Kept for good.
    ``lookup_token`` is 128 random bits and stands in the QR code. ``suspended_until`` is the last day of
    a suspension; ``replaced_by_id`` the credential that took this one's place.
    """

    __tablename__ = "credential"
    __table_args__ = (
        CheckConstraint("valid_from <= valid_until", name="validity"),
        CheckConstraint("(state = 'cancelled') = (cancelled_at is not null)", name="cancelled"),
        CheckConstraint("(state = 'suspended') = (suspended_until is not null)", name="suspended"),
        CheckConstraint("replaced_by_id is null or state in ('cancelled', 'void')", name="replaced"),
        Index("ix_credential_holder_name_unit_name", "holder_name", "unit_name"),
        Index("ix_credential_organisation_id_state", "organisation_id", "state"),
    )

    cert_no: Mapped[str] = mapped_column(String(30), unique=True)
    officer_id: Mapped[UUID] = mapped_column(ForeignKey("officer.id"), index=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    holder_name: Mapped[str] = mapped_column(String(50))
    unit_name: Mapped[str] = mapped_column(String(60))
    category: Mapped[str] = mapped_column(String(30))
    area: Mapped[str] = mapped_column(String(60))
    issuer_name: Mapped[str] = mapped_column(String(60))
    profile: Mapped[str] = mapped_column(String(20))
    is_sample: Mapped[bool]
    source: Mapped[CredentialSource] = mapped_column(String(12))
    candidate_id: Mapped[UUID | None] = mapped_column(ForeignKey("candidate.id"), unique=True)
    pass_list_id: Mapped[UUID | None] = mapped_column(ForeignKey("pass_list.id"), index=True)
    valid_from: Mapped[date]
    valid_until: Mapped[date]
    state: Mapped[CredentialState] = mapped_column(String(10), default=CredentialState.RESERVED)
    lookup_token: Mapped[str] = mapped_column(String(26), unique=True)
    reserved_at: Mapped[datetime]
    issued_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    suspended_until: Mapped[date | None]
    replaced_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("credential.id"), index=True)

    officer: Mapped[Officer] = relationship()
    organisation: Mapped[Organisation] = relationship(lazy="joined")


class Qualification(Base):
    """Whether one person may hold a credential; who has no row is an applicant.

    Personal data, never public: that somebody was disqualified, and barred through ``barred_until``.
    Moved only together with an act on a credential, which keeps what it was. Kept for good.
    """

    __tablename__ = "qualification"
    __table_args__ = (
        CheckConstraint("barred_until is null or state = 'disqualified'", name="barred"),
        CheckConstraint("state <> 'applicant'", name="state"),
    )

    officer_id: Mapped[UUID] = mapped_column(ForeignKey("officer.id"), primary_key=True)
    state: Mapped[QualificationState] = mapped_column(String(12))
    barred_until: Mapped[date | None]
    since: Mapped[datetime]


class CredentialAct(Keyed, Base):
    """One act about one credential, and how card and person stood after it; appended, never edited.

    From these rows every past day is answered. ``log_index`` is the entry of the public log that says the
    same; acts from before there was a log have none. Who acted
    is ``account_id``, under the name then borne; ``second_id`` is the other person where two must agree.
    Personal data, never public: ground, reason, paper. Kept for good.
    """

    __tablename__ = "credential_act"
    __table_args__ = (
        UniqueConstraint("credential_id", "number"),
        CheckConstraint("number > 0", name="number"),
        CheckConstraint("(state = 'suspended') = (suspended_until is not null)", name="suspended"),
        CheckConstraint("second_id is null or second_id <> account_id", name="second_person"),
        Index("ix_credential_act_officer_id_at", "officer_id", "at"),
    )

    credential_id: Mapped[UUID] = mapped_column(ForeignKey("credential.id"))
    officer_id: Mapped[UUID] = mapped_column(ForeignKey("officer.id"))
    number: Mapped[int]
    kind: Mapped[ActKind] = mapped_column(String(10))
    at: Mapped[datetime]
    state: Mapped[CredentialState] = mapped_column(String(10))
    suspended_until: Mapped[date | None]
    qualification: Mapped[QualificationState] = mapped_column(String(12))
    barred_until: Mapped[date | None]
    ground: Mapped[str] = mapped_column(String(2))
    basis: Mapped[str] = mapped_column(String(200), default="")
    paper: Mapped[str] = mapped_column(String(60), default="")
    reason: Mapped[str] = mapped_column(String(500), default="")
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    actor_name: Mapped[str] = mapped_column(String(100))
    second_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    log_index: Mapped[int | None] = mapped_column(BIG)


class AnnualReview(Keyed, Base):
    """The annual review of one credential: each question as it was answered, and what came of it.

    Personal data, never public. A year is reviewed once more where the first review was not passed, so
    the newest row counts. Kept for good.
    """

    __tablename__ = "annual_review"
    __table_args__ = (
        UniqueConstraint("credential_id", "year", "number"),
        CheckConstraint("outcome = 'passed' or note <> ''", name="note"),
        Index("ix_annual_review_year", "year"),
    )

    credential_id: Mapped[UUID] = mapped_column(ForeignKey("credential.id"))
    year: Mapped[int]
    number: Mapped[int]
    answers: Mapped[dict[str, bool]] = mapped_column(JSON)
    outcome: Mapped[ReviewOutcome] = mapped_column(String(8))
    note: Mapped[str] = mapped_column(String(500), default="")
    reviewed_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    reviewed_at: Mapped[datetime]


class RevocationProposal(Keyed, Base):
    """A revocation that one person proposed and another decides on; nothing is revoked before that.

    Personal data, never public: what somebody is said to have done. Kept for good.
    """

    __tablename__ = "revocation_proposal"
    __table_args__ = (
        CheckConstraint("(state = 'proposed') = (decided_at is null)", name="decided"),
        CheckConstraint("decided_by is null or decided_by <> proposed_by", name="second_person"),
        Index(
            "uq_revocation_proposal_open",
            "credential_id",
            unique=True,
            sqlite_where=text("state = 'proposed'"),
            postgresql_where=text("state = 'proposed'"),
        ),
    )

    credential_id: Mapped[UUID] = mapped_column(ForeignKey("credential.id"))
    state: Mapped[ProposalState] = mapped_column(String(8), default=ProposalState.PROPOSED)
    ground: Mapped[str] = mapped_column(String(2))
    basis: Mapped[str] = mapped_column(String(200))
    paper: Mapped[str] = mapped_column(String(60))
    reason: Mapped[str] = mapped_column(String(500))
    proposed_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    proposer_name: Mapped[str] = mapped_column(String(100))
    proposed_at: Mapped[datetime]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime | None]
    decision: Mapped[str] = mapped_column(String(500), default="")

    credential: Mapped[Credential] = relationship(lazy="joined")


class CredentialDocument(Keyed, Base):
    """The bytes of one printed form of a credential and their SHA-256; drawn once, never redrawn.

    Personal data: what is on the face. Kept as long as the credential.
    """

    __tablename__ = "credential_document"
    __table_args__ = (UniqueConstraint("credential_id", "layout"),)

    credential_id: Mapped[UUID] = mapped_column(ForeignKey("credential.id"))
    layout: Mapped[str] = mapped_column(String(12))
    content: Mapped[bytes] = deferred(mapped_column(LargeBinary))
    digest: Mapped[str] = mapped_column(String(64))
    drawn_at: Mapped[datetime]


class StatusPlace(Base):
    """The place of a credential in the public status lists of verifiable credentials, given once and for good.

    No personal data: a number and a key. Given when the credential is first handed out in that form.
    """

    __tablename__ = "status_place"

    number: Mapped[int] = mapped_column(BIG, primary_key=True)
    credential_id: Mapped[UUID] = mapped_column(ForeignKey("credential.id"), unique=True)


class CleanupRound(Keyed, Base):
    """One round in which the roll of credential holders is cleaned up. No personal data."""

    __tablename__ = "cleanup_round"

    title: Mapped[str] = mapped_column(String(80), unique=True)
    state: Mapped[RoundState] = mapped_column(String(8), default=RoundState.OPEN)
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class CleanupCase(Keyed, Base):
    """One credential holder whom a round has to decide on, once.

    Personal data: why somebody may have to go, and the reason given. Kept for good, never public.
    """

    __tablename__ = "cleanup_case"
    __table_args__ = (
        UniqueConstraint("round_id", "credential_id"),
        Index("ix_cleanup_case_round_id_state", "round_id", "state"),
        CheckConstraint("(state = 'open') = (decided_at is null)", name="decided"),
        CheckConstraint("state = 'open' or reason <> ''", name="reason"),
    )

    round_id: Mapped[UUID] = mapped_column(ForeignKey("cleanup_round.id"))
    credential_id: Mapped[UUID] = mapped_column(ForeignKey("credential.id"), index=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    state: Mapped[CaseState] = mapped_column(String(8), default=CaseState.OPEN)
    reason: Mapped[str] = mapped_column(String(500), default="")
    opened_at: Mapped[datetime]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime | None]

    round: Mapped[CleanupRound] = relationship()
    credential: Mapped[Credential] = relationship(lazy="joined")
    organisation: Mapped[Organisation] = relationship(lazy="joined")
    flags: Mapped[list["CleanupFlag"]] = relationship(
        order_by="(CleanupFlag.flagged_at, CleanupFlag.id)", lazy="selectin"
    )


class CleanupFlag(Keyed, Base):
    """One ground that speaks against a holder, with what it rests on; never edited.

    Personal data, never public. ``ground`` is a code of ``certificates/grounds.py``; ``account_id`` is
    None where a rule raised the flag.
    """

    __tablename__ = "cleanup_flag"
    __table_args__ = (UniqueConstraint("case_id", "ground"),)

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cleanup_case.id"))
    ground: Mapped[str] = mapped_column(String(2))
    evidence: Mapped[str] = mapped_column(String(200))
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    flagged_at: Mapped[datetime]


class DrawingRun(Base):
    """How the documents of one list's credentials are being drawn: going on, or paused by somebody.

    No personal data. Kept for good; who paused and continued stands in the audit chain.
    """

    __tablename__ = "drawing_run"

    pass_list_id: Mapped[UUID] = mapped_column(ForeignKey("pass_list.id"), primary_key=True)
    state: Mapped[RunState] = mapped_column(String(8), default=RunState.GOING)
    public_url: Mapped[str] = mapped_column(String(200))
    began_at: Mapped[datetime]
    drawn_before: Mapped[int] = mapped_column(default=0)


class DrawingClaim(Base):
    """Which worker is drawing the documents of one credential, and until when that is believed.

    No personal data. Deleted once they are stored.
    """

    __tablename__ = "drawing_claim"

    credential_id: Mapped[UUID] = mapped_column(ForeignKey("credential.id"), primary_key=True)
    worker: Mapped[UUID]
    until: Mapped[datetime]


class DrawingFailure(Base):
    """Why the documents of one credential could not be drawn, the last time that was tried.

    Personal data: the reason may name the holder. Deleted once they are drawn or tried again.
    """

    __tablename__ = "drawing_failure"

    credential_id: Mapped[UUID] = mapped_column(ForeignKey("credential.id"), primary_key=True)
    reason: Mapped[str] = mapped_column(String(500))
    tries: Mapped[int]
    failed_at: Mapped[datetime]


class PrintFile(Keyed, Base):
    """One file for the printer over the cards of a list, in the order of their numbers; never made anew.

    Personal data: what is on the cards. Kept until the cards are handed out, at most ninety days.
    """

    __tablename__ = "print_file"

    pass_list_id: Mapped[UUID] = mapped_column(ForeignKey("pass_list.id"), index=True)
    kind: Mapped[PrintKind] = mapped_column(String(12))
    state: Mapped[PrintState] = mapped_column(String(8), default=PrintState.WAITING)
    content_sealed: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))
    size: Mapped[int] = mapped_column(default=0)
    digest: Mapped[str] = mapped_column(String(64), default="")
    cards: Mapped[int] = mapped_column(default=0)
    first_no: Mapped[str] = mapped_column(String(30), default="")
    last_no: Mapped[str] = mapped_column(String(30), default="")
    failure: Mapped[str] = mapped_column(String(500), default="")
    asked_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    asked_at: Mapped[datetime]
    made_at: Mapped[datetime | None]


class DoubtReport(Keyed, Base):
    """A doubt about a credential or its holder that somebody reported from the lookup, and the answer.

    Personal data: what is reported and how to reach whoever reports it, both sealed; the receipt's code as a
    digest alone; a digest of the address it came from. Kept three years after the answer.
    """

    __tablename__ = "doubt_report"
    __table_args__ = (
        CheckConstraint("(state = 'open') = (answered_at is null)", name="answered"),
        CheckConstraint("(answered_by is null) = (answered_at is null)", name="answered_by"),
        Index("ix_doubt_report_state_made_at", "state", "made_at"),
        Index("ix_doubt_report_address_digest_made_at", "address_digest", "made_at"),
    )

    number: Mapped[str] = mapped_column(String(10), unique=True)
    code_digest: Mapped[str] = mapped_column(String(64))
    address_digest: Mapped[str] = mapped_column(String(64))
    cert_no: Mapped[str] = mapped_column(String(60), default="")
    credential_id: Mapped[UUID | None] = mapped_column(ForeignKey("credential.id"), index=True)
    text_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    contact_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[DoubtState] = mapped_column(String(8), default=DoubtState.OPEN)
    made_at: Mapped[datetime]
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    answered_at: Mapped[datetime | None]
