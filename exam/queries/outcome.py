"""Reads of the outcome page: what came too late and is not decided yet."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from exam.models.room import HeldResponse


def undecided_count(session: Session, attempt_id: UUID) -> int:
    """Count the items of an attempt with a held response that nobody has decided on."""
    query = select(func.count(HeldResponse.place.distinct()))
    return session.scalar(query.where(HeldResponse.attempt_id == attempt_id, HeldResponse.decision.is_(None))) or 0
