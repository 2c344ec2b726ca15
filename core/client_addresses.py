"""Where a request comes from: the connection's own address, or what proxies that we trust say of it.

Anybody can send an X-Forwarded-For header, so it is read from its end, as long as the address that said so
is a trusted proxy; the first that is none is who asks.
"""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network
HOUSEHOLD_BITS = 64


def networks_in(text: str) -> tuple[Network, ...]:
    """Return the networks of a list with commas; raises ValueError at what is none."""
    return tuple(ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip())


def client_address(peer: str, forwarded: str, trusted: Sequence[Network]) -> str:
    """Return the address that asks, given the connection's and the header's."""
    address = peer
    for said in reversed(forwarded.split(",")):
        if not _is_within(address, trusted) or not _is_address(said.strip()):
            break
        address = said.strip()
    return address


def household_of(address: str) -> str:
    """Return what is counted as one asker: an IPv4 address, or the /64 that one IPv6 line is given.

    What is no address stands for itself.
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ip_network((parsed, HOUSEHOLD_BITS), strict=False))


def _is_within(address: str, networks: Sequence[Network]) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    return any(parsed in network for network in networks)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
