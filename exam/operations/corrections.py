"""The verbs of corrected keys: propose another key with a reason, approve it as a second person, or reject it.

Approving marks every attempt again that has the item and is handed in, and settles again what was
settled. Nothing old is edited; whoever is still answering is marked by the new key at hand-in.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from core import clock
from core.audit import Actor
from core.db import new_key
from core.errors import ForbiddenError, refuse_if
from core.operations import record_audit
from exam.corrections import reasons_against_decision, reasons_against_proposal, reasons_against_rejection
from exam.marking import Accepted, latest_choices, score
from exam.models.planning import Sitting
from exam.models.results import KeyCorrection, Mark
from exam.models.room import Attempt
from exam.operations.settling import settle_again
from exam.queries.corrections import affected, decision_facts, proposal_facts
from exam.queries.keys import accepted_keys
from exam.queries.replay import rules_of
from exam.replay import AttemptRecord, Rules
from exam.states import CORRECTION, CorrectionState, MarkCause

# Locks a sitting's row without standing in the way of rows that only point to it: marks of a hand-in do.
KEEPS_KEY = {"of": Sitting, "key_share": True}


def propose_correction(
    session: Session, sitting: Sitting, version_id: UUID, accepted: Accepted, reason: str, *, actor: Actor
) -> KeyCorrection:
    """Propose that these choices count as right; no choice at all gives everybody the marks."""
    if actor.account_id is None:
        raise ForbiddenError
    session.flush()
    session.refresh(sitting, with_for_update=KEEPS_KEY)
    refuse_if(reasons_against_proposal(proposal_facts(session, sitting, version_id), accepted, reason))
    made = KeyCorrection(
        sitting_id=sitting.id,
        version_id=version_id,
        accepted=sorted(accepted),
        reason=reason.strip(),
        state=CorrectionState.PROPOSED,
        proposed_by=actor.account_id,
        proposed_at=clock.now(),
    )
    session.add(made)
    session.flush()
    detail = {"item": str(version_id), "accepted": made.accepted, "reason": made.reason}
    record_audit(session, actor, "exam:correction:propose", made.id, detail)
    return made


def approve_correction(session: Session, correction: KeyCorrection, actor: Actor) -> int:
    """Let the proposed key count, mark again and settle again; return how many attempts were marked."""
    sitting = _take_turns(session, correction)
    refuse_if(reasons_against_decision(decision_facts(correction, actor.account_id), "approve"))
    at = _decide(session, correction, "approve", actor)
    records = affected(session, sitting, correction.version_id)
    _mark_all_again(session, sitting, records, at)
    changed = settle_again(
        session, sitting, [record.candidate_id for record in records], MarkCause.KEY_CORRECTION, at
    )
    detail = {"marked": len(records), "results_changed": changed, "accepted": correction.accepted}
    record_audit(session, actor, "exam:correction:approve", correction.id, detail)
    return len(records)


def reject_correction(session: Session, correction: KeyCorrection, reason: str, actor: Actor) -> None:
    """Turn a proposal down, with a reason; nothing is marked."""
    _take_turns(session, correction)
    refuse_if(
        [
            *reasons_against_decision(decision_facts(correction, actor.account_id), "reject"),
            *reasons_against_rejection(reason),
        ]
    )
    _decide(session, correction, "reject", actor)
    record_audit(session, actor, "exam:correction:reject", correction.id, {"reason": reason.strip()})


def _take_turns(session: Session, correction: KeyCorrection) -> Sitting:
    """Let closings, other decisions and hand-ins of this sitting wait; saves go on.

    A hand-in changes the attempt's row before it reads the keys: whoever comes first here, every attempt
    is either marked again below or finds the new key. Only rows are locked, always in the same order.
    """
    session.flush()
    sitting = session.get_one(Sitting, correction.sitting_id)
    session.refresh(sitting, with_for_update=KEEPS_KEY)
    attempts = select(Attempt.id).where(Attempt.sitting_id == sitting.id).order_by(Attempt.id)
    session.execute(attempts.with_for_update(read=True)).all()
    session.refresh(correction, with_for_update=True)
    return sitting


def _decide(session: Session, correction: KeyCorrection, verb: str, actor: Actor) -> datetime:
    if actor.account_id is None:
        raise ForbiddenError
    at = clock.now()
    correction.state = CORRECTION.after(CorrectionState(correction.state), verb)
    correction.decided_by, correction.decided_at = actor.account_id, at
    session.flush()
    return at


def _mark_all_again(session: Session, sitting: Sitting, records: Iterable[AttemptRecord], at: datetime) -> None:
    records = list(records)
    wanted = {entry.version_id for record in records for entry in record.entries}
    keys, rules = accepted_keys(session, sitting.id, wanted), rules_of(sitting)
    rows = [_mark_row(sitting.id, record, keys, rules, at) for record in records]
    if rows:
        session.execute(insert(Mark), rows)


def _mark_row(
    sitting_id: UUID, record: AttemptRecord, keys: Mapping[UUID, Accepted], rules: Rules, at: datetime
) -> dict[str, object]:
    choices = latest_choices(one.given for one in record.log)
    made = score(record.entries, choices, keys, rules.multiple_rule)
    return {
        "id": new_key(),
        "attempt_id": record.attempt_id,
        "number": record.marks[-1].number + 1,
        "cause": MarkCause.KEY_CORRECTION,
        "sitting_id": sitting_id,
        "score": made.score,
        "full_score": made.full_score,
        "cut_score": rules.cut_score,
        "answered_count": made.answered_count,
        "marked_at": at,
    }
