"""Credentials in bulk, each as the platform would have issued and logged it: statement, leaf, mark, tree, head.

Rows are written by the database's own way to load many; what they say is made by the platform's own rules, so
an audit of the log finds it whole.
"""

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import insert, text

from certificates.operations.credentials import lookup_token
from certificates.statements import CREDENTIAL, Statement
from certificates.states import CredentialSource, CredentialState
from core import clock
from core.db import current, new_key, reading, transaction
from core.log_seals import seal_of
from core.merkle import Frontier, grown
from core.models import LogHead
from core.public_log import Head, Leaf
from core.queries import log_frontier
from core.sealing import sealed
from core.signing import signature_of
from people.models import Officer, Organisation
from people.posts import DivisionKind, DocumentKind, EmploymentType, OrganisationKind, PostState
from people.queries import city
from scripts.bench.databases import POSTGRESQL, Target
from scripts.bench.looked_up import PER_UNIT, name_of, number_of, unit_of, word_of

AT_ONCE = 20_000
CATEGORY, AREA, ISSUER = "综合执法", "测量市", "测量市人民政府法制办公室"
CREDENTIAL_COLUMNS = (
    "id, cert_no, officer_id, organisation_id, holder_name, unit_name, category, area, issuer_name, profile, "
    "is_sample, source, valid_from, valid_until, state, lookup_token, reserved_at, issued_at, cancelled_at, "
    "suspended_until"
)
ENTRY_COLUMNS = '"index", kind, subject_id, digest, logged_at, seal'
NODE_COLUMNS = "level, position, hash"
Row = tuple[str | None, ...]
Rows = tuple[list[Row], list[Row], list[Row]]


