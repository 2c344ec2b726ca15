"""Reads behind make-ups and mock exams: how people came out of the first sitting, and what may be joined."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from exam.make_ups import FirstFacts, JoiningFacts, MakeUpFacts, reasons_against_make_up
from exam.models.planning import Candidate, Sitting
from exam.models.results import Result
from exam.models.room import Attempt
from exam.queries.due import standard_of
from exam.queries.newest import newest_result
from exam.queries.planning import candidate_of
from exam.registration import ApplicantFacts, reasons_against_applicant
from exam.states import Outcome, SittingKind, SittingState
from people.models import Officer, Organisation
from people.posts import EmploymentType, PostState


def first_facts(session: Session, sitting: Sitting) -> FirstFacts | None:
    """Return the sitting that a make-up is of, if one is named."""
    first = session.get(Sitting, sitting.first_sitting_id) if sitting.first_sitting_id else None
    return FirstFacts(SittingKind(first.kind), SittingState(first.state), first.closes_at) if first else None


def make_up_facts(session: Session, sitting: Sitting, officers: Sequence[Officer]) -> list[MakeUpFacts]:
    """Return what a make-up asks of each of these people, in their order; other sittings ask nothing."""
    if sitting.kind != SittingKind.MAKE_UP or sitting.first_sitting_id is None:
        return []
    outcomes = _outcomes(session, sitting.first_sitting_id)
    have_sat = _sat_make_ups(session, sitting.first_sitting_id)
    return [MakeUpFacts(one.name, outcomes.get(one.id), one.id in have_sat) for one in officers]


def eligible_for_make_up(session: Session, sitting: Sitting) -> list[Officer]:
    """Return everybody who can be put on a make-up's list now, by unit and name.

    They did not pass the first sitting, are in post, have the hours that admission will ask for, and stand
    neither on this list nor have sat another make-up of the same sitting.
    """
    query = (
        select(Officer)
        .join(Candidate, Candidate.officer_id == Officer.id)
        .join(Organisation, Officer.organisation_id == Organisation.id)
        .where(Candidate.sitting_id == sitting.first_sitting_id)
        .order_by(Organisation.code, Officer.name, Officer.id)
    )
    officers = list(session.scalars(query))
    listed = set(session.scalars(select(Candidate.officer_id).where(Candidate.sitting_id == sitting.id)))
    standard = standard_of(session, sitting, clock.now())
    pairs = zip(officers, make_up_facts(session, sitting, officers), strict=True)
    able = [one for one, facts in pairs if not reasons_against_make_up(facts) and not _bars(one, listed)]
    return [one for one in able if standard.has_hours(one.id)]


def open_mocks(session: Session, officer_id: UUID | None, now: datetime) -> list[Sitting]:
    """Return the mock exams that an officer can join now, the first to end first."""
    joined = select(Candidate.sitting_id).where(Candidate.officer_id == officer_id)
    query = select(Sitting).where(
        Sitting.kind == SittingKind.MOCK,
        Sitting.state == SittingState.OPEN,
        Sitting.closes_at > now,
        Sitting.id.not_in(joined),
    )
    in_post = session.scalar(select(Officer.post).where(Officer.id == officer_id)) == PostState.IN_POST
    return list(session.scalars(query.order_by(Sitting.closes_at, Sitting.id))) if in_post else []


def joining_facts(session: Session, sitting: Sitting, officer: Officer) -> JoiningFacts:
    """Return what joining a mock exam rests on."""
    return JoiningFacts(
        kind=SittingKind(sitting.kind),
        state=SittingState(sitting.state),
        closes_at=sitting.closes_at,
        in_post=officer.post == PostState.IN_POST,
        is_registered=candidate_of(session, sitting.id, officer.id) is not None,
    )


def first_sittings(session: Session) -> list[Sitting]:
    """Return the sittings that a make-up can be of, the newest first."""
    query = select(Sitting).where(Sitting.kind == SittingKind.REGULAR, Sitting.state != SittingState.DRAFT)
    return list(session.scalars(query.order_by(Sitting.opens_at.desc(), Sitting.id)))


def _bars(officer: Officer, listed: set[UUID]) -> bool:
    facts = ApplicantFacts(
        officer.name, EmploymentType(officer.employment), PostState(officer.post), officer.id in listed
    )
    return bool(reasons_against_applicant(facts))


def _outcomes(session: Session, sitting_id: UUID) -> dict[UUID, Outcome]:
    query = (
        select(Candidate.officer_id, Result.outcome)
        .join(Result, Result.candidate_id == Candidate.id)
        .where(Result.sitting_id == sitting_id, newest_result())
    )
    return {row.officer_id: Outcome(row.outcome) for row in session.execute(query)}


def _sat_make_ups(session: Session, first_sitting_id: UUID) -> set[UUID]:
    query = (
        select(Candidate.officer_id)
        .join(Sitting, Candidate.sitting_id == Sitting.id)
        .join(Attempt, Attempt.candidate_id == Candidate.id)
        .where(Sitting.first_sitting_id == first_sitting_id)
    )
    return set(session.scalars(query))
