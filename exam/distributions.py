"""How scores are spread: equal steps of marks, with the cut score between two of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

STEPS = 20


@dataclass(frozen=True)
class Step:
    """The scores from ``low`` to ``high``, both included, how many have one, and whether these pass."""

    low: int
    high: int
    count: int
    is_passing: bool


def spread(scores: Mapping[int, int], full_score: int, cut_score: int) -> list[Step]:
    """Return how many people's scores lie in each step, from the lowest; no step holds both sides of the cut.

    The steps are laid out from the cut score in both directions, so the lowest and the highest may be shorter.
    """
    if any(not 0 <= score <= full_score for score in scores):
        raise ValueError("a score is beyond the full score")
    width = max(1, -(-full_score // STEPS))
    lows = [low for low in range(cut_score % width - width, full_score + 1, width) if low + width > 0]
    if len(lows) > 1 and lows[-1] == full_score and cut_score < full_score:
        lows.pop()  # the full score alone belongs to the step below it
    highs = [low - 1 for low in lows[1:]] + [full_score]
    return [
        Step(max(low, 0), high, _between(scores, low, high), low >= cut_score)
        for low, high in zip(lows, highs, strict=True)
    ]


def coarser(steps: Sequence[Step]) -> list[Step]:
    """Return the steps two by two where there is room for fewer; the two sides of the cut stay apart."""
    found: list[Step] = []
    for step in steps:
        if found and found[-1] in steps and found[-1].is_passing == step.is_passing:
            last = found.pop()  # still a single step, so that the two make one
            step = Step(last.low, step.high, last.count + step.count, step.is_passing)
        found.append(step)
    return found


def _between(scores: Mapping[int, int], low: int, high: int) -> int:
    return sum(count for score, count in scores.items() if low <= score <= high)
