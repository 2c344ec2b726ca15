"""A closed sitting with results as they are to be reported: so many people of each unit at each end."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from core import clock
from core.audit import Actor
from core.db import new_key
from exam.cut_offs import Cut
from exam.models.planning import Candidate, Sitting
from exam.models.results import Result
from exam.pass_rates import UnitFigures, UnitRow, table
from exam.snapshots import Snapshot, SnapshotHead
from exam.states import MarkCause, Outcome, Shortfall, SittingState
from people.models import Organisation
from people.permissions import Role
from people.posts import OrganisationKind
from tests.factories import make_account, make_candidate, make_city, make_officer, make_organisation, make_sitting

SHORTFALLS = (Shortfall.TRAINING_NOT_STARTED, Shortfall.TRAINING_SHORT, Shortfall.EXAM_ABSENT)


@dataclass(frozen=True)
class Ends:
    """How many of one unit passed, failed and did not complete."""

    passed: int
    failed: int = 0
    missing: int = 0


@dataclass
class Reported:
    """The sitting, who acts, and the units by code."""

    sitting: Sitting
    writer: Actor
    second: Actor
    units: dict[str, Organisation]
    candidates: dict[str, list[Candidate]] = field(default_factory=dict)


def make_reported(session: Session, ends: dict[str, Ends]) -> Reported:
    """Return a closed sitting; codes beginning with C are counties, the others departments."""
    make_city(session)
    sitting = make_sitting(session, title="春季考试", state=SittingState.CLOSED, closed_at=clock.now())
    people = [make_account(session, Role.ADMINISTRATOR, display_name=name) for name in ("起草人", "批准人")]
    writer, second = (Actor(one.id, one.display_name) for one in people)
    made = Reported(sitting, writer, second, {})
    for code, counts in ends.items():
        made.units[code] = _unit(session, code)
        made.candidates[code] = []
        outcomes = [(Outcome.PASSED, None, 4)] * counts.passed + [(Outcome.FAILED, None, 2)] * counts.failed
        outcomes += [(Outcome.NOT_COMPLETED, SHORTFALLS[n % 3], None) for n in range(counts.missing)]  # type: ignore[list-item]
        for outcome, shortfall, score in outcomes:
            candidate = make_candidate(session, sitting, make_officer(session, made.units[code]))
            made.candidates[code].append(candidate)
            session.add(result_of(candidate, outcome, shortfall=shortfall, score=score))
    session.flush()
    return made


def result_of(
    candidate: Candidate,
    outcome: Outcome,
    *,
    shortfall: Shortfall | None = None,
    score: int | None = None,
    number: int = 1,
) -> Result:
    return Result(
        id=new_key(),
        candidate_id=candidate.id,
        number=number,
        cause=MarkCause.HAND_IN if number == 1 else MarkCause.KEY_CORRECTION,
        sitting_id=candidate.sitting_id,
        organisation_id=candidate.organisation_id,
        outcome=outcome,
        shortfall=shortfall,
        score=score,
        settled_at=clock.now(),
    )


def _unit(session: Session, code: str) -> Organisation:
    city = make_city(session)
    known = {"C01": city.county, "M01": city.department}
    if code in known:
        return known[code]
    kind = OrganisationKind.COUNTY if code.startswith("C") else OrganisationKind.DEPARTMENT
    name = f"{code[1:]}号区" if kind is OrganisationKind.COUNTY else f"市{code[1:]}局"
    return make_organisation(session, code=code, name=name, kind=kind, parent_id=city.city.id)


def figures(passed: int, failed: int = 0, missing: int = 0) -> UnitFigures:
    """Return figures where everybody missing stayed away from the exam."""
    due = passed + failed + missing
    return UnitFigures(due, passed + failed, passed, failed, missing, 0, 0, missing)


def row(code: str, one: UnitFigures, name: str = "") -> UnitRow:
    kind = OrganisationKind.COUNTY if code.startswith("C") else OrganisationKind.DEPARTMENT
    return UnitRow(UUID(int=int(code[1:])), code, name or f"单位{code}", f"Unit {code}", kind, one)


def frozen(*rows: UnitRow, **changes: object) -> Snapshot:
    """Return a snapshot of these units, without any database."""
    day = date(2017, 10, 30)
    fields: dict[str, object] = {
        "sitting_id": UUID(int=7),
        "sitting_title": "线上培训考试",
        "opens_at": clock.at_city_time(date(2017, 9, 1), 8),
        "closes_at": clock.at_city_time(date(2017, 9, 3), 20),
        "cut_score": 60,
        "full_score": 100,
        "issuer_name": "示范市人民政府法制办公室",
        "cut": Cut.FIRST,
        "number": 1,
        "taken_at": clock.at_city_time(day, 9),
    }
    return Snapshot(SnapshotHead(**{**fields, **changes}), table(rows), ((40, 3), (80, 9)))  # type: ignore[arg-type]
