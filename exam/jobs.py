"""What the worker does for the exam room each time it looks for work: hand in what is over."""

from core import clock
from core.db import reading, transaction
from core.jobs import every_tick
from exam.operations.room import finish_overdue
from exam.queries.room import is_any_overdue


@every_tick
def finish_what_is_over() -> None:
    """Hand in every attempt whose time is over; where there is none, nothing is written or locked."""
    now = clock.now()
    with reading() as session:
        if not is_any_overdue(session, now):
            return
    with transaction() as session:
        finish_overdue(session, now)
