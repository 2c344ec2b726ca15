"""The verbs on responses that came too late: a person accepts or refuses them, with a reason.

What is accepted is appended to the log as it is, never written in between; an attempt that was marked
already is marked and receipted again, and the earlier mark and receipt stay; so does the result of a closed
sitting.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import clock
from core.audit import Actor
from core.errors import refuse_if
from core.operations import record_audit
from exam.held import HeldFacts, reasons_against_decision
from exam.models.planning import Sitting
from exam.models.room import Attempt, HeldResponse, Response
from exam.operations.handing_in import mark_again, write_receipt
from exam.operations.invigilation import lock_sitting
from exam.operations.settling import settle_again
from exam.queries.held import undecided_of
from exam.queries.room import log_of, mark_of
from exam.states import AttemptState, HeldDecision, MarkCause
from exam.time_ledger import MILLISECOND


@dataclass(frozen=True)
class Verdict:
    """What a person decided, and why."""

    decision: HeldDecision
    reason: str


def decide(
    session: Session, attempt: Attempt, held_ids: Collection[UUID] | None, verdict: Verdict, actor: Actor
) -> int:
    """Accept or refuse held responses of an attempt, all that are undecided where none are named.

    Accepting appends them to the log in the order of their numbers and marks the attempt again. Returns
    how many were decided on.
    """
    sitting = session.get_one(Sitting, attempt.sitting_id)
    lock_sitting(session, sitting)
    session.refresh(attempt, with_for_update={"of": Attempt})
    rows = _undecided(session, attempt.id, held_ids)
    facts = HeldFacts(AttemptState(attempt.state), len(rows))
    refuse_if(reasons_against_decision(facts, verdict.reason))
    for row in rows:
        row.decision, row.reason = verdict.decision, verdict.reason
        row.decided_by, row.decided_at = actor.account_id, clock.now()
    session.flush()
    if verdict.decision is HeldDecision.ACCEPTED:
        _append(session, attempt, rows)
        _mark(session, attempt, sitting)
    detail = {"reason": verdict.reason, "seqs": [row.seq for row in rows], "places": [row.place for row in rows]}
    record_audit(session, actor, f"exam:held:{_AUDIT_VERBS[verdict.decision]}", attempt.id, detail)
    return len(rows)


def _undecided(session: Session, attempt_id: UUID, held_ids: Collection[UUID] | None) -> list[HeldResponse]:
    query = undecided_of(attempt_id)
    if held_ids is not None:
        query = query.where(HeldResponse.id.in_(held_ids))
    return list(session.scalars(query.with_for_update().execution_options(populate_existing=True)))


def _append(session: Session, attempt: Attempt, rows: Sequence[HeldResponse]) -> None:
    last = session.scalar(select(func.max(Response.seq)).where(Response.attempt_id == attempt.id)) or 0
    session.add_all(
        [
            Response(
                attempt_id=attempt.id,
                seq=last + number,
                sitting_id=attempt.sitting_id,
                place=row.place,
                choice=row.choice,
                late_ms=max(0, (row.received_at - attempt.deadline_at) // MILLISECOND),
                received_at=row.received_at,
            )
            for number, row in enumerate(rows, start=1)
        ]
    )
    session.flush()


def _mark(session: Session, attempt: Attempt, sitting: Sitting) -> None:
    if mark_of(session, attempt.id) is not None:
        mark = mark_again(session, attempt, MarkCause.LATE_RESPONSES)
        write_receipt(session, attempt, log_of(session, attempt.id), mark.number)
    settle_again(session, sitting, [attempt.candidate_id], MarkCause.LATE_RESPONSES, clock.now())


_AUDIT_VERBS = {HeldDecision.ACCEPTED: "accept", HeldDecision.REFUSED: "refuse"}
