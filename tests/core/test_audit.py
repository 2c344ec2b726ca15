"""The audit chain: any change, removal, insertion or swap is found, and where."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, strategies as st
from sqlalchemy import text

from core.audit import GENESIS, SYSTEM, Actor, Entry, digest, first_break
from core.db import reading, transaction
from core.operations import record_audit
from core.queries import audit_of, broken_audit_entry
from tests.factories import ACTOR, make_city, make_officer

START = datetime(2017, 6, 1, tzinfo=UTC)


def chain_of(length):
    entries = [Entry(START + timedelta(seconds=n), ACTOR, f"test:thing:{n}", None, {"n": n}) for n in range(length)]
    linked, previous = [], GENESIS
    for entry in entries:
        previous = digest(previous, entry)
        linked.append((entry, previous))
    return linked


def test_an_untouched_chain_has_no_break():
    assert first_break(chain_of(20)) is None
    assert first_break([]) is None


@given(st.data())
def test_removing_any_entry_but_the_last_is_found(data):
    chain = chain_of(10)
    place = data.draw(st.integers(0, 8))
    del chain[place]
    assert first_break(chain) == place


@given(st.data())
def test_swapping_two_entries_is_found(data):
    chain = chain_of(10)
    one, other = sorted(data.draw(st.lists(st.integers(0, 9), min_size=2, max_size=2, unique=True)))
    chain[one], chain[other] = chain[other], chain[one]
    assert first_break(chain) == one


@pytest.mark.parametrize(
    "changed",
    [
        Entry(START, ACTOR, "test:thing:0", None, {"n": 1}),
        Entry(START, SYSTEM, "test:thing:0", None, {"n": 0}),
        Entry(START, ACTOR, "test:thing:9", None, {"n": 0}),
        Entry(START + timedelta(microseconds=1), ACTOR, "test:thing:0", None, {"n": 0}),
    ],
)
def test_changing_anything_an_entry_says_is_found(changed):
    chain = chain_of(3)
    chain[0] = (changed, chain[0][1])
    assert first_break(chain) == 0


def test_entries_of_several_transactions_form_one_chain(database):
    for number in range(5):
        with transaction() as session:
            record_audit(session, ACTOR, "test:thing:do", None, {"n": number})
            record_audit(session, Actor(None, "另一人"), "test:thing:undo", None)
    with reading() as session:
        assert broken_audit_entry(session) is None


def test_a_row_changed_behind_the_platforms_back_is_named(database):
    with transaction() as session:
        for number in range(5):
            record_audit(session, ACTOR, "test:thing:do", None, {"n": number})
    with transaction() as session:
        session.execute(text("update audit_entry set actor_name = '改过' where seq = 3"))
    with reading() as session:
        assert broken_audit_entry(session) == 2


def test_a_refused_transaction_leaves_no_entry(database):
    def fail():
        with transaction() as session:
            record_audit(session, ACTOR, "test:thing:do", None)
            raise ValueError("refused")

    with pytest.raises(ValueError, match="refused"):
        fail()
    with transaction() as session:
        entry = record_audit(session, ACTOR, "test:thing:do", None)
    assert entry.seq == 1


def test_the_history_of_a_thing_is_its_own_and_newest_first(session):
    officer = make_officer(session, make_city(session).county)
    record_audit(session, ACTOR, "test:noise:do", None)
    record_audit(session, ACTOR, "test:officer:one", officer.id)
    record_audit(session, ACTOR, "test:officer:two", officer.id)
    session.flush()
    assert [entry.verb for entry in audit_of(session, officer.id)] == ["test:officer:two", "test:officer:one"]
