"""Signed words of the check: the question that was asked, and the pass of whoever answered it.

The question's answer is not in the word but under a keyed digest, so nobody reads it there; the server keeps
nothing of a question until it is answered.
"""

import hmac
from dataclasses import dataclass

from itsdangerous import BadSignature, URLSafeTimedSerializer

from certificates.askers import WINDOW
from core.sealing import matching_digest

QUESTION_MINUTES = 30
_QUESTION, _PASS = "lookup check", "lookup pass"


@dataclass(frozen=True)
class Asking:
    """One question as it was asked: its single-use name, and the digest of what answers it."""

    nonce: str
    digest: str

    def is_answered_by(self, number: int | None) -> bool:
        """Say whether a number is the answer."""
        return number is not None and hmac.compare_digest(self.digest, answer_digest(self.nonce, number))


def answer_digest(nonce: str, number: int) -> str:
    """Return the digest under which the answer to one question is kept."""
    return matching_digest(f"lookup check {nonce} {number}")


def signed_question(asking: Asking, secret: str) -> str:
    """Return the word that goes along with a question."""
    return str(_serializer(secret, _QUESTION).dumps([asking.nonce, asking.digest]))


def question_in(word: str, secret: str) -> Asking | None:
    """Return which question a word stands for; None where it is not ours or too old."""
    held = _read(word, secret, _QUESTION, QUESTION_MINUTES * 60)
    return Asking(*map(str, held)) if isinstance(held, list) and len(held) == 2 else None


def signed_pass(name: str, secret: str) -> str:
    """Return the word that shows for an hour that a check was passed."""
    return str(_serializer(secret, _PASS).dumps(name))


def pass_in(word: str, secret: str) -> str | None:
    """Return the name of a pass that is still good, or None."""
    held = _read(word, secret, _PASS, int(WINDOW.total_seconds()))
    return held if isinstance(held, str) else None


def _read(word: str, secret: str, salt: str, seconds: int) -> object:
    try:
        held: object = _serializer(secret, salt).loads(word, max_age=seconds)
    except BadSignature:
        return None
    return held


def _serializer(secret: str, salt: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret, salt=salt)
