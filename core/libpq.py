"""Prepared statements by libpq itself: the driver's cursor costs several times the statement.

Connections come from the pool of ``core/db.py``, which imports this where the database is PostgreSQL.
"""

from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGresult
from sqlalchemy.pool import PoolProxiedConnection

from core.db import OneStatement

PREPARED = "prepared"


def run_prepared(driver: PoolProxiedConnection, statement: OneStatement, values: Mapping[str, Any]) -> str | None:
    """Run a statement, prepared once on each connection, and return the one value it brings, or None."""
    connection: psycopg.Connection[Any] = driver.driver_connection  # type: ignore[assignment]
    name = str(id(statement)).encode()
    prepared: set[bytes] = driver.info.setdefault(PREPARED, set())
    if name not in prepared:
        _answer_of(connection.pgconn.prepare(name, statement.postgresql.encode()), ExecStatus.COMMAND_OK)
        prepared.add(name)
    given = [str(values[one]).encode() for one in statement.names]
    answer = _answer_of(connection.pgconn.exec_prepared(name, given), ExecStatus.TUPLES_OK)
    return (answer.get_value(0, 0) or b"").decode() if answer.ntuples else None


def _answer_of(result: PGresult, wanted: ExecStatus) -> PGresult:
    if result.status != wanted:
        raise psycopg.DatabaseError(result.error_message.decode(errors="replace"))
    return result
