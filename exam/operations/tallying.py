"""The verbs that add up a sitting's marks by subject: asked for whenever marks were settled, done by a job."""

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from core.jobs import enqueue
from exam.models.planning import Sitting
from exam.models.results import SubjectTally
from exam.queries.subjects import scores_by_unit
from exam.subjects import Tally

TALLY_JOB = "exam:tally"


def ask_for_tally(session: Session, sitting: Sitting) -> None:
    """Let the marks of a sitting be added up by subject once the caller's transaction is committed."""
    enqueue(session, TALLY_JOB, {"sitting": str(sitting.id)})


def store_tally(session: Session, sitting: Sitting, counted: Tally) -> bool:
    """Store the sums by unit and subject instead of older ones; say whether they add up to the scores.

    Marks may have changed since they were added up. Then nothing is stored, and whoever changed them has
    asked for another count. These rows are sums of what is kept elsewhere, so they may be replaced.
    """
    reached = {unit: 0 for unit, _subject in counted}
    for (unit, _subject), (marks, _available) in counted.items():
        reached[unit] += marks
    if reached != scores_by_unit(session, sitting.id):
        return False
    session.execute(delete(SubjectTally).where(SubjectTally.sitting_id == sitting.id))
    rows = [
        {"sitting_id": sitting.id, "organisation_id": unit, "subject": subject, "reached": got, "available": full}
        for (unit, subject), (got, full) in counted.items()
    ]
    if rows:
        session.execute(insert(SubjectTally), rows)
    return True
