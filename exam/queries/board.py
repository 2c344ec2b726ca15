"""Reads of the invigilators' board: one sitting's candidates as they stand at this moment, within a scope.

Of everybody only the state is read, in one query; what a shown row says besides is read for the page.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Row, ScalarSelect, and_, func, or_, select, type_coerce
from sqlalchemy.orm import Session

from core.db import Instant, is_postgresql
from core.paging import Page
from exam.board import (
    PAGE_SIZES,
    BoardRow,
    BoardSort,
    BoardState,
    Signs,
    last_seen,
    problem_rank,
    state_at,
    state_of,
    time_left,
)
from exam.events import EventKind
from exam.models.planning import Candidate
from exam.models.room import Attempt, Presence, Response, RoomEvent, TimeEntry
from exam.queries.newest import newest_attempt
from exam.queries.planning import held_count
from exam.states import AttemptState, Standing
from exam.time_ledger import MORE, stood_still
from people.models import Officer, Organisation
from people.scope import Scope

MINUTE = 60
FLAGS = (EventKind.IRREGULARITY, EventKind.LEAVE_LIMIT)
COUNTED = (*FLAGS, EventKind.LEFT_PAGE, EventKind.CUT_OFF)
Events = Mapping[UUID, Counter[EventKind]]


@dataclass(frozen=True)
class BoardFilter:
    """What the board is narrowed to; empty means everybody. ``no_room`` asks for those without a room.

    ``cut_off_minutes`` asks for those who lost the server for so long, in all or to this moment.
    """

    text: str = ""
    unit_id: UUID | None = None
    room_id: UUID | None = None
    no_room: bool = False
    state: BoardState | None = None
    irregular: bool = False
    cut_off_minutes: int = 0
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


class _Light(NamedTuple):
    """Where one candidate stands, how often something irregular was noted, how long the server was lost."""

    candidate_id: UUID
    state: BoardState
    irregular: int
    cut_off_seconds: int


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
    events = _event_counts(session, sitting_id)
    everybody = _everybody(session, sitting_id, scope, wanted, events=events, now=now)
    states = Counter(one.state for one in everybody)
    irregular = sum(1 for one in everybody if one.irregular)
    counts = BoardCounts({state: states[state] for state in BoardState}, irregular)
    shown = _narrowed(everybody, wanted)
    number = min(max(1, number), max(1, -(-len(shown) // size)))
    ids = [one.candidate_id for one in shown[(number - 1) * size : number * size]]
    rows = _rows(session, ids, events, now)
    return Board(counts, Page(rows, number, size, len(shown)), held_count(session, sitting_id))


def people_on_board(
    session: Session, sitting_id: UUID, scope: Scope, wanted: BoardFilter, now: datetime
) -> list[UUID]:
    """Return everybody whom a filter leaves, in the order of the board."""
    events = _event_counts(session, sitting_id)
    everybody = _everybody(session, sitting_id, scope, wanted, events=events, now=now)
    return [one.candidate_id for one in _narrowed(everybody, wanted)]


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


def _everybody(
    session: Session, sitting_id: UUID, scope: Scope, wanted: BoardFilter, *, events: Events, now: datetime
) -> list[_Light]:
    """Return where everybody stands whom room, unit and text leave, by unit and candidate number."""
    seen = _greatest(
        session,
        Attempt.started_at,
        func.coalesce(Attempt.opened_at, Attempt.started_at),
        func.coalesce(_received_at(), Attempt.started_at),
        func.coalesce(Presence.seen_at, Attempt.started_at),
    )
    query = (
        select(Candidate.id, Attempt.id, Attempt.state, type_coerce(seen, Instant))
        .join(Officer, Candidate.officer_id == Officer.id)
        .join(Organisation, Candidate.organisation_id == Organisation.id)
        .outerjoin(Attempt, (Attempt.candidate_id == Candidate.id) & newest_attempt())
        .outerjoin(Presence, Presence.attempt_id == Attempt.id)
        .where(*_due(sitting_id, scope), *_conditions(wanted))
        .order_by(Organisation.code, Candidate.candidate_no)
    )
    flags = _flags(events)
    return [
        _Light(
            candidate_id,
            standing := state_at(AttemptState(state) if state else None, last, now),
            flags.get(candidate_id, 0) + flags.get(attempt_id, 0),
            _cut_off_seconds(events.get(attempt_id), standing, last, now),
        )
        for candidate_id, attempt_id, state, last in session.execute(query)
    ]


def _cut_off_seconds(
    counted: Counter[EventKind] | None, state: BoardState, seen: datetime | None, now: datetime
) -> int:
    """Return for how long a page lost the server: what is over, and what is going on."""
    over = counted[EventKind.CUT_OFF] if counted else 0
    return over + (stood_still(seen, now) if state is BoardState.OFFLINE and seen else 0)


def _rows(session: Session, ids: Sequence[UUID], events: Events, now: datetime) -> list[BoardRow]:
    query = (
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
            _received_at().label("received_at"),
            Presence.seen_at,
            Presence.unsaved_count,
        )
        .join(Officer, Candidate.officer_id == Officer.id)
        .outerjoin(Attempt, (Attempt.candidate_id == Candidate.id) & newest_attempt())
        .outerjoin(Presence, Presence.attempt_id == Attempt.id)
        .where(Candidate.id.in_(ids))
    )
    found = {one.id: _row(one, events, now) for one in session.execute(query)}
    return _with_details(session, [found[one] for one in ids])


def _received_at() -> ScalarSelect[Any]:
    """Select when the last response of an attempt came; the table's own order answers."""
    query = select(Response.received_at).where(Response.attempt_id == Attempt.id)
    return query.order_by(Response.seq.desc()).limit(1).correlate(Attempt).scalar_subquery()


