"""The token that a room's page shows with every save: which attempt, which opening of the room, whose.

It is signed, so a save needs no look at who registered for what; a token says nothing about time or
state, which the statement that writes checks itself.
"""

from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from itsdangerous import BadSignature, URLSafeSerializer

from core.errors import ForbiddenError
from core.texts import lazy_gettext as _

SALT = "exam room"
REMEMBERED = 65_536


@dataclass(frozen=True)
class Place:
    """One opening of the room of one attempt, by one account."""

    attempt_id: UUID
    fence: int
    account_id: UUID


def signed(place: Place, secret: str) -> str:
    """Return the token of a place."""
    parts = [place.attempt_id.hex, place.fence, place.account_id.hex]
    return URLSafeSerializer(secret, SALT).dumps(parts)


@lru_cache(maxsize=REMEMBERED)
def read(token: str, secret: str) -> Place:
    """Return the place a token was made for, or refuse a token that we did not make.

    A page shows the same token with every save; what was once found genuine stays so.
    """
    try:
        attempt_id, fence, account_id = URLSafeSerializer(secret, SALT).loads(token)
    except BadSignature:
        raise ForbiddenError(_("作答凭证无效，请刷新页面后继续作答。")) from None
    return Place(UUID(attempt_id), fence, UUID(account_id))
