"""The lines of the tables of figures as pages show them: a name, its figures, its rank, and whom they lead to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from flask_babel import get_locale

from core.texts import Text, lazy_gettext as _
from exam.cut_offs import Cell, Cut, CutOff, by_employment
from exam.pass_rates import FiguresTable, UnitFigures, UnitRow, added, figures_of
from exam.ranking import Order, Sorting, Value, in_order, ranks
from people.posts import COUNTY_KINDS, EMPLOYMENT_NAMES, EmploymentType, OrganisationKind


@dataclass(frozen=True)
class Line:
    """One line; ``key`` names its figures, ``people`` is what narrows the list of people to them."""

    key: str
    name: Text
    figures: UnitFigures
    people: str = ""
    rank: int | None = None
    inside: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Pair:
    """One unit in two sittings; None where nobody of it was due. ``change`` is in percentage points."""

    name: Text
    here: UnitFigures | None
    there: UnitFigures | None
    people: str = ""

    @property
    def change(self) -> str:
        """Return by how much the pass rate went up or down, as printed."""
        rates = [one.pass_rate if one else None for one in (self.here, self.there)]
        if rates[0] is None or rates[1] is None:
            return "—"
        change = rates[0] - rates[1]
        return f"+{change}" if change > 0 else str(change)


@dataclass(frozen=True)
class Ask:
    """What a page asks of every line: the order, the cut-off, and whether units are ranked."""

    sorting: Sorting
    taken_at: CutOff
    is_ranked: bool

    def people(self, **narrowed: str) -> str:
        """Return the end of the address of the people behind a line."""
        cut = {"cut": str(self.taken_at.cut)} if self.taken_at.cut is not Cut.FIRST else {}
        return "".join(f"&{urlencode({name: value})}" for name, value in (narrowed | cut).items())


def unit_lines(figures: FiguresTable, rows: Sequence[UnitRow], ask: Ask) -> list[Line]:
    """Return counties and departments, each part sorted, with its subtotal, and the total of both."""
    with_bodies = frozenset(row.parent_id for row in rows if row.kind is OrganisationKind.COUNTY_BODY)
    lines = _part(figures.counties, ask, with_bodies)
    lines.append(
        Line(
            "counties",
            _("县区小计"),
            figures.county_subtotal,
            ask.people(kind=OrganisationKind.COUNTY),
            tone="subtotal",
        )
    )
    lines += _part(figures.departments, ask, with_bodies)
    lines.append(
        Line(
            "departments",
            _("市直部门小计"),
            figures.department_subtotal,
            ask.people(kind=OrganisationKind.DEPARTMENT),
            tone="subtotal",
        )
    )
    return [*lines, Line("all", _("合计"), figures.total, ask.people(), tone="total")]


def own_lines(figures: FiguresTable, rows: Sequence[UnitRow], ask: Ask) -> list[Line]:
    """Return the lines of one unit's own page: no subtotals, for there is nothing else to add."""
    with_bodies = frozenset(row.parent_id for row in rows if row.kind is OrganisationKind.COUNTY_BODY)
    return _part([*figures.counties, *figures.departments], ask, with_bodies)


def county_lines(county: UnitRow, bodies: Sequence[UnitRow], ask: Ask) -> list[Line]:
    """Return a county's bodies, whoever the county registered itself, and the total of both."""
    own = Line(
        f"{county.code}-own",
        _("%(county)s（直接登记的人员）", county=name_of(county)),
        county.figures,
        ask.people(organisation=str(county.organisation_id), alone="1"),
    )
    total = Line(
        county.code,
        _("%(county)s合计", county=name_of(county)),
        added([county.figures, *(row.figures for row in bodies)]),
        ask.people(organisation=str(county.organisation_id)),
        tone="total",
    )
    return [*_part(bodies, ask, frozenset()), *([own] if county.figures.due else []), total]


def employment_lines(cells: Iterable[Cell], ask: Ask) -> list[Line]:
    """Return a line for each employment that somebody who was due had, and the total."""
    ends = by_employment(cells)
    lines = [
        Line(one, EMPLOYMENT_NAMES[one], figures_of(ends[one]), ask.people(employment=one))
        for one in EmploymentType
        if one in ends
    ]
    lines = in_order(lines, ask.sorting, lambda line: value(line.figures, ask.sorting))
    return [*lines, Line("all", _("合计"), added(line.figures for line in lines), ask.people(), tone="total")]


def pairs(here: FiguresTable, there: FiguresTable) -> list[Pair]:
    """Return every unit of two sittings, counties first, and the totals."""
    now, before = ({row.organisation_id: row for row in (*one.counties, *one.departments)} for one in (here, there))
    rows = sorted((before | now).values(), key=lambda row: (row.kind not in COUNTY_KINDS, row.code))
    units = [(name_of(row), row.organisation_id) for row in rows]
    found = [
        Pair(name, _figures(now, unit), _figures(before, unit), f"&organisation={unit}") for name, unit in units
    ]
    return [*found, Pair(_("合计"), here.total, there.total)]


def value(figures: UnitFigures, sorting: Sorting) -> Value:
    """Return the figure that a table is sorted by; without ranks there is none."""
    return None if sorting.order == Order.RANK else getattr(figures, sorting.order)


def name_of(row: UnitRow) -> str:
    """Return a unit's name in the language of the page."""
    return row.name_en if str(get_locale()) == "en" else row.name


def _figures(rows: Mapping[UUID, UnitRow], unit: UUID) -> UnitFigures | None:
    return rows[unit].figures if unit in rows else None


def _part(rows: Sequence[UnitRow], ask: Ask, with_bodies: frozenset[UUID | None]) -> list[Line]:
    ranked: Mapping[UUID, int] = ranks(rows) if ask.is_ranked else {}

    def value_of(row: UnitRow) -> Value:
        return (
            ranked.get(row.organisation_id) if ask.sorting.order == Order.RANK else value(row.figures, ask.sorting)
        )

    return [
        Line(
            key=row.code,
            name=name_of(row),
            figures=row.figures,
            people=ask.people(organisation=str(row.organisation_id)),
            rank=ranked.get(row.organisation_id),
            inside=str(row.organisation_id) if row.organisation_id in with_bodies else "",
        )
        for row in in_order(sorted(rows, key=lambda row: row.code), ask.sorting, value_of)
    ]
