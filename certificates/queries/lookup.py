"""The public lookup: what anybody may know of a credential, asked for exactly.

The answer is built from these fields and no others, so it cannot hold a document number, the ground on
which a credential was cancelled, or the reason given. Nothing is found by a part of a name or number, and
nothing is said to be valid that the public log does not say the same of: one indexed read brings the log's
newest entry with the credential, and the platform's own mark on it shows that we logged it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, exists, func, select
from sqlalchemy.orm import Session

from certificates import asked
from certificates.asked import Asked, token_in
from certificates.models import Credential
from certificates.queries.photos import photo_of
from certificates.queries.statements import SAID, statement_of
from certificates.statements import TELLING, Statement
from certificates.states import CredentialStatus, status_on
from core.log_seals import is_sealed, stands_under
from core.models import LogEntry
from core.public_log import Leaf, SignedHead
from core.queries import is_proved, log_entry, log_head
from people.models import OfficerPhoto


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


@dataclass(frozen=True)
class Logged:
    """The newest entry of the public log about a credential, with the platform's own mark on it."""

    index: int
    leaf: Leaf
    seal: str | None


@dataclass(frozen=True)
class Registered:
    """A credential as its row says it is, beside what the log says of it."""

    said: Statement
    is_sample: bool
    logged: Logged | None

    @property
    def is_told(self) -> bool:
        """Say whether the log's newest entry says the same as the row; whose entry it is, is another matter."""
        return self.logged is not None and self.logged.leaf.digest == self.said.digest

    def is_marked(self, signed: SignedHead | None) -> bool:
        """Say whether the entry bears our mark and stands under a head of ours: then we logged it."""
        logged = self.logged
        if logged is None or signed is None:
            return False
        return is_sealed(logged.index, logged.leaf, logged.seal) and stands_under(logged.index, signed)


def look_up(session: Session, wanted: Asked, today: date) -> list[PublicCredential]:
    """Return what was asked for: the one credential of a number, or everybody of this full name in this unit.

    People of one name in one unit come by their numbers. An incomplete question finds nobody.
    """
    return _answer(session, _asked_for(wanted), today)


def by_number(session: Session, typed: str, today: date) -> list[PublicCredential]:
    """Return the credential that bears the number, however it was typed."""
    return look_up(session, asked.by_number(typed), today)


def by_name_and_unit(session: Session, name: str, unit: str, today: date) -> list[PublicCredential]:
    """Return the credentials of everybody of this full name in the unit of this full name, by number."""
    return look_up(session, asked.by_name(name, unit), today)


def by_token(session: Session, token: str, today: date) -> list[PublicCredential]:
    """Return the credential whose QR code was read."""
    return _answer(session, Credential.lookup_token == token_in(token), today)


def statement_by_token(session: Session, token: str, today: date) -> Statement | None:
    """Return, to whoever read the QR code, what the log was told of the credential."""
    found = registered(session, Credential.lookup_token == token_in(token))
    is_public = found and worth(found[0].said, today) != CredentialStatus.NOT_ISSUED
    return found[0].said if is_public else None


def photo_by_token(session: Session, token: str, today: date) -> bytes | None:
    """Return the holder's photo, to whoever read the QR code; none of a credential that cannot be confirmed."""
    (told,) = by_token(session, token, today) or (None,)
    if told is None or told.status is None:
        return None
    holder = session.scalar(_holder_by(token))
    return photo_of(session, holder) if holder else None


def has_photo(session: Session, token: str) -> bool:
    """Say whether there is a photo of the holder whose QR code was read, without opening it."""
    of_holder = OfficerPhoto.officer_id == _holder_by(token).scalar_subquery()
    return bool(session.scalar(select(exists().where(of_holder))))


def credential_id_of(session: Session, cert_no: str) -> UUID | None:
    """Return the key of the credential that bears a number, in its one written form."""
    return session.scalar(select(Credential.id).where(Credential.cert_no == cert_no))


def registered(session: Session, wanted: ColumnElement[bool]) -> list[Registered]:
    """Return credentials by number, each with the newest entry of the log about it, by one statement."""
    return [row_of(row) for row in session.execute(with_newest_entry().where(wanted))]


def with_newest_entry() -> Select[*tuple[Any, ...]]:
    """Return the query of credentials with the newest entry of the log about each, by number."""
    newest = (
        select(func.max(LogEntry.index))
        .where(LogEntry.subject_id == Credential.id, LogEntry.kind.in_(TELLING))
        .correlate(Credential)
        .scalar_subquery()
    )
    query = select(*SAID, Credential.is_sample, Credential.officer_id, LogEntry)
    joined = query.outerjoin(LogEntry, LogEntry.index == newest).order_by(Credential.cert_no)
    return joined.execution_options(populate_existing=True)


def confirmed(session: Session, rows: Iterable[Registered], today: date) -> list[PublicCredential]:
    """Return what the public is told; a credential that is not issued yet does not exist for it.

    An entry without our mark, as one from before there were marks, is proved under the newest head.
    """
    signed = log_head(session)
    told = []
    for row in rows:
        if worth(row.said, today) != CredentialStatus.NOT_ISSUED:
            is_ours = row.is_told and (row.is_marked(signed) or _is_proved(session, row))
            told.append(public(row, today) if is_ours else unconfirmed(row))
    return told


def public(row: Registered, today: date) -> PublicCredential:
    """Return what the public is told of a credential that the log was found to say the same of."""
    return _public(row, worth(row.said, today), row.logged.index + 1 if row.logged else None)


def unconfirmed(row: Registered) -> PublicCredential:
    """Return what the public is told of a credential that the log does not say the same of."""
    return _public(row, None, None)


def worth(said: Statement, today: date) -> CredentialStatus:
    """Return what a credential is worth on a day."""
    return status_on(today, said.state, said.valid_from, said.valid_until, said.suspended_until)


def row_of(row: Row[*tuple[Any, ...]]) -> Registered:
    """Return one row of the query above as what the rules read."""
    entry: LogEntry | None = row.LogEntry
    logged = Logged(entry.index, entry.leaf, entry.seal) if entry is not None else None
    return Registered(statement_of(row), row.is_sample, logged)


def _holder_by(token: str) -> Select[UUID]:
    return select(Credential.officer_id).where(Credential.lookup_token == token_in(token))


def _asked_for(wanted: Asked) -> ColumnElement[bool]:
    if wanted.name and wanted.unit:
        return (Credential.holder_name == wanted.name) & (Credential.unit_name == wanted.unit)
    return Credential.cert_no == wanted.number


def _answer(session: Session, wanted: ColumnElement[bool], today: date) -> list[PublicCredential]:
    return confirmed(session, registered(session, wanted), today)


def _is_proved(session: Session, row: Registered) -> bool:
    entry = log_entry(session, row.logged.index) if row.logged else None
    return entry is not None and is_proved(session, entry)


def _public(row: Registered, status: CredentialStatus | None, log_number: int | None) -> PublicCredential:
    return PublicCredential(
        cert_no=row.said.cert_no,
        holder_name=row.said.holder_name,
        unit_name=row.said.unit_name,
        category=row.said.category,
        area=row.said.area,
        valid_until=row.said.valid_until,
        status=status,
        log_number=log_number,
        is_sample=row.is_sample,
    )
