"""The database goes away under load: restarted, killed, or standing still for some seconds."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager

from scripts.drill.client import Page, at_work, finish, wait_for_acknowledgement
from scripts.drill.databases import POSTGRESQL, SQLITE, Cluster, cluster, database
from scripts.drill.findings import Findings
from scripts.drill.room import take_seats
from scripts.drill.server import Server

CANDIDATES = 8
RECOVERY_SECONDS = 30
DRAIN_SECONDS = 15
WORK_SECONDS = 0.7
# An unsafe setting of the database: a commit that does not wait for the disk.
LAX_COMMITS = {"PGOPTIONS": "-c synchronous_commit=off"}


def restart(times: int) -> Findings:
    """Stop PostgreSQL in order and start it again; the server is left alone and must find it by itself."""
    found = Findings("restart of PostgreSQL", POSTGRESQL, times)
    with cluster() as hurt, working(found, hurt.url) as pages:
        for _time in range(times):
            time.sleep(WORK_SECONDS)
            hurt.stop()
            _again(found, hurt, pages)
    return found


def kill(times: int, *, is_lax: bool = False) -> Findings:
    """Kill -9 every process of PostgreSQL; ``is_lax`` plants commits that do not wait for the disk."""
    found = Findings("kill -9 of PostgreSQL", POSTGRESQL, times)
    with cluster() as hurt, working(found, hurt.url, environment=LAX_COMMITS if is_lax else {}) as pages:
        for _time in range(times):
            time.sleep(WORK_SECONDS)
            hurt.kill()
            _again(found, hurt, pages)
    return found


def pause(kind: str, seconds: float, fault: str = "") -> Findings:
    """Let the database stand still: PostgreSQL's processes are stopped, SQLite's file is locked by another."""
    found = Findings(f"database paused for {seconds:.0f} s", kind, 1)
    with _pausable(kind) as (url, paused), working(found, url, fault=fault) as pages:
        time.sleep(WORK_SECONDS)
        with paused():
            time.sleep(seconds)
        found.recovered(wait_for_acknowledgement(pages, time.time(), RECOVERY_SECONDS))
    return found


@contextmanager
def working(
    found: Findings, url: str, *, fault: str = "", environment: dict[str, str] | None = None
) -> Iterator[list[Page]]:
    """Let candidates work against a server of this database; afterwards compare what they were told."""
    with database(SQLITE) as (_unused, folder):
        seats = take_seats(url, CANDIDATES)
        server = Server(url, folder, fault)
        server.environment |= environment or {}
        with server:
            pages = [Page(server, seat, pace=0.02) for seat in seats]
            with at_work(pages):
                wait_for_acknowledgement(pages, time.time(), RECOVERY_SECONDS)
                yield pages
                finish(pages, DRAIN_SECONDS)
    found.compare(url, pages)
    found.expect_all_taken(pages)
    seen = statuses(pages)
    found.notes.append(f"answers of the server: {seen}")
    if seen.get(500):
        found.breaches.append("the server called the outage an error of its own")


def statuses(pages: list[Page]) -> dict[int, int]:
    """Return how often the server gave each status; 0 is no answer at all."""
    return {
        status: sum(page.statuses[status] for page in pages) for status in {s for p in pages for s in p.statuses}
    }


def _again(found: Findings, hurt: Cluster, pages: list[Page]) -> None:
    hurt.start()
    found.recovered(wait_for_acknowledgement(pages, time.time(), RECOVERY_SECONDS))


@contextmanager
def _pausable(kind: str) -> Iterator[tuple[str, object]]:
    if kind == POSTGRESQL:
        with cluster() as hurt:
            yield hurt.url, hurt.frozen
        return
    with database(SQLITE) as (url, folder):

        @contextmanager
        def locked() -> Iterator[None]:
            holder = sqlite3.connect(folder / "chizheng.db", isolation_level=None, timeout=30)
            holder.execute("begin immediate")
            try:
                yield
            finally:
                holder.execute("rollback")
                holder.close()

        yield url, locked
