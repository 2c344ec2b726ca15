"""The public lookup: what anybody may know of a credential, asked for exactly.

The answer is built from these columns and no others, so it cannot hold a document number, the ground on
which a credential was cancelled, or the reason given. Nothing is found by a part of a name or number.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from certificates import numbers
from certificates.models import Credential
from certificates.states import CredentialState, CredentialStatus, status_on
from core import person_names

LONGEST_ASKED = 200


@dataclass(frozen=True)
class PublicCredential:
    """What the public is told of one credential."""

    cert_no: str
    holder_name: str
    unit_name: str
    category: str
    area: str
    valid_until: date
    status: CredentialStatus
    is_sample: bool


def by_number(session: Session, typed: str, today: date) -> list[PublicCredential]:
    """Return the credential that bears the number, however it was typed."""
    return _answer(session, _columns().where(Credential.cert_no == numbers.normalised(_short(typed))), today)


def by_name_and_unit(session: Session, name: str, unit: str, today: date) -> list[PublicCredential]:
    """Return the credentials of everybody of this full name in the unit of this full name, by number."""
    query = _columns().where(
        Credential.holder_name == person_names.normalised(_short(name)),
        Credential.unit_name == _short(unit).strip(),
    )
    return _answer(session, query.order_by(Credential.cert_no), today)


def by_token(session: Session, token: str, today: date) -> list[PublicCredential]:
    """Return the credential whose QR code was read."""
    return _answer(session, _columns().where(Credential.lookup_token == _short(token).upper()), today)


def _short(typed: str) -> str:
    """Cut what is far too long to be found and drop what no database takes in a text."""
    return typed[:LONGEST_ASKED].replace("\x00", "")


def _columns() -> Select[*tuple[Any, ...]]:
    return select(
        Credential.cert_no,
        Credential.holder_name,
        Credential.unit_name,
        Credential.category,
        Credential.area,
        Credential.state,
        Credential.valid_from,
        Credential.valid_until,
        Credential.is_sample,
    )


def _answer(session: Session, query: Select[*tuple[Any, ...]], today: date) -> list[PublicCredential]:
    """Return what is found; a credential that is not issued yet does not exist for the public."""
    found = [_public(row, today) for row in session.execute(query)]
    return [one for one in found if one.status is not CredentialStatus.NOT_ISSUED]


def _public(row: Row[*tuple[Any, ...]], today: date) -> PublicCredential:
    return PublicCredential(
        cert_no=row.cert_no,
        holder_name=row.holder_name,
        unit_name=row.unit_name,
        category=row.category,
        area=row.area,
        valid_until=row.valid_until,
        status=status_on(today, CredentialState(row.state), row.valid_from, row.valid_until),
        is_sample=row.is_sample,
    )
