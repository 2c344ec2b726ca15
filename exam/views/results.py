"""Pages of results: the figures of a closed sitting in several views, the people behind them, charts and sheets."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, cast
from uuid import UUID

from flask import Blueprint, render_template, request
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core.access import requires
from core.db import reading
from core.downloads import as_file
from core.errors import NotFoundError
from core.import_flow import XLSX
from core.texts import Text, lazy_gettext as _
from exam.cut_offs import CUT_NAMES, Cell, Cut, CutOff
from exam.distributions import spread
from exam.endings import END_NAMES
from exam.models.planning import Sitting
from exam.pass_rates import DEFINITIONS, FiguresTable, UnitFigures, UnitRow, added, table
from exam.queries import cube, planning, results
from exam.queries.pass_lists import pass_list_of, publishing_facts
from exam.queries.results import Group, PeopleFilter
from exam.queries.scores import full_score, scores
from exam.queries.subjects import subjects
from exam.queries.trend import sittings_over
from exam.ranking import Order, Sorting, SubjectOrder, Value, in_order, sorting_of
from exam.sittings import reasons_against_publishing
from exam.states import OUTCOME_NAMES, SHORTFALL_NAMES, SITTING_KIND_NAMES, SittingKind, SittingState
from exam.views import charts, figure_lines, workbooks
from exam.views.figure_lines import Ask
from people.permissions import Permission
from people.posts import EMPLOYMENT_NAMES, EmploymentType, OrganisationKind
from people.queries import organisation, organisation_below
from questions.kinds import SUBJECT_NAMES

bp = Blueprint("results", __name__, url_prefix="/results")
SVG = "image/svg+xml"
MOST_SCORE = 10_000


class View(StrEnum):
    """What a page of figures shows them by."""

    UNITS = "units"
    COUNTY = "county"
    EMPLOYMENT = "employment"
    SUBJECTS = "subjects"
    SCORES = "scores"
    SITTINGS = "sittings"


VIEW_NAMES: dict[View, Text] = {
    View.UNITS: _("按单位"),
    View.EMPLOYMENT: _("按人员性质"),
    View.SUBJECTS: _("按科目"),
    View.SCORES: _("成绩分布"),
    View.SITTINGS: _("历次考试"),
}
# These are of sittings as they were held; make-ups have figures of their own there.
AS_HELD = frozenset({View.SUBJECTS, View.SCORES, View.SITTINGS})
GROUP_NAMES: dict[Group, Text] = {
    Group.DUE: _("应参加人员"),
    Group.PARTICIPATED: _("参加考试人员"),
    Group.PASSED: _("合格人员"),
    Group.FAILED: _("未合格人员"),
    Group.NOT_COMPLETED: _("未按要求完成人员"),
    **{Group(shortfall): name for shortfall, name in SHORTFALL_NAMES.items()},
    Group.PASSED_PENDING_TRAINING: _("考试合格、学时未满人员"),
}


@dataclass(frozen=True)
class Figures:
    """What every view of one sitting stands on: the cut-off, the counted cells, and the rows of units."""

    sitting: Sitting
    taken_at: CutOff
    cells: list[Cell]
    rows: list[UnitRow]
    table: FiguresTable


@bp.get("/<uuid:sitting_id>")
@requires(Permission.RESULT_READ)
def show(sitting_id: UUID) -> str:
    view = request.args.get("view", View.UNITS, type=View)
    with reading() as session:
        sitting = planning.sitting(session, sitting_id)
        if SittingState(sitting.state) is not SittingState.CLOSED or sitting.kind == SittingKind.MOCK:
            return render_template("exam/results.html", sitting=sitting, total=None)
        figures = _figures(session, sitting, Cut.FIRST if view in AS_HELD else _cut_asked())
        own_id = current_user.scope.organisation_id
        return render_template(
            "exam/results.html",
            sitting=sitting,
            total=figures.table.total,
            outside=cube.outside(session, sitting.id, current_user.scope),
            own=organisation(session, own_id, current_user.scope) if own_id else None,
            view=view,
            views=VIEW_NAMES,
            cuts=_cuts(session, sitting, figures.taken_at),
            taken_at=figures.taken_at,
            definitions=DEFINITIONS,
            shortfalls=SHORTFALL_NAMES,
            pass_list=pass_list_of(session, sitting.id),
            reasons=[one.text for one in reasons_against_publishing(publishing_facts(session, sitting))],
            **_CONTENTS[view](session, figures),
        )


@bp.get("/<uuid:sitting_id>/people")
@requires(Permission.RESULT_READ)
def people(sitting_id: UUID) -> str:
    with reading() as session:
        sitting = planning.sitting(session, sitting_id)
        taken_at = cube.cut_off(session, sitting, _cut_asked())
        wanted = _people_wanted(taken_at)
        if wanted.organisation_id is not None:
            organisation_below(session, wanted.organisation_id, current_user.scope)
        number = request.args.get("page", 1, type=int)
        return render_template(
            "exam/people.html",
            sitting=sitting,
            wanted=wanted,
            cut=taken_at.cut,
            cut_name=CUT_NAMES[taken_at.cut],
            groups=GROUP_NAMES,
            page=results.people(session, sitting.id, current_user.scope, wanted, number),
            units=planning.units_of(session, sitting.id, current_user.scope),
            employments=EMPLOYMENT_NAMES,
            outcomes=OUTCOME_NAMES,
            ends=END_NAMES,
        )


@bp.get("/<uuid:sitting_id>/chart.svg")
@requires(Permission.RESULT_READ)
def chart(sitting_id: UUID) -> Response:
    with reading() as session:
        sitting = _closed(planning.sitting(session, sitting_id))
        wanted = request.args.get("of", charts.Of.COUNTIES, type=charts.Of)
        if wanted is charts.Of.SCORES:
            content = charts.scores_svg(sitting, _steps(session, sitting))
        elif wanted is charts.Of.TREND:
            content = charts.trend_svg(sittings_over(session, current_user.scope))
        else:
            figures = _figures(session, sitting, _cut_asked())
            content = charts.units_svg(sitting, wanted, *_charted(session, figures, wanted))
    return Response(content, mimetype=SVG)


@bp.get("/<uuid:sitting_id>/table.xlsx")
@requires(Permission.RESULT_READ)
def workbook(sitting_id: UUID) -> Response:
    with reading() as session:
        sitting = _closed(planning.sitting(session, sitting_id))
        figures = _figures(session, sitting, _cut_asked())
        content = workbooks.written(
            workbooks.Contents(
                sitting=sitting,
                cut_name=str(CUT_NAMES[figures.taken_at.cut]),
                as_of=figures.taken_at.as_of,
                rows=figures.rows,
                cells=figures.cells,
                subjects=subjects(session, sitting.id, current_user.scope),
                steps=_steps(session, sitting),
                sittings=sittings_over(session, current_user.scope),
            )
        )
    return as_file(content, XLSX, f"{sitting.title}.xlsx")


def _charted(session: Session, figures: Figures, of: charts.Of) -> tuple[Sequence[UnitRow], UnitFigures]:
    """Return the units of a chart and the figures of all together that they are held against."""
    if of is charts.Of.COUNTY:
        county, bodies = _county(session, figures)
        return bodies, added([county.figures, *(row.figures for row in bodies)])
    rows = figures.table.counties if of is charts.Of.COUNTIES else figures.table.departments
    return rows, figures.table.total


def _cut_asked() -> Cut:
    return request.args.get("cut", Cut.FIRST, type=Cut)


def _figures(session: Session, sitting: Sitting, cut: Cut) -> Figures:
    """Return what views stand on; figures that do not add up are refused while they are put together."""
    taken_at = cube.cut_off(session, sitting, cut)
    cells = cube.cells(session, taken_at, current_user.scope)
    rows = results.unit_rows(session, cells, current_user.scope)
    return Figures(sitting, taken_at, cells, rows, table(rows))


def _cuts(session: Session, sitting: Sitting, taken_at: CutOff) -> list[CutOff]:
    """Return the cut-offs there are to choose from: more than one once a make-up is over."""
    if sitting.kind != SittingKind.REGULAR or not cube.closed_make_ups(session, sitting):
        return [taken_at]
    return [cube.cut_off(session, sitting, cut) for cut in Cut]


def _ask(figures: Figures) -> Ask:
    is_city = current_user.scope.organisation_id is None
    return Ask(_sorting(Order), figures.taken_at, is_ranked=is_city)


def _sorting(orders: type[StrEnum]) -> Sorting:
    return sorting_of(request.args.get("sort", ""), orders)


def _units(session: Session, figures: Figures) -> dict[str, Any]:
    ask = _ask(figures)
    is_city = current_user.scope.organisation_id is None
    build = figure_lines.unit_lines if is_city else figure_lines.own_lines
    parts = [
        (charts.Of.COUNTIES, _("县区合格率"), figures.table.counties),
        (charts.Of.DEPARTMENTS, _("市直部门合格率"), figures.table.departments),
    ]
    return {
        **_table_of(build(figures.table, figures.rows, ask), ask, _("单位")),
        "counties": len(figures.table.counties),
        "departments": len(figures.table.departments),
        "charts": [(str(of), name) for of, name, rows in parts if rows and is_city],
    }


def _county_view(session: Session, figures: Figures) -> dict[str, Any]:
    ask = replace(_ask(figures), is_ranked=True)
    county, bodies = _county(session, figures)
    return {
        **_table_of(figure_lines.county_lines(county, bodies, ask), ask, _("单位")),
        "county": county,
        "charts": [(str(charts.Of.COUNTY), _("所属单位合格率"))] if bodies else [],
    }


def _county(session: Session, figures: Figures) -> tuple[UnitRow, list[UnitRow]]:
    """Return a county's row without its bodies, and theirs."""
    county_id = request.args.get("county", type=UUID)
    county = next((row for row in figures.rows if row.organisation_id == county_id), None)
    if county is None or county.kind is not OrganisationKind.COUNTY:
        raise NotFoundError
    return county, [row for row in figures.rows if row.parent_id == county_id]


