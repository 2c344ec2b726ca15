"""The key of a verified portal: how it is written, and how many answers an hour it may be given.

A key is 256 random bits, so its digest alone is enough to find it and nobody finds the key from the digest.
"""

import re

from core.errors import Reason
from core.sealing import matching_digest
from core.texts import lazy_gettext as _

DEFAULT_PER_HOUR, MOST_PER_HOUR = 2_000, 1_000_000
KEY_START = "cz_"
KEY_BYTES = 32
SHOWN_CHARACTERS = 10
_KEY = re.compile(r"cz_[A-Za-z0-9_-]{43}")
_BEARER = re.compile(r"bearer +(\S+)", re.IGNORECASE)


def key_in(header: str) -> str:
    """Return the key in an Authorization header; empty where it bears none."""
    found = _BEARER.fullmatch(header.strip())
    return found[1] if found else ""


def is_written_as_key(key: str) -> bool:
    """Say whether a text could be a key of ours."""
    return _KEY.fullmatch(key) is not None


def key_digest(key: str) -> str:
    """Return the digest that a key is stored as."""
    return matching_digest(f"portal key {key}")


def reasons_against_key(portal: str, contact: str, hourly_limit: int | None) -> list[Reason]:
    """Return why no key can be given so."""
    reasons = []
    if not portal.strip():
        reasons.append(Reason("portal_missing", _("请填写网站或系统的名称和主办单位。")))
    if not contact.strip():
        reasons.append(Reason("contact_missing", _("请填写联系人和电话，密钥出现问题时联系。")))
    if hourly_limit is None or not 0 < hourly_limit <= MOST_PER_HOUR:
        reasons.append(Reason("limit", _("请填写 1 到 %(limit)s 之间的整数。", limit=MOST_PER_HOUR)))
    return reasons
