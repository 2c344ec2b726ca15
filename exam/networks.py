"""Address ranges of exam rooms: what may be written down, and whether an address lies within.

Both versions of the protocol; an address that cannot be read lies nowhere.
"""

from collections.abc import Iterable
from ipaddress import ip_address, ip_network

from core.errors import InvalidError
from core.texts import lazy_gettext as _

MOST_NETWORKS = 20


def networks_in(typed: str) -> list[str]:
    """Return the ranges in a text, one a line, as they are stored; say which line cannot be read."""
    lines = [line.strip() for line in typed.splitlines() if line.strip()]
    if len(lines) > MOST_NETWORKS:
        raise InvalidError(_("一个考场最多填写 %(limit)s 个地址段。", limit=MOST_NETWORKS))
    return [_network(line) for line in lines]


def is_within(address: str, networks: Iterable[str]) -> bool:
    """Say whether an address lies within one of the ranges."""
    try:
        asked = ip_address(address)
    except ValueError:
        return False
    mapped = getattr(asked, "ipv4_mapped", None)
    return any((mapped or asked) in ip_network(one) for one in networks)


def _network(line: str) -> str:
    try:
        return str(ip_network(line, strict=False))
    except ValueError:
        text = _("“%(line)s”不是有效的地址段。请填写如 192.168.1.0/24 或 192.168.1.25 的地址。", line=line)
        raise InvalidError(text) from None
