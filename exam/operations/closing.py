"""Closing a sitting: hand in what is overdue, settle one result for everybody who was due, once."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from core import clock
from core.audit import Actor
from core.db import new_key
from core.errors import Reason, RefusedError, refuse_if
from core.operations import record_audit
from core.texts import lazy_gettext as _
from exam.models.planning import Candidate, Sitting
from exam.models.results import Mark, Result
from exam.models.room import Attempt
from exam.operations.handing_in import finish_overdue
from exam.outcomes import OutcomeFacts, outcome_of
from exam.pass_rates import UnitFigures, added
from exam.queries.newest import newest_attempt, newest_mark
from exam.queries.planning import closing_facts, required_hours
from exam.queries.results import figures_by_organisation
from exam.sittings import reasons_against_closing
from exam.states import SITTING, SittingKind, SittingState, Standing
from people.scope import CITY
from training.queries import hours_by_officer

ZERO = Decimal(0)


@dataclass(frozen=True)
class DuePerson:
    """One candidate who was due, with the marks of the attempt where there was one."""

    candidate_id: UUID
    officer_id: UUID
    organisation_id: UUID
    score: int | None
    cut_score: int | None


def close_sitting(session: Session, sitting: Sitting, actor: Actor) -> UnitFigures:
    """Close a sitting and settle what became of everybody who was due; return the figures.

    A mock exam settles nothing: it never counts.
    """
    _take_turns(session, sitting)
    refuse_if(reasons_against_closing(closing_facts(session, sitting, clock.now()), clock.now()))
    finish_overdue(session, clock.now(), sitting.id)
    _refuse_unmarked(session, sitting)
    due = [] if sitting.kind == SittingKind.MOCK else _due_people(session, sitting.id)
    _settle(session, sitting, due, clock.now())
    figures = _checked_figures(session, sitting, len(due))
    sitting.state = SITTING.after(SittingState(sitting.state), "close")
    sitting.closed_at = clock.now()
    session.flush()
    detail = {"due": figures.due, "passed": figures.passed, "failed": figures.failed}
    record_audit(
        session, actor, "exam:sitting:close", sitting.id, {**detail, "not_completed": figures.not_completed}
    )
    return figures


def _take_turns(session: Session, sitting: Sitting) -> None:
    """Let whoever closes this sitting or starts an attempt at it wait, and see both as they are now.

    An attempt is started under a lock on its candidate; here every candidate of the sitting is locked.
    """
    session.flush()
    session.refresh(sitting, with_for_update={"of": Sitting})
    session.execute(select(Candidate.id).where(Candidate.sitting_id == sitting.id).with_for_update()).all()


def _refuse_unmarked(session: Session, sitting: Sitting) -> None:
    """Refuse while an attempt has no mark: it would be written down as if nobody had come."""
    query = (
        select(func.count(Attempt.id))
        .outerjoin(Mark, Mark.attempt_id == Attempt.id)
        .where(Attempt.sitting_id == sitting.id, Mark.id.is_(None))
    )
    unmarked = session.scalar(query) or 0
    if unmarked:
        text = _("还有 %(count)s 份答卷没有交卷或阅卷，现在不能结束。请稍后再试。", count=unmarked)
        raise RefusedError([Reason("unmarked", text)])


def _due_people(session: Session, sitting_id: UUID) -> list[DuePerson]:
    query = (
        select(Candidate.id, Candidate.officer_id, Candidate.organisation_id, Mark.score, Mark.cut_score)
        .select_from(Candidate)
        .outerjoin(Attempt, (Attempt.candidate_id == Candidate.id) & newest_attempt())
        .outerjoin(Mark, (Mark.attempt_id == Attempt.id) & newest_mark())
        .where(Candidate.sitting_id == sitting_id, Candidate.standing == Standing.REGISTERED)
        .order_by(Candidate.id)
    )
    return [DuePerson(*row) for row in session.execute(query)]


def _settle(session: Session, sitting: Sitting, due: list[DuePerson], at: datetime) -> None:
    required = required_hours(session, sitting)
    hours = hours_by_officer(session, sitting.course_id) if sitting.course_id else {}
    rows = []
    for person in due:
        cut_score = sitting.blueprint.cut_score if person.cut_score is None else person.cut_score
        facts = OutcomeFacts(hours.get(person.officer_id, ZERO), required, person.score, cut_score)
        rows.append(_result_row(sitting, person, facts, at))
    if rows:
        session.execute(insert(Result), rows)


def _result_row(sitting: Sitting, person: DuePerson, facts: OutcomeFacts, at: datetime) -> dict[str, object]:
    decision = outcome_of(facts)
    return {
        "id": new_key(),
        "candidate_id": person.candidate_id,
        "sitting_id": sitting.id,
        "organisation_id": person.organisation_id,
        "outcome": decision.outcome,
        "shortfall": decision.shortfall,
        "score": decision.score,
        "settled_at": at,
    }


def _checked_figures(session: Session, sitting: Sitting, due: int) -> UnitFigures:
    """Add the stored results up again; figures that do not agree undo the whole closing."""
    figures = added(row.figures for row in figures_by_organisation(session, sitting.id, CITY))
    if figures.due != due:
        raise ValueError(f"{due} were due, {figures.due} have a result")
    return figures
