"""Pages of results: the figures of a closed sitting, the people behind them, the chart and the sheet."""

from uuid import UUID

from flask import Blueprint, render_template, request
from flask_babel import get_locale
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core.access import requires
from core.db import reading
from core.errors import NotFoundError
from core.import_flow import XLSX
from core.sheets import Cell, WorkbookSheet, write_workbook
from core.texts import Text, lazy_gettext as _
from exam.documents.charts import ChartBar, PassRateChart, pass_rate_chart
from exam.models.planning import Sitting
from exam.pass_rates import FiguresTable, UnitFigures, UnitRow, table
from exam.queries import planning, results
from exam.queries.pass_lists import pass_list_of, publishing_facts
from exam.queries.results import Group, PeopleFilter
from exam.sittings import reasons_against_publishing
from exam.states import OUTCOME_NAMES, SHORTFALL_NAMES, SittingState
from people.permissions import Permission
from people.posts import OrganisationKind
from people.queries import organisation

bp = Blueprint("results", __name__, url_prefix="/results")
SVG = "image/svg+xml"
GROUP_NAMES: dict[Group, Text] = {
    Group.DUE: _("应参加人员"),
    Group.PARTICIPATED: _("参加考试人员"),
    Group.PASSED: _("合格人员"),
    Group.FAILED: _("未合格人员"),
    Group.NOT_COMPLETED: _("未按要求完成人员"),
    **{Group(shortfall): name for shortfall, name in SHORTFALL_NAMES.items()},
}
HEADERS: tuple[Text, ...] = (
    _("单位"),
    _("应参加人数"),
    _("参加考试人数"),
    _("参考率（%）"),
    _("合格人数"),
    _("未合格人数"),
    _("合格率（%）"),
    _("未按要求完成人数"),
    _("其中未参加培训"),
    _("其中学时不足"),
    _("其中学时已满未参加考试"),
)


@bp.get("/<uuid:sitting_id>")
@requires(Permission.RESULT_READ)
def show(sitting_id: UUID) -> str:
    with reading() as session:
        sitting = planning.sitting(session, sitting_id)
        own_id = current_user.scope.organisation_id
        return render_template(
            "exam/results.html",
            sitting=sitting,
            table=_table(session, sitting),
            own=organisation(session, own_id, current_user.scope) if own_id else None,
            shortfalls=SHORTFALL_NAMES,
            pass_list=pass_list_of(session, sitting.id),
            reasons=[one.text for one in reasons_against_publishing(publishing_facts(session, sitting))],
        )


@bp.get("/<uuid:sitting_id>/people")
@requires(Permission.RESULT_READ)
def people(sitting_id: UUID) -> str:
    group = request.args.get("group", Group.DUE, type=Group)
    wanted = PeopleFilter(
        group=group,
        organisation_id=request.args.get("organisation", type=UUID),
        kind=request.args.get("kind", type=OrganisationKind),
        text=request.args.get("text", "").strip(),
    )
    with reading() as session:
        sitting = planning.sitting(session, sitting_id)
        number = request.args.get("page", 1, type=int)
        if wanted.organisation_id is not None:
            organisation(session, wanted.organisation_id, current_user.scope)
        return render_template(
            "exam/people.html",
            sitting=sitting,
            wanted=wanted,
            groups=GROUP_NAMES,
            kinds=(OrganisationKind.COUNTY, OrganisationKind.DEPARTMENT),
            page=results.people(session, sitting.id, current_user.scope, wanted, number),
            units=planning.units_of(session, sitting.id, current_user.scope),
            outcomes=OUTCOME_NAMES,
            shortfalls=SHORTFALL_NAMES,
        )


@bp.get("/<uuid:sitting_id>/chart.svg")
@requires(Permission.RESULT_READ)
def chart(sitting_id: UUID) -> Response:
    with reading() as session:
        sitting = planning.sitting(session, sitting_id)
        figures = _closed_table(session, sitting)
    return Response(pass_rate_chart(_chart_of(sitting, figures)), mimetype=SVG)


@bp.get("/<uuid:sitting_id>/table.xlsx")
@requires(Permission.RESULT_READ)
def workbook(sitting_id: UUID) -> Response:
    with reading() as session:
        sitting = planning.sitting(session, sitting_id)
        rows = _sheet_rows(_closed_table(session, sitting))
    content = write_workbook([WorkbookSheet(_("培训考试情况统计表"), HEADERS, rows)])
    response = Response(content, mimetype=XLSX)
    response.headers.set("Content-Disposition", "attachment", filename=f"{sitting.title}.xlsx")
    return response


def _table(session: Session, sitting: Sitting) -> FiguresTable | None:
    """Return the table of a closed sitting; before that there are no results."""
    if SittingState(sitting.state) is not SittingState.CLOSED:
        return None
    return table(results.figures_by_organisation(session, sitting.id, current_user.scope))


def _closed_table(session: Session, sitting: Sitting) -> FiguresTable:
    figures = _table(session, sitting)
    if figures is None:
        raise NotFoundError
    return figures


def _chart_of(sitting: Sitting, figures: FiguresTable) -> PassRateChart:
    return PassRateChart(
        title=str(_("“%(title)s”各单位合格率", title=sitting.title)),
        average_label=str(_("全市")),
        average=figures.total.pass_rate,
        bars=[
            ChartBar(_name(row), row.figures.pass_rate, row.figures.passed, row.figures.participated)
            for row in (*figures.counties, *figures.departments)
        ],
    )


def _name(row: UnitRow) -> str:
    return row.name_en if str(get_locale()) == "en" else row.name


def _sheet_rows(figures: FiguresTable) -> list[list[Cell]]:
    rows = [_sheet_row(_name(row), row.figures) for row in figures.counties]
    rows.append(_sheet_row(str(_("县区小计")), figures.county_subtotal))
    rows += [_sheet_row(_name(row), row.figures) for row in figures.departments]
    rows.append(_sheet_row(str(_("市直部门小计")), figures.department_subtotal))
    return [*rows, _sheet_row(str(_("合计")), figures.total)]


def _sheet_row(name: str, figures: UnitFigures) -> list[Cell]:
    return [
        name,
        figures.due,
        figures.participated,
        figures.participation_rate,
        figures.passed,
        figures.failed,
        figures.pass_rate,
        figures.not_completed,
        figures.training_not_started,
        figures.training_short,
        figures.exam_absent,
    ]
