"""Prints the figures as Markdown and stores them under their stable names."""

import json
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from scripts.bench.figures import Spans
from scripts.bench.floors import CLIENTS, PACE
from scripts.bench.server import ROOT
from scripts.bench.steps import Measured

PLACE = ROOT / "var" / "bench.json"
FLOORS = {"floor": "without pause", "paced_floor": f"at {PACE:,} a second"}
LARGEST = 20_000
COLUMNS = (
    "what",
    "done",
    "per s",
    "CPU-ms server",
    "CPU-ms database",
    "CPU-ms together",
    "p50 ms",
    "p95 ms",
    "p99 ms",
    "server MiB",
    "database MiB",
)


class Report:
    """The figures of one run."""

    def __init__(self) -> None:
        self.figures: dict[str, float] = {}
        self.rows: list[tuple[str, ...]] = []
        self.notes: list[str] = []

    def say(self, text: str) -> None:
        """Tell whoever waits what is going on."""
        print(text, file=sys.stderr, flush=True)

    def floor(self, kind: str, name: str, figures: dict[str, float]) -> None:
        """Note the floor: ``floor`` without pause, ``paced_floor`` at the pace of a large room."""
        self.figures[f"save.{name}_cpu_ms.{kind}"] = figures["cpu_ms"]
        self.figures[f"save.{name}_database_cpu_ms.{kind}"] = figures["database_cpu_ms"]
        self.figures[f"save.{name}_per_s.{kind}"] = figures["per_s"]
        client = figures["cpu_ms"] - figures["database_cpu_ms"]
        cells = (f"{client:.3f}", f"{figures['database_cpu_ms']:.3f}", f"{figures['cpu_ms']:.3f}")
        what = f"{kind}: floor, the database's own client, {FLOORS[name]}"
        self._row((what, "", f"{figures['per_s']:.0f}", *cells, *[""] * 5))

    def full_speed(self, kind: str, measured: Measured) -> None:
        """Note saves without pause, as the floor is measured, and how many times the floor one costs."""
        self._percentiles(f"save.{{}}.{kind}", "save", measured)
        self.figures[f"save.cpu_ms.{kind}"] = measured.cpu_ms
        self.figures[f"save.per_s.{kind}"] = measured.count / measured.seconds
        self._times_floor(kind, "floor", "times_floor", measured)
        self._measured(f"{kind}: saves without pause over {CLIENTS} connections", "save", measured)

    def room(self, kind: str, size: int, measured: Measured) -> None:
        """Note a room of so many candidates; the largest is held against the floor at its pace."""
        self._percentiles(f"room.{{}}.{kind}.{size}", "save", measured)
        for name, value in (
            ("saves_per_s", measured.count / measured.seconds),
            ("cpu_ms", measured.cpu_ms),
            ("server_cpu_ms", measured.server_cpu_ms),
            ("database_cpu_ms", measured.database_cpu_ms),
            ("server_mib", measured.server_mib),
            ("database_mib", measured.database_mib),
            ("load_cpu_ms", measured.seen.cpu / measured.count * 1000),
        ):
            self.figures[f"room.{name}.{kind}.{size}"] = value
        if size == LARGEST:
            self._times_floor(kind, "paced_floor", "paced_times_floor", measured)
        self._measured(f"{kind}: {size:,} candidates, a save each 20 s", "save", measured)

    def real_pages(self, kind: str, size: int, measured: Measured) -> None:
        """Note the same room with all that its pages ask; the CPU is that of a save and a question."""
        self._percentiles(f"pages.{{}}.{kind}.{size}", "save", measured)
        self._percentiles(f"pages.ask_{{}}.{kind}.{size}", "ask", measured)
        self.figures[f"pages.cpu_ms.{kind}.{size}"] = measured.cpu_ms
        self._measured(f"{kind}: the same {size:,}, and each page asks every 20 s", "save", measured)

    def first(self, kind: str, measured: Measured) -> None:
        """Note the first save of everybody after a start of the server, which reads the paper's shape."""
        self.figures[f"save.first_cpu_ms.{kind}"] = measured.cpu_ms
        self._measured(f"{kind}: everybody's first save after a start of the server", "save", measured)

    def storm(self, kind: str, measured: Measured) -> None:
        """Note the start storm."""
        self._percentiles(f"storm.{{}}.{kind}", "storm", measured)
        self._percentiles(f"storm.start_{{}}.{kind}", "start", measured)
        self.figures[f"storm.cpu_ms.{kind}"] = measured.cpu_ms
        self.figures[f"storm.seconds.{kind}"] = measured.seconds
        self._measured(f"{kind}: {measured.count:,} start in 60 s, the start itself", "start", measured)
        self._measured(f"{kind}: the same, with the room's page and its place", "storm", measured)

    def bell(self, kind: str, measured: Measured) -> None:
        """Note the bell that candidates ring themselves."""
        self._percentiles(f"bell.{{}}.{kind}", "hand_in", measured)
        self.figures[f"bell.cpu_ms.{kind}"] = measured.cpu_ms
        self.figures[f"bell.seconds.{kind}"] = measured.seconds
        self._measured(f"{kind}: {measured.count:,} hand in within 30 s", "hand_in", measured)

    def deadline(self, kind: str, seconds: float, others: Measured) -> None:
        """Note the bell that the clock rings for everybody at once."""
        self.figures[f"bell.deadline_seconds.{kind}"] = seconds
        self._percentiles(f"bell.deadline_others_{{}}.{kind}", "save", others)
        self._measured(f"{kind}: saves of others while the clock hands in as many", "save", others)
        self.notes.append(f"{kind}: whose time ends at one instant, all are handed in after {seconds:.1f} s")

    def growth(self, kind: str, total: int, stored: int, measured: Measured) -> None:
        """Note the cost of a save once so many are stored."""
        self.figures[f"growth.cpu_ms.{kind}.{total}"] = measured.cpu_ms
        self._percentiles(f"growth.{{}}.{kind}.{total}", "save", measured)
        self._measured(f"{kind}: a save with {stored:,} stored", "save", measured)

    def spans(self, kind: str, spans: Spans) -> None:
        """Note how long the figures of results take."""
        self.figures |= {
            f"figures.page_ms.{kind}": spans.page,
            f"figures.million_ms.{kind}": spans.tables,
            f"figures.counted_ms.{kind}": spans.counted,
            f"figures.sittings_ms.{kind}": spans.sittings,
            f"figures.floor_ms.{kind}": spans.floor,
            f"figures.times_floor.{kind}": spans.counted / spans.floor,
        }
        for what, value in (
            ("the page of a sitting of 3,000", spans.page),
            ("all tables over 1,000,000 results of 3,000 units", spans.tables),
            ("of these, the tables of units and employments", spans.counted),
            ("the table of all sittings over 1,178,000 results", spans.sittings),
            ("floor, the same GROUP BY by the database's own client", spans.floor),
        ):
            self._row((f"{kind}: {what}", *[""] * 5, f"{value:.1f}", *[""] * 4))

    def circular(self, kind: str, seconds: float, page_ms: float) -> None:
        """Note how long a circular's files take, and the page of a frozen snapshot."""
        self.figures |= {f"circular.seconds.{kind}": seconds, f"snapshot.page_ms.{kind}": page_ms}
        self.notes.append(
            f"{kind}: a circular of 3,000 in {seconds:.2f} s, its snapshot's page in {page_ms:.1f} ms"
        )

    def documents(self, figures: dict[str, float]) -> None:
        """Note what one printed credential costs, from its face to its archived and signed bytes."""
        self.figures |= figures
        for name, value in figures.items():
            self.notes.append(f"{name}: {value:.1f} ms of CPU")

    def close(self) -> None:
        """Print the table and store the figures beside those of other parts of the same commit."""
        machine, commit = _machine(), _commit()
        lines = ["| " + " | ".join(row) + " |" for row in (COLUMNS, ("---",) * len(COLUMNS), *self.rows)]
        notes = [f"- {note}" for note in self.notes]
        print("\n".join([f"Measured on {machine}, commit {commit}.", "", *lines, "", *notes]))
        PLACE.parent.mkdir(exist_ok=True)
        kept = json.loads(PLACE.read_text()) if PLACE.exists() else {}
        figures = kept.get("figures", {}) if kept.get("commit") == commit else {}
        figures |= {name: round(value, 4) for name, value in sorted(self.figures.items())}
        stored = {
            "machine": machine,
            "commit": commit,
            "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "figures": dict(sorted(figures.items())),
        }
        PLACE.write_text(json.dumps(stored, ensure_ascii=False, indent=1) + "\n")

    def _times_floor(self, kind: str, floor: str, name: str, measured: Measured) -> None:
        if f"save.{floor}_cpu_ms.{kind}" in self.figures:
            times = measured.cpu_ms / self.figures[f"save.{floor}_cpu_ms.{kind}"]
            self.figures[f"save.{name}.{kind}"] = times
            self.notes.append(f"{kind}: a save costs {times:.1f} times the floor, both {FLOORS[floor]}")

    def _percentiles(self, pattern: str, act: str, measured: Measured) -> None:
        for name, share in (("p50_ms", 0.5), ("p95_ms", 0.95), ("p99_ms", 0.99)):
            self.figures[pattern.format(name)] = measured.seen.percentile(act, share)

    def _measured(self, what: str, act: str, measured: Measured) -> None:
        times = [f"{measured.seen.percentile(act, share):.1f}" for share in (0.5, 0.95, 0.99)]
        cpu = (measured.server_cpu_ms, measured.database_cpu_ms, measured.cpu_ms)
        memory = [f"{measured.server_mib:.0f}", f"{measured.database_mib:.0f}"]
        rate = f"{measured.count / measured.seconds:.1f}"
        self._row((what, f"{measured.count:,}", rate, *[f"{one:.3f}" for one in cpu], *times, *memory))

    def _row(self, cells: tuple[str, ...]) -> None:
        self.rows.append(cells)
        self.say("  ".join(cells))


def _machine() -> str:
    memory = next(line for line in Path("/proc/meminfo").read_text().splitlines() if line.startswith("MemTotal"))
    model = next(
        (line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")), ""
    )
    gib = int(memory.split()[1]) / 1024 / 1024
    processor = model.partition(":")[2].strip() or platform.machine()
    return f"{os.cpu_count()} cores ({processor}), {gib:.0f} GiB, Python {platform.python_version()}"


def _commit() -> str:
    """Return the commit that was measured, with a mark where the files differ from it."""
    named = subprocess.run(
        ["git", "describe", "--always", "--dirty=+"],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return named.stdout.strip() or "unknown"
