"""The verbs on rooms: write one down, change it, remove it, and say who sits where."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.audit import Actor
from core.errors import NotFoundError, refuse_if
from core.operations import record_audit
from exam.models.planning import Candidate, Room, Sitting
from exam.operations.invigilation import lock_sitting
from exam.queries.rooms import assigned_count, due_among, is_room_name_taken, rooms_of, unassigned
from exam.rooms import (
    RoomPlan,
    reasons_against_removing,
    reasons_against_room,
    reasons_against_rooms,
    reasons_against_seats,
    spread,
)
from exam.states import SittingState


@dataclass(frozen=True)
class RoomDraft:
    """A room as it was typed in, its address ranges as they are stored."""

    name: str
    networks: list[str]


def write_down_room(session: Session, sitting: Sitting, draft: RoomDraft, actor: Actor) -> Room:
    """Add a room to a sitting."""
    _refuse_plan(session, sitting, draft, None)
    room = Room(sitting_id=sitting.id, name=draft.name, networks=draft.networks)
    session.add(room)
    session.flush()
    detail = {"name": draft.name, "networks": draft.networks}
    record_audit(session, actor, "exam:room:write_down", room.id, detail)
    return room


def change_room(session: Session, sitting: Sitting, room: Room, draft: RoomDraft, actor: Actor) -> None:
    """Give a room another name or other address ranges; whoever answers in it already goes on."""
    _refuse_plan(session, sitting, draft, room.id)
    before = {"name": room.name, "networks": room.networks}
    room.name, room.networks = draft.name, draft.networks
    session.flush()
    after = {"name": draft.name, "networks": draft.networks}
    record_audit(session, actor, "exam:room:change", room.id, {"from": before, "to": after})


def remove_room(session: Session, sitting: Sitting, room: Room, actor: Actor) -> None:
    """Remove a room that nobody is assigned to."""
    session.execute(select(Room.id).where(Room.id == room.id).with_for_update())
    refuse_if(reasons_against_removing(SittingState(sitting.state), assigned_count(session, room.id)))
    session.delete(room)
    session.flush()
    record_audit(session, actor, "exam:room:remove", room.id, {"name": room.name})


def assign(session: Session, sitting: Sitting, ids: Collection[UUID], room: Room | None, actor: Actor) -> int:
    """Seat these candidates in a room, or in none; return how many of them are due in the sitting."""
    refuse_if(reasons_against_rooms(lock_sitting(session, sitting)))
    if room is not None:
        _hold(session, room)
    due = sorted(due_among(session, sitting.id, ids))
    session.execute(select(Candidate.id).where(Candidate.id.in_(due)).order_by(Candidate.id).with_for_update())
    room_id = room.id if room else None
    session.execute(update(Candidate).where(Candidate.id.in_(due)).values(room_id=room_id))
    detail = {"room": room.name if room else None, "candidates": [str(one) for one in due]}
    record_audit(session, actor, "exam:room:assign", sitting.id, detail)
    return len(due)


def spread_over_rooms(
    session: Session, sitting: Sitting, seats: Mapping[UUID, int], actor: Actor
) -> tuple[int, int]:
    """Seat everybody who has no room, filling each room in turn; return how many were seated and were not."""
    rooms = rooms_of(session, sitting.id)
    refuse_if(reasons_against_seats({room.name: seats.get(room.id, 0) for room in rooms}))
    people = unassigned(session, sitting.id)
    seated = spread(people, [(room.id, seats.get(room.id, 0)) for room in rooms])
    done = sum(assign(session, sitting, seated[room.id], room, actor) for room in rooms if seated[room.id])
    return done, len(people) - done


def _hold(session: Session, room: Room) -> None:
    """Keep a room from being removed until the seats in it are given."""
    if session.scalar(select(Room.id).where(Room.id == room.id).with_for_update(read=True)) is None:
        raise NotFoundError


def _refuse_plan(session: Session, sitting: Sitting, draft: RoomDraft, but: UUID | None) -> None:
    state = lock_sitting(session, sitting)
    refuse_if(
        reasons_against_room(RoomPlan(state, draft.name, is_room_name_taken(session, sitting.id, draft.name, but)))
    )
