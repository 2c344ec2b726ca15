"""What the demo city's units are due to come out at, and the totals that were published.

The totals are those of a city's public report of 2017-10-30; the split between the units is invented,
and so are the 268 who did not complete and the exact 7,926 in the lookup ("more than 7,900").
"""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import files

from people.posts import OrganisationKind

CITY_CODE, CITY_NAME, CITY_NAME_EN = "CITY", "秦皇岛市", "Qinhuangdao"
CITY_DIVISION = "130300"
ISSUER_NAME = "秦皇岛市人民政府法制办公室"


@dataclass(frozen=True)
class DemoUnit:
    """One unit and the figures it must come out at."""

    code: str
    name: str
    name_en: str
    kind: OrganisationKind
    division_code: str
    division_kind: str
    category: str
    recorder_class: str
    due: int
    participated: int
    passed: int
    failed: int
    not_completed: int
    active: int
    removed: int

    @property
    def older(self) -> int:
        """Return how many hold a credential from before the exam and keep it."""
        return self.active - self.passed

    @property
    def area(self) -> str:
        """Return the area the unit's officers enforce in."""
        return self.name if self.kind is OrganisationKind.COUNTY else CITY_NAME


@dataclass(frozen=True)
class SeedFigures:
    """The published figures of 2017, and the three that are ours (see the module)."""

    counties: int = 9
    departments: int = 37
    due: int = 3202
    participated: int = 2934
    passed: int = 2101
    failed: int = 833
    not_completed: int = 268
    pass_rate: str = "71.6"
    active: int = 7926
    older: int = 5825
    removed: int = 482
    removed_departments: int = 86
    removed_counties: int = 396


SEED = SeedFigures()


def demo_units() -> list[DemoUnit]:
    """Return the 46 units, counties first."""
    text = (files("app.demo") / "data" / "units.csv").read_text(encoding="utf-8")
    return [_unit(row) for row in csv.DictReader(text.splitlines())]


def total(units: Sequence[DemoUnit], figure: Callable[[DemoUnit], int]) -> int:
    """Return the sum of one figure over units."""
    return sum(figure(unit) for unit in units)


def _unit(row: dict[str, str]) -> DemoUnit:
    return DemoUnit(
        code=row["code"],
        name=row["name"],
        name_en=row["name_en"],
        kind=OrganisationKind(row["kind"]),
        division_code=row["division_code"],
        division_kind=row["division_kind"],
        category=row["category"],
        recorder_class=row["recorder_class"],
        due=int(row["due"]),
        participated=int(row["participated"]),
        passed=int(row["passed"]),
        failed=int(row["failed"]),
        not_completed=int(row["not_completed"]),
        active=int(row["active"]),
        removed=int(row["removed"]),
    )
