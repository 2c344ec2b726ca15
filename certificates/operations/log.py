"""The verb that takes into the public log what was effective before there was a log."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from certificates.models import Credential, CredentialDocument
from certificates.statements import CREDENTIAL, DOCUMENT, FACE, Statement
from certificates.states import CredentialState
from core.audit import SYSTEM
from core.operations import append_all_to_log, record_audit
from core.public_log import Published
from exam.models.results import PassList

PASS_LIST = "pass_list"


def log_what_went_before(session: Session) -> int:
    """Log every list, credential and document of a database that had no log; return how many.

    The migration that makes the log does this, once: without it nothing issued before could be confirmed.
    Every column is named, so that it reads the tables as they were then. It tells the log what is
    registered now, and cannot vouch for how it came to be.
    """
    found = [*_lists(session), *_credentials(session), *_documents(session)]
    if found:
        append_all_to_log(session, found)
        record_audit(session, SYSTEM, "certificates:log:take_in", None, {"entries": len(found)})
        session.flush()
    return len(found)


def _lists(session: Session) -> Iterator[Published]:
    query: Any = select(PassList.id, PassList.digest)
    for key, digest in session.execute(query.order_by(PassList.published_at)):
        yield Published(PASS_LIST, key, digest)


def _credentials(session: Session) -> Iterator[Published]:
    face = [getattr(Credential, name) for name in FACE]
    query: Select[*tuple[Any, ...]] = select(Credential.id, *face, Credential.state, Credential.cancelled_at)
    issued = query.where(Credential.state != CredentialState.RESERVED)
    for row in session.execute(issued.order_by(Credential.issued_at, Credential.cert_no)):
        said = {name: getattr(row, name) for name in FACE}
        statement = Statement(**said, state=CredentialState(row.state), cancelled_at=row.cancelled_at)
        yield Published(CREDENTIAL, row.id, statement.digest)


def _documents(session: Session) -> Iterator[Published]:
    query = select(CredentialDocument.credential_id, CredentialDocument.digest)
    for key, digest in session.execute(query.order_by(CredentialDocument.drawn_at, CredentialDocument.id)):
        yield Published(DOCUMENT, key, digest)
