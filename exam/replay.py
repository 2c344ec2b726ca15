"""Computing marks, results and receipts again from what they came from, and naming what does not agree.

A mark is held against the keys as they were when it was made and the log as it stood then: what was
approved or accepted later must not make an honest mark look wrong.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from core.texts import Text, lazy_gettext as _
from exam.blueprints import MultipleRule
from exam.marking import Accepted, Given, Score, latest_choices, score
from exam.outcomes import Decision
from exam.papers import PaperEntry
from exam.receipts import ReceiptFacts, log_digest
from exam.states import MarkCause


class Part(StrEnum):
    """What was found to differ."""

    MARK = "mark"
    MARK_MISSING = "mark_missing"
    RESULT = "result"
    RESULT_MISSING = "result_missing"
    RECEIPT = "receipt"
    RECEIPT_FORGED = "receipt_forged"
    RECEIPT_MISSING = "receipt_missing"


PART_NAMES: dict[Part, Text] = {
    Part.MARK: _("成绩"),
    Part.MARK_MISSING: _("没有成绩"),
    Part.RESULT: _("考试结果"),
    Part.RESULT_MISSING: _("没有考试结果"),
    Part.RECEIPT: _("回执与作答记录"),
    Part.RECEIPT_FORGED: _("回执签名"),
    Part.RECEIPT_MISSING: _("没有回执"),
}


@dataclass(frozen=True)
class Logged:
    """A response with when it came into the log: on arrival, or once a person had accepted it."""

    given: Given
    logged_at: datetime


@dataclass(frozen=True)
class StoredMark:
    """A mark as it is stored."""

    number: int
    cause: MarkCause
    score: Score
    cut_score: int
    marked_at: datetime


@dataclass(frozen=True)
class StoredReceipt:
    """The newest receipt of an attempt: what it says, or None where the signature is not ours or another's."""

    number: int
    issued_at: datetime
    facts: ReceiptFacts | None


@dataclass(frozen=True)
class StoredResult:
    """A result as it is stored."""

    number: int
    decision: Decision
    settled_at: datetime


@dataclass(frozen=True)
class AttemptRecord:
    """Everything that is stored of one attempt; marks by number, the log by sequence."""

    attempt_id: UUID
    candidate_id: UUID
    candidate_no: str
    is_handed_in: bool
    entries: Sequence[PaperEntry]
    log: Sequence[Logged]
    marks: Sequence[StoredMark]
    receipt: StoredReceipt | None


@dataclass(frozen=True)
class Approval:
    """What was approved for one item instead of its key, and when."""

    version_id: UUID
    accepted: Accepted
    at: datetime


@dataclass(frozen=True)
class Keys:
    """The keys of a sitting: as written, and every approval since, the first first."""

    written: Mapping[UUID, Accepted]
    approvals: Sequence[Approval]

    def at(self, mark: StoredMark) -> Mapping[UUID, Accepted]:
        """Return the keys in force for a mark; of one instant are only the marks that the approval made."""
        in_force = {one.version_id: one.accepted for one in self.approvals if _holds_for(one, mark)}
        return {**self.written, **in_force}


@dataclass(frozen=True)
class Rules:
    """What the blueprint of a sitting says about marks."""

    multiple_rule: MultipleRule
    cut_score: int


@dataclass(frozen=True)
class Difference:
    """One thing that does not agree: whose, what, as stored and as computed."""

    candidate_no: str
    part: Part
    number: int
    stored: str
    computed: str


def scores_again(record: AttemptRecord, keys: Keys, rules: Rules) -> list[Score]:
    """Return the score for each mark of an attempt, computed from its paper, its log and the keys."""
    return [
        score(
            record.entries,
            latest_choices(one.given for one in log_at(record, mark)),
            keys.at(mark),
            rules.multiple_rule,
        )
        for mark in record.marks
    ]


def log_at(record: AttemptRecord, mark: StoredMark) -> list[Logged]:
    """Return the log that a mark was made from: all of it for the newest one of what is handed in."""
    if record.is_handed_in and mark == record.marks[-1]:
        return list(record.log)
    return [one for one in record.log if one.logged_at <= mark.marked_at]


def differences_in_attempt(record: AttemptRecord, scores: Sequence[Score], rules: Rules) -> list[Difference]:
    """Return what does not agree among the marks, by their scores computed again, and the newest receipt."""
    found = []
    for mark, again in zip(record.marks, scores, strict=True):
        if (mark.score, mark.cut_score) != (again, rules.cut_score):
            stored, computed = _words(mark.score, mark.cut_score), _words(again, rules.cut_score)
            found.append(Difference(record.candidate_no, Part.MARK, mark.number, stored, computed))
    if record.is_handed_in and not record.marks:
        found.append(Difference(record.candidate_no, Part.MARK_MISSING, 1, "—", "—"))
    return found + _differences_in_receipt(record)


def differences_in_results(
    candidate_no: str, stored: Sequence[StoredResult], computed: Sequence[Decision]
) -> list[Difference]:
    """Return which of a candidate's results (the first first) are not what they come to."""
    pairs = zip(stored, computed, strict=True)
    return [
        Difference(candidate_no, Part.RESULT, one.number, _said(one.decision), _said(again))
        for one, again in pairs
        if one.decision != again
    ]


def score_by(marks: Iterable[tuple[StoredMark, Score]], settled_at: datetime) -> int | None:
    """Return the score that counted when a result was settled, from marks and their scores, if there was one."""
    counting = [again.score for mark, again in marks if mark.marked_at <= settled_at]
    return counting[-1] if counting else None


def _holds_for(approval: Approval, mark: StoredMark) -> bool:
    if approval.at == mark.marked_at:
        return mark.cause is MarkCause.KEY_CORRECTION
    return approval.at < mark.marked_at


def _differences_in_receipt(record: AttemptRecord) -> list[Difference]:
    receipt = record.receipt
    if receipt is None:
        missing = Difference(record.candidate_no, Part.RECEIPT_MISSING, 1, "—", "—")
        return [missing] if record.is_handed_in else []
    facts = receipt.facts
    if facts is None or facts.attempt_id != record.attempt_id:
        return [Difference(record.candidate_no, Part.RECEIPT_FORGED, receipt.number, "—", "—")]
    log = _log_of_receipt(record, receipt)
    digest = log_digest(one.given for one in log)
    if (facts.responses, facts.log_digest) == (len(log), digest):
        return []
    stored, computed = f"{facts.responses} {facts.log_digest[:16]}", f"{len(log)} {digest[:16]}"
    return [Difference(record.candidate_no, Part.RECEIPT, receipt.number, stored, computed)]


def _log_of_receipt(record: AttemptRecord, receipt: StoredReceipt) -> list[Logged]:
    """Return the log at hand-in: all of it, unless responses were accepted or an attempt let in again since."""
    later = {mark.cause for mark in record.marks if mark.number > receipt.number}
    if record.is_handed_in and MarkCause.LATE_RESPONSES not in later:
        return list(record.log)
    return [one for one in record.log if one.logged_at <= receipt.issued_at]


def _words(one: Score, cut_score: int) -> str:
    return f"{one.score}/{one.full_score} ({one.answered_count}, ≥{cut_score})"


def _said(one: Decision) -> str:
    parts = [str(one.outcome), str(one.shortfall or ""), "" if one.score is None else str(one.score)]
    return " ".join(part for part in parts if part)
