"""Two who publish at the same moment, and one who is cut off in the middle, with real connections."""

import os
import subprocess
import sys
import threading
from pathlib import Path
from uuid import uuid4

from sqlalchemy import select

from core.db import reading, transaction
from core.models import AuditEntry, LogEntry
from core.operations import append_all_to_log, append_to_log, record_audit
from core.public_log import Published
from core.queries import broken_audit_entry, log_misfit
from tests.conftest import SECRET
from tests.factories import ACTOR

ROOT = Path(__file__).resolve().parents[2]
WRITERS, TURNS = 4, 12
CUT_OFF = """
import os
from uuid import uuid4
from core.db import connect, transaction
from core.operations import append_to_log
from core.sealing import use_keys
use_keys(os.environ["CHIZHENG_SECRET"].encode())
connect(os.environ["DATABASE_URL"])
with transaction() as session:
    append_to_log(session, "pass_list", uuid4(), "f" * 64)
    session.flush()
    os._exit(9)
"""


def test_writers_at_the_same_moment_leave_one_tree_without_a_gap(database):
    gate, failures = threading.Barrier(WRITERS), []

    def publish(writer):
        gate.wait()
        try:
            for turn in range(TURNS):
                with transaction() as session:
                    if (writer + turn) % 2:  # the two chains are taken in either order
                        record_audit(session, ACTOR, "test:thing:do", None)
                    append_to_log(session, "pass_list", uuid4(), f"{writer:032x}{turn:032x}")
                    record_audit(session, ACTOR, "test:thing:do", None)
                    append_all_to_log(
                        session, [Published("status", uuid4(), "0" * 64) for _each in range(turn % 3)]
                    )
        except Exception as error:  # noqa: BLE001 - whatever it is, the test must hear of it
            failures.append(error)

    threads = [threading.Thread(target=publish, args=(writer,)) for writer in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with reading() as session:
        entries = session.scalars(select(LogEntry).order_by(LogEntry.index)).all()
        assert [one.index for one in entries] == list(range(len(entries)))
        assert len(entries) == WRITERS * TURNS * 2
        published = {one.digest for one in entries if one.kind == "pass_list"}
        assert published == {f"{writer:032x}{turn:032x}" for writer in range(WRITERS) for turn in range(TURNS)}
        assert log_misfit(session) is None
        assert broken_audit_entry(session) is None
        assert session.query(AuditEntry).count() == WRITERS * TURNS * 3 // 2


def test_whoever_is_cut_off_before_the_end_leaves_neither_entry_nor_gap(database):
    with transaction() as session:
        append_to_log(session, "pass_list", uuid4(), "0" * 64)
    environment = {**os.environ, "DATABASE_URL": database.url, "CHIZHENG_SECRET": SECRET}
    cut_off = subprocess.run([sys.executable, "-c", CUT_OFF], cwd=ROOT, env=environment, check=False)
    assert cut_off.returncode == 9
    with transaction() as session:
        assert append_to_log(session, "pass_list", uuid4(), "1" * 64) == 1
    with reading() as session:
        assert log_misfit(session) is None
