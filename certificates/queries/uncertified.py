"""Who still has to sit an exam for a credential: in post, on the establishment, and without a valid one."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from certificates.models import Credential
from certificates.states import STANDING
from exam.models.planning import Candidate
from exam.models.results import Result
from exam.queries.newest import newest_result
from exam.states import Outcome
from people.models import Officer
from people.posts import EmploymentType, PostState
from people.scope import Scope


def unregistered_counts(
    session: Session, scope: Scope, sitting_ids: Sequence[UUID], today: date
) -> dict[tuple[UUID, UUID], int]:
    """Count who has no valid credential, has never passed, and is not on a sitting's list, by (sitting, unit)."""
    found: dict[tuple[UUID, UUID], int] = {}
    for sitting_id in sitting_ids:
        listed = select(Candidate.officer_id).where(Candidate.sitting_id == sitting_id)
        passed = (
            select(Candidate.officer_id)
            .join(Result, Result.candidate_id == Candidate.id)
            .where(Result.outcome == Outcome.PASSED, newest_result())
        )
        certified = select(Credential.officer_id).where(
            Credential.state.in_(STANDING), Credential.valid_until >= today
        )
        query = (
            select(Officer.organisation_id, func.count())
            .where(
                Officer.post == PostState.IN_POST,
                Officer.employment == EmploymentType.ESTABLISHMENT,
                *(Officer.id.not_in(one) for one in (listed, passed, certified)),
            )
            .group_by(Officer.organisation_id)
        )
        if scope.organisation_id is not None:
            query = query.where(Officer.organisation_id == scope.organisation_id)
        found |= {(sitting_id, unit_id): count for unit_id, count in session.execute(query)}
    return found
