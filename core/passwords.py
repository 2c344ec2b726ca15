"""How passwords are hashed and checked, and how a first one is made.

The cost (19 MiB, two passes) is what lets a whole sitting sign in within minutes on two cores; it is
the lowest that OWASP's password storage cheat sheet accepts.
"""

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

FIRST_PASSWORD_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_NOBODY = _hasher.hash(secrets.token_hex(16))


def hashed(password: str) -> str:
    """Return the argon2id hash to store."""
    return _hasher.hash(password)


def matches(stored: str | None, password: str) -> bool:
    """Say whether the password is right; an unknown account costs as long as a wrong password."""
    try:
        return _hasher.verify(stored or _NOBODY, password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def first_password() -> str:
    """Return a password for handing over on paper: twelve unmistakable characters in three groups."""
    letters = [secrets.choice(FIRST_PASSWORD_LETTERS) for _place in range(12)]
    return "-".join("".join(letters[start : start + 4]) for start in (0, 4, 8))