def _employment(session: Session, figures: Figures) -> dict[str, Any]:
    ask = replace(_ask(figures), is_ranked=False)
    return _table_of(figure_lines.employment_lines(figures.cells, ask), ask, _("人员性质"))


def _table_of(lines: list[figure_lines.Line], ask: Ask, head: Text) -> dict[str, Any]:
    shown = {"lines": lines, "sorting": ask.sorting, "is_ranked": ask.is_ranked, "orders": Order, "head": head}
    return shown | {"charts": []}


def _subjects(session: Session, figures: Figures) -> dict[str, Any]:
    sorting = _sorting(SubjectOrder)
    found = in_order(
        subjects(session, figures.sitting.id, current_user.scope),
        sorting,
        lambda one: cast(Value, getattr(one, sorting.order)),
    )
    return {"subjects": found, "subject_names": SUBJECT_NAMES, "sorting": sorting, "orders": SubjectOrder}


def _scores(session: Session, figures: Figures) -> dict[str, Any]:
    return {"steps": _steps(session, figures.sitting), "cut_score": figures.sitting.blueprint.cut_score}


def _steps(session: Session, sitting: Sitting) -> list[Any]:
    found = scores(session, sitting.id, current_user.scope)
    return spread(found, max([full_score(sitting), *found]), sitting.blueprint.cut_score)


