"""Fresh databases for tests: a copy of one migrated template, on SQLite or on PostgreSQL."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from uuid import uuid4

from sqlalchemy import create_engine, make_url, text

from app.migrating import upgrade
from app.settings import Settings
from core import db


class Databases:
    """A migrated template, and copies of it that are thrown away."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.server_url = os.environ.get("DATABASE_URL", "")
        if not self.server_url.startswith("postgres"):
            self.server_url = ""
        self.template = f"chizheng_test_{uuid4().hex[:8]}"

    def __enter__(self) -> "Databases":
        if self.server_url:
            self._on_server(f'create database "{self.template}"')
        self._migrate(self._url(self.template))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.server_url:
            self._on_server(f'drop database "{self.template}" with (force)')

    @contextmanager
    def fresh(self) -> Iterator[str]:
        name = f"{self.template}_{uuid4().hex[:8]}"
        if self.server_url:
            self._on_server(f'create database "{name}" template "{self.template}"')
        else:
            shutil.copy(self.folder / f"{self.template}.db", self.folder / f"{name}.db")
        yield self._url(name)
        if self.server_url:
            self._on_server(f'drop database "{name}" with (force)')
        else:
            for suffix in ("", "-wal", "-shm"):
                (self.folder / f"{name}.db{suffix}").unlink(missing_ok=True)

    def _url(self, name: str) -> str:
        if not self.server_url:
            return f"sqlite:///{self.folder / name}.db"
        url = make_url(Settings(DATABASE_URL=self.server_url).database)
        return url.set(database=name).render_as_string(hide_password=False)

    def _migrate(self, url: str) -> None:
        upgrade(db.connect(url))
        db.disconnect()
        if not self.server_url:
            with create_engine(url).connect() as connection:
                connection.execute(text("pragma wal_checkpoint(truncate)"))

    def _on_server(self, statement: str) -> None:
        engine = create_engine(Settings(DATABASE_URL=self.server_url).database, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()
