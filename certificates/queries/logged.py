"""Everything that was published, held against what the public log was told of it."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import Session

from certificates.models import Credential, CredentialDocument
from certificates.queries.statements import SAID, statement_of
from certificates.statements import DOCUMENT, TELLING
from certificates.states import CredentialState
from core.models import LogEntry
from core.queries import newest_log_entries
from exam.list_states import FILE_LOG_KIND, PassListState
from exam.models.circulars import Circular, CircularFile
from exam.models.results import PassList, PassListFile
from exam.pass_lists import digest_of
from exam.queries.pass_lists import published

AT_ONCE, FILES_AT_ONCE = 500, 50


class Thing(StrEnum):
    """What is held against the log."""

    PASS_LIST = "pass_list"
    CREDENTIAL = "credential"
    DOCUMENT = "document"
    CIRCULAR = "circular"


@dataclass(frozen=True)
class Unlike:
    """Something that is not as the log was told; ``name`` is a title or a number, never a person."""

    kind: Thing
    name: str


def unlike_log(session: Session) -> Iterator[Unlike]:
    """Yield every list, credential, document and circular that the log does not say the same of.

    The log itself must have been found whole before: this compares with its entries as they stand.
    """
    yield from _lists(session)
    yield from _list_files(session)
    yield from _credentials(session)
    yield from _documents(session)
    yield from _circulars(session)


def _lists(session: Session) -> Iterator[Unlike]:
    made = select(PassList).where(PassList.state == PassListState.PUBLISHED)
    lists = list(session.scalars(made.order_by(PassList.published_at, PassList.id)))
    logged = newest_log_entries(session, [one.id for one in lists], [Thing.PASS_LIST])
    for one in lists:
        entry = logged.get(one.id)
        if entry is None or entry.digest != one.digest or not _is_sealed(session, one):
            yield Unlike(Thing.PASS_LIST, one.title)


def _is_sealed(session: Session, one: PassList) -> bool:
    """Say whether a list still gives its digest; one from before lists had versions was sealed in another form."""
    return one.effective_on is None or digest_of(published(session, one)) == one.digest


def _credentials(session: Session) -> Iterator[Unlike]:
    query: Select[*tuple[Any, ...]] = select(Credential.id, *SAID)
    issued = query.where(Credential.state != CredentialState.RESERVED).order_by(Credential.cert_no)
    for rows in session.execute(issued.execution_options(yield_per=AT_ONCE)).partitions():
        logged = newest_log_entries(session, [row.id for row in rows], TELLING)
        for row in rows:
            entry = logged.get(row.id)
            if entry is None or entry.digest != statement_of(row).digest:
                yield Unlike(Thing.CREDENTIAL, row.cert_no)


def _documents(session: Session) -> Iterator[Unlike]:
    rows = (
        select(Credential.cert_no, CredentialDocument.content, CredentialDocument.digest, LogEntry.index)
        .join(Credential, Credential.id == CredentialDocument.credential_id)
        .outerjoin(LogEntry, _entry_of(Credential.id, CredentialDocument.digest, DOCUMENT))
        .order_by(Credential.cert_no, CredentialDocument.layout)
    )
    return _unlike_files(session, rows, Thing.DOCUMENT)


def _circulars(session: Session) -> Iterator[Unlike]:
    rows = (
        select(Circular.title, CircularFile.content, CircularFile.digest, LogEntry.index)
        .join(Circular, Circular.id == CircularFile.circular_id)
        .outerjoin(LogEntry, _entry_of(Circular.id, CircularFile.digest, Thing.CIRCULAR))
        .order_by(Circular.title, CircularFile.layout)
    )
    return _unlike_files(session, rows, Thing.CIRCULAR)


def _list_files(session: Session) -> Iterator[Unlike]:
    rows = (
        select(PassList.title, PassListFile.content, PassListFile.digest, LogEntry.index)
        .join(PassList, PassList.id == PassListFile.pass_list_id)
        .outerjoin(LogEntry, _entry_of(PassList.id, PassListFile.digest, FILE_LOG_KIND))
        .order_by(PassList.title, PassListFile.layout)
    )
    return _unlike_files(session, rows, Thing.PASS_LIST)


def _entry_of(subject: Any, digest: Any, kind: str) -> ColumnElement[bool]:
    return and_(LogEntry.subject_id == subject, LogEntry.kind == kind, LogEntry.digest == digest)


def _unlike_files(session: Session, rows: Select[*tuple[Any, ...]], kind: Thing) -> Iterator[Unlike]:
    """Yield the names of stored files that are not as they were logged, or were not."""
    for name, content, digest, index in session.execute(rows.execution_options(yield_per=FILES_AT_ONCE)):
        if index is None or hashlib.sha256(content).hexdigest() != digest:
            yield Unlike(kind, name)
