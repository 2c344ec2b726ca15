"""How many statements something takes: what "at once" means, whatever the machine's speed of the day."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event
from sqlalchemy.orm import Session

FEW = 40


@contextmanager
def counted(session: Session) -> Iterator[list[str]]:
    """Collect every statement that is sent while the block runs; one for many rows counts as one."""
    sent: list[str] = []
    engine = session.get_bind()

    def note(connection, cursor, statement, parameters, context, executemany):  # type: ignore[no-untyped-def]
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)
