"""The verbs on accommodations: grant one before the exam, or take it back; nothing is ever edited.

The evidence stays in the table, which only administrators read; the audit chain holds what was granted.
"""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.audit import Actor
from core.errors import Reason, RefusedError, refuse_if
from core.operations import record_audit
from core.texts import lazy_gettext as _
from exam.accommodations import AccommodationKind, reasons_against
from exam.models.planning import Accommodation, Candidate
from exam.queries.accommodations import granted_to
from exam.queries.planning import has_begun

MINUTE = 60


@dataclass(frozen=True)
class Grant:
    """What is granted, or taken back, and on what evidence; ``minutes`` belongs to extra time alone."""

    kind: AccommodationKind
    evidence: str
    minutes: int = 0


def grant(session: Session, candidate: Candidate, wanted: Grant, actor: Actor) -> Accommodation:
    """Grant something to a candidate who has not begun; a further grant of its kind replaces the earlier."""
    _take_turns(session, candidate)
    refuse_if(reasons_against(wanted.kind, wanted.minutes, wanted.evidence, has_begun(session, candidate)))
    minutes = wanted.minutes if wanted.kind is AccommodationKind.EXTRA_TIME else 0
    row = _write(session, candidate, Grant(wanted.kind, wanted.evidence, minutes), actor, is_granted=True)
    detail = {"kind": wanted.kind, "minutes": minutes}
    record_audit(session, actor, "exam:accommodation:grant", candidate.id, detail)
    return row


def take_back(session: Session, candidate: Candidate, unwanted: Grant, actor: Actor) -> None:
    """Take back what was granted to a candidate who has not begun; why is written down as evidence."""
    _take_turns(session, candidate)
    granted = granted_to(session, candidate.id).get(unwanted.kind)
    if granted is None:
        raise RefusedError([Reason("not_granted", _("该考生现在没有这项合理便利，无需撤销。"))])
    minutes = granted.seconds // MINUTE
    refuse_if(reasons_against(unwanted.kind, minutes, unwanted.evidence, has_begun(session, candidate)))
    _write(session, candidate, unwanted, actor, is_granted=False)
    record_audit(session, actor, "exam:accommodation:take_back", candidate.id, {"kind": unwanted.kind})


def _take_turns(session: Session, candidate: Candidate) -> None:
    """Wait for an attempt that is just being started, or let it wait and find what is granted now."""
    session.execute(select(Candidate.id).where(Candidate.id == candidate.id).with_for_update())


def _write(session: Session, candidate: Candidate, what: Grant, actor: Actor, *, is_granted: bool) -> Accommodation:
    row = Accommodation(
        candidate_id=candidate.id,
        kind=what.kind,
        seconds=what.minutes * MINUTE if is_granted else 0,
        is_granted=is_granted,
        evidence=what.evidence.strip(),
        approved_by=actor.account_id,
        approved_at=clock.now(),
    )
    session.add(row)
    session.flush()
    return row
