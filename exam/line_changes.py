"""What a correction does to the lines of a list: a person added, changed or withdrawn.

Every line keeps its serial for good. A withdrawn one becomes a tombstone, without a name, and stays so
in every later version; whoever comes on again gets a new line at the end.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from exam.list_states import LineChange


@dataclass(frozen=True)
class DueLine:
    """Somebody who belongs on the list now."""

    candidate_id: UUID
    name: str
    unit_code: str
    unit_name: str
    candidate_no: str
    is_exempt: bool = False


@dataclass(frozen=True)
class Line:
    """One line of a version; a tombstone where it is not listed."""

    serial: int
    candidate_id: UUID
    name: str
    unit_code: str
    unit_name: str
    candidate_no: str
    is_exempt: bool = False
    is_listed: bool = True
    change: LineChange | None = None
    withdrawn_on: date | None = None
    withdrawn_by: int | None = None
    effective_on: date | None = None


@dataclass(frozen=True)
class Differences:
    """How many lines a list gets otherwise than the results, the roll and the objections have it now."""

    added: int
    changed: int
    withdrawn: int

    @property
    def total(self) -> int:
        """Return how many lines there are to correct."""
        return self.added + self.changed + self.withdrawn


def first_lines(due: Sequence[DueLine]) -> list[Line]:
    """Return the lines of a first version, in the order handed in."""
    return [_line(serial, one) for serial, one in enumerate(due, start=1)]


def corrected_lines(old: Sequence[Line], due: Sequence[DueLine], upheld: Collection[UUID] = ()) -> list[Line]:
    """Return the lines of the next version; ``upheld`` are those against whom an objection was upheld."""
    wanted = {one.candidate_id: one for one in due if one.candidate_id not in upheld}
    kept = [_carried(line, wanted.get(line.candidate_id)) for line in old]
    listed = {line.candidate_id for line in old if line.is_listed}
    fresh = [one for one in due if one.candidate_id in wanted and one.candidate_id not in listed]
    last = max((line.serial for line in old), default=0)
    added = [replace(_line(last + place, one), change=LineChange.ADDED) for place, one in enumerate(fresh, start=1)]
    return [*kept, *added]


def differences(lines: Sequence[Line]) -> Differences:
    """Count what the lines of a next version change."""
    changes = [line.change for line in lines]
    return Differences(
        *(changes.count(one) for one in (LineChange.ADDED, LineChange.CHANGED, LineChange.WITHDRAWN))
    )


def _carried(line: Line, due: DueLine | None) -> Line:
    """Return a line of the old version as it stands in the new one; its unit stays as it read."""
    if not line.is_listed:
        return replace(line, change=None)
    if due is None:
        return replace(
            line, name="", candidate_no="", is_listed=False, is_exempt=False, change=LineChange.WITHDRAWN
        )
    is_same = (due.name, due.candidate_no, due.is_exempt) == (line.name, line.candidate_no, line.is_exempt)
    return replace(
        line,
        name=due.name,
        candidate_no=due.candidate_no,
        is_exempt=due.is_exempt,
        change=None if is_same else LineChange.CHANGED,
    )


def _line(serial: int, due: DueLine) -> Line:
    return Line(serial, due.candidate_id, due.name, due.unit_code, due.unit_name, due.candidate_no, due.is_exempt)
