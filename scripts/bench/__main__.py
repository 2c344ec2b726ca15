"""Measures the exam room and the figures: ``make bench``, ``make bench ONLY=postgresql:1000``, or ``FULL=1``.

A part is ``DATABASE`` or ``DATABASE:STEP``; a step is a number of candidates, ``storm``, ``bell``,
``deadline``, ``floor``, ``full`` (speed), ``growth``, ``figures`` or ``circular``. ``documents`` is a part of
its own that needs no database. Every figure is printed and stored in
var/bench.json; a lost answer or an error ends the run, because no figure would be worth anything.
"""

import gc
import os
import signal
import sys
import time

from app.factory import create_app
from core.db import connect
from scripts.bench.circular import measure_circular
from scripts.bench.city import Seat, fill
from scripts.bench.databases import POSTGRESQL, SQLITE, Target, fresh
from scripts.bench.documents import measure_documents
from scripts.bench.figures import fill_figures, measure_figures
from scripts.bench.floors import PACE, floor_ms
from scripts.bench.orders import Desk
from scripts.bench.report import Report
from scripts.bench.server import served
from scripts.bench.signing import signature
from scripts.bench.steps import Steps, grow_to, stored_responses

DOCUMENTS = "documents"
SIZES = (100, 1_000, 5_000, 20_000)
CROWD = int(os.environ.get("CROWD", "3000"))
WINDOW_S = float(os.environ.get("WINDOW", "30"))
GROWTH = (10_000, 100_000, 1_000_000)
FULL_GROWTH = (*GROWTH, 10_000_000)
GROWTH_CANDIDATES, GROWTH_WINDOW_S = 5_000, 15
FULL_SPEED_SEATS = 100
PORT = int(os.environ.get("BENCH_PORT", "8399"))


def main() -> None:
    """Measure what was asked for, print it and store it."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the servers are stopped as well
    report = Report()
    only = os.environ.get("ONLY", "")
    if not only or DOCUMENTS in only.split(","):
        report.say("drawing documents")
        report.documents(measure_documents(signature()))
    for kind in (SQLITE, POSTGRESQL):
        steps = _steps(kind, only)
        if steps:
            report.say(f"filling {kind}")
            with fresh(kind) as target:
                _measure(target, steps, report)
    report.close()


def _steps(kind: str, only: str) -> set[str]:
    """Return the steps asked for on one database: all, or those that ``ONLY`` names."""
    every = {*map(str, SIZES), "full", "storm", "bell", "deadline", "floor", "growth", "figures", "circular"}
    if not only:
        return every
    parts = [part.partition(":") for part in only.split(",")]
    named = {step for database, _colon, step in parts if database == kind}
    return every if "" in named else named


def _measure(target: Target, steps: set[str], report: Report) -> None:
    sizes = sorted(int(step) for step in steps if step.isdecimal())
    crowd = CROWD if steps & {"storm", "bell"} else 0
    wanted = [
        *sizes,
        *([GROWTH_CANDIDATES] if "growth" in steps else []),
        *([FULL_SPEED_SEATS] if "full" in steps else []),
        *([2 * CROWD] if "deadline" in steps else []),
    ]
    began = time.monotonic()
    room, storm = fill(max(wanted, default=0), crowd)
    report.say(f"{target.kind}: {len(room) + len(storm)} candidates in {time.monotonic() - began:.0f} s")
    if "floor" in steps:
        report.floor(target.kind, "floor", floor_ms(target))
        report.floor(target.kind, "paced_floor", floor_ms(target, PACE))
    settings = target.settings(PORT)
    desk = Desk(create_app(settings))
    connect(settings.database)
    gc.freeze()  # as the server does
    if steps - {"figures", "circular", "floor"}:
        with served(target, PORT) as running:
            _measure_room(Steps(running, desk), steps, (room, storm), report)
    if "figures" in steps:
        million = fill_figures(target)
        with served(target, PORT) as running:
            report.spans(target.kind, measure_figures(million, running, desk))
    if "circular" in steps:
        with served(target, PORT) as running:
            report.circular(target.kind, *measure_circular(running, desk))


def _measure_room(run: Steps, steps: set[str], seats: tuple[list[Seat], list[Seat]], report: Report) -> None:
    (room, storm), kind = seats, run.running.target.kind
    sizes = sorted(int(step) for step in steps if step.isdecimal())
    if room:
        report.first(kind, run.first(room))
    for size in sizes:
        report.room(kind, size, run.room(room[:size], WINDOW_S))
    if sizes:
        report.real_pages(kind, sizes[-1], run.real_pages(room[: sizes[-1]], WINDOW_S))
    if "full" in steps:
        report.full_speed(kind, run.full_speed(room))
    if storm:
        report.storm(kind, run.storm(storm))
    if "bell" in steps:
        report.bell(kind, run.bell(storm))
    if "growth" in steps:
        _grow(run.running.target, run, room, report)
    if "deadline" in steps:
        seconds, others = run.deadline(room[:CROWD], room[CROWD : 2 * CROWD])
        report.deadline(kind, seconds, others)


def _grow(target: Target, run: Steps, room: list, report: Report) -> None:  # type: ignore[type-arg]
    for total in FULL_GROWTH if os.environ.get("FULL") else GROWTH:
        grow_to(total, len(room))
        measured = run.room(room[:GROWTH_CANDIDATES], GROWTH_WINDOW_S)
        report.growth(target.kind, total, stored_responses(), measured)


if __name__ == "__main__":
    main()
