"""The whole log against its own entries: whatever is changed behind the platform's back is found and named."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from core import queries
from core.db import reading, transaction
from core.log_audit import Fault, Misfit
from core.merkle import Frontier, Span, grown
from core.models import LogEntry
from core.operations import append_all_to_log, append_to_log
from core.public_log import Published
from core.queries import is_proved, log_entry, log_misfit

SIZE = 11


@pytest.fixture
def log(database):
    """Eleven entries, logged one by one."""
    with transaction() as session:
        for number in range(SIZE):
            append_to_log(session, "pass_list", uuid4(), f"{number:064x}")


def tamper(statement, **values):
    with transaction() as session:
        assert session.execute(text(statement), values).rowcount > 0


def misfit():
    with reading() as session:
        return log_misfit(session)


def test_an_untouched_log_fits(log):
    assert misfit() is None


def test_an_empty_log_fits(database):
    assert misfit() is None


@pytest.mark.parametrize("stretch", [1, 2, 3, 4, 8, 16])
def test_a_log_fits_however_it_is_read(log, stretch, monkeypatch):
    monkeypatch.setattr(queries, "STRETCH", stretch)
    assert misfit() is None


@pytest.mark.parametrize("stretch", [4, 4096])
@pytest.mark.parametrize("index", range(SIZE))
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("digest", "f" * 64),
        ("kind", "circular"),
        ("subject_id", UUID(int=1)),
        ("logged_at", datetime(2017, 6, 1, tzinfo=UTC)),
    ],
)
def test_a_changed_entry_is_named(log, index, field, value, stretch, monkeypatch):
    monkeypatch.setattr(queries, "STRETCH", stretch)
    with transaction() as session:
        setattr(session.get_one(LogEntry, index), field, value)
    assert misfit() == Misfit(Fault.ENTRY, Span(index, index + 1))


@pytest.mark.parametrize("index", range(SIZE - 1))
def test_a_missing_entry_is_named(log, index):
    tamper('delete from log_entry where "index" = :index', index=index)
    assert misfit() == Misfit(Fault.GAP, Span(index, index + 1))


def test_an_entry_whose_own_hash_was_changed_to_fit_is_found_by_the_next_head(log):
    with transaction() as session:
        row = session.get_one(LogEntry, 4)
        row.digest = "f" * 64
        changed = row.leaf.hash.hex()
    tamper("update log_node set hash = :hash where level = 0 and position = 4", hash=changed)
    assert misfit() == Misfit(Fault.ROOT, Span(4, 5))
    tamper("delete from log_head where size = 5")
    assert misfit() == Misfit(Fault.NODE, Span(4, 6))


@pytest.mark.parametrize("how", ["set hash = :hash", "set hash = 'no hash'"])
@pytest.mark.parametrize(("level", "position"), [(0, 0), (0, 10), (1, 0), (1, 4), (2, 1), (3, 0)])
def test_a_changed_node_is_named_by_the_entries_under_it(log, level, position, how):
    where = "where level = :level and position = :position"
    values = {"level": level, "position": position}
    tamper(f"update log_node {how} {where}", **({"hash": "f" * 64} if ":hash" in how else {}), **values)
    span = Span(position << level, (position + 1) << level)
    assert misfit() == Misfit(Fault.NODE if level else Fault.ENTRY, span)


def test_a_node_that_was_taken_away_or_put_in_is_found(log):
    tamper("delete from log_node where level = 3 and position = 0")
    assert misfit() == Misfit(Fault.NODE, Span(0, 8))
    rewrite(SIZE, lambda _entries: None)
    tamper("insert into log_node (level, position, hash) values (4, 0, :hash)", hash="f" * 64)
    assert misfit() == Misfit(Fault.SURPLUS, Span(0, SIZE))


def test_a_head_that_was_changed_is_found(log):
    tamper("update log_head set root = :root where size = 5", root="f" * 64)
    assert misfit() == Misfit(Fault.ROOT, Span(4, 5))


def test_a_head_whose_time_was_changed_is_found_by_its_signature(log):
    tamper("update log_head set signed_at = '2017-06-01 00:00:00.000000' where size = 5")
    assert misfit() == Misfit(Fault.SIGNATURE, Span(4, 5))


def test_a_log_rewritten_throughout_is_found_by_the_heads_signed_before(log):
    """Whoever may write the tables but has not the key can make them fit each other, not the signatures."""

    def change(entries):
        entries[3].digest = "f" * 64

    rewrite(SIZE, change)
    assert misfit() == Misfit(Fault.ROOT, Span(3, 4))
    tamper("delete from log_head where size < :size", size=SIZE)
    assert misfit() == Misfit(Fault.ROOT, Span(0, SIZE))
    tamper("delete from log_head")
    assert misfit() == Misfit(Fault.UNSIGNED, Span(0, SIZE))


def test_a_log_cut_off_at_its_end_is_found_by_the_heads_that_were_left(log):
    tamper('delete from log_entry where "index" >= 8')
    tamper(
        "delete from log_node where not (level = 0 and position < 8 or level = 1 and position < 4 "
        "or level = 2 and position < 2 or level = 3)"
    )
    assert misfit() == Misfit(Fault.CUT_OFF, Span(8, SIZE))


def test_a_log_emptied_but_for_its_heads_is_found(log):
    tamper("delete from log_entry")
    tamper("delete from log_node")
    assert misfit() == Misfit(Fault.CUT_OFF, Span(0, SIZE))


def test_an_entry_written_into_the_table_alone_is_not_proved(log):
    tamper(
        'insert into log_entry ("index", kind, subject_id, digest, logged_at) '
        'select 11, kind, subject_id, digest, logged_at from log_entry where "index" = 10'
    )
    with reading() as session:
        assert is_proved(session, log_entry(session, 10))
        assert not is_proved(session, log_entry(session, 11))
    assert misfit() == Misfit(Fault.ENTRY, Span(11, 12))


def test_a_changed_entry_is_not_proved_and_neither_is_any_under_a_head_of_somebody_else(log):
    tamper('update log_entry set kind = :kind where "index" = 3', kind="circular")
    with reading() as session:
        assert [n for n in range(SIZE) if not is_proved(session, log_entry(session, n))] == [3]
    tamper("update log_head set signature = :other where size = 11", other="0" * 128)
    with reading() as session:
        assert not any(is_proved(session, log_entry(session, n)) for n in range(SIZE))


def test_a_long_log_fits_and_its_last_entry_is_named(database):
    with transaction() as session:
        append_all_to_log(session, [Published("credential", uuid4(), f"{n:064x}") for n in range(9_000)])
    assert misfit() is None
    tamper('update log_entry set kind = :kind where "index" = 8999', kind="circular")
    assert misfit() == Misfit(Fault.ENTRY, Span(8_999, 9_000))


def rewrite(size, change):
    """Make every stored hash fit the entries again, after a change; no head, for want of the key."""
    with transaction() as session:
        entries = [session.get_one(LogEntry, index) for index in range(size)]
        change(entries)
        session.execute(text("delete from log_node"))
        frontier = Frontier()
        for entry in entries:
            frontier, completed = grown(frontier, entry.leaf.hash)
            for (level, position), root in completed:
                values = {"level": level, "position": position, "hash": root.hex()}
                session.execute(text("insert into log_node values (:level, :position, :hash)"), values)
