"""What the public log is to say of a credential, from its row."""

from typing import Any

from sqlalchemy import Row

from certificates.models import Credential
from certificates.statements import FACE, Statement
from certificates.states import CredentialState


def statement_of(credential: Credential | Row[*tuple[Any, ...]]) -> Statement:
    """Return what the log is to say of a credential as it is registered now."""
    said = {name: getattr(credential, name) for name in FACE}
    return Statement(**said, state=CredentialState(credential.state), cancelled_at=credential.cancelled_at)
