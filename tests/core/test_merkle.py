"""The tree of RFC 9162: its published test vectors, and laws that hold at every size."""

from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from core.merkle import (
    EMPTY_ROOT,
    Frontier,
    Span,
    complete_subtrees,
    consistency_proof,
    consistency_spans,
    folded,
    grown,
    inclusion_proof,
    inclusion_spans,
    is_extension,
    is_included,
    leaf_hash,
    node_hash,
    root_of,
    root_of_span,
)

# The inputs that implementations of Certificate Transparency are tested with, and their roots.
INPUTS = [bytes.fromhex(one) for one in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657")]
INPUTS.append(bytes.fromhex("606162636465666768696a6b6c6d6e6f"))
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
MANY = [leaf_hash(str(number).encode()) for number in range(300)]
sizes = st.integers(1, len(MANY))


@pytest.mark.parametrize("size", range(1, 9))
def test_the_roots_are_those_that_are_known(size):
    assert root_of([leaf_hash(one) for one in INPUTS[:size]]).hex() == ROOTS[size - 1]


def test_the_empty_tree_has_the_root_of_nothing():
    assert root_of([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert Frontier().root == EMPTY_ROOT


def test_a_leaf_cannot_be_passed_off_as_a_node():
    left, right = MANY[:2]
    assert leaf_hash(left + right) != node_hash(left, right)


def test_appending_gives_at_every_size_the_root_of_the_definition():
    frontier = Frontier()
    for size, one in enumerate(MANY, start=1):
        frontier, _completed = grown(frontier, one)
        assert frontier.size == size
        assert frontier.root == root_of(MANY[:size])


def test_appending_completes_each_subtree_once_and_with_its_own_root():
    frontier, stored = Frontier(), {}
    for one in MANY:
        frontier, completed = grown(frontier, one)
        assert not stored.keys() & {subtree for subtree, _root in completed}
        stored.update(completed)
    for (level, position), root in stored.items():
        assert root == root_of(MANY[position << level : position + 1 << level])
    assert {subtree.position for subtree in stored if subtree.level == 0} == set(range(len(MANY)))


@given(sizes, st.data())
def test_every_leaf_is_proved_to_be_in_the_tree(size, data):
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(MANY[:size], index)
    assert is_included(MANY[index], index, size, proof, root_of(MANY[:size]))
    assert len(proof) <= (size - 1).bit_length()


def test_every_leaf_of_every_small_tree_is_proved_and_no_other_is():
    for size in range(1, 33):
        root = root_of(MANY[:size])
        for index in range(size):
            proof = inclusion_proof(MANY[:size], index)
            proved = [n for n in range(size) if is_included(MANY[n], n, size, proof, root)]
            assert index in proved
            assert all(n == index for n in proved)


@given(sizes, st.data())
def test_whatever_is_changed_in_a_proof_of_inclusion_it_fails(size, data):
    index = data.draw(st.integers(0, size - 1))
    root, proof = root_of(MANY[:size]), inclusion_proof(MANY[:size], index)
    assert not is_included(leaf_hash(b"another"), index, size, proof, root)
    assert not is_included(MANY[index], index, size, proof, leaf_hash(b"another"))
    assert not is_included(MANY[index], index, size, [*proof, root], root)
    assert not is_included(MANY[index], size, size, proof, root)
    assert not is_included(MANY[index], -1, size, proof, root)
    if proof:
        place = data.draw(st.integers(0, len(proof) - 1))
        changed = [*proof[:place], leaf_hash(b"another"), *proof[place + 1 :]]
        assert not is_included(MANY[index], index, size, changed, root)
        assert not is_included(MANY[index], index, size, proof[:-1], root)
        assert not is_included(MANY[index], index, size, proof[1:], root)


@given(sizes, st.data())
def test_every_tree_is_proved_to_extend_each_of_its_beginnings(size, data):
    old = data.draw(st.integers(1, size))
    proof = consistency_proof(MANY[:size], old)
    assert is_extension(old, root_of(MANY[:old]), size, root_of(MANY[:size]), proof)
    assert len(proof) <= size.bit_length() + 1


def test_every_small_tree_extends_every_smaller_one():
    roots = [root_of(MANY[:size]) for size in range(33)]
    for size in range(1, 33):
        for old in range(1, size + 1):
            proof = consistency_proof(MANY[:size], old)
            assert is_extension(old, roots[old], size, roots[size], proof)
            others = [n for n in range(1, size) if n != old and is_extension(n, roots[n], size, roots[size], proof)]
            assert others == []


@given(st.integers(2, len(MANY)), st.data())
def test_a_tree_in_which_an_old_leaf_was_changed_extends_nothing(size, data):
    old = data.draw(st.integers(1, size - 1))
    place = data.draw(st.integers(0, old - 1))
    rewritten = [*MANY[:place], leaf_hash(b"another"), *MANY[place + 1 : size]]
    honest, old_root = consistency_proof(MANY[:size], old), root_of(MANY[:old])
    forged = consistency_proof(rewritten, old)
    for proof in (honest, forged):
        assert not is_extension(old, old_root, size, root_of(rewritten), proof)


@given(st.integers(2, len(MANY)), st.data())
def test_whatever_is_changed_in_a_proof_of_extension_it_fails(size, data):
    old = data.draw(st.integers(1, size - 1))
    old_root, root, proof = root_of(MANY[:old]), root_of(MANY[:size]), consistency_proof(MANY[:size], old)
    place = data.draw(st.integers(0, len(proof) - 1))
    changed = [*proof[:place], leaf_hash(b"another"), *proof[place + 1 :]]
    assert not is_extension(old, old_root, size, root, changed)
    assert not is_extension(old, old_root, size, root, [*proof, root])
    assert not is_extension(old, old_root, size, root, proof[:-1])
    assert not is_extension(old, old_root, size, root, [])
    assert not is_extension(size, root, old, old_root, proof)


def test_what_needs_no_proof_takes_none():
    one, two = root_of(MANY[:1]), root_of(MANY[:2])
    assert is_extension(0, EMPTY_ROOT, 2, two, [])
    assert not is_extension(0, one, 2, two, [])
    assert is_extension(2, two, 2, two, [])
    assert not is_extension(2, one, 2, two, [])
    assert not is_extension(2, two, 2, two, [one])


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_there_is_no_proof_for_a_leaf_that_is_not_there(index, size):
    with pytest.raises(ValueError, match="no such leaf"):
        inclusion_spans(index, size)


@pytest.mark.parametrize(("old", "size"), [(0, 3), (4, 3), (-1, 3)])
def test_there_is_no_proof_from_a_tree_that_is_not_smaller(old, size):
    with pytest.raises(ValueError, match="extends only"):
        consistency_spans(old, size)


@given(sizes, st.data())
def test_a_proof_is_read_from_few_complete_subtrees_and_is_the_same(size, data):
    hashes, read = MANY[:size], []

    def hash_of(subtree):
        read.append(subtree)
        assert subtree.position + 1 << subtree.level <= size
        return root_of(hashes[subtree.position << subtree.level : subtree.position + 1 << subtree.level])

    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    spans = inclusion_spans(index, size)
    assert [root_of_span(span, hash_of) for span in spans] == inclusion_proof(hashes, index)
    assert len(read) <= 2 * size.bit_length()
    read.clear()
    spans = consistency_spans(old, size)
    assert [root_of_span(span, hash_of) for span in spans] == consistency_proof(hashes, old)
    assert len(read) <= 2 * size.bit_length() + 1


@given(st.integers(0, 10_000))
def test_a_span_from_the_beginning_falls_into_ever_smaller_subtrees(size):
    subtrees = complete_subtrees(Span(0, size))
    assert sum(1 << one.level for one in subtrees) == size
    assert all(left.level > right.level for left, right in pairwise(subtrees))
    assert folded([]) == EMPTY_ROOT
