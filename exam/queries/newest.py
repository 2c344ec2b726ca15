"""Which of several rows counts: the newest attempt of a candidate, the newest mark, the newest result.

Nothing that was marked or settled is edited, so a correction stands beside what it corrects.
"""

from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import aliased

from exam.models.results import Mark, Result
from exam.models.room import Attempt


def newest_attempt() -> ColumnElement[bool]:
    """Say that an attempt is its candidate's newest; only a mock exam has older ones."""
    newer = aliased(Attempt)
    return _none(Attempt, newer.id, newer.candidate_id == Attempt.candidate_id, newer.id > Attempt.id)


def newest_mark() -> ColumnElement[bool]:
    """Say that a mark is the one that counts."""
    newer = aliased(Mark)
    return _none(Mark, newer.id, newer.attempt_id == Mark.attempt_id, newer.number > Mark.number)


def newest_result() -> ColumnElement[bool]:
    """Say that a result is the one that counts."""
    newer = aliased(Result)
    return _none(Result, newer.id, newer.candidate_id == Result.candidate_id, newer.number > Result.number)


def _none(of: Any, column: Any, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return ~select(column).where(*conditions).correlate(of).exists()
