"""Organisations, officers with their photos, accounts, and the recorders of a unit."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship

from core.db import Base, Keyed
from people.mail_addresses import MailLanguage
from people.permissions import Role
from people.photo_states import IntakeState
from people.posts import DivisionKind, DocumentKind, EmploymentType, OrganisationKind, PostState

DOCUMENT_PLACE = "officer.document"


class Organisation(Keyed, Base):
    """One body in the city's tree: the city, a county or district, a county's own body, a municipal department.

    No personal data. Kept for good; a code is never used again. ``issuer_name`` is the name under
    which the city publishes and issues. ``parent_id`` is the county of a county's body, else the city.
    """

    __tablename__ = "organisation"

    code: Mapped[str] = mapped_column(String(12), unique=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    name_en: Mapped[str] = mapped_column(String(120))
    kind: Mapped[OrganisationKind] = mapped_column(String(12))
    division_code: Mapped[str] = mapped_column(String(6))
    division_kind: Mapped[DivisionKind] = mapped_column(String(16))
    enforcement_category: Mapped[str] = mapped_column(String(30), default="")
    recorder_class: Mapped[str] = mapped_column(String(1), default="")
    issuer_name: Mapped[str] = mapped_column(String(60), default="")
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"), index=True)


class Officer(Keyed, Base):
    """One person on the roll of one organisation.

    Personal data: name, identity number (sealed), post and employment. Kept as long as the person
    holds or has held a credential.
    """

    __tablename__ = "officer"
    __table_args__ = (Index("ix_officer_organisation_id_name", "organisation_id", "name"),)

    name: Mapped[str] = mapped_column(String(50), index=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    document_kind: Mapped[DocumentKind] = mapped_column(String(12), index=True)
    document_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    document_digest: Mapped[str] = mapped_column(String(64), unique=True)
    employment: Mapped[EmploymentType] = mapped_column(String(16))
    post: Mapped[PostState] = mapped_column(String(16), default=PostState.IN_POST)
    post_since: Mapped[date | None]
    enforcement_category: Mapped[str] = mapped_column(String(30))
    enforcement_area: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime]

    organisation: Mapped[Organisation] = relationship(lazy="joined")


class Account(Keyed, Base):
    """What signs in, and where it is reminded; an empty ``email`` gets no mail.

    Personal data: the name shown, the name typed, the mail address. Kept two years after closing.
    """

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint("role <> 'candidate' or officer_id is not null", name="candidate_is_officer"),
        CheckConstraint(
            "role not in ('candidate', 'unit_administrator') or organisation_id is not null", name="has_scope"
        ),
    )

    username: Mapped[str] = mapped_column(String(60), unique=True)
    display_name: Mapped[str] = mapped_column(String(50))
    password_hash: Mapped[str] = mapped_column(String(200))
    must_change_password: Mapped[bool] = mapped_column(default=True)
    role: Mapped[Role] = mapped_column(String(20))
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))
    officer_id: Mapped[UUID | None] = mapped_column(ForeignKey("officer.id"), unique=True)
    is_active: Mapped[bool] = mapped_column(default=True)
    session_version: Mapped[int] = mapped_column(default=1)
    email: Mapped[str] = mapped_column(String(254), default="")
    mail_language: Mapped[MailLanguage] = mapped_column(String(2), default=MailLanguage.CHINESE)
    created_at: Mapped[datetime]


class SignInFailure(Keyed, Base):
    """One refused sign-in. Personal data: a digest of the name typed and of the address. Kept a day."""

    __tablename__ = "sign_in_failure"
    __table_args__ = (Index("ix_sign_in_failure_digest_at", "digest", "at"),)

    digest: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]


class OfficerPhoto(Keyed, Base):
    """One portrait of an officer, written anew without anything a camera adds; a later one succeeds it.

    Personal data: a face, sealed. Shown to staff, and in public only to whoever holds the token of the QR
    code. Kept as long as the person's credentials, because it stands on them.
    """

    __tablename__ = "officer_photo"
    __table_args__ = (UniqueConstraint("officer_id", "number"), CheckConstraint("number > 0", name="number"))

    officer_id: Mapped[UUID] = mapped_column(ForeignKey("officer.id"))
    number: Mapped[int]
    content_sealed: Mapped[bytes] = deferred(mapped_column(LargeBinary, nullable=False))
    digest: Mapped[str] = mapped_column(String(64))
    taken_in_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    taken_in_at: Mapped[datetime]


class PhotoIntake(Keyed, Base):
    """One archive of photos between its upload and its confirmation; the archive goes once it is read.

    Personal data: the photos, sealed, and the names of their files. Kept a day at most.
    """

    __tablename__ = "photo_intake"

    filename: Mapped[str] = mapped_column(String(200))
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    state: Mapped[IntakeState] = mapped_column(String(8), default=IntakeState.READING)
    archive_sealed: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))
    refusal: Mapped[str] = mapped_column(Text, default="")
    total: Mapped[int] = mapped_column(default=0)
    uploaded_at: Mapped[datetime]


class PhotoIntakeItem(Keyed, Base):
    """One file of an archive: the portrait written anew, or what is wrong with it.

    Personal data: a face, sealed, and the name of its file. Goes with its intake.
    """

    __tablename__ = "photo_intake_item"
    __table_args__ = (
        UniqueConstraint("intake_id", "place"),
        CheckConstraint("(fault = '') = (content_sealed is not null)", name="fault"),
    )

    intake_id: Mapped[UUID] = mapped_column(ForeignKey("photo_intake.id"))
    place: Mapped[int]
    name: Mapped[str] = mapped_column(String(200))
    fault: Mapped[str] = mapped_column(String(20), default="")
    content_sealed: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))


class RecorderMinimum(Base):
    """How many body-worn recorders a unit of class C needs, set by hand with the reason. No personal data.

    Kept for good; what stood before is in the audit chain.
    """

    __tablename__ = "recorder_minimum"
    __table_args__ = (CheckConstraint("minimum >= 0", name="minimum"),)

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    minimum: Mapped[int]
    basis: Mapped[str] = mapped_column(String(200))
    set_at: Mapped[datetime]


class RecorderStock(Keyed, Base):
    """What one unit reported of its body-worn recorders on one day; a later report succeeds it.

    No personal data. Kept for good.
    """

    __tablename__ = "recorder_stock"
    __table_args__ = (
        UniqueConstraint("organisation_id", "number"),
        CheckConstraint("usable >= 0 and broken >= 0", name="counts"),
    )

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    number: Mapped[int]
    usable: Mapped[int]
    broken: Mapped[int]
    note: Mapped[str] = mapped_column(String(200), default="")
    reported_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    reported_at: Mapped[datetime]


class PortalKey(Keyed, Base):
    """A key with which a verified portal asks the lookup; only its digest is stored, it was shown once.

    Personal data: whom to call at the portal. Kept three years after it was taken back.
    """

    __tablename__ = "portal_key"
    __table_args__ = (
        CheckConstraint("hourly_limit > 0", name="hourly_limit"),
        CheckConstraint("(revoked_by is null) = (revoked_at is null)", name="revoked"),
    )

    portal: Mapped[str] = mapped_column(String(80))
    contact: Mapped[str] = mapped_column(String(100))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    beginning: Mapped[str] = mapped_column(String(12))
    hourly_limit: Mapped[int]
    made_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    made_at: Mapped[datetime]
    revoked_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    revoked_at: Mapped[datetime | None]
