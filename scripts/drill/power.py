"""Power cuts: what the server wrote and synced is replayed up to a random point, and the rest is lost.

A write that was synced is there. One that was not is there, gone, halved or torn at a sector, each by
chance; which of them reached the disk has nothing to do with their order. Then the database is opened as
after any power cut, and everything that had been acknowledged by then must be in it.
"""

import random
import sqlite3
import tempfile
import time
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from scripts.drill.client import Page, at_work, finish, wait_for_acknowledgement
from scripts.drill.databases import SQLITE, database
from scripts.drill.findings import Findings
from scripts.drill.room import furnish, sit_down
from scripts.drill.server import Server
from scripts.drill.trace import Cut, Operation, Removal, Sync, Write, names, operations, traced

START_SECONDS, WORK_SECONDS = 60, 5
# The time of some runs out while the server is traced, so that hand-ins are among what is cut off.
TIMES_LEFT = [
    *(timedelta(seconds=seconds) for seconds in range(7, 13)),
    timedelta(minutes=30),
    timedelta(minutes=30),
]
CANDIDATES = len(TIMES_LEFT)
SECTOR = 512
MEMORY = Path("/dev/shm")  # noqa: S108 - only for speed, and only where there is one
Row = tuple[str, int, int, str]


@dataclass
class File:
    """A file as it certainly is on the disk, and what was done to it since that may not be."""

    certain: bytearray
    since: list[tuple[int, Write | Cut]] = field(default_factory=list)

    def sync(self, covers: int) -> None:
        for number, operation in self.since:
            if number < covers:
                _do(self.certain, operation)
        self.since = [(number, operation) for number, operation in self.since if number >= covers]

    def after_a_cut(self, chance: random.Random) -> bytearray:
        """Return what the disk may hold when the power fails now."""
        found = bytearray(self.certain)
        share = chance.random()
        for _number, operation in self.since:
            if chance.random() < share:
                _do(found, _torn(operation, chance))
        return found


def drill(cuts: int, fault: str = "") -> Findings:
    """Trace a server at work, with candidates whose time runs out amid it, and cut its power so many times."""
    found = Findings("power cuts, unsynced writes lost, halved or torn", SQLITE, cuts)
    with database(SQLITE) as (url, folder):
        seats = sit_down(
            url, furnish(url, CANDIDATES), TIMES_LEFT
        )  # from here on the server is alone with its files
        images = {str(path): path.read_bytes() if path.exists() else b"" for path in names(folder)}
        log = folder / "trace"
        server = Server(url, folder, fault)
        server.before = traced(log, folder)
        with server:
            pages = [Page(server, seat, pace=0.005) for seat in seats]
            with at_work(pages):
                wait_for_acknowledgement(pages, time.time(), START_SECONDS)
                time.sleep(WORK_SECONDS)
                finish(pages, 5)
        found.compare(url, pages)
        done = list(operations(log.read_text().splitlines()))
    _cut_again_and_again(found, images, done, _told(pages))
    return found


def _cut_again_and_again(
    found: Findings, images: dict[str, bytes], done: Sequence[Operation], told: list[tuple[float, Row]]
) -> None:
    chance = random.Random(found.faults)
    files = {path: File(bytearray(content)) for path, content in images.items()}
    points = sorted(chance.randrange(1, len(done)) for _cut in range(found.faults))
    times = [instant for instant, _row in told]
    corrupt = 0
    for point, state in zip(points, _states(files, done, points), strict=True):
        must = {row for _instant, row in told[: bisect_right(times, done[point].begun)]}
        kept = _rows_after({path: file.after_a_cut(chance) for path, file in state.items()})
        if kept is None:
            corrupt += 1
        else:
            found.lost += len(must - kept)
    if corrupt:
        found.breaches.append(f"the database was corrupt after {corrupt} of {found.faults} cuts")
    found.notes.append(f"{len(done)} operations traced, {sum(isinstance(one, Sync) for one in done)} of them syncs")


def _states(files: dict[str, File], done: Sequence[Operation], points: Sequence[int]) -> Iterator[dict[str, File]]:
    """Yield the files as they are when the operation at each point has not yet been done."""
    number = 0
    for point in points:
        for number in range(number, point):  # noqa: B020 - it goes on where it was
            operation = done[number]
            file = files[operation.path]
            if isinstance(operation, Removal):
                files[operation.path] = File(bytearray())
            elif isinstance(operation, Sync):
                file.sync(operation.covers)
            else:
                file.since.append((number, operation))
        number = point
        yield files


def _told(pages: Sequence[Page]) -> list[tuple[float, Row]]:
    """Return everything the candidates were told is saved, with the instant at which they were told."""
    told = [
        (instant, (page.seat.attempt_id.hex, answer.seq, answer.place, answer.choice))
        for page in pages
        for instant, answer in page.acknowledged_at
    ]
    return sorted(told)


def _rows_after(disk: dict[str, bytearray]) -> set[Row] | None:
    """Open the database as it is after the cut; return its answers, or None where it is not whole."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as made:
        for path, content in disk.items():
            (Path(made) / Path(path).name).write_bytes(content)
        connection = sqlite3.connect(Path(made) / "chizheng.db")
        try:
            if connection.execute("pragma integrity_check").fetchall() != [("ok",)]:
                return None
            return set(connection.execute("select attempt_id, seq, place, choice from response"))
        except sqlite3.DatabaseError:
            return None
        finally:
            connection.close()


def _do(content: bytearray, operation: Write | Cut) -> None:
    if isinstance(operation, Cut):
        if len(content) < operation.length:
            content.extend(bytes(operation.length - len(content)))
        del content[operation.length :]
        return
    if len(content) < operation.offset:
        content.extend(bytes(operation.offset - len(content)))
    content[operation.offset : operation.offset + len(operation.data)] = operation.data


def _torn(operation: Write | Cut, chance: random.Random) -> Write | Cut:
    """Return the write whole, or its first half, or as far as some sector."""
    if isinstance(operation, Cut) or chance.random() < 0.5:
        return operation
    sectors = len(operation.data) // SECTOR
    half = len(operation.data) // 2
    end = half if chance.random() < 0.5 or not sectors else SECTOR * chance.randrange(sectors + 1)
    return Write(operation.path, operation.offset, operation.data[:end], operation.begun)
