"""Closing a sitting: hand in what is overdue, settle one result for everybody who was due, once."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import clock
from core.audit import Actor
from core.errors import Reason, RefusedError, refuse_if
from core.operations import record_audit
from core.texts import lazy_gettext as _
from exam.models.planning import Candidate, Sitting
from exam.models.results import Mark
from exam.models.room import Attempt
from exam.operations.handing_in import finish_overdue
from exam.operations.settling import settle
from exam.pass_rates import UnitFigures, added
from exam.queries.planning import closing_facts
from exam.queries.results import figures_by_organisation
from exam.sittings import reasons_against_closing
from exam.states import SITTING, SittingState
from people.scope import CITY


def close_sitting(session: Session, sitting: Sitting, actor: Actor) -> UnitFigures:
    """Close a sitting and settle what became of everybody who was due; return the figures.

    A mock exam settles nothing: it never counts.
    """
    _take_turns(session, sitting)
    refuse_if(reasons_against_closing(closing_facts(session, sitting, clock.now()), clock.now()))
    finish_overdue(session, clock.now(), sitting.id)
    _refuse_unmarked(session, sitting)
    at = clock.now()
    due = settle(session, sitting, at)
    figures = _checked_figures(session, sitting, due)
    sitting.state = SITTING.after(SittingState(sitting.state), "close")
    sitting.closed_at = at
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


def _checked_figures(session: Session, sitting: Sitting, due: int) -> UnitFigures:
    """Add the stored results up again; figures that do not agree undo the whole closing."""
    figures = added(row.figures for row in figures_by_organisation(session, sitting.id, CITY))
    if figures.due != due:
        raise ValueError(f"{due} were due, {figures.due} have a result")
    return figures
