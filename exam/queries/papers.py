"""How far the papers of a sitting are drawn ahead."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from exam.models.planning import Candidate
from exam.models.room import Paper
from exam.states import Standing


def paper_counts(session: Session, sitting_id: UUID) -> tuple[int, int]:
    """Return how many of those who are due have their paper, and how many are due."""
    due = (Candidate.sitting_id == sitting_id, Candidate.standing == Standing.REGISTERED)
    query = select(func.count(Paper.id), func.count(Candidate.id)).select_from(Candidate)
    drawn, all_of_them = session.execute(
        query.outerjoin(Paper, (Paper.candidate_id == Candidate.id) & (Paper.number == 1)).where(*due)
    ).one()
    return drawn, all_of_them
