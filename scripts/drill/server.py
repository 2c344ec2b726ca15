"""The production server in a process group of its own, that can be killed as a power button kills it."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SECRET = "a secret for drills alone"
START = "from app.cli import main; main()"
START_WITH_FAULT = "from scripts.drill.faults import serve; serve()"
START_SECONDS = 60


class Server:
    """One server on one port over one database; ``fault`` names what is planted in it, nothing by default."""

    def __init__(self, database_url: str, folder: Path, fault: str = "", host: str = "127.0.0.1") -> None:
        self.host, self.port = host, free_port()
        self.folder = folder
        self.fault = fault
        self.before: list[str] = []
        self.environment = {
            **os.environ,
            "DATABASE_URL": database_url,
            "CHIZHENG_SECRET": SECRET,
            "CHIZHENG_VAR": str(folder),
            "HOST": host,
            "PORT": str(self.port),
            "DRILL_FAULT": fault,
        }
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Server":
        self.start()
        self.wait()
        return self

    def __exit__(self, *_error: object) -> None:
        self.kill()

    def start(self) -> None:
        """Start, without waiting; what the server says goes into a file beside the database."""
        code = START_WITH_FAULT if self.fault else START
        with (self.folder / f"server-{self.port}.log").open("ab") as said:
            self.process = subprocess.Popen(
                [*self.before, sys.executable, "-c", code, "serve"],
                cwd=ROOT,
                env=self.environment,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )

    def wait(self) -> None:
        """Wait until somebody listens."""
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and self.process is not None and self.process.poll() is None:
            with suppress(OSError), socket.create_connection((self.host, self.port), timeout=1):
                return
            time.sleep(0.02)
        raise RuntimeError((self.folder / f"server-{self.port}.log").read_text()[-2000:])

    def kill(self) -> None:
        """Kill -9 the whole group at once: master, workers and every thread in them."""
        if self.process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process = None
        self._wait_until_the_port_is_free()

    def _wait_until_the_port_is_free(self) -> None:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            with socket.socket() as probe, suppress(OSError):
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((self.host, self.port))
                return
            time.sleep(0.01)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
