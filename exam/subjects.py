"""The marks of a sitting by subject: which share of what the papers offered was reached.

An item counts in the subject it stood in when the paper was drawn. The subjects must add up to the scores,
or they are not shown.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from exam.blueprints import MultipleRule
from exam.marking import Accepted, marks_for
from exam.papers import PaperEntry
from exam.pass_rates import rate
from questions.kinds import Subject


@dataclass(frozen=True)
class SubjectFigures:
    """Marks reached and marks offered in one subject."""

    subject: Subject
    reached: int
    available: int

    def __post_init__(self) -> None:
        if not 0 <= self.reached <= self.available:
            raise ValueError("more marks were reached than offered")

    @property
    def share(self) -> Decimal | None:
        """Return reached ÷ offered, in per cent."""
        return rate(self.reached, self.available)


@dataclass(frozen=True)
class Answered:
    """One paper handed in with the choices that stand on it, by place from 1."""

    organisation_id: UUID
    entries: Sequence[PaperEntry]
    choices: Mapping[int, str]


@dataclass(frozen=True)
class Marking:
    """What papers of one sitting are marked by: subjects and accepted choices by item, and the rule."""

    subjects: Mapping[UUID, Subject]
    accepted: Mapping[UUID, Accepted]
    rule: MultipleRule


Tally = dict[tuple[UUID, Subject], tuple[int, int]]


def add_to(tally: Tally, papers: Iterable[Answered], marking: Marking) -> None:
    """Add the marks of papers to a tally by unit and subject, each item marked as the score was."""
    for paper in papers:
        for place, entry in enumerate(paper.entries, start=1):
            key = (paper.organisation_id, marking.subjects[entry.version_id])
            reached, available = tally.get(key, (0, 0))
            got = marks_for(entry, paper.choices.get(place, ""), marking.accepted[entry.version_id], marking.rule)
            tally[key] = (reached + got, available + entry.marks)


def in_order(figures: Mapping[Subject, tuple[int, int]]) -> list[SubjectFigures]:
    """Return the figures of each subject that was asked, in the order of the subjects."""
    return [SubjectFigures(one, *figures[one]) for one in Subject if one in figures]
