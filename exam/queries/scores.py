"""Reads of scores: how many have which one in a sitting, and out of how many marks."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from exam.models.planning import Sitting
from exam.models.results import Result
from exam.queries.cube import within
from exam.queries.newest import newest_result
from people.scope import Scope


def scores(session: Session, sitting_id: UUID, scope: Scope) -> dict[int, int]:
    """Return how many people within the scope have each score; whoever sat has one."""
    query = (
        select(Result.score, func.count())
        .where(Result.sitting_id == sitting_id, Result.score.is_not(None), newest_result())
        .group_by(Result.score)
    )
    return dict(session.execute(within(query, Result.organisation_id, scope)).all())


def full_score(sitting: Sitting) -> int:
    """Return what a sitting's papers are worth altogether."""
    return sum(cell.item_count * cell.marks_each for cell in sitting.blueprint.cells)
