"""What the worker does for the lookup: it forgets counts whose hour is over, and questions nobody can answer.

It looks every ten minutes, because each look costs two statements; that a count is still there harms nobody.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from certificates.check_tokens import QUESTION_MINUTES
from certificates.operations.asking import forget_what_is_over
from core import clock
from core.db import transaction
from core.jobs import every_tick

LOOK_EVERY = timedelta(minutes=10)


@dataclass
class _Looks:
    """When this worker last looked."""

    last: datetime | None = None


_looks = _Looks()


@every_tick
def forget_counts() -> None:
    """Forget what is over, once in a while."""
    now = clock.now()
    if _looks.last is not None and now < _looks.last + LOOK_EVERY:
        return
    _looks.last = now
    with transaction() as session:
        forget_what_is_over(session, timedelta(minutes=QUESTION_MINUTES))
