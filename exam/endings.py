"""The ends a candidate who was due can come to: the leaves of the tree of outcomes, one for each person.

Passed and failed took part. Whoever passed with hours short stands among those who have not completed,
and is told apart there. Where somebody has sat more than once, the best end counts, once.
"""

from collections.abc import Iterable
from enum import StrEnum

from core.texts import Text, lazy_gettext as _
from exam.states import Outcome, Shortfall


class End(StrEnum):
    """What became of one candidate, the best first."""

    PASSED = "passed"
    PASSED_PENDING_TRAINING = "passed_pending_training"
    FAILED = "failed"
    EXAM_ABSENT = "exam_absent"
    TRAINING_SHORT = "training_short"
    TRAINING_NOT_STARTED = "training_not_started"


PARTICIPATED = frozenset({End.PASSED, End.FAILED})
NOT_COMPLETED = frozenset(End) - PARTICIPATED

END_NAMES: dict[End, Text] = {
    End.PASSED: _("合格"),
    End.PASSED_PENDING_TRAINING: _("考试合格，学时未满"),
    End.FAILED: _("未合格"),
    End.EXAM_ABSENT: _("学时已满，未参加考试"),
    End.TRAINING_SHORT: _("学时不足，未参加考试"),
    End.TRAINING_NOT_STARTED: _("未参加培训"),
}

_BY_OUTCOME = {Outcome.PASSED: End.PASSED, Outcome.FAILED: End.FAILED}
_BY_SHORTFALL = {
    Shortfall.EXAM_ABSENT: End.EXAM_ABSENT,
    Shortfall.TRAINING_SHORT: End.TRAINING_SHORT,
    Shortfall.TRAINING_NOT_STARTED: End.TRAINING_NOT_STARTED,
}
# The higher, the better; a database compares them too.
RANKS = {end: place for place, end in enumerate(reversed(End), start=1)}


def end_of(outcome: Outcome, shortfall: Shortfall | None, *, has_score: bool) -> End:
    """Return the end a result stands for; hours short with a score is a pass that waits for the hours."""
    if outcome in _BY_OUTCOME:
        return _BY_OUTCOME[outcome]
    if shortfall is None:
        raise ValueError("not completed, and nothing says why")
    if shortfall is Shortfall.TRAINING_SHORT and has_score:
        return End.PASSED_PENDING_TRAINING
    return _BY_SHORTFALL[shortfall]


def best(ends: Iterable[End]) -> End:
    """Return the end that counts for somebody who came to several."""
    return max(ends, key=RANKS.__getitem__)


def end_of_rank(rank: int) -> End:
    """Return the end that a rank stands for."""
    return _BY_RANK[rank]


_BY_RANK = {rank: end for end, rank in RANKS.items()}
