"""Reads over frozen figures: the snapshots of a sitting, one snapshot opened, and what stands against a new one."""

from uuid import UUID

from sqlalchemy import case, exists, func, literal_column, or_, select
from sqlalchemy.orm import Session, defer

from core.errors import NotFoundError
from exam.circular_texts import source_line
from exam.cut_offs import Cut, CutOff
from exam.endings import End, end_of_rank
from exam.models.circulars import FiguresSnapshot
from exam.models.planning import Candidate, Sitting
from exam.models.results import Result
from exam.pass_rates import FiguresTable, table
from exam.queries.cube import best_in, cells, closed_make_ups, rank_of
from exam.queries.newest import newest_result
from exam.queries.results import unit_rows
from exam.queries.trend import sittings_over
from exam.snapshots import PastSitting, Snapshot, SnapshotFacts, opened
from exam.states import Outcome, SittingKind, SittingState
from people.scope import CITY

LONGEST_TREND = 10
_OUTCOMES = {End.PASSED: Outcome.PASSED, End.FAILED: Outcome.FAILED}


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


def newest_snapshot(session: Session, sitting_id: UUID, cut: Cut) -> FiguresSnapshot | None:
    """Return the newest snapshot of a sitting at a cut-off."""
    query = select(FiguresSnapshot).where(FiguresSnapshot.sitting_id == sitting_id, FiguresSnapshot.cut == cut)
    return session.scalar(query.order_by(FiguresSnapshot.number.desc()).limit(1))


def figures_in(row: FiguresSnapshot) -> Snapshot:
    """Return what a snapshot says, or refuse it where text, digest or row do not belong together."""
    made = opened(row.content, row.digest)
    head = made.head
    if (head.sitting_id, head.number, head.cut) != (row.sitting_id, row.number, Cut(row.cut)):
        return opened("", row.digest)  # refused as changed: the text belongs to another row
    return made


def source_of(row: FiguresSnapshot, figures: Snapshot) -> str:
    """Return the line that says where figures come from."""
    return source_line(figures, row.digest)


def present_table(session: Session, sitting: Sitting, cut: Cut) -> FiguresTable:
    """Return the figures of a sitting as they are now."""
    taken_at = CutOff(cut, sitting.id, _make_ups(session, sitting, cut), None)
    return table(unit_rows(session, cells(session, taken_at, CITY), CITY))


def has_newer_results(session: Session, row: FiguresSnapshot) -> bool:
    """Say whether anything was settled since the snapshot; only then can its figures differ.

    The sitting was closed then, so only a correction of a result or the end of a make-up can be newer: both
    are few, and an index holds the corrections.
    """
    sittings = select(Sitting.id).where(
        or_(Sitting.id == row.sitting_id, Sitting.first_sitting_id == row.sitting_id)
    )
    corrected = exists().where(
        Result.number > literal_column("1"), Result.settled_at > row.taken_at, Result.sitting_id.in_(sittings)
    )
    ended = exists().where(Sitting.first_sitting_id == row.sitting_id, Sitting.closed_at > row.taken_at)
    return bool(session.scalar(select(or_(corrected, ended) if row.cut == Cut.WITH_MAKE_UP else corrected)))


def snapshot_facts(session: Session, sitting: Sitting, cut: Cut) -> SnapshotFacts:
    """Return what taking a snapshot rests on."""
    newest = newest_snapshot(session, sitting.id, cut)
    make_ups = _make_ups(session, sitting, cut)
    return SnapshotFacts(
        state=SittingState(sitting.state),
        kind=SittingKind(sitting.kind),
        table=present_table(session, sitting, cut),
        counted=_counted(session, sitting.id, make_ups),
        newest=figures_in(newest).table if newest else None,
        has_cut=cut is Cut.FIRST or bool(make_ups),
    )


def trend_up_to(session: Session, sitting: Sitting, cut: Cut) -> tuple[PastSitting, ...]:
    """Return the last sittings that count up to this one, the oldest first; alone it is no trend.

    What its own make-ups changed is shown only where the snapshot is taken with them.
    """
    over = [one for one in sittings_over(session, CITY) if one.kind is SittingKind.REGULAR]
    place = [one.sitting_id for one in over].index(sitting.id) + 1
    if place == 1:
        return ()
    return tuple(
        PastSitting(
            title=one.title,
            closed_at=one.closed_at,
            first=one.first,
            with_make_up=None if one.sitting_id == sitting.id and cut is Cut.FIRST else one.with_make_up,
        )
        for one in over[max(place - LONGEST_TREND, 0) : place]
    )


def _make_ups(session: Session, sitting: Sitting, cut: Cut) -> tuple[UUID, ...]:
    return tuple(one.id for one in closed_make_ups(session, sitting)) if cut is Cut.WITH_MAKE_UP else ()


def _counted(session: Session, sitting_id: UUID, make_ups: tuple[UUID, ...]) -> dict[Outcome, int]:
    """Count people by the outcome that counts for each, one by one and not from the tables."""
    counted = rank_of(Result)
    query = select(counted, func.count()).select_from(Result)
    if make_ups:
        later = best_in(make_ups)
        counted = case((later.c.rank > rank_of(Result), later.c.rank), else_=rank_of(Result))
        query = (
            select(counted, func.count())
            .select_from(Result)
            .join(Candidate, Result.candidate_id == Candidate.id)
            .outerjoin(later, later.c.officer_id == Candidate.officer_id)
        )
    found: dict[Outcome, int] = {}
    for rank, count in session.execute(
        query.where(Result.sitting_id == sitting_id, newest_result()).group_by(counted)
    ):
        outcome = _OUTCOMES.get(end_of_rank(rank), Outcome.NOT_COMPLETED)
        found[outcome] = found.get(outcome, 0) + count
    return found