class Register:
    """The credentials of one database, from none to as many as are asked for."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.total = 0
        self.now = clock.now()
        with reading() as session:
            self.frontier: Frontier = log_frontier(session)
        self.holders: dict[int, tuple[UUID, UUID]] = {}

    def grow_to(self, total: int) -> None:
        """Issue and log credentials until there are so many; then let the database settle."""
        self._found(range(len(self.holders), -(-total // PER_UNIT)))
        with _without_indexes(self.target), ThreadPoolExecutor(1) as loader:
            loading: Future[None] | None = None
            for first in range(self.total, total, AT_ONCE):
                rows = self._made(range(first, min(first + AT_ONCE, total)))
                if loading is not None:
                    loading.result()
                loading = loader.submit(_load_all, self.target, rows)
            if loading is not None:
                loading.result()
        self.total = total
        self._sign()
        _settle(self.target)

    def _found(self, units: Iterable[int]) -> None:
        with transaction() as session:
            root = city(session).id
            for unit in units:
                holder, organisation = new_key(), new_key()
                session.execute(insert(Organisation), [_organisation(organisation, unit, root)])
                session.execute(insert(Officer), [_officer(holder, organisation, unit, self.now)])
                self.holders[unit] = (holder, organisation)

    def _made(self, places: Sequence[int]) -> Rows:
        """Make the rows of some credentials, their entries, and the tree's nodes that these complete."""
        credentials: list[Row] = []
        entries: list[Row] = []
        nodes: list[Row] = []
        for place in places:
            key, said = new_key(), self._said(place)
            digest = said.digest
            leaf = Leaf(CREDENTIAL, key, digest, self.now)
            credentials.append(self._row(key, place, said))
            index = self.frontier.size
            entries.append((str(index), CREDENTIAL, key.hex, digest, _moment(self.now), seal_of(index, leaf)))
            self.frontier, completed = grown(self.frontier, leaf.hash)
            nodes += [(str(one.level), str(one.position), root.hex()) for one, root in completed]
        return credentials, entries, nodes

    def _said(self, place: int) -> Statement:
        today = clock.day_of(self.now)
        word = word_of(place)
        states = {"已注销": CredentialState.CANCELLED, "暂扣中": CredentialState.SUSPENDED}
        return Statement(
            cert_no=number_of(place),
            holder_name=name_of(place),
            unit_name=unit_of(place),
            category=CATEGORY,
            area=AREA,
            issuer_name=ISSUER,
            valid_from=today - timedelta(days=3000 if word == "已过期" else 200),
            valid_until=today + timedelta(days=-900 if word == "已过期" else 900),
            lookup_token=lookup_token(),
            state=states.get(word, CredentialState.ACTIVE),
            cancelled_at=self.now if word == "已注销" else None,
            suspended_until=today + timedelta(days=60) if word == "暂扣中" else None,
        )

    def _row(self, key: UUID, place: int, said: Statement) -> Row:
        holder, organisation = self.holders[place // PER_UNIT]
        at = _moment(self.now)
        until = said.suspended_until
        return (
            *(key.hex, said.cert_no, holder.hex, organisation.hex, said.holder_name, said.unit_name),
            *(CATEGORY, AREA, ISSUER, "hebei_2007", "0", str(CredentialSource.TAKEN_OVER)),
            *(str(said.valid_from), str(said.valid_until), str(said.state), said.lookup_token, at, at),
            at if said.cancelled_at else None,
            str(until) if until else None,
        )

    def _sign(self) -> None:
        head = Head(self.frontier.size, self.frontier.root.hex(), clock.now())
        with transaction() as session:
            session.execute(insert(LogHead), [{**vars(head), "signature": signature_of(head.text)}])


@contextmanager
def _without_indexes(target: Target) -> Iterator[None]:
    """Let PostgreSQL build the plain indexes once at the end, instead of adding to each of them row by row."""
    if target.kind != POSTGRESQL:
        yield
        return
    with psycopg.connect(target.url, autocommit=True) as connection:
        query = (
            "select indexname, indexdef from pg_indexes where tablename = any(%s) and left(indexname, 3) = 'ix_'"
        )
        indexes = connection.execute(query, [["credential", "log_entry"]]).fetchall()
        for name, _definition in indexes:
            connection.execute(f'drop index "{name}"')
        yield
        for _name, definition in indexes:
            connection.execute(definition)


def _load_all(target: Target, rows: Rows) -> None:
    credentials, entries, nodes = rows
    _load(target, "credential", CREDENTIAL_COLUMNS, credentials)
    _load(target, "log_entry", ENTRY_COLUMNS, entries)
    _load(target, "log_node", NODE_COLUMNS, nodes)


def _load(target: Target, table: str, columns: str, rows: Sequence[Row]) -> None:
    """Write rows as the database loads many: COPY, or one statement over and over in one transaction."""
    if target.kind == POSTGRESQL:
        lines = "".join("\t".join("\\N" if one is None else one for one in row) + "\n" for row in rows)
        with psycopg.connect(target.url) as connection, connection.cursor() as cursor:
            cursor.execute("set timezone = 'UTC'")
            cursor.execute(
                "set session_replication_role = replica"
            )  # keys point where they should: not asked again
            with cursor.copy(f"copy {table} ({columns}) from stdin") as copy:
                copy.write(lines)
        return
    places = ", ".join("?" * len(columns.split(",")))
    with sqlite3.connect(target.folder / "bench.db") as connection:
        connection.executemany(f"insert into {table} ({columns}) values ({places})", rows)  # noqa: S608


def _settle(target: Target) -> None:
    """Let PostgreSQL do now what it does by itself some time after so many rows came."""
    if target.kind != POSTGRESQL:
        return
    with current().at_once.connect() as connection:
        for name in ("credential", "log_entry", "log_head", "lookup_count"):
            connection.execute(text(f"vacuum analyze {name}"))
        connection.execute(text("checkpoint"))


def _organisation(key: UUID, unit: int, root: UUID) -> dict[str, Any]:
    return {
        "id": key,
        "code": f"Q{unit:05d}",
        "name": unit_of(unit * PER_UNIT),
        "name_en": f"Looked-up Unit {unit}",
        "kind": OrganisationKind.DEPARTMENT,
        "division_code": "130300",
        "division_kind": DivisionKind.ADMINISTRATIVE,
        "enforcement_category": CATEGORY,
        "recorder_class": "",
        "issuer_name": "",
        "parent_id": root,
    }


def _officer(key: UUID, organisation: UUID, unit: int, now: datetime) -> dict[str, Any]:
    return {
        "id": key,
        "name": "测量员",
        "organisation_id": organisation,
        "document_kind": DocumentKind.DEMO,
        "document_sealed": sealed("0", "officer.document"),
        "document_digest": hashlib.sha256(f"looked up {unit}".encode()).hexdigest(),
        "employment": EmploymentType.ESTABLISHMENT,
        "post": PostState.IN_POST,
        "enforcement_category": CATEGORY,
        "enforcement_area": AREA,
        "created_at": now,
    }


def _moment(now: datetime) -> str:
    return f"{now.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"
