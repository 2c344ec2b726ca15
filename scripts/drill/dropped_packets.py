"""The network swallows every packet of some candidates, both ways and without a word, while others work on.

The candidates concerned sit in a network namespace of their own. To swallow packets, each end is given a
false hardware address for the other: what is sent goes out and nobody takes it.
"""

import itertools
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from scripts.drill.client import Page, at_work, finish, wait_for_acknowledgement
from scripts.drill.databases import database
from scripts.drill.findings import Findings
from scripts.drill.outages import statuses
from scripts.drill.room import take_seats
from scripts.drill.server import Server

CANDIDATES = 4
DRAIN_SECONDS = 15
NOBODY = "02:00:00:00:00:99"


def drill(kind: str, seconds: float, fault: str = "") -> Findings:
    """Drop all packets for so long; what was written meanwhile must be sent, once, when they pass again."""
    found = Findings(f"packets dropped for {seconds:.0f} s", kind, 1)
    with cable() as line, database(kind) as (url, folder):
        seats = take_seats(url, 2 * CANDIDATES)
        with Server(url, folder, fault, host=line.server) as server:
            cut = [Page(server, seat, pace=0.02, network=line.namespace) for seat in seats[:CANDIDATES]]
            others = [Page(server, seat, pace=0.02) for seat in seats[CANDIDATES:]]
            with at_work([*cut, *others]):
                _cut_and_mend(found, line, cut, others, seconds)
                finish([*cut, *others], DRAIN_SECONDS)
        found.compare(url, [*cut, *others])
        found.expect_all_taken([*cut, *others])
        found.notes.append(f"answers of the server: {statuses(cut)}")
    return found


def _cut_and_mend(found: Findings, line: "Cable", cut: list[Page], others: list[Page], seconds: float) -> None:
    began = time.time()
    for page in [*cut, *others]:
        wait_for_acknowledgement([page], began, 30)
    line.drop()
    start = time.time()
    time.sleep(seconds)
    longest = max(_longest_silence(page, start) for page in others)
    if any(page.last_acknowledged() > start + 1 for page in cut):
        found.breaches.append("packets came through that should have been dropped")
    if longest > seconds / 2:
        found.breaches.append(f"a candidate with a good line waited {longest:.1f} s for an acknowledgement")
    line.mend()
    mended = time.time()
    for page in cut:
        left = max(0.1, mended + DRAIN_SECONDS - time.time())
        found.recovered(wait_for_acknowledgement([page], mended, left))


def _longest_silence(page: Page, since: float) -> float:
    times = [since, *(t for t, _answer in page.acknowledged_at if t > since), time.time()]
    return max(after - before for before, after in itertools.pairwise(times))


@dataclass(frozen=True)
class Cable:
    """A line between this machine and a namespace on it, with both ends' addresses."""

    namespace: str
    device: str
    server: str
    candidate: str

    def drop(self) -> None:
        """Swallow what the server answers, and a moment later what the candidates send as well."""
        self._neighbour([], self.candidate, NOBODY, self.device)
        time.sleep(0.2)
        self._neighbour(["-n", self.namespace], self.server, NOBODY, "far")

    def mend(self) -> None:
        """Let everything pass again."""
        for where, address, device in (
            ([], self.candidate, self.device),
            (["-n", self.namespace], self.server, "far"),
        ):
            _ip(*where, "neigh", "del", address, "dev", device)

    def _neighbour(self, where: list[str], address: str, hardware: str, device: str) -> None:
        _ip(*where, "neigh", "replace", address, "lladdr", hardware, "dev", device, "nud", "permanent")


@contextmanager
def cable() -> Iterator[Cable]:
    """Lay the line, and take it away again; needs to be root."""
    number = os.getpid() % 250
    made = Cable(f"drill{number}", f"drill{number}", f"10.213.{number}.1", f"10.213.{number}.2")
    _ip("netns", "add", made.namespace)
    try:
        _ip("link", "add", made.device, "type", "veth", "peer", "name", "far", "netns", made.namespace)
        _ip("addr", "add", f"{made.server}/30", "dev", made.device)
        _ip("link", "set", made.device, "up")
        for rest in (("addr", "add", f"{made.candidate}/30", "dev", "far"), ("link", "set", "far", "up")):
            _ip("-n", made.namespace, *rest)
        yield made
        _ip("link", "del", made.device)
    finally:
        _ip("netns", "del", made.namespace)


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)
