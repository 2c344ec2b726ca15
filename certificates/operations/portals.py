"""Verbs on portals' keys: given once, shown once, taken back for good."""

import secrets

from sqlalchemy.orm import Session

from certificates.portals import KEY_BYTES, KEY_START, SHOWN_CHARACTERS, key_digest, reasons_against_key
from core import clock
from core.audit import Actor
from core.errors import ForbiddenError, Reason, RefusedError, refuse_if
from core.operations import record_audit
from core.texts import lazy_gettext as _
from people.models import PortalKey


def give_key(
    session: Session, portal: str, contact: str, hourly_limit: int | None, actor: Actor
) -> tuple[PortalKey, str]:
    """Give a verified portal a key and return it; it is not stored and cannot be shown again."""
    refuse_if(reasons_against_key(portal, contact, hourly_limit))
    if actor.account_id is None or hourly_limit is None:
        raise ForbiddenError
    key = KEY_START + secrets.token_urlsafe(KEY_BYTES)
    row = PortalKey(
        portal=portal.strip(),
        contact=contact.strip(),
        digest=key_digest(key),
        beginning=key[:SHOWN_CHARACTERS],
        hourly_limit=hourly_limit,
        made_by=actor.account_id,
        made_at=clock.now(),
    )
    session.add(row)
    session.flush()
    record_audit(session, actor, "certificates:portal_key:give", row.id, {"limit": hourly_limit})
    return row, key


def take_back_key(session: Session, row: PortalKey, actor: Actor) -> None:
    """Take a key back; the next request with it is refused."""
    if actor.account_id is None:
        raise ForbiddenError
    session.refresh(row, with_for_update=True)
    if row.revoked_at is not None:
        raise RefusedError([Reason("is_revoked", _("这个密钥已经停用。"))])
    row.revoked_by, row.revoked_at = actor.account_id, clock.now()
    session.flush()
    record_audit(session, actor, "certificates:portal_key:take_back", row.id)
