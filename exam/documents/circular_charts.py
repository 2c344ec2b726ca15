"""The charts attached to a circular: the same drawings as on the pages of figures, as wide as a page has room.

Everything they show stands in the tables of the same snapshot.
"""

from collections.abc import Sequence

from reportlab.graphics.shapes import Drawing

from core import clock
from exam.distributions import coarser, spread
from exam.documents.charts import (
    ChartBar,
    PassRateChart,
    ScoreChart,
    TrendChart,
    pass_rate_drawing,
    score_drawing,
    trend_drawing,
    trend_point,
)
from exam.pass_rates import UnitFigures, UnitRow
from exam.ranking import is_ranked
from exam.snapshots import PastSitting, Snapshot

WIDTH = 760
MOST_NAMED = 6
LEGEND = (
    "图注：条形长度为合格率，实心为不低于全市合格率，空心为低于全市合格率，斜线为参加考试人数过少、不作评价；"
    "括号内为合格人数/参加考试人数。"
)
SCORES_LEGEND = "图注：柱上为人数，实心为达到合格分数线，斜线为未达到；成绩为首次考试成绩。"


def chart_drawings(snapshot: Snapshot) -> list[tuple[str, Drawing, str]]:
    """Return title, drawing and legend of every chart that has something to show; the long one comes last."""
    figures = snapshot.table
    return [
        *_rates("各县区合格率", figures.counties, snapshot),
        *_scores(snapshot),
        *_trend(snapshot),
        *_rates("市直部门合格率", figures.departments, snapshot),
    ]


def _rates(title: str, rows: Sequence[UnitRow], snapshot: Snapshot) -> list[tuple[str, Drawing, str]]:
    return [(title, pass_rate_drawing(_bars(title, rows, snapshot), WIDTH), LEGEND)] if rows else []


def _bars(title: str, rows: Sequence[UnitRow], snapshot: Snapshot) -> PassRateChart:
    return PassRateChart(
        title,
        "全市",
        snapshot.table.total.pass_rate,
        [
            ChartBar(
                row.name,
                row.figures.pass_rate,
                row.figures.passed,
                row.figures.participated,
                is_ranked=is_ranked(row.figures),
            )
            for row in rows
        ],
    )


def _scores(snapshot: Snapshot) -> list[tuple[str, Drawing, str]]:
    head = snapshot.head
    if not snapshot.scores:
        return []
    steps = coarser(spread(dict(snapshot.scores), head.full_score, head.cut_score))
    chart = ScoreChart("成绩分布", f"合格分数线{head.cut_score}分", "人数", steps)
    return [(chart.title, score_drawing(chart, WIDTH), SCORES_LEGEND)]


def _trend(snapshot: Snapshot) -> list[tuple[str, Drawing, str]]:
    """Return the rates of the last sittings, and under them the two figures behind each."""
    last = snapshot.trend[-MOST_NAMED:]
    if len(last) < 2:
        return []
    points = [trend_point(one.title, clock.day_of(one.closed_at), one.first, one.with_make_up) for one in last]
    chart = TrendChart("历次考试合格率", "首考合格率", "含补考合格率", points)
    legend = "图注：合格率为合格人数/参加考试人数。" + "；".join(_said(one) for one in last) + "。"
    return [(chart.title, trend_drawing(chart, WIDTH), legend)]


def _said(past: PastSitting) -> str:
    later = f"，含补考{_of(past.with_make_up)}" if past.with_make_up else ""
    return f"{past.title}首考{_of(past.first)}{later}"


def _of(figures: UnitFigures) -> str:
    return f"{figures.passed}/{figures.participated}"
