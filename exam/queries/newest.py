"""Which of several rows counts: the newest attempt of a candidate, the newest mark, the newest result.

Nothing that was marked or settled is edited, so a correction stands beside what it corrects. Numbers
begin at 1, so only a result beyond that can be later than another: an index holds those few.
"""

from typing import Any

from sqlalchemy import ColumnElement, literal_column, select
from sqlalchemy.orm import aliased

from exam.models.results import Mark, Result
from exam.models.room import Attempt


def newest_attempt() -> ColumnElement[bool]:
    """Say that an attempt is its candidate's newest; only a mock exam has older ones."""
    return _NEWEST_ATTEMPT


def newest_mark() -> ColumnElement[bool]:
    """Say that a mark is the one that counts."""
    return _NEWEST_MARK


def newest_result() -> ColumnElement[bool]:
    """Say that a result is the one that counts."""
    return _NEWEST_RESULT


def newest_of(result: Any) -> ColumnElement[bool]:
    """Say the same of another name for the table of results."""
    later = aliased(Result)
    numbers = (later.number > result.number, later.number > literal_column("1"))
    return _none(result, later.id, later.candidate_id == result.candidate_id, *numbers)


def _none(of: Any, column: Any, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return ~select(column).where(*conditions).correlate(of).exists()


# Put together once: an alias costs more to make than the query that uses it.
_attempt, _mark, _result = aliased(Attempt), aliased(Mark), aliased(Result)
_NEWEST_ATTEMPT = _none(
    Attempt, _attempt.id, _attempt.candidate_id == Attempt.candidate_id, _attempt.id > Attempt.id
)
_NEWEST_MARK = _none(Mark, _mark.id, _mark.attempt_id == Mark.attempt_id, _mark.number > Mark.number)
_NEWEST_RESULT = _none(
    Result,
    _result.id,
    _result.candidate_id == Result.candidate_id,
    _result.number > Result.number,
    _result.number > literal_column("1"),
)
