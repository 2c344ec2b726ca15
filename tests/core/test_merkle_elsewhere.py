"""Our tree against an implementation that we did not write (pymerkle): same roots, and it accepts our proofs."""

import json
from uuid import uuid4

import pytest
from hypothesis import given, settings, strategies as st
from pymerkle import (
    InclusionProof,
    InmemoryTree,
    InvalidProof,
    verify_consistency,
    verify_inclusion,
)

from core.db import reading, transaction
from core.log_files import proof_file, read_proof
from core.merkle import inclusion_proof, leaf_hash, root_of
from core.operations import append_all_to_log, append_to_log
from core.public_log import Published
from core.queries import log_entry, log_head, log_proof
from core.signing import public_key

LEAVES = [f"leaf {number}".encode() for number in range(260)]
HASHES = [leaf_hash(one) for one in LEAVES]
THEIRS = InmemoryTree(algorithm="sha256")
THEIRS.append_entries(LEAVES)
# Their proofs carry the shape of the path; it is taken from a tree over something else altogether.
BLANK = InmemoryTree(algorithm="sha256")
BLANK.append_entries([b""] * len(LEAVES))
sizes = st.integers(1, len(LEAVES))


def as_theirs(leaf, index, size, path):
    shape = BLANK.prove_inclusion(index + 1, size).serialize()
    return InclusionProof.deserialize({**shape, "path": [leaf.hex(), *(step.hex() for step in path)]})


@pytest.mark.parametrize("size", range(1, len(LEAVES) + 1))
def test_they_compute_the_same_root_at_every_size(size):
    assert THEIRS.get_root(size) == root_of(HASHES[:size])


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 9, 64, 65, 255, 256, 257])
def test_they_accept_our_proof_of_every_leaf(size):
    root = THEIRS.get_root(size)
    for index in range(size):
        proof = as_theirs(HASHES[index], index, size, inclusion_proof(HASHES[:size], index))
        verify_inclusion(HASHES[index], root, proof, index=index + 1, size=size)


@settings(max_examples=200)
@given(sizes, st.data())
def test_they_refuse_our_proof_of_another_leaf(size, data):
    index = data.draw(st.integers(0, size - 1))
    path = inclusion_proof(HASHES[:size], index)
    other = leaf_hash(b"another")
    with pytest.raises(InvalidProof):
        verify_inclusion(other, THEIRS.get_root(size), as_theirs(other, index, size, path))


@settings(max_examples=200)
@given(sizes, st.data())
def test_they_take_our_roots_for_those_of_one_growing_log(size, data):
    """Their proofs of consistency take another form than the standard's, so it is theirs that is verified."""
    old = data.draw(st.integers(1, size))
    verify_consistency(root_of(HASHES[:old]), root_of(HASHES[:size]), THEIRS.prove_consistency(old, size))


def test_they_accept_what_the_log_in_the_database_hands_out(database):
    with transaction() as session:
        append_all_to_log(session, [Published("credential", uuid4(), f"{n:064x}") for n in range(37)])
    with transaction() as session:
        append_to_log(session, "pass_list", uuid4(), "f" * 64)
    with reading() as session:
        entry, signed = log_entry(session, 37), log_head(session)
        content = json.dumps(proof_file(log_proof(session, entry, signed), public_key()))
    proof, _key = read_proof(content)
    leaf = leaf_hash(proof.leaf.canonical)
    path = [bytes.fromhex(step) for step in proof.path]
    root = bytes.fromhex(proof.signed.head.root)
    verify_inclusion(leaf, root, as_theirs(leaf, 37, 38, path), index=38, size=38)
