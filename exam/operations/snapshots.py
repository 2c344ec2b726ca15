"""Freezing the figures of a sitting: a further row with its number and digest, and nothing is ever changed."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import clock
from core.audit import Actor
from core.db import new_key
from core.errors import ForbiddenError, refuse_if
from core.operations import record_audit
from exam.cut_offs import Cut
from exam.models.circulars import FiguresSnapshot
from exam.models.planning import Sitting
from exam.queries.scores import full_score, scores
from exam.queries.snapshots import snapshot_facts, trend_up_to
from exam.snapshots import Snapshot, SnapshotHead, canonical, digest_of, reasons_against_snapshot
from people.queries import city
from people.scope import CITY

# Snapshots of a sitting take turns over its row; marks of a hand-in, which only point to it, do not wait.
KEEPS_KEY = {"of": Sitting, "key_share": True}


def take_snapshot(session: Session, sitting: Sitting, cut: Cut, actor: Actor) -> FiguresSnapshot:
    """Write the figures down as they stand, once they add up and differ from the newest snapshot."""
    if actor.account_id is None:
        raise ForbiddenError
    session.flush()
    session.refresh(sitting, with_for_update=KEEPS_KEY)
    facts = snapshot_facts(session, sitting, cut)
    refuse_if(reasons_against_snapshot(facts))
    head = SnapshotHead(
        sitting_id=sitting.id,
        sitting_title=sitting.title,
        opens_at=sitting.opens_at,
        closes_at=sitting.closes_at,
        cut_score=sitting.blueprint.cut_score,
        full_score=full_score(sitting),
        issuer_name=city(session).issuer_name,
        cut=cut,
        number=_next_number(session, sitting),
        taken_at=clock.now(),
    )
    sat = tuple(sorted(scores(session, sitting.id, CITY).items()))
    made = _row(Snapshot(head, facts.table, sat, trend_up_to(session, sitting, cut)), actor)
    session.add(made)
    session.flush()
    total = facts.table.total
    detail = {"number": made.number, "cut": str(cut), "due": total.due, "passed": total.passed}
    record_audit(session, actor, "exam:snapshot:take", made.id, {**detail, "digest": made.digest})
    return made


def _next_number(session: Session, sitting: Sitting) -> int:
    query = select(func.max(FiguresSnapshot.number)).where(FiguresSnapshot.sitting_id == sitting.id)
    return (session.scalar(query) or 0) + 1


def _row(snapshot: Snapshot, actor: Actor) -> FiguresSnapshot:
    content = canonical(snapshot)
    return FiguresSnapshot(
        id=new_key(),
        sitting_id=snapshot.head.sitting_id,
        number=snapshot.head.number,
        cut=snapshot.head.cut,
        taken_by=actor.account_id,
        taken_by_name=actor.name,
        taken_at=snapshot.head.taken_at,
        content=content,
        digest=digest_of(content),
    )
