from dataclasses import replace
from uuid import UUID

import pytest

from core.log_seals import is_sealed, seal_of, stands_under
from core.operations import append_to_log
from core.public_log import Leaf
from core.queries import log_entry, log_head
from core.sealing import use_keys
from tests.conftest import SECRET


@pytest.fixture
def entry(session):
    append_to_log(session, "status", UUID(int=7), "a" * 64)
    index = append_to_log(session, "status", UUID(int=8), "b" * 64)
    return log_entry(session, index)


def test_every_entry_is_marked_as_it_is_appended(entry):
    assert is_sealed(entry.index, entry.leaf, entry.seal)


def test_a_mark_holds_for_its_very_place_and_content(entry):
    leaf: Leaf = entry.leaf
    assert not is_sealed(entry.index - 1, leaf, entry.seal)
    for changes in ({"digest": "c" * 64}, {"subject_id": UUID(int=9)}, {"kind": "credential"}):
        assert not is_sealed(entry.index, replace(leaf, **changes), entry.seal)
    assert not is_sealed(entry.index, leaf, None)
    assert not is_sealed(entry.index, leaf, "")


def test_another_installation_makes_other_marks(entry):
    mine = seal_of(entry.index, entry.leaf)
    use_keys(b"another secret")
    assert seal_of(entry.index, entry.leaf) != mine
    use_keys(SECRET.encode())


def test_an_entry_stands_under_a_head_that_we_signed_and_no_other(session, entry):
    signed = log_head(session)
    assert stands_under(entry.index, signed)
    assert not stands_under(entry.index + 1, signed)
    forged = replace(signed, head=replace(signed.head, size=signed.head.size + 5))
    assert not stands_under(entry.index + 1, forged)
    assert not stands_under(entry.index, replace(signed, signature="0" * 128))
