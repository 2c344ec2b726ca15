"""Which choices count as right in one sitting: the keys as written, and as corrected since."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from exam.marking import Accepted, keys_as_accepted
from exam.models.results import KeyCorrection
from exam.states import CorrectionState
from questions.queries import keys_of


def accepted_keys(session: Session, sitting_id: UUID, version_ids: Iterable[UUID]) -> dict[UUID, Accepted]:
    """Return what is accepted for each of these item versions in this sitting; the newest approval counts."""
    wanted = list(version_ids)
    keys = keys_as_accepted(keys_of(session, wanted))
    corrected = approved_keys(session, sitting_id)
    return keys | {version_id: corrected[version_id] for version_id in corrected.keys() & keys.keys()}


def approved_keys(session: Session, sitting_id: UUID) -> dict[UUID, Accepted]:
    """Return what was approved for a sitting instead of the keys as written."""
    query = (
        select(KeyCorrection.version_id, KeyCorrection.accepted)
        .where(KeyCorrection.sitting_id == sitting_id, KeyCorrection.state == CorrectionState.APPROVED)
        .order_by(KeyCorrection.decided_at, KeyCorrection.id)
    )
    return {version_id: frozenset(accepted) for version_id, accepted in session.execute(query)}
