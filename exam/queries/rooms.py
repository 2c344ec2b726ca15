"""Reads over the rooms of a sitting and who is assigned to them."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from core.errors import NotFoundError
from core.paging import Page, page_of
from exam.accommodations import AccommodationKind
from exam.models.planning import Accommodation, Candidate, Room
from exam.queries.accommodations import granted_in_force
from exam.states import Standing
from people.models import Officer, Organisation

SEATS_PAGE = 200


@dataclass(frozen=True)
class RoomRow:
    """One room with how many are assigned to it."""

    room: Room
    assigned: int


@dataclass(frozen=True)
class SeatFilter:
    """What the list of seats is narrowed to; empty means everybody."""

    text: str = ""
    unit_id: UUID | None = None
    room_id: UUID | None = None
    no_room: bool = False


def rooms_of(session: Session, sitting_id: UUID) -> list[Room]:
    """Return the rooms of a sitting in the order in which they were written down."""
    return list(session.scalars(select(Room).where(Room.sitting_id == sitting_id).order_by(Room.id)))


def room_rows(session: Session, sitting_id: UUID) -> list[RoomRow]:
    """Return the rooms of a sitting with how many sit in each."""
    query = select(Candidate.room_id, func.count()).where(*_due(sitting_id)).group_by(Candidate.room_id)
    counts = {row[0]: row[1] for row in session.execute(query)}
    return [RoomRow(room, counts.get(room.id, 0)) for room in rooms_of(session, sitting_id)]


def room(session: Session, sitting_id: UUID, room_id: UUID) -> Room:
    """Return one room of a sitting."""
    found = session.get(Room, room_id)
    if found is None or found.sitting_id != sitting_id:
        raise NotFoundError
    return found


def assigned_count(session: Session, room_id: UUID) -> int:
    """Count everybody assigned to a room, whatever their standing."""
    return session.scalar(select(func.count()).select_from(Candidate).where(Candidate.room_id == room_id)) or 0


def is_room_name_taken(session: Session, sitting_id: UUID, name: str, but: UUID | None) -> bool:
    """Say whether another room of the sitting has this name."""
    query = select(Room.id).where(Room.sitting_id == sitting_id, Room.name == name)
    return session.scalar(query if but is None else query.where(Room.id != but)) is not None


def unassigned(session: Session, sitting_id: UUID) -> list[UUID]:
    """Return who is due and has no room, by unit and candidate number; nobody who needs a room apart."""
    query = (
        _by_unit(select(Candidate.id))
        .where(*_due(sitting_id), Candidate.room_id.is_(None))
        .where(Candidate.id.not_in(_apart(sitting_id)))
    )
    return list(session.scalars(query))


def due_of_unit(session: Session, sitting_id: UUID, unit_id: UUID) -> list[UUID]:
    """Return who of one organisation is due in a sitting."""
    query = select(Candidate.id).where(*_due(sitting_id), Candidate.organisation_id == unit_id)
    return list(session.scalars(query.order_by(Candidate.id)))


def due_among(session: Session, sitting_id: UUID, ids: Collection[UUID]) -> list[UUID]:
    """Return those of these candidates who are due in a sitting."""
    return list(session.scalars(select(Candidate.id).where(*_due(sitting_id), Candidate.id.in_(ids))))


def seats(session: Session, sitting_id: UUID, wanted: SeatFilter, number: int) -> Page[Candidate]:
    """Return one page of who sits where, by unit and candidate number."""
    query = _by_unit(select(Candidate)).join(Officer, Candidate.officer_id == Officer.id).where(*_due(sitting_id))
    if wanted.text:
        named = Officer.name.contains(wanted.text, autoescape=True)
        query = query.where(or_(named, Candidate.candidate_no.contains(wanted.text, autoescape=True)))
    if wanted.unit_id is not None:
        query = query.where(Candidate.organisation_id == wanted.unit_id)
    if wanted.room_id is not None:
        query = query.where(Candidate.room_id == wanted.room_id)
    if wanted.no_room:
        query = query.where(Candidate.room_id.is_(None))
    return page_of(session, query, number, SEATS_PAGE)


def needs_room_apart(session: Session, sitting_id: UUID) -> set[UUID]:
    """Return the candidates to whom a room apart was granted."""
    return set(session.scalars(_apart(sitting_id)))


def _apart(sitting_id: UUID) -> Select[UUID]:
    query = select(Accommodation.candidate_id).join(Candidate, Accommodation.candidate_id == Candidate.id)
    return query.where(
        Candidate.sitting_id == sitting_id,
        Accommodation.kind == AccommodationKind.SEPARATE_ROOM,
        granted_in_force(),
    )


def _by_unit(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    joined = query.join(Organisation, Candidate.organisation_id == Organisation.id)
    return joined.order_by(Organisation.code, Candidate.candidate_no)


def _due(sitting_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return (Candidate.sitting_id == sitting_id, Candidate.standing == Standing.REGISTERED)
