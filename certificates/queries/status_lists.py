"""Reads over the places that credentials have in the public status lists."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from certificates.models import Credential, StatusPlace
from certificates.signing.badges import LIST_BITS, REVOCATION, StatusList
from certificates.states import STANDING, CredentialState


def status_list(session: Session, purpose: str, number: int, today: date) -> StatusList | None:
    """Return a list with the places of the credentials that no longer hold, or rest; None where it has none yet."""
    first = number * LIST_BITS
    mine = (StatusPlace.number >= first) & (StatusPlace.number < first + LIST_BITS)
    if number and session.scalar(select(StatusPlace.number).where(mine).limit(1)) is None:
        return None
    rests = (Credential.state == CredentialState.SUSPENDED) & (Credential.suspended_until >= today)
    is_set = Credential.state.not_in(STANDING) if purpose == REVOCATION else rests
    query = select(StatusPlace.number).join(Credential, Credential.id == StatusPlace.credential_id)
    places = session.scalars(query.where(mine, is_set).order_by(StatusPlace.number))
    return StatusList(purpose, number, tuple(place - first for place in places))
