"""Reads over frozen figures: the snapshots of a sitting, one snapshot opened, and what stands against a new one."""

from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, defer

from core.errors import NotFoundError
from exam.circular_texts import source_line
from exam.models.circulars import FiguresSnapshot
from exam.models.planning import Sitting
from exam.models.results import Result
from exam.pass_rates import FiguresTable, table
from exam.queries.newest import newest_result
from exam.queries.results import figures_by_organisation
from exam.snapshots import Cutoff, Snapshot, SnapshotFacts, opened
from exam.states import Outcome, SittingKind, SittingState
from people.scope import CITY


def snapshot(session: Session, snapshot_id: UUID) -> FiguresSnapshot:
    """Return one snapshot's row."""
    found = session.get(FiguresSnapshot, snapshot_id)
    if found is None:
        raise NotFoundError
    return found


def snapshots_of(session: Session, sitting_id: UUID) -> list[FiguresSnapshot]:
    """Return the snapshots of a sitting, the newest first, without their tables."""
    query = select(FiguresSnapshot).where(FiguresSnapshot.sitting_id == sitting_id)
    query = query.order_by(FiguresSnapshot.number.desc()).options(defer(FiguresSnapshot.content))
    return list(session.scalars(query))


def newest_snapshot(session: Session, sitting_id: UUID, cutoff: Cutoff) -> FiguresSnapshot | None:
    """Return the newest snapshot of a sitting at a cut-off."""
    query = select(FiguresSnapshot).where(
        FiguresSnapshot.sitting_id == sitting_id, FiguresSnapshot.cutoff == cutoff
    )
    return session.scalar(query.order_by(FiguresSnapshot.number.desc()).limit(1))


def figures_in(row: FiguresSnapshot) -> Snapshot:
    """Return what a snapshot says, or refuse it where text, digest or row do not belong together."""
    made = opened(row.content, row.digest)
    head = made.head
    if (head.sitting_id, head.number, head.cutoff) != (row.sitting_id, row.number, Cutoff(row.cutoff)):
        return opened("", row.digest)
    return made


def source_of(row: FiguresSnapshot, figures: Snapshot) -> str:
    """Return the line that says where figures come from."""
    return source_line(figures, row.digest)


def present_table(session: Session, sitting_id: UUID, cutoff: Cutoff) -> FiguresTable:
    """Return the figures of a sitting as they are now."""
    return table(figures_by_organisation(session, sitting_id, CITY))


def has_newer_results(session: Session, row: FiguresSnapshot) -> bool:
    """Say whether any result was settled after the snapshot; only then can its figures differ."""
    newer = (Result.sitting_id == row.sitting_id, Result.settled_at > row.taken_at)
    return bool(session.scalar(select(exists().where(*newer))))


def snapshot_facts(session: Session, sitting: Sitting, cutoff: Cutoff) -> SnapshotFacts:
    """Return what taking a snapshot rests on."""
    newest = newest_snapshot(session, sitting.id, cutoff)
    counted = (
        select(Result.outcome, func.count())
        .where(Result.sitting_id == sitting.id, newest_result())
        .group_by(Result.outcome)
    )
    return SnapshotFacts(
        state=SittingState(sitting.state),
        kind=SittingKind(sitting.kind),
        table=present_table(session, sitting.id, cutoff),
        counted={Outcome(outcome): count for outcome, count in session.execute(counted)},
        newest=figures_in(newest).table if newest else None,
    )


def score_counts(session: Session, sitting_id: UUID) -> tuple[tuple[int, int], ...]:
    """Return how many of those who took part got each score, the lowest first."""
    query = (
        select(Result.score, func.count())
        .where(Result.sitting_id == sitting_id, Result.outcome != Outcome.NOT_COMPLETED, newest_result())
        .group_by(Result.score)
    )
    return tuple(sorted((score, count) for score, count in session.execute(query) if score is not None))
