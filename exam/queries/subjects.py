"""Reads behind the marks by subject: the papers handed in, some hundred at a time, and what they added up to."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from exam.blueprints import MultipleRule
from exam.draws import bank_of
from exam.marking import Given, latest_choices
from exam.models.planning import Candidate, Sitting
from exam.models.results import Result, SubjectTally
from exam.models.room import Attempt, Paper, Response
from exam.papers import entries_of
from exam.queries.cube import within
from exam.queries.keys import accepted_keys
from exam.queries.newest import newest_attempt, newest_result
from exam.states import AttemptState, Standing
from exam.subjects import Answered, Marking, SubjectFigures, Tally, add_to, in_order
from people.scope import Scope
from questions.kinds import Subject

BATCH = 500


def tally(session: Session, sitting: Sitting) -> Tally:
    """Return the marks of a sitting by unit and subject, from every paper that was handed in."""
    found: Tally = {}
    marking = _marking(session, sitting)
    for batch in _batches(session, sitting.id):
        add_to(found, batch, marking)
    return found


def scores_by_unit(session: Session, sitting_id: UUID) -> dict[UUID, int]:
    """Return what the scores of each unit's people add up to, which its subjects must add up to as well."""
    query = (
        select(Result.organisation_id, func.sum(Result.score))
        .where(Result.sitting_id == sitting_id, Result.score.is_not(None), newest_result())
        .group_by(Result.organisation_id)
    )
    return {unit: int(total or 0) for unit, total in session.execute(query)}


def subjects(session: Session, sitting_id: UUID, scope: Scope) -> list[SubjectFigures]:
    """Return the marks by subject within the scope; none at all while they do not add up to the scores."""
    counted = select(SubjectTally.subject, func.sum(SubjectTally.reached), func.sum(SubjectTally.available)).where(
        SubjectTally.sitting_id == sitting_id
    )
    rows = session.execute(within(counted, SubjectTally.organisation_id, scope).group_by(SubjectTally.subject))
    figures = {Subject(subject): (int(reached), int(available)) for subject, reached, available in rows}
    reached = sum(one for one, _available in figures.values())
    return in_order(figures) if reached == _total_score(session, sitting_id, scope) else []


def _total_score(session: Session, sitting_id: UUID, scope: Scope) -> int:
    query = select(func.sum(Result.score)).where(
        Result.sitting_id == sitting_id, Result.score.is_not(None), newest_result()
    )
    return int(session.scalar(within(query, Result.organisation_id, scope)) or 0)


def _marking(session: Session, sitting: Sitting) -> Marking:
    """Return what the papers are marked by; subjects are those of the bank that was frozen for them."""
    bank = bank_of(session.scalar(select(Sitting.bank).where(Sitting.id == sitting.id)) or [])
    accepted = accepted_keys(session, sitting.id, [item.version_id for item in bank])
    rule = MultipleRule(sitting.blueprint.multiple_rule)
    return Marking({item.version_id: item.subject for item in bank}, accepted, rule)


def _batches(session: Session, sitting_id: UUID) -> Iterator[list[Answered]]:
    query = (
        select(Attempt.id, Candidate.organisation_id, Paper.entries)
        .join(Candidate, Attempt.candidate_id == Candidate.id)
        .join(Paper, Attempt.paper_id == Paper.id)
        .where(Attempt.sitting_id == sitting_id, Attempt.state == AttemptState.HANDED_IN, newest_attempt())
        .where(Candidate.standing == Standing.REGISTERED)
        .order_by(Attempt.id)
        .limit(BATCH)
    )
    rows = session.execute(query).all()
    while rows:
        logs = _logs(session, [row.id for row in rows])
        yield [
            Answered(row.organisation_id, entries_of(row.entries), latest_choices(logs.get(row.id, ())))
            for row in rows
        ]
        rows = session.execute(query.where(Attempt.id > rows[-1].id)).all()


def _logs(session: Session, attempt_ids: Sequence[UUID]) -> dict[UUID, list[Given]]:
    query = select(Response.attempt_id, Response.seq, Response.place, Response.choice)
    found: dict[UUID, list[Given]] = {}
    for attempt_id, seq, place, choice in session.execute(query.where(Response.attempt_id.in_(attempt_ids))):
        found.setdefault(attempt_id, []).append(Given(seq, place, choice))
    return found
