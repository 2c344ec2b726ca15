"""The database: engines, the two kinds of session, and the only commit in the project.

SQLite runs one writer at a time with a full sync at each commit, because an answer that was
acknowledged must survive a power cut; readers have an engine of their own and never wait.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Dialect, Engine, MetaData, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker
from sqlalchemy.pool import PoolProxiedConnection
from sqlalchemy.types import TypeDecorator
from uuid_utils.compat import uuid7

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
POOL_SIZE = 16
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant; SQLite, which knows no zones, stores the UTC wall clock."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs its zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Root of every table: one naming convention, aware instants."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: Instant}


class Keyed:
    """A row under a time-ordered key, so that rows from many machines never collide."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)


def new_key() -> UUID:
    """Return a fresh time-ordered key (UUIDv7, RFC 9562)."""
    return uuid7()


@dataclass(frozen=True)
class OneStatement:
    """A statement that is a whole transaction by itself, as each database wants to hear it.

    It returns at most one row of one value, which is heard as text. ``names`` are the values it takes:
    SQLite hears them by name (``:seq``), PostgreSQL by number (``$1`` is the first).
    """

    names: tuple[str, ...]
    postgresql: str
    sqlite: str


@dataclass(frozen=True)
class Database:
    """The two session factories over one database: one that writes, one that only reads.

    ``at_once`` is the engine for single statements, which ``run_at_once`` runs; on PostgreSQL each is
    committed by the server without being asked, on SQLite they take turns with everybody else who writes.
    """

    url: str
    writing: sessionmaker[Session]
    reading: sessionmaker[Session]
    at_once: Engine
    run_at_once: Callable[[PoolProxiedConnection, OneStatement, Mapping[str, Any]], str | None]

    @property
    def engine(self) -> Engine:
        """Return the writing engine, for migrations."""
        return self.writing.kw["bind"]  # type: ignore[no-any-return]

    def close(self) -> None:
        """Give every pooled connection back."""
        self.writing.kw["bind"].dispose()
        self.reading.kw["bind"].dispose()
        self.at_once.dispose()


_current: Database | None = None


def connect(url: str) -> Database:
    """Open the database that every later transaction of this process uses."""
    global _current
    disconnect()
    if make_url(url).get_backend_name() == "sqlite":
        writer, reader = _sqlite_engine(url, "BEGIN IMMEDIATE", size=1), _sqlite_engine(url, "BEGIN")
        at_once, run_at_once = writer, _run_on_sqlite
    else:
        # Imported here: a city on SQLite need not wait for PostgreSQL's library at each start.
        from core.libpq import run_prepared

        writer = reader = _server_engine(url)
        at_once, run_at_once = _at_once_engine(url), run_prepared
    _current = Database(
        url,
        sessionmaker(writer, expire_on_commit=False),
        sessionmaker(reader, expire_on_commit=False, autoflush=False),
        at_once,
        run_at_once,
    )
    return _current


def disconnect() -> None:
    """Close the process's database, if one is open."""
    global _current
    if _current is not None:
        _current.close()
        _current = None


def current() -> Database:
    """Return the open database."""
    if _current is None:
        raise RuntimeError("no database is connected")
    return _current


@contextmanager
def transaction() -> Iterator[Session]:
    """Open the one transaction of a request or command, and commit it at the end.

    Any exception rolls everything back, so bad input changes nothing.
    """
    with current().writing() as session:
        yield session
        session.commit()


@contextmanager
def reading() -> Iterator[Session]:
    """Open a session that only reads; it never waits for a writer."""
    with current().reading() as session:
        yield session


@contextmanager
def one_moment() -> Iterator[Session]:
    """Open a session that only reads, and sees everything as it is at its first statement.

    SQLite reads so anyway; PostgreSQL is asked to, for answers that several statements make together.
    """
    with current().reading() as session:
        if is_postgresql(session):
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        yield session


def write_at_once(statement: OneStatement, values: Mapping[str, Any]) -> str | None:
    """Run one statement in one round trip and return what it returns, once that is as durable as any commit.

    None says that nothing was written, or that the connection broke before we could know: whoever gets
    it asks again by a transaction of the usual kind, so the statement must bear being run twice.
    """
    database = current()
    engine = database.at_once
    try:
        driver = engine.raw_connection()
    except engine.dialect.loaded_dbapi.Error:
        return None  # the database is away; whoever asks again hears so
    try:
        return database.run_at_once(driver, statement, values)
    except engine.dialect.loaded_dbapi.Error as error:
        driver.invalidate(error)
        return None
    finally:
        driver.close()


def instant_in(stored: str) -> datetime:
    """Return an instant as ``write_at_once`` brings it: microseconds since 1970, or SQLite's own text."""
    if stored.isdecimal():
        return EPOCH + timedelta(microseconds=int(stored))
    return datetime.fromisoformat(stored).replace(tzinfo=UTC)


def is_postgresql(session: Session) -> bool:
    """Say whether the session talks to PostgreSQL."""
    return session.get_bind().dialect.name == "postgresql"


def _run_on_sqlite(driver: PoolProxiedConnection, statement: OneStatement, values: Mapping[str, Any]) -> str | None:
    cursor = driver.cursor()
    cursor.execute(statement.sqlite, {name: _for_sqlite(value) for name, value in values.items()})
    row = cursor.fetchone()
    return str(row[0]) if row else None


def _for_sqlite(value: Any) -> Any:
    if isinstance(value, UUID):
        return value.hex
    return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}" if isinstance(value, datetime) else value


def _sqlite_engine(url: str, begin: str, size: int = POOL_SIZE) -> Engine:
    """Return an engine; with one connection, writers wait in line for it instead of polling for a lock."""
    engine = create_engine(url, pool_size=size, max_overflow=0, connect_args={"timeout": 30})

    @event.listens_for(engine, "connect")
    def _configure(connection, _record) -> None:  # type: ignore[no-untyped-def]
        connection.isolation_level = None
        for pragma in ("journal_mode=wal", "synchronous=full", "foreign_keys=on", "busy_timeout=30000"):
            connection.execute(f"pragma {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection) -> None:  # type: ignore[no-untyped-def]
        connection.exec_driver_sql(begin)

    return engine


def _server_engine(url: str) -> Engine:
    return create_engine(url, pool_size=POOL_SIZE, max_overflow=0, pool_pre_ping=True)


def _at_once_engine(url: str) -> Engine:
    """Return an engine without transactions; nothing is asked of a connection before or after its use."""
    return create_engine(
        url, isolation_level="AUTOCOMMIT", pool_size=POOL_SIZE, max_overflow=0, pool_reset_on_return=None
    )


def probe(session: Session) -> None:
    """Ask the database for one answer; raises where it gives none."""
    session.execute(text("select 1"))
