"""Who asks the lookup, as it is counted: an address, a browser that passed a check, or a portal's key.

Twenty answers an hour are free from one address. What is counted is a keyed digest, never the address
itself. The code of a card is not counted at all: nobody can try out tokens of 128 random bits.
"""

from dataclasses import dataclass
from datetime import timedelta

from core.client_addresses import household_of
from core.sealing import matching_digest

FREE_ANSWERS = 20
WRONG_ANSWERS = 30
WINDOW = timedelta(hours=1)


@dataclass(frozen=True)
class Asker:
    """Under which digest somebody is counted, and how many answers an hour they get."""

    digest: str
    limit: int = FREE_ANSWERS


def from_address(address: str) -> Asker:
    """Return the asker that an address is counted as; one IPv6 line is one asker."""
    return Asker(matching_digest(f"lookup from {household_of(address)}"))


def with_pass(name: str) -> Asker:
    """Return the asker that the holder of a passed check is counted as, whatever the address."""
    return Asker(matching_digest(f"lookup with pass {name}"))


def with_key(key_id: str, limit: int) -> Asker:
    """Return the asker that a portal is counted as."""
    return Asker(matching_digest(f"lookup with key {key_id}"), limit)


def wrong_from(address: str) -> Asker:
    """Return the asker that wrong answers to the check are counted for, so that none is found by trying."""
    return Asker(matching_digest(f"lookup check from {household_of(address)}"), WRONG_ANSWERS)
