"""Reads over portals' keys: the list for the office, and whose key a request bears."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from certificates.portals import is_written_as_key, key_digest
from core.errors import NotFoundError
from people.models import Account, PortalKey


@dataclass(frozen=True)
class PortalRow:
    """One key as the office sees it, with the names of whoever gave it and took it back."""

    key: PortalKey
    made_by: str
    revoked_by: str | None


def portal_rows(session: Session) -> list[PortalRow]:
    """Return every key, those in use first, then the newest."""
    query = select(PortalKey).order_by(PortalKey.revoked_at.is_not(None), PortalKey.made_at.desc())
    keys = session.scalars(query).all()
    names = _names(session, [account for key in keys for account in (key.made_by, key.revoked_by) if account])
    return [PortalRow(key, names[key.made_by], names[key.revoked_by] if key.revoked_by else None) for key in keys]


def portal_key(session: Session, key_id: UUID) -> PortalKey:
    """Return one key."""
    found = session.get(PortalKey, key_id)
    if found is None:
        raise NotFoundError
    return found


def key_in_use(session: Session, key: str) -> PortalKey | None:
    """Return whose key this is, or None where it is nobody's or was taken back."""
    if not is_written_as_key(key):
        return None
    query = select(PortalKey).where(PortalKey.digest == key_digest(key), PortalKey.revoked_at.is_(None))
    return session.scalar(query)


def _names(session: Session, accounts: Sequence[UUID]) -> dict[UUID, str]:
    found = session.scalars(select(Account).where(Account.id.in_(accounts)))
    return {account.id: account.display_name for account in found}
