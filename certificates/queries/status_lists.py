"""Reads over the places that credentials have in the public status lists."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from certificates.models import Credential, StatusPlace
from certificates.signing.badges import LIST_BITS, REVOCATION, StatusList

# What only holds for a while, or has not begun, is not revoked; everything else that is not active is.
_STANDING = ("reserved", "active", "suspended")
_SUSPENDED = "suspended"


def status_list(session: Session, purpose: str, number: int) -> StatusList | None:
    """Return a list with the places of the credentials that no longer hold, or rest; None where it has none yet."""
    first = number * LIST_BITS
    mine = (StatusPlace.number >= first) & (StatusPlace.number < first + LIST_BITS)
    if number and session.scalar(select(StatusPlace.number).where(mine).limit(1)) is None:
        return None
    state = Credential.state
    is_set = state.not_in(_STANDING) if purpose == REVOCATION else state == _SUSPENDED
    query = select(StatusPlace.number).join(Credential, Credential.id == StatusPlace.credential_id)
    places = session.scalars(query.where(mine, is_set).order_by(StatusPlace.number))
    return StatusList(purpose, number, tuple(place - first for place in places))
