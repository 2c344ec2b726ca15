"""Figures of a sitting, their identities, and the rates printed from them.

Integers are added up and every rate is computed from integers, rounded once, half up, to one decimal;
rates are never averaged, and nothing over nothing has no rate. Figures that do not add up are refused.
Each definition stands here once and is printed wherever its figures are.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from operator import attrgetter
from uuid import UUID

from core.texts import Text, lazy_gettext as _
from exam.endings import End
from people.posts import COUNTY_KINDS, OrganisationKind

_STEP = Decimal("0.1")


@dataclass(frozen=True)
class UnitFigures:
    """How many were due and what became of them; ``not_completed`` is split into its three shortfalls.

    ``passed_pending_training`` are those of ``training_short`` who passed the exam all the same.
    """

    due: int = 0
    participated: int = 0
    passed: int = 0
    failed: int = 0
    not_completed: int = 0
    training_not_started: int = 0
    training_short: int = 0
    exam_absent: int = 0
    passed_pending_training: int = 0

    def __post_init__(self) -> None:
        shortfalls = (self.training_not_started, self.training_short, self.exam_absent)
        if min(self.passed, self.failed, *shortfalls, self.passed_pending_training) < 0:
            raise ValueError("a figure is below zero")
        if self.due != self.passed + self.failed + self.not_completed:
            raise ValueError("due is not passed + failed + not completed")
        if self.participated != self.passed + self.failed:
            raise ValueError("participated is not passed + failed")
        if self.not_completed != sum(shortfalls):
            raise ValueError("not completed is not the sum of its shortfalls")
        if self.passed_pending_training > self.training_short:
            raise ValueError("more passed with hours short than had hours short")

    def __add__(self, other: "UnitFigures") -> "UnitFigures":
        return UnitFigures(*(mine + theirs for mine, theirs in zip(_values(self), _values(other), strict=True)))

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


_values: Callable[[UnitFigures], tuple[int, ...]] = attrgetter(*UnitFigures.__dataclass_fields__)
NOTHING = UnitFigures()


@dataclass(frozen=True)
class UnitRow:
    """One organisation with its figures; ``parent_id`` is the county of a county's own body."""

    organisation_id: UUID
    code: str
    name: str
    name_en: str
    kind: OrganisationKind
    figures: UnitFigures
    parent_id: UUID | None = None


@dataclass(frozen=True)
class FiguresTable:
    """County rows and department rows by code, each with a subtotal, and the total of both.

    A county's row holds its own bodies as well.
    """

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


def figures_of(counts: Mapping[End, int]) -> UnitFigures:
    """Return the figures of one unit from how many people came to each end."""
    passed, failed = counts.get(End.PASSED, 0), counts.get(End.FAILED, 0)
    pending = counts.get(End.PASSED_PENDING_TRAINING, 0)
    not_started, absent = counts.get(End.TRAINING_NOT_STARTED, 0), counts.get(End.EXAM_ABSENT, 0)
    short = counts.get(End.TRAINING_SHORT, 0) + pending
    return UnitFigures(
        due=sum(counts.values()),
        participated=passed + failed,
        passed=passed,
        failed=failed,
        not_completed=not_started + short + absent,
        training_not_started=not_started,
        training_short=short,
        exam_absent=absent,
        passed_pending_training=pending,
    )


def added(figures: Iterable[UnitFigures]) -> UnitFigures:
    """Return the sum of figures."""
    columns = list(zip(*map(_values, figures), strict=True))
    return UnitFigures(*map(sum, columns)) if columns else NOTHING


def table(rows: Sequence[UnitRow]) -> FiguresTable:
    """Return the table of a sitting; whatever belongs to no county counts among the municipal departments."""
    by_code = sorted(with_bodies(rows), key=attrgetter("code"))
    counties = tuple(row for row in by_code if row.kind in COUNTY_KINDS)
    departments = tuple(row for row in by_code if row.kind not in COUNTY_KINDS)
    county_subtotal, department_subtotal = (added(row.figures for row in part) for part in (counties, departments))
    return FiguresTable(
        counties, county_subtotal, departments, department_subtotal, county_subtotal + department_subtotal
    )


def with_bodies(rows: Sequence[UnitRow]) -> list[UnitRow]:
    """Return the rows with every county's own bodies added to it; a body without its county stands for itself."""
    counties = {row.organisation_id for row in rows if row.kind is OrganisationKind.COUNTY}
    inside: dict[UUID, list[UnitFigures]] = {}
    for row in rows:
        if row.parent_id in counties and row.kind is OrganisationKind.COUNTY_BODY:
            inside.setdefault(row.parent_id, []).append(row.figures)
    kept = [row for row in rows if row.parent_id not in counties or row.kind is not OrganisationKind.COUNTY_BODY]
    return [
        replace(row, figures=added([row.figures, *inside[row.organisation_id]]))
        if row.organisation_id in inside
        else row
        for row in kept
    ]


DEFINITIONS: tuple[Text, ...] = (
    _("参考率 = 参加考试人数 ÷ 应参加人数。"),
    _("合格率 = 合格人数 ÷ 参加考试人数。"),
    _("总体合格率 = 合格人数 ÷ 应参加人数。"),
    _("应参加 = 合格 + 未合格 + 未按要求完成；参加考试 = 合格 + 未合格；免考和已退出的不计。"),
    _("未按要求完成 = 未参加培训 + 学时不足 + 学时已满未参加考试；考试合格但学时未满的，计入学时不足。"),
    _("各率由人数计算，保留一位小数，四舍五入；小计、合计由人数重新计算，不取平均。"),
)
