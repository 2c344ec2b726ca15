"""Figures of a sitting, their identities, and the rates printed from them.

Integers are added up and every rate is computed from integers, rounded once, half up, to one decimal;
rates are never averaged, and nothing over nothing has no rate. Figures that do not add up are refused.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from exam.states import Outcome, Shortfall
from people.posts import OrganisationKind

_STEP = Decimal("0.1")
Ending = tuple[Outcome, Shortfall | None]


@dataclass(frozen=True)
class UnitFigures:
    """How many were due and what became of them; ``not_completed`` is split into its three shortfalls."""

    due: int = 0
    participated: int = 0
    passed: int = 0
    failed: int = 0
    not_completed: int = 0
    training_not_started: int = 0
    training_short: int = 0
    exam_absent: int = 0

    def __post_init__(self) -> None:
        shortfalls = (self.training_not_started, self.training_short, self.exam_absent)
        if min(self.passed, self.failed, *shortfalls) < 0:
            raise ValueError("a figure is below zero")
        if self.due != self.passed + self.failed + self.not_completed:
            raise ValueError("due is not passed + failed + not completed")
        if self.participated != self.passed + self.failed:
            raise ValueError("participated is not passed + failed")
        if self.not_completed != sum(shortfalls):
            raise ValueError("not completed is not the sum of its shortfalls")

    def __add__(self, other: "UnitFigures") -> "UnitFigures":
        return UnitFigures(*(mine + theirs for mine, theirs in zip(self._values, other._values, strict=True)))

    @property
    def pass_rate(self) -> Decimal | None:
        """Return passed ÷ participated, the headline rate, in per cent."""
        return rate(self.passed, self.participated)

    @property
    def participation_rate(self) -> Decimal | None:
        """Return participated ÷ due, in per cent."""
        return rate(self.participated, self.due)

    @property
    def overall_rate(self) -> Decimal | None:
        """Return passed ÷ due, the stricter rate, in per cent."""
        return rate(self.passed, self.due)

    @property
    def _values(self) -> tuple[int, ...]:
        return tuple(getattr(self, name) for name in self.__dataclass_fields__)


NOTHING = UnitFigures()


@dataclass(frozen=True)
class UnitRow:
    """One organisation with its figures."""

    organisation_id: UUID
    code: str
    name: str
    name_en: str
    kind: OrganisationKind
    figures: UnitFigures


@dataclass(frozen=True)
class FiguresTable:
    """County rows and department rows by code, each with a subtotal, and the total of both."""

    counties: tuple[UnitRow, ...]
    county_subtotal: UnitFigures
    departments: tuple[UnitRow, ...]
    department_subtotal: UnitFigures
    total: UnitFigures


def rate(part: int, whole: int) -> Decimal | None:
    """Return a percentage with one decimal, half up; None where the whole is nothing."""
    if whole == 0:
        return None
    return (Decimal(part) * 100 / Decimal(whole)).quantize(_STEP, rounding=ROUND_HALF_UP)


def figures_of(counts: Mapping[Ending, int]) -> UnitFigures:
    """Return the figures of one unit from how many people came to each end."""
    passed = counts.get((Outcome.PASSED, None), 0)
    failed = counts.get((Outcome.FAILED, None), 0)
    shortfalls = {shortfall: counts.get((Outcome.NOT_COMPLETED, shortfall), 0) for shortfall in Shortfall}
    return UnitFigures(
        due=sum(counts.values()),
        participated=passed + failed,
        passed=passed,
        failed=failed,
        not_completed=sum(shortfalls.values()),
        training_not_started=shortfalls[Shortfall.TRAINING_NOT_STARTED],
        training_short=shortfalls[Shortfall.TRAINING_SHORT],
        exam_absent=shortfalls[Shortfall.EXAM_ABSENT],
    )


def added(figures: Iterable[UnitFigures]) -> UnitFigures:
    """Return the sum of figures."""
    return sum(figures, NOTHING)


def table(rows: Sequence[UnitRow]) -> FiguresTable:
    """Return the table of a sitting; whatever is not a county counts among the municipal departments."""
    by_code = sorted(rows, key=lambda row: row.code)
    counties = tuple(row for row in by_code if row.kind is OrganisationKind.COUNTY)
    departments = tuple(row for row in by_code if row.kind is not OrganisationKind.COUNTY)
    county_subtotal, department_subtotal = (added(row.figures for row in part) for part in (counties, departments))
    return FiguresTable(
        counties, county_subtotal, departments, department_subtotal, county_subtotal + department_subtotal
    )
