"""The verb of being there: note when a candidate's page was last heard of. One statement, no audit."""

from uuid import UUID

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from core import clock
from core.db import is_postgresql
from exam.models.room import Presence


def note_presence(session: Session, attempt_id: UUID, unsaved_count: int, address: str) -> None:
    """Write down that an attempt's page is there, how much it has not saved, and from where it asks."""
    seen = {"seen_at": clock.now(), "unsaved_count": unsaved_count, "address": address}
    dialect = postgresql if is_postgresql(session) else sqlite
    statement = dialect.insert(Presence.__table__).values(attempt_id=attempt_id, **seen)
    session.execute(statement.on_conflict_do_update(index_elements=["attempt_id"], set_=seen))
