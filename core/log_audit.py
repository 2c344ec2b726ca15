"""Whether the whole public log, as it is kept, is the tree over its own entries, and where it first is not.

Pure: the stretches of the log are handed in, a few thousand entries at a time. It cannot tell that the log
was cut off together with its last heads: that needs a head which somebody kept elsewhere.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from core.merkle import Frontier, Span, Subtree, grown
from core.public_log import Leaf, SignedHead


class Fault(StrEnum):
    """What does not fit."""

    GAP = "gap"
    ENTRY = "entry"
    NODE = "node"
    ROOT = "root"
    SIGNATURE = "signature"
    UNSIGNED = "unsigned"
    CUT_OFF = "cut_off"
    SURPLUS = "surplus"


@dataclass(frozen=True)
class Misfit:
    """The first thing that does not fit, and the entries that it may concern."""

    fault: Fault
    span: Span

    @property
    def first(self) -> int:
        """Return the place of the first entry concerned, from 1."""
        return self.span.first if self.fault is Fault.CUT_OFF else self.span.first + 1

    @property
    def last(self) -> int:
        """Return the place of the last entry concerned, from 1."""
        return self.span.end


@dataclass(frozen=True)
class Stretch:
    """Some consecutive entries with the hashes that were stored as they came, and the heads signed then."""

    leaves: Sequence[tuple[int, Leaf]]
    nodes: Mapping[Subtree, bytes]
    heads: Mapping[int, SignedHead]


def first_misfit(stretches: Iterable[Stretch], is_ours: Callable[[SignedHead], bool]) -> Misfit | None:
    """Recompute every hash and every head, and return the first that does not fit, or None.

    An entry that was changed is named by itself. Where its own hash was changed to fit, it is among the
    entries under the first node that then does not, or after the last head that still does.
    """
    frontier, sound, newest = Frontier(), 0, 0
    for stretch in stretches:
        newest = max([newest, *stretch.heads])
        expected = 0
        for index, leaf in stretch.leaves:
            if index != frontier.size:
                return Misfit(Fault.GAP, Span(frontier.size, index))
            frontier, completed = grown(frontier, leaf.hash)
            expected += len(completed)
            fault = _unfit_node(completed, stretch) or _unfit_head(frontier, sound, stretch, is_ours)
            if fault is not None:
                return fault
            sound = frontier.size if frontier.size in stretch.heads else sound
        if len(stretch.nodes) != expected:
            return Misfit(Fault.SURPLUS, Span(frontier.size - len(stretch.leaves), frontier.size))
    if newest > frontier.size:
        return Misfit(Fault.CUT_OFF, Span(frontier.size, newest))
    return Misfit(Fault.UNSIGNED, Span(sound, frontier.size)) if sound < frontier.size else None


def _unfit_node(completed: Sequence[tuple[Subtree, bytes]], stretch: Stretch) -> Misfit | None:
    for subtree, root in completed:
        if stretch.nodes.get(subtree) != root:
            first = subtree.position << subtree.level
            fault = Fault.NODE if subtree.level else Fault.ENTRY
            return Misfit(fault, Span(first, first + (1 << subtree.level)))
    return None


def _unfit_head(
    frontier: Frontier, sound: int, stretch: Stretch, is_ours: Callable[[SignedHead], bool]
) -> Misfit | None:
    signed = stretch.heads.get(frontier.size)
    if signed is None:
        return None
    if signed.head.root != frontier.root.hex():
        return Misfit(Fault.ROOT, Span(sound, frontier.size))
    return None if is_ours(signed) else Misfit(Fault.SIGNATURE, Span(sound, frontier.size))
