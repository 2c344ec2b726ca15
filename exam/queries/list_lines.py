"""Reads behind the lines of a list: who belongs on it now, how a version reads, what has changed since."""

from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from exam.line_changes import Differences, DueLine, Line, corrected_lines, differences, first_lines
from exam.list_states import ExemptionState, ObjectionState, PassListState
from exam.models.planning import Candidate
from exam.models.publishing import Objection, PublicationExemption
from exam.models.results import PassList, PassListEntry, Result
from exam.pass_lists import SittingFigures
from exam.queries.newest import newest_result
from exam.states import Outcome
from people.models import Officer, Organisation

_LINE = (
    PassListEntry.serial,
    PassListEntry.candidate_id,
    PassListEntry.name,
    PassListEntry.unit_code,
    PassListEntry.unit_name,
    PassListEntry.candidate_no,
    PassListEntry.is_exempt,
    PassListEntry.is_listed,
    PassListEntry.change,
    PassListEntry.withdrawn_on,
    PassListEntry.withdrawn_by,
    PassListEntry.effective_on,
)


def due_lines(session: Session, sitting_id: UUID) -> list[DueLine]:
    """Return those who passed a sitting as the results have it now, by unit code and candidate number."""
    query = (
        select(
            Candidate.id,
            Officer.name,
            Organisation.code,
            Organisation.name.label("unit_name"),
            Candidate.candidate_no,
            Officer.id.in_(_exempt_officers()).label("is_exempt"),
        )
        .select_from(Result)
        .join(Candidate, Candidate.id == Result.candidate_id)
        .join(Officer, Officer.id == Candidate.officer_id)
        .join(Organisation, Organisation.id == Candidate.organisation_id)
        .where(Result.sitting_id == sitting_id, Result.outcome == Outcome.PASSED, newest_result())
    )
    found = [DueLine(*row[:5], is_exempt=bool(row.is_exempt)) for row in session.execute(query)]
    # Sorted here, because databases differ in how they order texts.
    return sorted(found, key=lambda one: (one.unit_code, one.candidate_no))


def lines_of(session: Session, pass_list_id: UUID) -> list[Line]:
    """Return every line of one version, tombstones too, by serial; for the office alone."""
    query = select(*_LINE).where(PassListEntry.pass_list_id == pass_list_id).order_by(PassListEntry.serial)
    return [Line(*row) for row in session.execute(query)]


def next_lines(session: Session, sitting_id: UUID, earlier: PassList | None) -> list[Line]:
    """Return the lines that a version drafted now would have."""
    due = due_lines(session, sitting_id)
    if earlier is None:
        return first_lines([one for one in due if one.candidate_id not in upheld(session, sitting_id)])
    return corrected_lines(lines_of(session, earlier.id), due, upheld(session, sitting_id))


def differences_now(session: Session, pass_list: PassList) -> Differences:
    """Return what a published list gets otherwise than results, roll and objections have it now."""
    return differences(next_lines(session, pass_list.sitting_id, pass_list))


def is_outdated(session: Session, draft: PassList) -> bool:
    """Say whether a draft reads otherwise than it would if it were drafted now."""
    earlier = session.get(PassList, draft.supersedes_id) if draft.supersedes_id else None
    return next_lines(session, draft.sitting_id, earlier) != lines_of(session, draft.id)


def upheld(session: Session, sitting_id: UUID) -> frozenset[UUID]:
    """Return the candidates of a sitting against whom an objection was upheld."""
    query = (
        select(Objection.candidate_id)
        .join(PassList, PassList.id == Objection.pass_list_id)
        .where(PassList.sitting_id == sitting_id, Objection.state == ObjectionState.UPHELD)
    )
    return frozenset(session.scalars(query))


def figures_now(session: Session, sitting_id: UUID) -> SittingFigures:
    """Return the figures of a closed sitting as the results have them now."""
    query = (
        select(Result.outcome, func.count())
        .where(Result.sitting_id == sitting_id, newest_result())
        .group_by(Result.outcome)
    )
    counts = {Outcome(outcome): count for outcome, count in session.execute(query)}
    passed, failed, missing = (
        counts.get(one, 0) for one in (Outcome.PASSED, Outcome.FAILED, Outcome.NOT_COMPLETED)
    )
    return SittingFigures(passed + failed + missing, passed + failed, passed, failed, missing)


def newest_of(session: Session, sitting_id: UUID) -> PassList | None:
    """Return the newest published version of a sitting's list, if there is one."""
    query = (
        select(PassList)
        .where(PassList.sitting_id == sitting_id, PassList.state == PassListState.PUBLISHED)
        .order_by(PassList.version.desc())
        .limit(1)
    )
    return session.scalar(query)


def open_draft_of(session: Session, sitting_id: UUID) -> PassList | None:
    """Return the version of a sitting's list that waits to be approved or published, if there is one."""
    waiting = (PassListState.DRAFT, PassListState.APPROVED)
    return session.scalar(select(PassList).where(PassList.sitting_id == sitting_id, PassList.state.in_(waiting)))


def _exempt_officers() -> Select[UUID]:
    return select(PublicationExemption.officer_id).where(PublicationExemption.state == ExemptionState.APPROVED)
