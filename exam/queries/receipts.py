"""Reads behind the check of a receipt: what the registry holds of the attempt it names; never a name."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.errors import InvalidError
from core.signing import is_ours
from exam.models.planning import Candidate
from exam.models.room import Attempt, Receipt
from exam.queries.room import log_of
from exam.receipts import HeldLog, ReceiptFacts, SignedReceipt, Verdict, facts_of, log_digest, verdict_of


@dataclass(frozen=True)
class CheckedReceipt:
    """A receipt beside what the registry holds; ``facts`` None where it cannot be read."""

    verdict: Verdict
    code: str
    facts: ReceiptFacts | None
    held: HeldLog | None


def checked(session: Session, receipt: SignedReceipt) -> CheckedReceipt:
    """Hold a receipt against the registry; of one that is not ours nothing is looked up."""
    signed = is_ours(receipt.body, receipt.signature)
    facts = _facts(receipt.body)
    held = _held(session, facts) if signed and facts is not None else None
    return CheckedReceipt(verdict_of(facts, held, is_ours=signed), receipt.code, facts, held)


def _facts(body: str) -> ReceiptFacts | None:
    try:
        return facts_of(body)
    except InvalidError:
        return None


def _held(session: Session, facts: ReceiptFacts) -> HeldLog | None:
    query = (
        select(Candidate.candidate_no, Attempt.finished_at)
        .join(Attempt, Attempt.candidate_id == Candidate.id)
        .where(Attempt.id == facts.attempt_id)
    )
    row = session.execute(query).one_or_none()
    if row is None:
        return None
    log = log_of(session, facts.attempt_id)
    newest = session.scalar(select(func.max(Receipt.number)).where(Receipt.attempt_id == facts.attempt_id))
    digest = log_digest(log[: facts.responses])
    return HeldLog(row.candidate_no, len(log), digest, row.finished_at, newest or 0)
