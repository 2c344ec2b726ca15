"""The Merkle tree of an append-only log, after RFC 9162 section 2.1: roots, proofs, and their verification.

Pure: it knows hashes and numbers and nothing of what is logged or where hashes are kept. Leaf hashes come
from ``leaf_hash``; the proofs name ranges of leaves first, so that whoever keeps the hashes of complete
subtrees reads a handful of them instead of every leaf.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

EMPTY_ROOT = hashlib.sha256().digest()


class Span(NamedTuple):
    """The leaves from ``first`` up to, not including, ``end``."""

    first: int
    end: int


class Subtree(NamedTuple):
    """A complete subtree: 2 ** level leaves, from leaf position * 2 ** level on; level 0 is a leaf."""

    level: int
    position: int


@dataclass(frozen=True)
class Frontier:
    """All that is needed to append: how many leaves there are, and the roots of the complete subtrees
    that they fall into, from the largest on the left to the smallest on the right.
    """

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    @property
    def root(self) -> bytes:
        """Return the root of the whole tree."""
        return folded(self.peaks)


def leaf_hash(leaf: bytes) -> bytes:
    """Return the hash of a leaf; the prefix 0x00 keeps a leaf from being passed off as a node."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an interior node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """Return the root over leaf hashes, by the definition itself (section 2.1.1)."""
    if not hashes:
        return EMPTY_ROOT
    if len(hashes) == 1:
        return hashes[0]
    split = _split(len(hashes))
    return node_hash(root_of(hashes[:split]), root_of(hashes[split:]))


def inclusion_proof(hashes: Sequence[bytes], index: int) -> list[bytes]:
    """Return the path that shows a leaf to be in the tree over these leaf hashes (section 2.1.3)."""
    return [root_of(hashes[first:end]) for first, end in inclusion_spans(index, len(hashes))]


def consistency_proof(hashes: Sequence[bytes], old_size: int) -> list[bytes]:
    """Return what shows the tree over these leaf hashes to extend its own beginning (section 2.1.4)."""
    return [root_of(hashes[first:end]) for first, end in consistency_spans(old_size, len(hashes))]


def inclusion_spans(index: int, size: int) -> list[Span]:
    """Return the spans whose roots are the inclusion proof of a leaf, from the leaf upwards."""
    if not 0 <= index < size:
        raise ValueError("there is no such leaf in a tree of this size")
    path: list[Span] = []
    first, end = 0, size
    while end - first > 1:
        middle = first + _split(end - first)
        if index < middle:
            path.append(Span(middle, end))
            end = middle
        else:
            path.append(Span(first, middle))
            first = middle
    return path[::-1]


def consistency_spans(old_size: int, size: int) -> list[Span]:
    """Return the spans whose roots are the consistency proof from an older size to this one."""
    if not 0 < old_size <= size:
        raise ValueError("a tree extends only a smaller one that is not empty")
    path: list[Span] = []
    first, end = 0, size
    while old_size < end:
        middle = first + _split(end - first)
        if old_size <= middle:
            path.append(Span(middle, end))
            end = middle
        else:
            path.append(Span(first, middle))
            first = middle
    # The old tree's own root is known to whoever asks, unless something stands to the left of it.
    return [*([Span(first, end)] if first else []), *path[::-1]]


def complete_subtrees(span: Span) -> list[Subtree]:
    """Return the complete subtrees, from left to right, that a span of a tree falls into.

    The span must be one of those above, or begin at 0: then its first leaf begins a subtree of its size.
    """
    found, first = [], span.first
    while first < span.end:
        level = (span.end - first).bit_length() - 1
        found.append(Subtree(level, first >> level))
        first += 1 << level
    return found


def folded(peaks: Sequence[bytes]) -> bytes:
    """Return the root over the roots of complete subtrees, from left to right."""
    if not peaks:
        return EMPTY_ROOT
    root = peaks[-1]
    for peak in reversed(peaks[:-1]):
        root = node_hash(peak, root)
    return root


def root_of_span(span: Span, hash_of: Callable[[Subtree], bytes]) -> bytes:
    """Return the root of a span from the hashes of complete subtrees."""
    return folded([hash_of(one) for one in complete_subtrees(span)])


def grown(frontier: Frontier, leaf: bytes) -> tuple[Frontier, list[tuple[Subtree, bytes]]]:
    """Append one leaf hash; return the new frontier and every subtree that this completes, leaf first."""
    peaks, size = list(frontier.peaks), frontier.size
    subtree, root = Subtree(0, size), leaf
    completed = [(subtree, root)]
    while size >> subtree.level & 1:
        subtree, root = Subtree(subtree.level + 1, subtree.position >> 1), node_hash(peaks.pop(), root)
        completed.append((subtree, root))
    return Frontier(size + 1, (*peaks, root)), completed


def is_included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Say whether the proof shows the leaf hash to stand at this index under this root (section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    at, last, computed = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            computed = node_hash(step, computed)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            computed = node_hash(computed, step)
        at, last = at >> 1, last >> 1
    return last == 0 and computed == root


def is_extension(old_size: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> bool:
    """Say whether the proof shows the tree of ``size`` to extend that of ``old_size`` (section 2.1.4.2).

    Every tree extends the empty one, and each extends itself; neither needs a proof.
    """
    if old_size == size:
        return old_root == root and not proof
    if old_size == 0:
        return old_root == EMPTY_ROOT and not proof
    if not 0 < old_size < size or not proof:
        return False
    path = [old_root, *proof] if old_size & (old_size - 1) == 0 else list(proof)
    at, last = old_size - 1, size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    old_computed = computed = path[0]
    for step in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            old_computed, computed = node_hash(step, old_computed), node_hash(step, computed)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            computed = node_hash(computed, step)
        at, last = at >> 1, last >> 1
    return last == 0 and old_computed == old_root and computed == root


def _split(size: int) -> int:
    """Return the largest power of two that is smaller than the size."""
    return 1 << (size - 1).bit_length() - 1
