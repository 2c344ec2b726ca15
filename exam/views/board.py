"""The invigilators' board of a sitting, the acts that are done from it, and the timeline of one attempt."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, make_response, render_template, request
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core import clock
from core.access import requires
from core.db import reading
from core.forms import Form
from exam.blueprints import total_items
from exam.board import (
    BOARD_NAMES,
    PAGE_SIZES,
    SORT_NAMES,
    BoardRow,
    BoardSort,
    BoardState,
    clock_text,
    fingerprint,
)
from exam.invigilation import ACT_NAMES
from exam.queries import board as queries, planning, timeline as history
from exam.queries.board import Board, BoardFilter
from exam.queries.rooms import rooms_of
from exam.states import ATTEMPT, SITTING_KIND_NAMES, AttemptState
from exam.timeline import MOMENT_NAMES
from people.permissions import Permission

bp = Blueprint("board", __name__)
AT_ONCE = 50
NAMES_SHOWN = 30
FINGERPRINT_LENGTH = 8
FILTERS = ("text", "unit", "room", "state", "cut_off", "sort", "size", "page")
MOST_MINUTES = 24 * 60


@dataclass(frozen=True)
class Shown:
    """One row as the page writes it."""

    row: BoardRow
    unit: str
    room: str
    left: str


@bp.get("/sittings/<uuid:sitting_id>/board")
@requires(Permission.EXAM_INVIGILATE)
def show(sitting_id: UUID) -> str:
    with reading() as session:
        sitting = planning.sitting(session, sitting_id)
        board, now = _board(session, sitting_id), clock.now()
        units, rooms = _units(session, sitting_id), _rooms(session, sitting_id)
        return render_template(
            "exam/board.html",
            sitting=sitting,
            kinds=SITTING_KIND_NAMES,
            board=board,
            rows=[_shown(row, units, rooms, now) for row in board.page.rows],
            items=total_items(planning.cells_of(sitting.blueprint)),
            wanted=wanted_board(),
            args=filters_kept(),
            units=units,
            rooms=rooms,
            states=BOARD_NAMES,
            sorts=SORT_NAMES,
            sizes=PAGE_SIZES,
            size=_size(),
            acts=ACT_NAMES,
            at=now,
            form=Form(formdata=None),
        )


@bp.get("/api/sittings/<uuid:sitting_id>/board")
@requires(Permission.EXAM_INVIGILATE)
def rows(sitting_id: UUID) -> Response:
    """Say what the board shows now; rows that the page holds already are named by their fingerprint alone."""
    with reading() as session:
        planning.sitting(session, sitting_id)
        board = _board(session, sitting_id)
        units, rooms = _units(session, sitting_id), _rooms(session, sitting_id)
    listed = [(fingerprint(cells), cells) for cells in (_cells(row, units, rooms) for row in board.page.rows)]
    body: dict[str, Any] = {
        "counts": {str(state): count for state, count in board.counts.states.items()},
        "irregular": board.counts.irregular,
        "total": board.counts.total,
        "held": board.held,
        "shown": board.page.total,
        "pages": board.page.count,
    }
    tag = hashlib.sha256(repr((body, [mark for mark, _cells in listed])).encode()).hexdigest()[:32]
    response = make_response("", 304)
    if tag not in request.if_none_match:
        said = json.dumps(body | _rows_for_page(listed), ensure_ascii=False, separators=(",", ":"))
        response = make_response(said, {"Content-Type": "application/json"})
    response.set_etag(tag)
    response.headers["Server-Time-Ms"] = str(int(clock.now().timestamp() * 1000))
    return response


@bp.get("/sittings/<uuid:sitting_id>/board/candidates/<uuid:candidate_id>")
@requires(Permission.EXAM_INVIGILATE)
def timeline(sitting_id: UUID, candidate_id: UUID) -> str:
    newest_first = request.args.get("order") != "oldest"
    with reading() as session:
        sitting = planning.sitting(session, sitting_id)
        candidate = planning.candidate(session, sitting_id, candidate_id, current_user.scope)
        attempts = history.attempts_of(session, candidate_id)
        asked = request.args.get("attempt", type=UUID)
        attempt = next((one for one in attempts if asked in (None, one.id)), None)
        number = request.args.get("page", 1, type=int)
        return render_template(
            "exam/timeline.html",
            sitting=sitting,
            candidate=candidate,
            attempts=attempts,
            attempt=attempt,
            signs=history.signs_of(session, attempt.id) if attempt else None,
            state=ATTEMPT.words[AttemptState(attempt.state)] if attempt else BOARD_NAMES[BoardState.NOT_IN],
            items=total_items(planning.cells_of(sitting.blueprint)),
            page=history.timeline(session, attempt, number, newest_first=newest_first) if attempt else None,
            door=[] if attempt else history.door_events(session, candidate_id),
            newest_first=newest_first,
            moments=MOMENT_NAMES,
            acts=ACT_NAMES,
            form=Form(formdata=None),
        )


def _board(session: Session, sitting_id: UUID) -> Board:
    number = request.args.get("page", 1, type=int)
    scope, now = current_user.scope, clock.now()
    return queries.board(session, sitting_id, scope, wanted_board(), now, number=number, size=_size())


def wanted_board() -> BoardFilter:
    """Return what this address narrows the board to."""
    args = request.args
    return BoardFilter(
        text=args.get("text", "").strip(),
        unit_id=args.get("unit", type=UUID),
        room_id=args.get("room", type=UUID),
        no_room=args.get("room") == "none",
        state=args.get("state", type=BoardState),
        irregular=args.get("state") == "irregular",
        cut_off_minutes=min(max(0, args.get("cut_off", 0, type=int)), MOST_MINUTES),
        sort=args.get("sort", BoardSort.PROBLEM, type=BoardSort),
    )


def _size() -> int:
    size = request.args.get("size", PAGE_SIZES[0], type=int)
    return size if size in PAGE_SIZES else PAGE_SIZES[0]


def filters_kept() -> dict[str, Any]:
    """Return the filters of this address, to carry them along."""
    return {name: request.args[name] for name in FILTERS if request.args.get(name)}


def _units(session: Session, sitting_id: UUID) -> dict[UUID, str]:
    return {unit.id: unit.name for unit in planning.units_of(session, sitting_id, current_user.scope)}


def _rooms(session: Session, sitting_id: UUID) -> dict[UUID, str]:
    return {room.id: room.name for room in rooms_of(session, sitting_id)}


def _shown(row: BoardRow, units: dict[UUID, str], rooms: dict[UUID, str], now: datetime) -> Shown:
    seconds = row.left_seconds
    if row.deadline_at is not None:
        seconds = int((row.deadline_at - now).total_seconds())
    room = rooms.get(row.room_id, "") if row.room_id else ""
    return Shown(row, units.get(row.unit_id, ""), room, "—" if seconds is None else clock_text(seconds))


def _cells(row: BoardRow, units: dict[UUID, str], rooms: dict[UUID, str]) -> list[Any]:
    """Return what leaves for the board's script, one by one; the order is the script's as well."""
    return [
        str(row.candidate_id),
        units.get(row.unit_id, ""),
        rooms.get(row.room_id, "") if row.room_id else "",
        row.name,
        row.candidate_no,
        str(row.state),
        row.irregular,
        row.answered,
        int(row.last_seen.timestamp()) if row.last_seen else None,
        row.unsent,
        int(row.deadline_at.timestamp()) if row.deadline_at else None,
        row.left_seconds,
        row.extra_seconds,
        row.times_left,
        row.cut_off_seconds,
    ]


def _rows_for_page(listed: Sequence[tuple[str, list[Any]]]) -> dict[str, Any]:
    """Return the rows, each name of a unit or room written once; what the page holds is only named."""
    since = request.args.get("since", "")
    known = {since[at : at + FINGERPRINT_LENGTH] for at in range(0, len(since), FINGERPRINT_LENGTH)}
    names: dict[str, int] = {}
    sent: list[Any] = []
    for mark, (candidate_id, unit, room, *rest) in listed:
        if mark in known:
            sent.append(mark)
        else:
            places = [names.setdefault(name, len(names)) for name in (unit, room)]
            sent.append([mark, candidate_id, *places, *rest])
    return {"names": list(names), "rows": sent}
