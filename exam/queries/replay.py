"""Reads behind the replay: everything stored of a sitting's attempts, some hundred at a time.

However large the sitting, each batch costs the same few queries, and no more than a batch is held.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Text, cast, select
from sqlalchemy.orm import Session

from core.errors import InvalidError
from core.signing import is_ours
from exam.blueprints import MultipleRule
from exam.marking import Accepted, Given, Score, keys_as_accepted
from exam.models.planning import Candidate, Sitting
from exam.models.results import KeyCorrection, Mark, Result
from exam.models.room import Attempt, HeldResponse, Paper, Receipt, Response
from exam.outcomes import Decision
from exam.papers import entries_of
from exam.queries.due import due_people, standard_of
from exam.receipts import ReceiptFacts, facts_of
from exam.replay import (
    Approval,
    AttemptRecord,
    Difference,
    Keys,
    Logged,
    Part,
    Rules,
    StoredMark,
    StoredReceipt,
    StoredResult,
    differences_in_attempt,
    differences_in_results,
    score_by,
    scores_again,
)
from exam.states import (
    AttemptState,
    CorrectionState,
    HeldDecision,
    MarkCause,
    Outcome,
    Shortfall,
    SittingKind,
    SittingState,
)
from questions.queries import keys_of

BATCH = 500


@dataclass
class Replay:
    """What came of computing a sitting again: how much was looked at, and what does not agree."""

    attempts: int = 0
    marks: int = 0
    results: int = 0
    receipts: int = 0
    differences: list[Difference] = field(default_factory=list)


def replay(session: Session, sitting: Sitting) -> Replay:
    """Compute every mark, result and newest receipt of a sitting again and compare."""
    done, keys, rules = Replay(), _KeysOf(session, sitting.id), rules_of(sitting)
    marks: dict[UUID, list[tuple[StoredMark, Score]]] = {}
    for batch in attempt_batches(session, sitting.id):
        known = keys.for_records(batch)
        for record in batch:
            done.attempts += 1
            done.marks += len(record.marks)
            done.receipts += record.receipt is not None
            scores = scores_again(record, known, rules)
            done.differences += differences_in_attempt(record, scores, rules)
            marks[record.candidate_id] = list(zip(record.marks, scores, strict=True))
    if sitting.kind != SittingKind.MOCK and sitting.state == SittingState.CLOSED:
        _replay_results(session, sitting, marks, done)
    return done


def rules_of(sitting: Sitting) -> Rules:
    """Return what a sitting's blueprint says about marks."""
    return Rules(MultipleRule(sitting.blueprint.multiple_rule), sitting.blueprint.cut_score)


def keys_with_approvals(session: Session, sitting_id: UUID, records: Sequence[AttemptRecord]) -> Keys:
    """Return the keys of every item on these papers, as written and as approved since."""
    return _KeysOf(session, sitting_id).for_records(records)


def attempt_batches(
    session: Session, sitting_id: UUID, version_id: UUID | None = None
) -> Iterator[list[AttemptRecord]]:
    """Yield a sitting's attempts, or those with one item on their paper, in order of their start."""
    conditions = [Attempt.sitting_id == sitting_id]
    if version_id is not None:
        conditions.append(cast(Paper.entries, Text).contains(str(version_id)))
    last: UUID | None = None
    while batch := _batch(session, [*conditions, *([] if last is None else [Attempt.id > last])]):
        yield batch
        last = batch[-1].attempt_id


def attempt_record(session: Session, attempt_id: UUID) -> AttemptRecord:
    """Return everything stored of one attempt."""
    return _batch(session, [Attempt.id == attempt_id])[0]


class _KeysOf:
    """The keys of one sitting, looked up once for each item."""

    def __init__(self, session: Session, sitting_id: UUID) -> None:
        self._session = session
        self._written: dict[UUID, Accepted] = {}
        query = select(KeyCorrection.version_id, KeyCorrection.accepted, KeyCorrection.decided_at).where(
            KeyCorrection.sitting_id == sitting_id, KeyCorrection.state == CorrectionState.APPROVED
        )
        rows = session.execute(query.order_by(KeyCorrection.decided_at, KeyCorrection.id))
        self._approvals = [Approval(row.version_id, frozenset(row.accepted), row.decided_at) for row in rows]

    def for_records(self, records: Sequence[AttemptRecord]) -> Keys:
        """Return the keys that these papers need."""
        wanted = {entry.version_id for record in records for entry in record.entries}
        missing = wanted - self._written.keys()
        if missing:
            self._written |= keys_as_accepted(keys_of(self._session, missing))
        return Keys(self._written, [one for one in self._approvals if one.version_id in self._written])


