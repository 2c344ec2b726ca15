"""Which choices count as right in one sitting: the keys as written, and as corrected since."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from exam.marking import Accepted, keys_as_accepted
from exam.models.results import KeyCorrection
from exam.states import CorrectionState
from questions.queries import keys_of

WRITTEN = "written_keys"


def accepted_keys(session: Session, sitting_id: UUID, version_ids: Iterable[UUID]) -> dict[UUID, Accepted]:
    """Return what is accepted for each of these item versions in this sitting; the newest approval counts."""
    keys = _written_keys(session, list(version_ids))
    corrected = approved_keys(session, sitting_id)
    return keys | {version_id: corrected[version_id] for version_id in corrected.keys() & keys.keys()}


def _written_keys(session: Session, version_ids: Sequence[UUID]) -> dict[UUID, Accepted]:
    """Return the keys as written; a version never changes, so each is read once in a transaction."""
    known: dict[UUID, Accepted] = session.info.setdefault(WRITTEN, {})
    missing = [one for one in version_ids if one not in known]
    if missing:
        known |= keys_as_accepted(keys_of(session, missing))
    return {one: known[one] for one in version_ids if one in known}


def approved_keys(session: Session, sitting_id: UUID) -> dict[UUID, Accepted]:
    """Return what was approved for a sitting instead of the keys as written."""
    query = (
        select(KeyCorrection.version_id, KeyCorrection.accepted)
        .where(KeyCorrection.sitting_id == sitting_id, KeyCorrection.state == CorrectionState.APPROVED)
        .order_by(KeyCorrection.decided_at, KeyCorrection.id)
    )
    return {version_id: frozenset(accepted) for version_id, accepted in session.execute(query)}
