"""The receipt of a hand-in: which attempt, how many responses, the digest of the log, when.

The text is what is signed, letter for letter; whoever holds it can have it checked, and a log that was
changed afterwards no longer gives its digest.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from core.errors import InvalidError
from core.texts import lazy_gettext as _
from exam.marking import Given

MOST_CHARACTERS = 4_000
SHORT_DIGITS = 16


@dataclass(frozen=True)
class ReceiptFacts:
    """What a receipt says."""

    attempt_id: UUID
    candidate_no: str
    number: int
    responses: int
    log_digest: str
    finished_at: datetime


class Verdict(StrEnum):
    """What holding a receipt against the registry comes to."""

    HOLDS = "holds"
    LOG_DIFFERS = "log_differs"
    NOT_OURS = "not_ours"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class HeldLog:
    """What the registry holds of a receipt's attempt: never a name.

    ``prefix_digest`` is that of the first responses, as many as the receipt counts, in the order of the
    log; ``newest_number`` is that of the newest receipt.
    """

    candidate_no: str
    responses: int
    prefix_digest: str
    finished_at: datetime | None
    newest_number: int


@dataclass(frozen=True)
class SignedReceipt:
    """A receipt as it is handed out: the text and the signature of it, in hex digits."""

    body: str
    signature: str

    @property
    def code(self) -> str:
        """Return the short code by which two receipts can be told apart at a glance."""
        digits = hashlib.sha256(self.body.encode()).hexdigest()[:SHORT_DIGITS].upper()
        return "-".join(digits[start : start + 4] for start in range(0, SHORT_DIGITS, 4))


def verdict_of(facts: ReceiptFacts | None, held: HeldLog | None, *, is_ours: bool) -> Verdict:
    """Return what holding a receipt against the registry comes to.

    What was answered after the receipt (where somebody was let in again) takes nothing from it; what it
    counted must be there to the letter.
    """
    if not is_ours:
        return Verdict.NOT_OURS
    if facts is None or held is None:
        return Verdict.UNKNOWN
    is_same = (facts.candidate_no, facts.log_digest) == (held.candidate_no, held.prefix_digest)
    return Verdict.HOLDS if is_same and held.responses >= facts.responses else Verdict.LOG_DIFFERS


def log_digest(log: Iterable[Given]) -> str:
    """Return the SHA-256 over a log's lines ``seq:place:choice``, each ended by a line feed."""
    text = "".join(f"{one.seq}:{one.place}:{one.choice}\n" for one in log)
    return hashlib.sha256(text.encode()).hexdigest()


def body_of(facts: ReceiptFacts) -> str:
    """Return the text that is signed."""
    return json.dumps(
        {
            "attempt": str(facts.attempt_id),
            "candidate_no": facts.candidate_no,
            "number": facts.number,
            "responses": facts.responses,
            "log_sha256": facts.log_digest,
            "finished_at": facts.finished_at.astimezone(UTC).isoformat(timespec="milliseconds"),
        },
        separators=(",", ":"),
    )


def facts_of(body: str) -> ReceiptFacts:
    """Return what a receipt's text says, or say that it is none."""
    try:
        said: dict[str, Any] = json.loads(body)
        return ReceiptFacts(
            attempt_id=UUID(said["attempt"]),
            candidate_no=str(said["candidate_no"]),
            number=int(said["number"]),
            responses=int(said["responses"]),
            log_digest=str(said["log_sha256"]),
            finished_at=datetime.fromisoformat(said["finished_at"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        raise InvalidError(_("这不是交卷回执，请选择交卷时下载的回执文件，或粘贴其全部内容。")) from None


def file_of(receipt: SignedReceipt) -> str:
    """Return the receipt as the file that is handed out."""
    return json.dumps({"receipt": receipt.body, "signature": receipt.signature}, indent=1) + "\n"


def receipt_in(content: str) -> SignedReceipt:
    """Return the receipt in a file or a pasted text, or say that there is none."""
    try:
        said = json.loads(content[:MOST_CHARACTERS])
        found = SignedReceipt(str(said["receipt"]), str(said["signature"]))
        found.body.encode()
    except (ValueError, KeyError, TypeError, RecursionError):
        raise InvalidError(_("这不是交卷回执，请选择交卷时下载的回执文件，或粘贴其全部内容。")) from None
    return found
