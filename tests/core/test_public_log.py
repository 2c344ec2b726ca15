"""The public log in the database: it grows in the caller's transaction, without a gap, under signed heads."""

from uuid import uuid4

import pytest
from sqlalchemy import select

from core.db import reading, transaction
from core.merkle import root_of
from core.models import LogEntry, LogHead, LogNode
from core.operations import append_all_to_log, append_to_log, record_audit
from core.public_log import Published
from core.queries import broken_audit_entry
from core.signing import is_ours
from tests.factories import ACTOR


def some(count, kind="pass_list"):
    return [Published(kind, uuid4(), f"{number:064x}") for number in range(count)]


def heads(session):
    return list(session.scalars(select(LogHead).order_by(LogHead.size)))


def test_entries_are_numbered_from_nought_over_all_transactions(database):
    with transaction() as session:
        assert append_to_log(session, "pass_list", uuid4(), "0" * 64) == 0
        assert append_to_log(session, "credential", uuid4(), "1" * 64) == 1
    with transaction() as session:
        assert append_all_to_log(session, some(3)) == range(2, 5)
        assert append_to_log(session, "status", uuid4(), "2" * 64) == 5
    with reading() as session:
        assert list(session.scalars(select(LogEntry.index).order_by(LogEntry.index))) == list(range(6))


def test_every_append_is_under_a_signed_head_with_the_root_over_all_leaves(database):
    for count in (1, 2, 5):
        with transaction() as session:
            append_all_to_log(session, some(count))
    with reading() as session:
        leaves = [one.leaf.hash for one in session.scalars(select(LogEntry).order_by(LogEntry.index))]
        assert [one.size for one in heads(session)] == [1, 3, 8]
        for head in heads(session):
            assert head.root == root_of(leaves[: head.size]).hex()
            assert is_ours(head.head.text, head.signature)


def test_each_complete_subtree_is_kept_once(database):
    with transaction() as session:
        append_all_to_log(session, some(8))
    with reading() as session:
        kept = {(one.level, one.position) for one in session.scalars(select(LogNode))}
        assert kept == {(level, position) for level in range(4) for position in range(8 >> level)}


def test_what_is_rolled_back_was_never_logged_and_leaves_no_gap(database):
    def fail():
        with transaction() as session:
            append_all_to_log(session, some(2))
            raise ValueError("refused")

    with transaction() as session:
        append_to_log(session, "pass_list", uuid4(), "0" * 64)
    with pytest.raises(ValueError, match="refused"):
        fail()
    with transaction() as session:
        assert append_to_log(session, "pass_list", uuid4(), "1" * 64) == 1
    with reading() as session:
        assert [one.size for one in heads(session)] == [1, 2]


def test_what_is_rolled_back_to_a_savepoint_leaves_no_gap_in_log_or_audit(database):
    with transaction() as session:
        record_audit(session, ACTOR, "test:thing:do", None)
        append_to_log(session, "pass_list", uuid4(), "0" * 64)
        inner = session.begin_nested()
        record_audit(session, ACTOR, "test:thing:lost", None)
        append_all_to_log(session, some(2))
        inner.rollback()
        record_audit(session, ACTOR, "test:thing:kept", None)
        assert append_to_log(session, "pass_list", uuid4(), "1" * 64) == 1
    with reading() as session:
        assert [one.size for one in heads(session)] == [1, 2]
        assert broken_audit_entry(session) is None


@pytest.mark.parametrize("digest", ["", "ab", "A" * 64, "g" * 64, "0" * 63 + "\n"])
def test_only_a_whole_digest_is_logged(session, digest):
    with pytest.raises(ValueError, match="SHA-256"):
        append_to_log(session, "pass_list", uuid4(), digest)


@pytest.mark.parametrize("kind", ["", "Pass list", "张三", "k" * 25])
def test_only_a_short_word_is_logged_as_kind(session, kind):
    with pytest.raises(ValueError, match="short word"):
        append_to_log(session, kind, uuid4(), "0" * 64)