def _sittings(session: Session, figures: Figures) -> dict[str, Any]:
    every, sorting = sittings_over(session, current_user.scope), _sorting(Order)
    other_id = request.args.get("with", type=UUID)
    chosen = next((one for one in every if one.sitting_id == other_id), None)
    return {
        "sittings": in_order(every, sorting, lambda one: figure_lines.value(one.first, sorting)),
        "sorting": sorting,
        "orders": Order,
        "kinds": SITTING_KIND_NAMES,
        "others": [(one.sitting_id, one.title) for one in every if one.sitting_id != figures.sitting.id],
        "other": chosen,
        "pairs": _pairs(session, figures, chosen.sitting_id) if chosen else [],
    }


def _pairs(session: Session, figures: Figures, other_id: UUID) -> list[figure_lines.Pair]:
    """Return each unit of either sitting with its figures in both."""
    other = table(results.figures_by_organisation(session, other_id, current_user.scope))
    return figure_lines.pairs(figures.table, other)


def _closed(sitting: Sitting) -> Sitting:
    """Return a sitting that has results; before it is closed, and of a mock exam, there are none."""
    if SittingState(sitting.state) is not SittingState.CLOSED or sitting.kind == SittingKind.MOCK:
        raise NotFoundError
    return sitting


def _people_wanted(taken_at: CutOff) -> PeopleFilter:
    return PeopleFilter(
        group=request.args.get("group", Group.DUE, type=Group),
        organisation_id=request.args.get("organisation", type=UUID),
        kind=request.args.get("kind", type=OrganisationKind),
        text=request.args.get("text", "").strip(),
        employment=request.args.get("employment", type=EmploymentType),
        is_alone=request.args.get("alone", "") == "1",
        make_up_ids=taken_at.make_up_ids,
        scores=_scores_asked(),
    )


def _scores_asked() -> tuple[int, int] | None:
    """Return the lowest and the highest score asked for, as a step of the distribution names them."""
    low, high = (request.args.get(name, type=int) for name in ("low", "high"))
    is_score = low is not None and high is not None and 0 <= low <= high <= MOST_SCORE
    return (low, high) if is_score else None  # type: ignore[return-value]


_CONTENTS = {
    View.UNITS: _units,
    View.COUNTY: _county_view,
    View.EMPLOYMENT: _employment,
    View.SUBJECTS: _subjects,
    View.SCORES: _scores,
    View.SITTINGS: _sittings,
}
