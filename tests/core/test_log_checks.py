"""What somebody outside finds out: it holds, it does not, or it cannot be told, and nothing is called false."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, strategies as st

from core import log_files
from core.errors import InvalidError
from core.log_checks import (
    Finding,
    Outcome,
    check_document,
    check_growth,
    check_key,
    check_signature,
    with_head,
    worst,
)
from core.log_files import KeptHeads, extension_file, head_file, kept_file, proof_file
from core.merkle import consistency_proof, inclusion_proof, root_of
from core.public_log import Extension, Head, Leaf, Proof, SignedHead

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
OTHER = Ed25519PrivateKey.from_private_bytes(b"o" * 32)
START = datetime(2026, 6, 1, tzinfo=UTC)
LEAVES = [
    Leaf("pass_list", UUID(int=n), f"{n:064x}", START + timedelta(seconds=n)) for n in range(20)
]  # one a second
HASHES = [one.hash for one in LEAVES]


def public(key):
    return key.public_key().public_bytes_raw().hex()


def signed(size, hashes=HASHES, key=KEY, at=None):
    head = Head(size, root_of(hashes[:size]).hex(), at or START + timedelta(seconds=size))
    return SignedHead(head, key.sign(head.text.encode()).hex())


def proof(index, size, /, **changes):
    path = tuple(step.hex() for step in inclusion_proof(HASHES[:size], index))
    return replace(Proof(index, LEAVES[index], path, signed(size)), **changes)


def extension(old, size, hashes=HASHES):
    return Extension(old, size, tuple(step.hex() for step in consistency_proof(hashes[:size], old)))


def outcomes(findings):
    return [one.outcome for one in findings]


def test_a_document_in_the_log_is_found_there_with_its_place_and_time():
    findings = check_document(LEAVES[7].digest, proof(7, 20), public(KEY))
    assert outcomes(findings) == [Outcome.HOLDS, Outcome.HOLDS]
    assert "第 8 条" in str(findings[0].text)
    assert "2026-06-01 08:00:07" in str(findings[0].text)


def test_another_document_is_not_what_the_proof_proves():
    findings = check_document("f" * 64, proof(7, 20), public(KEY))
    assert outcomes(findings) == [Outcome.FAILS]
    assert "证明不是这个文件的" in str(findings[0].text)


@pytest.mark.parametrize(
    "changes",
    [
        {"index": 6},
        {"path": ("f" * 64,)},
        {"leaf": Leaf("circular", LEAVES[7].subject_id, LEAVES[7].digest, LEAVES[7].logged_at)},
        {"leaf": Leaf("pass_list", LEAVES[7].subject_id, LEAVES[7].digest, START)},
        {"signed": signed(19)},
        {"path": ("no hash",)},
    ],
)
def test_a_proof_in_which_anything_was_changed_does_not_hold(changes):
    assert outcomes(check_document(LEAVES[7].digest, proof(7, 20, **changes), public(KEY))) == [Outcome.FAILS]


def test_a_head_of_somebody_else_does_not_hold():
    forged = proof(7, 20, signed=signed(20, key=OTHER))
    assert outcomes(check_document(LEAVES[7].digest, forged, public(KEY))) == [Outcome.HOLDS, Outcome.FAILS]
    assert check_signature(signed(5, key=OTHER), public(KEY)).outcome is Outcome.FAILS
    assert check_signature(signed(5), public(KEY)).outcome is Outcome.HOLDS
    assert check_signature(SignedHead(signed(5).head, "no signature"), public(KEY)).outcome is Outcome.FAILS


@given(st.integers(1, 20), st.integers(1, 20))
def test_a_log_that_grew_is_found_to_extend_what_was_kept(one, other):
    old, new = sorted((one, other))
    assert check_growth(signed(old), signed(new), extension(old, new)).outcome is Outcome.HOLDS


@given(st.integers(2, 20), st.data())
def test_a_log_in_which_an_old_entry_was_changed_is_found_out(new, data):
    old = data.draw(st.integers(1, new))
    place = data.draw(st.integers(0, old - 1))
    rewritten = [*HASHES[:place], b"\x00" * 32, *HASHES[place + 1 :]]
    finding = check_growth(signed(old), signed(new, rewritten), extension(old, new, rewritten))
    assert finding.outcome is Outcome.FAILS


def test_a_log_that_became_shorter_is_found_out_without_any_proof():
    finding = check_growth(signed(12), signed(9, at=START + timedelta(days=1)), None)
    assert finding.outcome is Outcome.FAILS
    assert "变短" in str(finding.text)


def test_an_older_head_than_the_one_kept_must_be_its_beginning():
    assert check_growth(signed(12), signed(9), extension(9, 12)).outcome is Outcome.HOLDS
    assert check_growth(signed(12), signed(9), None).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("given", [None, extension(9, 11), extension(8, 12)])
def test_without_the_proof_that_is_wanted_it_cannot_be_told(given):
    finding = check_growth(signed(9), signed(12), given)
    assert finding.outcome is Outcome.UNKNOWN
    assert "不能判断" in str(finding.text)


def test_another_key_than_the_one_kept_or_named_is_told():
    kept = KeptHeads(public(KEY), (signed(5),))
    assert check_key(public(KEY), public(KEY), kept) == []
    assert check_key(public(KEY), public(KEY), None) == []
    assert outcomes(check_key(public(OTHER), public(OTHER), kept)) == [Outcome.FAILS]
    assert outcomes(check_key(public(KEY), public(OTHER), kept)) == [Outcome.FAILS]
    assert outcomes(check_key(public(KEY), public(OTHER), None)) == [Outcome.FAILS]


def test_a_kept_head_that_was_changed_in_its_file_is_told():
    changed = SignedHead(Head(5, "f" * 64, START), signed(5).signature)
    assert outcomes(check_key(public(KEY), public(KEY), KeptHeads(public(KEY), (changed,)))) == [Outcome.FAILS]


def test_the_worst_answer_counts():
    made = {one: Finding(one, "") for one in Outcome}
    assert worst([made[Outcome.HOLDS], made[Outcome.UNKNOWN], made[Outcome.FAILS]]) is Outcome.FAILS
    assert worst([made[Outcome.HOLDS], made[Outcome.UNKNOWN]]) is Outcome.UNKNOWN
    assert worst([made[Outcome.HOLDS]]) is Outcome.HOLDS
    assert worst([]) is Outcome.UNKNOWN


def test_heads_are_kept_once_and_in_order():
    kept = with_head(None, signed(5), public(KEY))
    kept = with_head(with_head(kept, signed(9), public(KEY)), signed(7), public(KEY))
    assert [one.head.size for one in with_head(kept, signed(7), public(KEY)).heads] == [5, 7, 9]


def test_what_is_handed_out_is_read_back_the_same():
    key = public(KEY)
    assert log_files.read_head(json.dumps(head_file(signed(5), key))) == (signed(5), key)
    assert log_files.read_proof(json.dumps(proof_file(proof(7, 20), key))) == (proof(7, 20), key)
    assert log_files.read_extension(json.dumps(extension_file(extension(3, 7)))) == extension(3, 7)
    kept = KeptHeads(key, (signed(5), signed(9)))
    assert log_files.read_kept(kept_file(kept)) == kept


def test_a_head_as_it_is_handed_out_can_be_what_was_kept():
    content = json.dumps(head_file(signed(5), public(KEY)))
    assert log_files.read_kept(content) == KeptHeads(public(KEY), (signed(5),))


READERS = [log_files.read_head, log_files.read_proof, log_files.read_extension, log_files.read_kept]


@pytest.mark.parametrize("read", READERS)
@given(
    content=st.one_of(
        st.text(),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        ).map(json.dumps),
    )
)
def test_a_file_of_another_kind_is_refused_with_a_sentence(read, content):
    with pytest.raises(InvalidError, match=r"。$"):
        read(content)


@pytest.mark.parametrize("name", ["index", "leaf", "path", "head", "public_key", "format"])
@pytest.mark.parametrize("value", [None, -1, True, "", "x", [], ["x"], {}, 1 << 80, "[" * 10_000])
def test_a_proof_with_any_part_that_makes_no_sense_is_refused(name, value):
    whole = proof_file(proof(7, 20), public(KEY))
    if name == "path" and value == []:
        return
    with pytest.raises(InvalidError):
        log_files.read_proof(json.dumps({**whole, name: value}))


def test_a_file_that_is_nothing_but_depth_is_refused():
    with pytest.raises(InvalidError):
        log_files.read_proof("[" * 200_000)
