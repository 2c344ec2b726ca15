"""The disk fills up under load, stays full for a while, and is freed again."""

import os
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

from scripts.drill.client import Page, wait_for_acknowledgement
from scripts.drill.databases import POSTGRESQL, SQLITE, Cluster, cluster
from scripts.drill.findings import Findings
from scripts.drill.outages import RECOVERY_SECONDS, working

SIZES = {SQLITE: "24m", POSTGRESQL: "256m"}
FULL_SECONDS, MORE_SECONDS = 3.0, 5.0
BLOCK = bytes(4096)
NOT_FULL = "the full disk refused no save"


def drill(kind: str, times: int, fault: str = "") -> Findings:
    """Fill the small disk that the database is on, let the candidates go on, and free it again."""
    found = Findings("full disk", kind, times)
    with small_disk(SIZES[kind]) as disk, _database_on(kind, disk) as (url, hurt):
        with working(found, url, fault=fault) as pages:
            for number in range(times):
                time.sleep(0.5)
                _fill_and_free(found, disk, hurt if number % 2 else None, pages)
                _start_again(found, hurt, pages)
        if kind == SQLITE and not is_intact(disk / "chizheng.db"):
            found.breaches.append("the database is corrupt")
    return found


@contextmanager
def small_disk(size: str) -> Iterator[Path]:
    """Mount a file system of this size; needs to be root."""
    with tempfile.TemporaryDirectory(prefix="chizheng-disk-") as made:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=0755", "tmpfs", made], check=True)
        try:
            yield Path(made)
        finally:
            subprocess.run(["umount", "-l", made], check=True)


def is_intact(path: Path) -> bool:
    """Say whether SQLite finds its file whole."""
    with sqlite3.connect(path) as connection:
        answer = connection.execute("pragma integrity_check").fetchall()
    connection.close()
    return bool(answer == [("ok",)])


@contextmanager
def _database_on(kind: str, disk: Path) -> Iterator[tuple[str, Cluster | None]]:
    if kind == SQLITE:
        yield f"sqlite:///{disk / 'chizheng.db'}", None
        return
    folder = disk / "data"
    folder.mkdir()
    with cluster(folder) as hurt:
        yield hurt.url, hurt


def _fill_and_free(found: Findings, disk: Path, hurt: Cluster | None, pages: list[Page]) -> None:
    """Fill the disk until saves fail; a PostgreSQL that is given is made to need more of its log as well."""
    ballast = disk / "ballast"
    before = _failures(pages)
    with ballast.open("wb", buffering=0) as file:
        until = time.monotonic() + FULL_SECONDS
        while time.monotonic() < until or (_failures(pages) == before and time.monotonic() < until + MORE_SECONDS):
            with suppress(OSError):
                while file.write(BLOCK) == len(BLOCK):
                    pass
            if hurt is not None:
                _want_more_log(hurt)
            time.sleep(0.02)
    if _failures(pages) == before:
        found.notes.append(NOT_FULL)
    os.unlink(ballast)


def _start_again(found: Findings, hurt: Cluster | None, pages: list[Page]) -> None:
    freed = time.time()
    if hurt is not None and not hurt.processes():
        found.notes.append("PostgreSQL had given up and was started again")
        hurt.start()
    found.recovered(wait_for_acknowledgement(pages, freed, RECOVERY_SECONDS))


def _want_more_log(hurt: Cluster) -> None:
    with suppress(psycopg.Error), psycopg.connect(hurt.url, autocommit=True, connect_timeout=2) as connection:
        connection.execute("select pg_switch_wal()")


def _failures(pages: list[Page]) -> int:
    return sum(count for page in pages for status, count in page.statuses.items() if status not in {200, 409})
