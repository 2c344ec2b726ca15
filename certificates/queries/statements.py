"""Reads that hold what is registered of a credential against what the public log was told of it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.orm import Session

from certificates.models import Credential
from certificates.statements import FACE, TELLING, Statement
from certificates.states import CredentialState
from core.queries import is_proved, newest_log_entries


def statement_of(credential: Credential | Row[*tuple[Any, ...]]) -> Statement:
    """Return what the log is to say of a credential as it is registered now."""
    said = {name: getattr(credential, name) for name in FACE}
    return Statement(**said, state=CredentialState(credential.state), cancelled_at=credential.cancelled_at)


def log_numbers(session: Session, statements: Mapping[UUID, Statement]) -> dict[UUID, int]:
    """Return the place in the log, from 1, of each credential of which the log says the very same.

    A credential that was never logged, that was changed since, or whose entry stands under no head of
    ours, is left out: nobody may take it for valid.
    """
    newest = newest_log_entries(session, statements.keys(), TELLING)
    return {
        key: entry.number
        for key, entry in newest.items()
        if entry.digest == statements[key].digest and is_proved(session, entry)
    }
