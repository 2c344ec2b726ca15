"""Reads of the invigilators' board: one sitting's candidates as they stand at this moment, within a scope.

What everybody's state rests on is read in one query; what only a shown row needs is read for the page.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from core.paging import Page
from exam.board import (
    PAGE_SIZES,
    BoardRow,
    BoardSort,
    BoardState,
    Signs,
    last_seen,
    problem_rank,
    state_of,
    time_left,
)
from exam.events import EventKind
from exam.models.planning import Candidate
from exam.models.room import Attempt, Presence, Response, RoomEvent, TimeEntry
from exam.queries.newest import newest_attempt
from exam.queries.planning import held_count
from exam.states import AttemptState, Standing
from exam.time_ledger import TimeKind
from people.models import Officer, Organisation
from people.scope import Scope

FLAGS = (EventKind.IRREGULARITY, EventKind.LEAVE_LIMIT)
GIVEN = (TimeKind.ACCOMMODATION, TimeKind.EXTRA, TimeKind.OUTAGE)


@dataclass(frozen=True)
class BoardFilter:
    """What the board is narrowed to; empty means everybody. ``no_room`` asks for those without a room."""

    text: str = ""
    unit_id: UUID | None = None
    room_id: UUID | None = None
    no_room: bool = False
    state: BoardState | None = None
    irregular: bool = False
    sort: BoardSort = BoardSort.PROBLEM


@dataclass(frozen=True)
class BoardCounts:
    """How many stand where, of those whom room, unit and text leave; the irregular are among them."""

    states: Mapping[BoardState, int]
    irregular: int

    @property
    def total(self) -> int:
        """Return how many there are in all."""
        return sum(self.states.values())


@dataclass(frozen=True)
class Board:
    """One page of the board, with the counts of the whole."""

    counts: BoardCounts
    page: Page[BoardRow]
    held: int


@dataclass(frozen=True)
class Person:
    """One candidate as an act names them."""

    candidate_id: UUID
    name: str
    candidate_no: str
    unit: str


def board(
    session: Session,
    sitting_id: UUID,
    scope: Scope,
    wanted: BoardFilter,
    now: datetime,
    *,
    number: int = 1,
    size: int = PAGE_SIZES[0],
) -> Board:
    """Return one page of the board as it stands now."""
    rows = _rows(session, sitting_id, scope, wanted, now)
    states = Counter(row.state for row in rows)
    counts = BoardCounts({state: states[state] for state in BoardState}, sum(1 for row in rows if row.irregular))
    shown = _narrowed(rows, wanted)
    last = max(1, -(-len(shown) // size))
    number = min(max(1, number), last)
    part = shown[(number - 1) * size : number * size]
    page = Page(_with_details(session, part), number, size, len(shown))
    return Board(counts, page, held_count(session, sitting_id))


def people_on_board(
    session: Session, sitting_id: UUID, scope: Scope, wanted: BoardFilter, now: datetime
) -> list[UUID]:
    """Return everybody whom a filter leaves, in the order of the board."""
    return [row.candidate_id for row in _narrowed(_rows(session, sitting_id, scope, wanted, now), wanted)]


def people(session: Session, sitting_id: UUID, scope: Scope, ids: Collection[UUID]) -> list[Person]:
    """Return those of these candidates who are due in this sitting and within the scope, by number."""
    query = (
        select(Candidate.id, Officer.name, Candidate.candidate_no, Organisation.name)
        .join(Officer, Candidate.officer_id == Officer.id)
        .join(Organisation, Candidate.organisation_id == Organisation.id)
        .where(*_due(sitting_id, scope))
        .order_by(Candidate.candidate_no)
    )
    wanted = frozenset(ids)
    return [Person(*row) for row in session.execute(query) if row.id in wanted]


def answered_counts(session: Session, attempt_ids: Collection[UUID]) -> dict[UUID, int]:
    """Return at how many places an answer stands, for each of these attempts that has any."""
    newest = (
        select(Response.attempt_id, func.max(Response.seq).label("seq"))
        .where(Response.attempt_id.in_(attempt_ids))
        .group_by(Response.attempt_id, Response.place)
        .subquery()
    )
    same = and_(Response.attempt_id == newest.c.attempt_id, Response.seq == newest.c.seq)
    query = select(Response.attempt_id, func.count()).join(newest, same).where(Response.choice != "")
    return {row[0]: row[1] for row in session.execute(query.group_by(Response.attempt_id))}


def _rows(session: Session, sitting_id: UUID, scope: Scope, wanted: BoardFilter, now: datetime) -> list[BoardRow]:
    found = session.execute(_light(sitting_id, scope, wanted)).all()
    events = _event_counts(session, sitting_id)
    return [_row(one, events, now) for one in found]


def _light(sitting_id: UUID, scope: Scope, wanted: BoardFilter) -> Select[*tuple[Any, ...]]:
    received = (
        select(Response.received_at)
        .where(Response.attempt_id == Attempt.id)
        .order_by(Response.seq.desc())
        .limit(1)
        .correlate(Attempt)
        .scalar_subquery()
    )
    return (
        select(
            Candidate.id,
            Officer.name,
            Candidate.candidate_no,
            Candidate.organisation_id,
            Candidate.room_id,
            Attempt.id.label("attempt_id"),
            Attempt.state,
            Attempt.started_at,
            Attempt.opened_at,
            Attempt.deadline_at,
            Attempt.paused_at,
            received.label("received_at"),
            Presence.seen_at,
            Presence.unsaved_count,
        )
        .join(Officer, Candidate.officer_id == Officer.id)
        .join(Organisation, Candidate.organisation_id == Organisation.id)
        .outerjoin(Attempt, (Attempt.candidate_id == Candidate.id) & newest_attempt())
        .outerjoin(Presence, Presence.attempt_id == Attempt.id)
        .where(*_due(sitting_id, scope), *_conditions(wanted))
        .order_by(Organisation.code, Candidate.candidate_no)
    )


def _row(one: Row[*tuple[Any, ...]], events: Mapping[UUID, Counter[EventKind]], now: datetime) -> BoardRow:
    state = AttemptState(one.state) if one.state else None
    signs = Signs(state, one.started_at, one.opened_at, one.received_at, one.seen_at)
    counted = events.get(one.id, Counter()) + (
        events.get(one.attempt_id, Counter()) if one.attempt_id else Counter()
    )
    is_running = state is AttemptState.ANSWERING
    return BoardRow(
        candidate_id=one.id,
        attempt_id=one.attempt_id,
        name=one.name,
        candidate_no=one.candidate_no,
        unit_id=one.organisation_id,
        room_id=one.room_id,
        state=state_of(signs, now),
        last_seen=last_seen(signs),
        unsent=(one.unsaved_count or 0) if state is not AttemptState.HANDED_IN else 0,
        deadline_at=one.deadline_at if is_running else None,
        left_seconds=time_left(state, one.deadline_at, one.paused_at),
        irregular=sum(counted[kind] for kind in FLAGS),
        times_left=counted[EventKind.LEFT_PAGE],
    )


def _narrowed(rows: Sequence[BoardRow], wanted: BoardFilter) -> list[BoardRow]:
    kept = [
        row
        for row in rows
        if (wanted.state is None or row.state is wanted.state) and (row.irregular or not wanted.irregular)
    ]
    return sorted(kept, key=problem_rank) if wanted.sort is BoardSort.PROBLEM else kept


def _event_counts(session: Session, sitting_id: UUID) -> dict[UUID, Counter[EventKind]]:
    """Return how often each counted thing happened, by attempt, or by candidate where there was none yet."""
    whose = func.coalesce(RoomEvent.attempt_id, RoomEvent.candidate_id)
    query = (
        select(whose, RoomEvent.kind, func.count())
        .where(RoomEvent.sitting_id == sitting_id, RoomEvent.kind.in_((*FLAGS, EventKind.LEFT_PAGE)))
        .group_by(whose, RoomEvent.kind)
    )
    counted: dict[UUID, Counter[EventKind]] = {}
    for owner, kind, count in session.execute(query):
        counted.setdefault(owner, Counter())[EventKind(kind)] = count
    return counted


def _with_details(session: Session, rows: Sequence[BoardRow]) -> list[BoardRow]:
    attempt_ids = [row.attempt_id for row in rows if row.attempt_id is not None]
    if not attempt_ids:
        return list(rows)
    answered = answered_counts(session, attempt_ids)
    given = select(TimeEntry.attempt_id, func.sum(TimeEntry.seconds)).where(
        TimeEntry.attempt_id.in_(attempt_ids), TimeEntry.kind.in_(GIVEN)
    )
    extra = {row[0]: int(row[1]) for row in session.execute(given.group_by(TimeEntry.attempt_id))}
    return [
        replace(row, answered=answered.get(row.attempt_id, 0), extra_seconds=extra.get(row.attempt_id, 0))
        if row.attempt_id
        else row
        for row in rows
    ]


def _due(sitting_id: UUID, scope: Scope) -> list[ColumnElement[bool]]:
    due = [Candidate.sitting_id == sitting_id, Candidate.standing == Standing.REGISTERED]
    return due if scope.organisation_id is None else [*due, Candidate.organisation_id == scope.organisation_id]


def _conditions(wanted: BoardFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.text:
        named = Officer.name.contains(wanted.text, autoescape=True)
        conditions.append(or_(named, Candidate.candidate_no.contains(wanted.text, autoescape=True)))
    if wanted.unit_id is not None:
        conditions.append(Candidate.organisation_id == wanted.unit_id)
    if wanted.room_id is not None:
        conditions.append(Candidate.room_id == wanted.room_id)
    if wanted.no_room:
        conditions.append(Candidate.room_id.is_(None))
    return conditions
