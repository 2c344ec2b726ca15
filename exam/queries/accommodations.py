"""Reads over what was granted to candidates."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from exam.accommodations import AccommodationKind
from exam.models.planning import Accommodation


def granted_to(session: Session, candidate_id: UUID) -> dict[AccommodationKind, Accommodation]:
    """Return what a candidate has been granted and not been taken back, by kind."""
    newest = {AccommodationKind(row.kind): row for row in accommodations_of(session, candidate_id)}
    return {kind: row for kind, row in newest.items() if row.is_granted}


def accommodations_of(session: Session, candidate_id: UUID) -> list[Accommodation]:
    """Return everything that was granted to a candidate or taken back, the oldest first."""
    query = select(Accommodation).where(Accommodation.candidate_id == candidate_id)
    return list(session.scalars(query.order_by(Accommodation.approved_at, Accommodation.id)))
