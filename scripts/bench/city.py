"""Fills a database with an exam of any size: through the real operations, in bulk where only the size counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from importlib.resources import files
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from core import clock, passwords
from core.audit import SYSTEM
from core.db import new_key, transaction
from core.import_kinds import import_sheet
from exam.models.planning import Candidate, Sitting
from exam.models.room import Attempt, Paper, TimeEntry
from exam.operations import planning
from exam.operations.papers import draw_missing_papers, frozen_bank
from exam.states import AttemptState
from exam.time_ledger import TimeKind
from people.identity import COMMAND_LINE
from people.models import Account, Officer, Organisation
from people.operations import found_organisations, import_roll
from people.permissions import Role
from people.posts import DivisionKind, DocumentKind, OrganisationKind
from people.roll import RollEntry
from questions.operations import ITEMS

AT_ONCE = 2_000
CITY = "测量市"
UNITS = 8


@dataclass(frozen=True)
class Seat:
    """One candidate: the account that signs in, and the attempt once there is one."""

    account_id: UUID
    candidate_id: UUID
    sitting_id: UUID
    attempt_id: UUID | None = None


def fill(size: int, storm: int) -> tuple[list[Seat], list[Seat]]:
    """Fill the database; return the seats of a room that is answering, and of a room that has not started."""
    with transaction() as session:
        _found(session)
        for sheet in sorted((files("questions") / "sample_items").iterdir(), key=lambda one: one.name):
            import_sheet(session, ITEMS, sheet.name, sheet.read_bytes(), COMMAND_LINE)
    officers = _officers(size + storm)
    room = _sitting("测量：作答", officers[:size]) if size else []
    return [_running(room), _sitting("测量：开考", officers[size:]) if storm else []]  # type: ignore[return-value]


def administrator(session: Session, username: str, display_name: str) -> Account:
    """Open an account of an administrator, who never signs in with a password."""
    account = Account(
        username=username,
        display_name=display_name,
        password_hash="",
        must_change_password=False,
        role=Role.ADMINISTRATOR,
        created_at=clock.now(),
    )
    session.add(account)
    session.flush()
    return account


def _found(session: Session) -> None:
    city = Organisation(
        code="M",
        name=CITY,
        name_en="Measured City",
        kind=OrganisationKind.CITY,
        division_code="130300",
        division_kind=DivisionKind.ADMINISTRATIVE,
        issuer_name=CITY,
    )
    units = [
        Organisation(
            code=f"U{number:02d}",
            name=f"测量单位{number}",
            name_en=f"Measured Unit {number}",
            kind=OrganisationKind.DEPARTMENT,
            division_code="130300",
            division_kind=DivisionKind.ADMINISTRATIVE,
            enforcement_category="城市管理",
        )
        for number in range(UNITS)
    ]
    found_organisations(session, [city, *units], SYSTEM)


def _officers(count: int) -> list[tuple[UUID, UUID]]:
    """Enter officers with an account each (one password for all); return the keys of both."""
    password, made = passwords.hashed("a password nobody uses"), []
    for start in range(0, count, AT_ONCE):
        numbers = range(start, min(start + AT_ONCE, count))
        with transaction() as session:
            roll = [
                RollEntry(f"测量员{one}", DocumentKind.DEMO, f"DEMO-{one:06d}", f"测量单位{one % UNITS}")
                for one in numbers
            ]
            rows = [_account(officer, password) for officer in import_roll(session, roll, SYSTEM)]
            session.execute(insert(Account), rows)
            made += [(row["officer_id"], row["id"]) for row in rows]
    return made  # type: ignore[return-value]


def _account(officer: Officer, password: str) -> dict[str, object]:
    return {
        "id": new_key(),
        "username": f"m{officer.id.hex}",
        "display_name": officer.name,
        "password_hash": password,
        "must_change_password": False,
        "role": Role.CANDIDATE,
        "organisation_id": officer.organisation_id,
        "officer_id": officer.id,
        "created_at": clock.now(),
    }


def _sitting(title: str, officers: Sequence[tuple[UUID, UUID]]) -> list[Seat]:
    accounts = dict(officers)
    with transaction() as session:
        sitting = _planned(session, title)
        rows = [session.get_one(Officer, officer_id) for officer_id in accounts]
        planning.register_candidates(session, sitting, rows, SYSTEM)
        planning.open_sitting(session, sitting, SYSTEM)
        bank = frozen_bank(session, sitting)
    drawn = 1
    while drawn:
        with transaction() as session:
            drawn = draw_missing_papers(session, session.get_one(Sitting, sitting.id), bank)
    with transaction() as session:
        found = session.execute(
            select(Candidate.id, Candidate.officer_id).where(Candidate.sitting_id == sitting.id)
        )
        return [Seat(accounts[row.officer_id], row.id, sitting.id) for row in found]


def _planned(session: Session, title: str) -> Sitting:
    draft = planning.default_blueprint()
    blueprint = planning.define_blueprint(
        session, type(draft)(title, draft.cells, draft.duration_minutes, draft.cut_score), SYSTEM
    )
    now = clock.now()
    with clock.at(now - timedelta(hours=1)):
        return planning.plan_sitting(
            session,
            Sitting(
                title=title,
                blueprint=blueprint,
                blueprint_id=blueprint.id,
                opens_at=now - timedelta(minutes=30),
                closes_at=now + timedelta(hours=8),
            ),
            SYSTEM,
        )


def _running(seats: Sequence[Seat]) -> list[Seat]:
    """Let everybody be answering, as starting and opening the room leaves them, written in bulk."""
    with transaction() as session:
        papers = dict(session.execute(select(Paper.candidate_id, Paper.id)).all())
        started = [Seat(one.account_id, one.candidate_id, one.sitting_id, new_key()) for one in seats]
        now = clock.now()
        rows = [
            {
                "id": one.attempt_id,
                "candidate_id": one.candidate_id,
                "paper_id": papers[one.candidate_id],
                "sitting_id": one.sitting_id,
                "state": AttemptState.ANSWERING,
                "fence": 1,
                "opened_at": now,
                "started_at": now,
                "deadline_at": now + timedelta(hours=6),
                "accept_until": now + timedelta(hours=6),
            }
            for one in started
        ]
        lines = [
            {
                "attempt_id": one.attempt_id,
                "kind": TimeKind.ALLOWANCE,
                "seconds": 6 * 3600,
                "reason": "",
                "at": now,
                "id": new_key(),
            }
            for one in started
        ]
        if rows:
            session.execute(insert(Attempt), rows)
            session.execute(insert(TimeEntry), lines)
    return started
