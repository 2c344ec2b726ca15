"""Which chart of a sitting's figures shows what: from rows and steps to drawings."""

from collections.abc import Sequence
from enum import StrEnum

from core import clock
from core.texts import Text, lazy_gettext as _
from exam.distributions import Step
from exam.documents.charts import (
    ChartBar,
    PassRateChart,
    ScoreChart,
    TrendChart,
    as_svg,
    pass_rate_chart,
    score_drawing,
    trend_drawing,
    trend_point,
)
from exam.models.planning import Sitting
from exam.pass_rates import UnitFigures, UnitRow
from exam.queries.trend import SittingFigures
from exam.ranking import is_ranked
from exam.states import SittingKind
from exam.views.figure_lines import name_of

MOST_POINTS = 10


class Of(StrEnum):
    """What a chart is of."""

    COUNTIES = "counties"
    DEPARTMENTS = "departments"
    COUNTY = "county"
    SCORES = "scores"
    TREND = "trend"


_TITLES: dict[Of, Text] = {
    Of.COUNTIES: _("各县区合格率"),
    Of.DEPARTMENTS: _("市直部门合格率"),
    Of.COUNTY: _("县区所属单位合格率"),
}


def units_svg(sitting: Sitting, of: Of, rows: Sequence[UnitRow], total: UnitFigures) -> bytes:
    """Return the bars of units, the highest pass rate first, against the rate of all together."""
    return pass_rate_chart(
        PassRateChart(
            title=f"{sitting.title} {_TITLES[of]}",
            average_label=str(_("合计")),
            average=total.pass_rate,
            bars=[
                ChartBar(
                    name_of(row),
                    row.figures.pass_rate,
                    row.figures.passed,
                    row.figures.participated,
                    is_ranked=is_ranked(row.figures),
                )
                for row in rows
            ],
        )
    )


def scores_svg(sitting: Sitting, steps: Sequence[Step]) -> bytes:
    """Return the distribution of scores with the cut score."""
    title = f"{sitting.title} {_('成绩分布')}"
    cut = str(_("合格分数线 %(score)s 分", score=sitting.blueprint.cut_score))
    return as_svg(score_drawing(ScoreChart(title, cut, str(_("人数")), steps)), title)


def trend_svg(sittings: Sequence[SittingFigures]) -> bytes:
    """Return the pass rates of the last sittings; make-ups count with the sitting they are of."""
    title = str(_("历次考试合格率"))
    points = [
        trend_point(one.title, clock.day_of(one.closed_at), one.first, one.with_make_up)
        for one in sittings
        if one.kind is SittingKind.REGULAR
    ]
    chart = TrendChart(title, str(_("首考合格率")), str(_("含补考合格率")), points[-MOST_POINTS:])
    return as_svg(trend_drawing(chart), title)
