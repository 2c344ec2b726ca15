"""What the public log is to say of a credential, from its row."""

from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import InstrumentedAttribute

from certificates.models import Credential
from certificates.statements import FACE, STANDING, Statement
from certificates.states import CredentialState

# Every column that a statement is made from, to be read where no whole credential is needed.
SAID: tuple[InstrumentedAttribute[Any], ...] = tuple(getattr(Credential, name) for name in (*FACE, *STANDING))


def statement_of(credential: Credential | Row[*tuple[Any, ...]]) -> Statement:
    """Return what the log is to say of a credential as it is registered now."""
    said = {name: getattr(credential, name) for name in (*FACE, *STANDING)}
    return Statement(**{**said, "state": CredentialState(credential.state)})
