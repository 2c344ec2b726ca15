"""What became of one candidate who was due: passed, failed, or not completed and why.

Whoever started an attempt took part; whoever passed with hours short has not completed until the
hours are done. Exactly one outcome each.
"""

from dataclasses import dataclass
from decimal import Decimal

from exam.states import Outcome, Shortfall


@dataclass(frozen=True)
class OutcomeFacts:
    """What an outcome rests on; ``required_hours`` None asks for no training, ``score`` None is no attempt."""

    hours_done: Decimal
    required_hours: Decimal | None
    score: int | None
    cut_score: int


@dataclass(frozen=True)
class Decision:
    """An outcome, with the shortfall where the candidate has not completed."""

    outcome: Outcome
    shortfall: Shortfall | None = None
    score: int | None = None


def outcome_of(facts: OutcomeFacts) -> Decision:
    """Return the one outcome that the facts lead to."""
    if facts.score is None:
        return Decision(Outcome.NOT_COMPLETED, _shortfall_without_attempt(facts))
    if facts.score < facts.cut_score:
        return Decision(Outcome.FAILED, score=facts.score)
    if _is_short(facts):
        return Decision(Outcome.NOT_COMPLETED, Shortfall.TRAINING_SHORT, facts.score)
    return Decision(Outcome.PASSED, score=facts.score)


def _shortfall_without_attempt(facts: OutcomeFacts) -> Shortfall:
    if not _is_short(facts):
        return Shortfall.EXAM_ABSENT
    return Shortfall.TRAINING_SHORT if facts.hours_done > 0 else Shortfall.TRAINING_NOT_STARTED


def _is_short(facts: OutcomeFacts) -> bool:
    return facts.required_hours is not None and facts.hours_done < facts.required_hours
