"""The platform's own server in processes of its own, and what processes have used of the machine."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from scripts.bench.databases import SECRET, Target

ROOT = Path(__file__).resolve().parents[2]
SERVE = "from app.cli import main; main()"
START_SECONDS = 30


@dataclass(frozen=True)
class Usage:
    """Seconds of CPU and MiB of memory of a server and of its database."""

    server: float
    database: float
    server_mib: float = 0
    database_mib: float = 0


@dataclass(frozen=True)
class Running:
    """A server that answers on a port."""

    port: int
    pid: int
    target: Target

    def cpu(self) -> Usage:
        """Return the CPU used so far, all processes of either taken together."""
        return Usage(cpu_of(self.pid), cpu_of(self.target.pid))

    def memory(self) -> Usage:
        """Return the memory in use now; what processes share is counted once."""
        return Usage(0, 0, memory_of(self.pid), memory_of(self.target.pid))


@contextmanager
def served(target: Target, port: int, **settings: str) -> Iterator[Running]:
    """Start the platform over a database as ``chizheng serve`` does, with further settings; stop it afterwards."""
    environment = {
        "DATABASE_URL": target.url,
        "CHIZHENG_SECRET": SECRET,
        "CHIZHENG_VAR": str(target.folder),
        "PORT": str(port),
        **settings,
    }
    command = [sys.executable, "-c", SERVE, "serve"]
    server = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment})
    try:
        wait_for(port, server)
        yield Running(port, server.pid, target)
    finally:
        server.terminate()
        server.wait(timeout=START_SECONDS)


def cpu_of(pid: int | None) -> float:
    """Return the seconds of CPU that a process, its descendants and those that ended have used."""
    times = []
    for process in _family(pid):
        with suppress(psutil.NoSuchProcess):  # it ended meanwhile: its parent has its times
            times.append(process.cpu_times())
    ended = times[0].children_user + times[0].children_system if times else 0
    return sum(one.user + one.system for one in times) + ended


def memory_of(pid: int | None) -> float:
    """Return the proportional memory of a process and its descendants in MiB."""
    return sum(_pss(process.pid) for process in _family(pid)) / 1024


def _pss(pid: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0


def _family(pid: int | None) -> list[psutil.Process]:
    if pid is None:
        return []
    first = psutil.Process(pid)
    return [first, *first.children(recursive=True)]


def wait_for(port: int, server: "subprocess.Popen[bytes]") -> None:
    """Wait until a server listens."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and server.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise RuntimeError("the server did not start")
