"""Credentials, their documents, and the rounds and cases of the clean-up."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship

from certificates.states import CaseState, CredentialSource, CredentialState, RoundState
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
    ``lookup_token`` is 128 random bits and stands in the QR code.
    """

    __tablename__ = "credential"
    __table_args__ = (
        CheckConstraint("valid_from <= valid_until", name="validity"),
        CheckConstraint("(state = 'cancelled') = (cancelled_at is not null)", name="cancelled"),
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

    officer: Mapped[Officer] = relationship()
    organisation: Mapped[Organisation] = relationship(lazy="joined")


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
