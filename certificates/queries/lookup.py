"""The public lookup: what anybody may know of a credential, asked for exactly.

The answer is built from these fields and no others, so it cannot hold a document number, the ground on
which a credential was cancelled, or the reason given. Nothing is found by a part of a name or number, and
nothing is said to be valid that the public log does not say the same of.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from certificates import numbers
from certificates.models import Credential
from certificates.queries.statements import SAID, statement_of
from certificates.statements import TELLING, Statement
from certificates.states import CredentialState, CredentialStatus, status_on
from core import person_names
from core.queries import log_numbers

LONGEST_ASKED = 200


@dataclass(frozen=True)
class PublicCredential:
    """What the public is told of one credential.

    ``log_number`` is the place in the public log, from 1, where the same is said. Where it is said nowhere,
    number and status are None: what is registered cannot be confirmed, whatever it is.
    """

    cert_no: str
    holder_name: str
    unit_name: str
    category: str
    area: str
    valid_until: date
    status: CredentialStatus | None
    log_number: int | None
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


def statement_by_token(session: Session, token: str, today: date) -> Statement | None:
    """Return, to whoever read the QR code, what the log was told of the credential."""
    row = session.execute(_columns().where(Credential.lookup_token == _short(token).upper())).one_or_none()
    is_public = row is not None and _status(row, today) != CredentialStatus.NOT_ISSUED
    return statement_of(row) if row is not None and is_public else None


def _short(typed: str) -> str:
    """Cut what is far too long to be found and drop what no database takes in a text."""
    return typed[:LONGEST_ASKED].replace("\x00", "")


def _columns() -> Select[*tuple[Any, ...]]:
    return select(Credential.id, *SAID, Credential.is_sample)


def _answer(session: Session, query: Select[*tuple[Any, ...]], today: date) -> list[PublicCredential]:
    """Return what is found; a credential that is not issued yet does not exist for the public."""
    rows = session.execute(query).all()
    numbers_in_log = log_numbers(session, {row.id: statement_of(row).digest for row in rows}, TELLING)
    return [
        _public(row, numbers_in_log, today) for row in rows if _status(row, today) != CredentialStatus.NOT_ISSUED
    ]


def _public(row: Row[*tuple[Any, ...]], numbers_in_log: Mapping[UUID, int], today: date) -> PublicCredential:
    number = numbers_in_log.get(row.id)
    return PublicCredential(
        cert_no=row.cert_no,
        holder_name=row.holder_name,
        unit_name=row.unit_name,
        category=row.category,
        area=row.area,
        valid_until=row.valid_until,
        status=None if number is None else _status(row, today),
        log_number=number,
        is_sample=row.is_sample,
    )


def _status(row: Row[*tuple[Any, ...]], today: date) -> CredentialStatus:
    state = CredentialState(row.state)
    return status_on(today, state, row.valid_from, row.valid_until, row.suspended_until)
