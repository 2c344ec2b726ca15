"""The circular of a sitting of 3,000 over 46 units: from the frozen figures to the issued files, and the page.

The rows of the sitting are written in bulk; snapshot, draft, approval and issue are the real operations.
"""

import statistics
import time
from datetime import timedelta
from http.client import HTTPConnection
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from core import clock
from core.audit import SYSTEM, Actor
from core.db import new_key, reading, transaction
from exam.cut_offs import Cut
from exam.models.circulars import FiguresSnapshot
from exam.models.planning import Candidate, Sitting
from exam.models.results import Result
from exam.operations import circulars, planning, snapshots
from exam.queries.circulars import circular, final_letter_of
from exam.queries.snapshots import figures_in
from exam.states import MarkCause, Outcome, Shortfall, SittingState
from people.models import Officer, Organisation
from people.posts import DivisionKind, DocumentKind, EmploymentType, OrganisationKind, PostState
from people.queries import city
from scripts.bench.city import administrator
from scripts.bench.client import AGENT
from scripts.bench.orders import Desk
from scripts.bench.server import Running
from scripts.bench.steps import Lost

UNITS, COUNTIES, PEOPLE, PAGE_RUNS = 46, 9, 3_000, 20
TITLE = "测量：通报"


def measure_circular(running: Running, desk: Desk) -> tuple[float, float]:
    """Return seconds from the approved circular to its issued files, and ms of the snapshot's page."""
    with transaction() as session:
        writer, second = (_account(session, name) for name in ("circular-1", "circular-2"))
        sitting = closed_sitting(session, TITLE)
        _fill(session, sitting, _units(session))
    with transaction() as session:
        frozen = snapshots.take_snapshot(session, session.get_one(Sitting, sitting.id), Cut.FIRST, writer)
        made = circulars.draft_circular(session, frozen, writer)
        made.document_no = "测量〔2026〕1号"
        session.flush()
        circulars.approve_circular(session, made, made.revision, second)
    seconds = _issued_in(made.id, writer)
    return seconds, _page_ms(running, frozen, desk.cookie(writer.account_id or UUID(int=0)))


def _issued_in(circular_id: UUID, actor: Actor) -> float:
    began = time.perf_counter()
    with reading() as session:
        row = circular(session, circular_id)
        letter, figures = final_letter_of(session, row), figures_in(row.snapshot)
    drawn = circulars.draw_circular(letter, figures, row.revision)
    with transaction() as session:
        files = circulars.issue_circular(session, circular(session, circular_id), drawn, actor)
    if len(files) != 3 or f"{figures.table.total.due}人" not in letter.text:
        raise Lost("the circular is not whole")
    return time.perf_counter() - began


def _page_ms(running: Running, frozen: FiguresSnapshot, cookie: str) -> float:
    connection = HTTPConnection("127.0.0.1", running.port, timeout=60)

    def opened() -> float:
        began = time.perf_counter()
        headers = {"Cookie": f"session={cookie}", "User-Agent": AGENT}
        connection.request("GET", f"/snapshots/{frozen.id}", headers=headers)
        answer = connection.getresponse()
        body = answer.read().decode()
        if answer.status != 200 or frozen.digest not in body:
            raise Lost(f"the snapshot's page answered {answer.status}")
        return (time.perf_counter() - began) * 1000

    opened()
    return statistics.median(opened() for _run in range(PAGE_RUNS))


def _account(session: Session, name: str) -> Actor:
    return Actor(administrator(session, name, name).id, name)


def closed_sitting(session: Session, title: str) -> Sitting:
    """Return a new sitting that is over, under a blueprint of its own."""
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
        created_at=now,
    )
    session.add(sitting)
    session.flush()
    return sitting


def _units(session: Session) -> list[Organisation]:
    root = city(session).id
    units = [
        Organisation(
            id=new_key(),
            code=f"Z{number:02d}",
            name=f"通报单位{number}",
            name_en=f"Reported Unit {number}",
            kind=OrganisationKind.COUNTY if number < COUNTIES else OrganisationKind.DEPARTMENT,
            division_code="130300",
            division_kind=DivisionKind.ADMINISTRATIVE,
            parent_id=root,
        )
        for number in range(UNITS)
    ]
    session.add_all(units)
    session.flush()
    return units


def _fill(session: Session, sitting: Sitting, units: list[Organisation]) -> None:
    rows = [_person(sitting, units[number % UNITS], number) for number in range(PEOPLE)]
    for table, part in zip((Officer, Candidate, Result), zip(*rows, strict=True), strict=True):
        session.execute(insert(table), list(part))


def _person(sitting: Sitting, unit: Organisation, number: int) -> tuple[dict[str, Any], ...]:
    officer_id, candidate_id, now = new_key(), new_key(), clock.now()
    place = number * 7919 % 100
    outcome = Outcome.PASSED if place < 65 else Outcome.FAILED if place < 91 else Outcome.NOT_COMPLETED
    officer = {
        "id": officer_id,
        "name": "通报员",
        "organisation_id": unit.id,
        "document_kind": DocumentKind.DEMO,
        "document_sealed": b"0",
        "document_digest": f"circular{number:056d}",
        "employment": EmploymentType.ESTABLISHMENT,
        "post": PostState.IN_POST,
        "enforcement_category": "",
        "enforcement_area": "",
        "created_at": now,
    }
    candidate = {
        "id": candidate_id,
        "sitting_id": sitting.id,
        "officer_id": officer_id,
        "organisation_id": unit.id,
        "candidate_no": f"Z{number}",
        "registered_at": now,
    }
    result = {
        "id": new_key(),
        "candidate_id": candidate_id,
        "number": 1,
        "cause": MarkCause.HAND_IN,
        "sitting_id": sitting.id,
        "organisation_id": unit.id,
        "outcome": outcome,
        "shortfall": Shortfall.EXAM_ABSENT if outcome is Outcome.NOT_COMPLETED else None,
        "score": {Outcome.PASSED: 80, Outcome.FAILED: 40}.get(outcome),
        "settled_at": now,
    }
    return officer, candidate, result
