"""Organisations, officers and accounts."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base, Keyed
from people.mail_addresses import MailLanguage
from people.permissions import Role
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
