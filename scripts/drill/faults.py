"""Faults that are planted on purpose: each drill must find the one it is there for.

None of them is in the product. A fault stands between the production server and the application, or
changes a setting of the database driver, in the process of this server alone.
"""

import functools
import io
import json
import os
import queue
import re
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask
from granian import Granian
from sqlalchemy.dialects import postgresql, sqlite

from core import clock, db
from exam.models.room import Attempt, Response
from exam.states import AttemptState

SAVE = re.compile(r"/api/attempts/([0-9a-f-]{36})/responses")
GATHER_SECONDS = 0.1
MOST_WAITING = 64
Rows = list[dict[str, Any]]


class Fault:
    """Something between server and application that treats saves in a way of its own."""

    def __init__(self, application: WSGIApplication) -> None:
        self.application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = SAVE.fullmatch(environ.get("PATH_INFO", ""))
        if path is None:
            return self.application(environ, start_response)
        content = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ = {**environ, "wsgi.input": io.BytesIO(content)}
        return self.save(path[1], json.loads(content)["responses"], environ, start_response)

    def save(self, attempt: str, rows: Rows, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        raise NotImplementedError


class AcknowledgeFirst(Fault):
    """Answers at once and writes a moment later, in groups, as far as the memory set aside for it goes."""

    def __init__(self, application: WSGIApplication) -> None:
        super().__init__(application)
        self.waiting: queue.Queue[WSGIEnvironment] = queue.Queue(MOST_WAITING)
        threading.Thread(target=self._write, daemon=True).start()

    def save(self, attempt: str, rows: Rows, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        try:
            self.waiting.put_nowait(environ)
        except queue.Full:
            environ["wsgi.errors"].write("dropped\n")
        return accepted(rows, start)

    def _write(self) -> None:
        while True:
            time.sleep(GATHER_SECONDS)
            for _one in range(self.waiting.qsize()):
                list(self.application(self.waiting.get(), lambda *_said: io.BytesIO().write))


class CheckThenWrite(Fault):
    """Looks whether the attempt is running, thinks for a moment, and then writes."""

    def save(self, attempt: str, rows: Rows, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        with db.reading() as session:
            found = session.get_one(Attempt, UUID(attempt))
            is_open = found.state == AttemptState.ANSWERING and clock.now() <= found.accept_until
        if not is_open:
            return answered("409 Conflict", {"error": "", "code": "handed_in"}, start)
        time.sleep(0.02)
        values = {"attempt_id": found.id, "sitting_id": found.sitting_id, "late_ms": 0, "received_at": clock.now()}
        given = [{**values, **{name: row[name] for name in ("seq", "place", "choice")}} for row in rows]
        with db.transaction() as session:
            dialect = postgresql if db.is_postgresql(session) else sqlite
            session.execute(dialect.insert(Response.__table__).values(given).on_conflict_do_nothing())
        return accepted(rows, start)


class RefuseResends(Fault):
    """Takes a number once; what is sent again because the answer got lost is an error."""

    def __init__(self, application: WSGIApplication) -> None:
        super().__init__(application)
        self.seen: set[tuple[str, int]] = set()

    def save(self, attempt: str, rows: Rows, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        numbers = {(attempt, row["seq"]) for row in rows}
        if numbers & self.seen:
            return answered("500 Internal Server Error", {}, start)
        self.seen |= numbers
        return self.application(environ, start)


class NumberByArrival(Fault):
    """Believes that what arrives last was written last."""

    def __init__(self, application: WSGIApplication) -> None:
        super().__init__(application)
        self.last: dict[str, int] = {}

    def save(self, attempt: str, rows: Rows, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        first = self.last.get(attempt, 0) + 1
        self.last[attempt] = first + len(rows)
        renumbered = [{**row, "seq": number} for number, row in enumerate(rows, start=first)]
        content = json.dumps({"responses": renumbered}).encode()
        changed = {"wsgi.input": io.BytesIO(content), "CONTENT_LENGTH": str(len(content))}
        return self.application({**environ, **changed}, start)


class LaxConnection(sqlite3.Connection):
    """A SQLite connection that asks for less safety than it is told to."""

    def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
        return super().execute(re.sub(r"(?i)(synchronous\s*=\s*)(full|extra|2|3)", r"\1normal", sql), *parameters)


def sync_less() -> None:
    """Let every SQLite connection of this process run with ``synchronous=NORMAL``."""
    sqlite3.connect = sqlite3.dbapi2.connect = functools.partial(sqlite3.connect, factory=LaxConnection)  # type: ignore[assignment]


def read_the_wall() -> None:
    """Take the wall clock of wherever the server stands for the time of day at the zone it started in."""
    standing = datetime.now().astimezone().tzinfo
    time.tzset()
    clock.now = lambda: datetime.now().replace(tzinfo=standing).astimezone(clock.UTC)


BETWEEN: dict[str, Callable[[WSGIApplication], Fault]] = {
    "acknowledge_first": AcknowledgeFirst,
    "check_then_write": CheckThenWrite,
    "refuse_resends": RefuseResends,
    "number_by_arrival": NumberByArrival,
}
BEFORE: dict[str, Callable[[], None]] = {"sync_less": sync_less, "read_the_wall": read_the_wall}


def serve() -> None:
    """Run ``chizheng serve`` with the fault that ``DRILL_FAULT`` names."""
    import app.serving
    from app.cli import main

    def planted(_target: str, **options: Any) -> Granian:
        return Granian("scripts.drill.faults:application", **options)

    app.serving.Granian = planted  # type: ignore[misc,assignment]
    sys.argv = ["chizheng", "serve"]
    main()


def application() -> Flask:
    """Return the application as it is served, with the fault in it."""
    fault = os.environ["DRILL_FAULT"]
    if fault in BEFORE:
        BEFORE[fault]()
    from app.wsgi import application as served

    app = served()
    if fault in BETWEEN:
        app.wsgi_app = BETWEEN[fault](app.wsgi_app)  # type: ignore[method-assign]
    return app


def accepted(rows: Rows, start: StartResponse) -> Iterable[bytes]:
    """Return the answer of a save that went well."""
    places = sorted({row["place"] for row in rows})
    said = {"last_seq": max(row["seq"] for row in rows), "saved": places, "held": [], "remaining_ms": 1000}
    return answered("200 OK", said, start)


def answered(status: str, said: dict[str, Any], start: StartResponse) -> Iterable[bytes]:
    """Return an answer in JSON."""
    content = json.dumps(said).encode()
    start(status, [("Content-Type", "application/json"), ("Content-Length", str(len(content)))])
    return [content]
