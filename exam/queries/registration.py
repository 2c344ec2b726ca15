"""Reads behind registering: who can be put on a sitting's list, and which numbers are given out."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.errors import NotFoundError
from exam.candidate_sheet import KnownPerson, KnownSitting, ListSheetFacts
from exam.models.planning import Candidate
from exam.models.results import Result
from exam.queries.newest import newest_result
from exam.queries.planning import list_facts, sittings
from exam.registration import ApplicantFacts, reasons_against_list
from exam.states import Outcome
from people.models import Officer, Organisation
from people.posts import EmploymentType, PostState
from people.queries import OfficerFilter

ASKED_ONE_BY_ONE = 500
MOST_OFFERED = 3000


def applicant_facts(session: Session, sitting_id: UUID, officers: Sequence[Officer]) -> list[ApplicantFacts]:
    """Return what registering asks of each of these people, in their order."""
    query = select(Candidate.officer_id).where(Candidate.sitting_id == sitting_id)
    if len(officers) <= ASKED_ONE_BY_ONE:
        query = query.where(Candidate.officer_id.in_([officer.id for officer in officers]))
    registered = set(session.scalars(query))
    return [
        ApplicantFacts(
            officer.name, EmploymentType(officer.employment), PostState(officer.post), officer.id in registered
        )
        for officer in officers
    ]


def unregistered_officers(session: Session, sitting_id: UUID, wanted: OfficerFilter) -> list[Officer]:
    """Return people in post who are not on the sitting's list, by unit and name: of one unit, or by name.

    No more than ``MOST_OFFERED``; longer lists come in by sheet.
    """
    listed = select(Candidate.officer_id).where(Candidate.sitting_id == sitting_id)
    query = (
        select(Officer)
        .join(Organisation, Officer.organisation_id == Organisation.id)
        .where(Officer.post == PostState.IN_POST, Officer.id.not_in(listed))
        .order_by(Organisation.code, Officer.name, Officer.id)
    )
    if wanted.organisation_id is not None:
        query = query.where(Officer.organisation_id == wanted.organisation_id)
    if wanted.text:
        query = query.where(Officer.name.contains(wanted.text, autoescape=True))
    return list(session.scalars(query.limit(MOST_OFFERED)))


def passed_before(session: Session, officers: Sequence[Officer]) -> frozenset[UUID]:
    """Return which of these people have passed a sitting already."""
    query = (
        select(Candidate.officer_id)
        .join(Result, Result.candidate_id == Candidate.id)
        .where(Result.outcome == Outcome.PASSED, newest_result())
        .where(Candidate.officer_id.in_([officer.id for officer in officers]))
    )
    return frozenset(session.scalars(query))


def officers_by_ids(session: Session, officer_ids: Sequence[UUID]) -> list[Officer]:
    """Return these officers, by unit and name; one that does not exist refuses all."""
    query = (
        select(Officer)
        .join(Organisation, Officer.organisation_id == Organisation.id)
        .where(Officer.id.in_(officer_ids))
        .order_by(Organisation.code, Officer.name, Officer.id)
    )
    found = list(session.scalars(query))
    if len(found) != len(set(officer_ids)):
        raise NotFoundError
    return found


def list_sheet_facts(session: Session, now: datetime) -> ListSheetFacts:
    """Return what a sheet of candidates is held against."""
    listed: dict[UUID, set[UUID]] = {}
    for sitting_id, officer_id in session.execute(select(Candidate.sitting_id, Candidate.officer_id)):
        listed.setdefault(sitting_id, set()).add(officer_id)
    known = {
        one.title: KnownSitting(
            one.id, frozenset(listed.get(one.id, ())), tuple(reasons_against_list(list_facts(one), now))
        )
        for one in sittings(session)
    }
    query = select(
        Officer.document_digest, Officer.id, Officer.name, Organisation.name, Officer.employment, Officer.post
    ).join(Organisation, Officer.organisation_id == Organisation.id)
    people = {
        digest: KnownPerson(officer_id, name, unit, EmploymentType(employment), PostState(post))
        for digest, officer_id, name, unit, employment, post in session.execute(query)
    }
    return ListSheetFacts(known, people)


def candidate_numbers(session: Session, sitting_id: UUID) -> list[str]:
    """Return every candidate number given out for a sitting."""
    return list(session.scalars(select(Candidate.candidate_no).where(Candidate.sitting_id == sitting_id)))


def last_number_of_year(session: Session, year_digits: str) -> str | None:
    """Return the highest candidate number that begins with the two digits of a year."""
    query = select(func.max(Candidate.candidate_no)).where(Candidate.candidate_no.startswith(year_digits))
    return session.scalar(query)
