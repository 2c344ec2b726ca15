"""Reads over how often a candidate left the page."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from exam.events import EventKind
from exam.models.room import RoomEvent


def times_left(session: Session, attempt_id: UUID) -> int:
    """Count how often an attempt's page was left since it began, or since a person let it go on again."""
    let_in = select(func.max(RoomEvent.at)).where(
        RoomEvent.attempt_id == attempt_id, RoomEvent.kind == EventKind.LET_IN
    )
    query = select(func.count()).where(RoomEvent.attempt_id == attempt_id, RoomEvent.kind == EventKind.LEFT_PAGE)
    since = session.scalar(let_in)
    return session.scalar(query if since is None else query.where(RoomEvent.at >= since)) or 0
