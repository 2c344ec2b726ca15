"""Reads over what was granted to candidates."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, aliased

from exam.accommodations import AccommodationKind
from exam.models.planning import Accommodation, Candidate
from people.models import Account, Organisation
from people.scope import Scope


@dataclass(frozen=True)
class AccommodationRow:
    """One thing in force for a candidate, and who approved it."""

    candidate: Candidate
    accommodation: Accommodation
    approver: str | None


def granted_to(session: Session, candidate_id: UUID) -> dict[AccommodationKind, Accommodation]:
    """Return what a candidate has been granted and not been taken back, by kind."""
    newest = {AccommodationKind(row.kind): row for row in accommodations_of(session, candidate_id)}
    return {kind: row for kind, row in newest.items() if row.is_granted}


def accommodations_of(session: Session, candidate_id: UUID) -> list[Accommodation]:
    """Return everything that was granted to a candidate or taken back, the oldest first."""
    query = select(Accommodation).where(Accommodation.candidate_id == candidate_id)
    return list(session.scalars(query.order_by(Accommodation.approved_at, Accommodation.id)))


def granted_in_force() -> ColumnElement[bool]:
    """Say that a row is the newest of its kind and grants: what was taken back is not in force."""
    newer = aliased(Accommodation)
    same = (newer.candidate_id == Accommodation.candidate_id) & (newer.kind == Accommodation.kind)
    overruled = select(newer.id).where(same, newer.id > Accommodation.id).correlate(Accommodation).exists()
    return Accommodation.is_granted & ~overruled


def accommodations_in_sitting(session: Session, sitting_id: UUID, scope: Scope) -> list[AccommodationRow]:
    """Return everything in force in a sitting, by unit and candidate number."""
    query = (
        select(Candidate, Accommodation, Account.display_name)
        .join(Accommodation, Accommodation.candidate_id == Candidate.id)
        .join(Organisation, Candidate.organisation_id == Organisation.id)
        .outerjoin(Account, Accommodation.approved_by == Account.id)
        .where(Candidate.sitting_id == sitting_id, granted_in_force())
        .order_by(Organisation.code, Candidate.candidate_no, Accommodation.kind)
    )
    if scope.organisation_id is not None:
        query = query.where(Candidate.organisation_id == scope.organisation_id)
    return [AccommodationRow(*row) for row in session.execute(query)]


def approver_names(session: Session, candidate_id: UUID) -> dict[UUID, str]:
    """Return the names of those who granted something to a candidate or took it back."""
    query = select(Account.id, Account.display_name).join(Accommodation, Accommodation.approved_by == Account.id)
    return {
        row.id: row.display_name for row in session.execute(query.where(Accommodation.candidate_id == candidate_id))
    }