def _greatest(session: Session, *columns: Any) -> ColumnElement[Any]:
    return func.greatest(*columns) if is_postgresql(session) else func.max(*columns)


def _row(one: Row[*tuple[Any, ...]], events: Events, now: datetime) -> BoardRow:
    state = AttemptState(one.state) if one.state else None
    signs = Signs(state, one.started_at, one.opened_at, one.received_at, one.seen_at)
    counted = events.get(one.id, Counter()) + events.get(one.attempt_id, Counter())
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
        cut_off_seconds=counted[EventKind.CUT_OFF],
    )


def _narrowed(everybody: Sequence[_Light], wanted: BoardFilter) -> list[_Light]:
    kept = [
        one
        for one in everybody
        if (wanted.state is None or one.state is wanted.state)
        and (one.irregular or not wanted.irregular)
        and one.cut_off_seconds >= wanted.cut_off_minutes * MINUTE
    ]
    if wanted.sort is BoardSort.PROBLEM:
        kept.sort(key=lambda one: problem_rank(one.state, one.irregular))
    return kept


def _flags(events: Events) -> dict[UUID, int]:
    return {owner: sum(counted[kind] for kind in FLAGS) for owner, counted in events.items()}


def _event_counts(session: Session, sitting_id: UUID) -> dict[UUID, Counter[EventKind]]:
    """Return how often each counted thing happened, by attempt, or by candidate where there was none yet.

    Of being cut off it is the seconds.
    """
    whose = func.coalesce(RoomEvent.attempt_id, RoomEvent.candidate_id)
    query = (
        select(whose, RoomEvent.kind, func.count(), func.sum(RoomEvent.seconds))
        .where(RoomEvent.sitting_id == sitting_id, RoomEvent.kind.in_(COUNTED))
        .group_by(whose, RoomEvent.kind)
    )
    counted: dict[UUID, Counter[EventKind]] = {}
    for owner, kind, count, seconds in session.execute(query):
        number = int(seconds) if kind == EventKind.CUT_OFF else count
        counted.setdefault(owner, Counter())[EventKind(kind)] = number
    return counted


def _with_details(session: Session, rows: Sequence[BoardRow]) -> list[BoardRow]:
    attempt_ids = [row.attempt_id for row in rows if row.attempt_id is not None]
    if not attempt_ids:
        return list(rows)
    answered = answered_counts(session, attempt_ids)
    given = select(TimeEntry.attempt_id, func.sum(TimeEntry.seconds)).where(
        TimeEntry.attempt_id.in_(attempt_ids), TimeEntry.kind.in_(MORE)
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