def _replay_results(
    session: Session, sitting: Sitting, marks: dict[UUID, list[tuple[StoredMark, Score]]], done: Replay
) -> None:
    standard = standard_of(session, sitting, sitting.closed_at or sitting.closes_at)
    stored = _results(session, sitting.id)
    numbers = dict(
        session.execute(
            select(Candidate.id, Candidate.candidate_no).where(Candidate.sitting_id == sitting.id)
        ).all()
    )
    for person in due_people(session, sitting.id):
        results = stored.pop(person.candidate_id, [])
        own = marks.get(person.candidate_id, [])
        again = [standard.decide(person.officer_id, score_by(own, one.settled_at)) for one in results]
        done.results += len(results)
        done.differences += differences_in_results(numbers[person.candidate_id], results, again)
        if not results:
            done.differences.append(Difference(numbers[person.candidate_id], Part.RESULT_MISSING, 1, "—", "—"))
    for candidate_id, results in stored.items():
        found = [
            Difference(numbers[candidate_id], Part.RESULT, one.number, str(one.decision.outcome), "—")
            for one in results
        ]
        done.differences += found


def _batch(session: Session, conditions: Sequence[ColumnElement[bool]]) -> list[AttemptRecord]:
    query = (
        select(Attempt.id, Attempt.candidate_id, Candidate.candidate_no, Attempt.state, Paper.entries)
        .join(Candidate, Attempt.candidate_id == Candidate.id)
        .join(Paper, Attempt.paper_id == Paper.id)
        .where(*conditions)
        .order_by(Attempt.id)
        .limit(BATCH)
    )
    rows = session.execute(query).all()
    ids = [row.id for row in rows]
    logs, marks, receipts = _logs(session, ids), _marks(session, ids), _receipts(session, ids)
    return [
        AttemptRecord(
            attempt_id=row.id,
            candidate_id=row.candidate_id,
            candidate_no=row.candidate_no,
            is_handed_in=row.state == AttemptState.HANDED_IN,
            entries=entries_of(row.entries),
            log=logs.get(row.id, []),
            marks=marks.get(row.id, []),
            receipt=receipts.get(row.id),
        )
        for row in rows
    ]


def _logs(session: Session, ids: Sequence[UUID]) -> dict[UUID, list[Logged]]:
    query = select(Response.attempt_id, Response.seq, Response.place, Response.choice, Response.received_at)
    accepted = _accepted_later(session, ids)
    found: dict[UUID, list[Logged]] = {}
    rows = session.execute(query.where(Response.attempt_id.in_(ids)).order_by(Response.attempt_id, Response.seq))
    for attempt_id, seq, place, choice, received_at in rows:
        logged_at = accepted.get((attempt_id, place, choice, received_at), received_at) if accepted else received_at
        found.setdefault(attempt_id, []).append(Logged(Given(seq, place, choice), logged_at))
    return found


def _accepted_later(session: Session, ids: Sequence[UUID]) -> dict[tuple[UUID, int, str, datetime], datetime]:
    """Return when a person accepted what had come too late, by what it is."""
    query = select(
        HeldResponse.attempt_id,
        HeldResponse.place,
        HeldResponse.choice,
        HeldResponse.received_at,
        HeldResponse.decided_at,
    ).where(HeldResponse.attempt_id.in_(ids), HeldResponse.decision == HeldDecision.ACCEPTED)
    return {
        (row.attempt_id, row.place, row.choice, row.received_at): row.decided_at for row in session.execute(query)
    }


def _marks(session: Session, ids: Sequence[UUID]) -> dict[UUID, list[StoredMark]]:
    found: dict[UUID, list[StoredMark]] = {}
    for row in session.scalars(select(Mark).where(Mark.attempt_id.in_(ids)).order_by(Mark.number)):
        made = Score(row.score, row.full_score, row.answered_count)
        mark = StoredMark(row.number, MarkCause(row.cause), made, row.cut_score, row.marked_at)
        found.setdefault(row.attempt_id, []).append(mark)
    return found


def _receipts(session: Session, ids: Sequence[UUID]) -> dict[UUID, StoredReceipt]:
    query = select(Receipt).where(Receipt.attempt_id.in_(ids)).order_by(Receipt.number)
    return {row.attempt_id: StoredReceipt(row.number, row.issued_at, _facts(row)) for row in session.scalars(query)}


def _facts(receipt: Receipt) -> ReceiptFacts | None:
    try:
        return facts_of(receipt.body) if is_ours(receipt.body, receipt.signature) else None
    except InvalidError:
        return None


def _results(session: Session, sitting_id: UUID) -> dict[UUID, list[StoredResult]]:
    query = select(
        Result.candidate_id, Result.number, Result.outcome, Result.shortfall, Result.score, Result.settled_at
    )
    found: dict[UUID, list[StoredResult]] = {}
    for row in session.execute(query.where(Result.sitting_id == sitting_id).order_by(Result.number)):
        shortfall = Shortfall(row.shortfall) if row.shortfall else None
        decision = Decision(Outcome(row.outcome), shortfall, row.score)
        found.setdefault(row.candidate_id, []).append(StoredResult(row.number, decision, row.settled_at))
    return found
