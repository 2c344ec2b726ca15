import re
from decimal import Decimal
from xml.dom import minidom

import pytest

from exam.distributions import spread
from exam.documents.charts import (
    ChartBar,
    PassRateChart,
    ScoreChart,
    TrendChart,
    TrendPoint,
    as_pdf,
    as_svg,
    pass_rate_chart,
    pass_rate_drawing,
    score_drawing,
    trend_drawing,
)

BARS = (
    ChartBar("海东区", Decimal("64.5"), 20, 31),
    ChartBar("市公安局", Decimal("100.0"), 9, 9),
    ChartBar("没人考的局", None, 0, 0),
    ChartBar("海西区", Decimal("0.0"), 0, 4),
    ChartBar("<甲&乙>局", Decimal("71.6"), 5, 7),
)
CHART = PassRateChart("各单位合格率", "全市", Decimal("71.6"), BARS)
SCORES = ScoreChart("成绩分布", "合格分数线 60 分", "人数", spread({30: 4, 59: 8, 60: 16, 100: 2}, 100, 60))
POINTS = (
    TrendPoint("春季考试", "2026-03-02", Decimal("71.6"), Decimal("90.0")),
    TrendPoint("名字长得一行放不下所以要在后面省去一些字才能放得下的那场夏季考试", "2026-06-02", None, None),
    TrendPoint("秋季考试", "2026-09-02", Decimal("80.0"), None),
)
TREND = TrendChart("历次合格率", "首考合格率", "含补考合格率", POINTS)
DRAWN = {
    "rates": pass_rate_drawing(CHART),
    "scores": score_drawing(SCORES),
    "trend": trend_drawing(TREND),
}


def texts(svg):
    return [node.firstChild.data for node in minidom.parseString(svg).getElementsByTagName("text")]  # noqa: S318 own SVG


def test_bars_are_ranked_and_carry_their_figures():
    shown = texts(pass_rate_chart(CHART))
    names = [text for text in shown if text in {bar.label for bar in BARS}]
    assert names == ["市公安局", "<甲&乙>局", "海东区", "海西区", "没人考的局"]
    assert "100.0%（9/9）" in shown
    assert "0.0%（0/4）" in shown
    assert "—" in shown
    assert "全市 71.6%" in shown
    assert [text for text in shown if re.fullmatch(r"\d+%", text)] == ["0%", "20%", "40%", "60%", "80%", "100%"]


def test_a_bar_is_as_long_as_its_rate_and_hollow_below_the_average():
    page = minidom.parseString(pass_rate_chart(CHART))  # noqa: S318 own SVG
    bars = [node for node in page.getElementsByTagName("rect") if node.getAttribute("fill")]
    widths = [float(node.getAttribute("width")) for node in bars]
    assert [round(width / widths[0] * 100, 1) for width in widths] == [100.0, 71.6, 64.5, 0.0]
    fills = [node.getAttribute("fill") for node in bars]
    assert fills[0] == fills[1]
    assert fills[2:] == ["rgb(100%,100%,100%)"] * 2


def test_the_chart_shows_under_the_strictest_policy():
    svg = pass_rate_chart(CHART).decode()
    assert "style" not in svg
    assert "<script" not in svg
    assert "DOCTYPE" not in svg
    assert set(re.findall(r"https?://[^\"' ]+", svg)) <= {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }
    assert "Noto Sans CJK SC" in svg
    assert "<title>各单位合格率</title>" in svg


def test_equal_charts_give_equal_bytes():
    assert pass_rate_chart(CHART) == pass_rate_chart(CHART)


def test_a_chart_without_bars_or_average_is_still_drawn():
    assert texts(pass_rate_chart(PassRateChart("空", "全市", None, ())))[0] == "0%"


def nodes(svg, name):
    return minidom.parseString(svg).getElementsByTagName(name)  # noqa: S318 own SVG


def test_a_unit_that_is_not_ranked_stands_last_and_hatched():
    bars = (ChartBar("小局", Decimal("100.0"), 3, 3, is_ranked=False), ChartBar("大局", Decimal("50.0"), 5, 10))
    svg = pass_rate_chart(PassRateChart("图", "全市", Decimal("61.5"), bars))
    assert [text for text in texts(svg) if text.endswith("局")] == ["大局", "小局"]
    plain = pass_rate_chart(PassRateChart("图", "全市", Decimal("61.5"), bars[1:]))
    lines = [sum(len(nodes(one, name)) for name in ("line", "path", "polyline")) for one in (svg, plain)]
    assert lines[0] > lines[1] + 50


def test_the_distribution_marks_the_cut_score_between_hollow_and_solid():
    svg = as_svg(DRAWN["scores"], SCORES.title)
    shown = texts(svg)
    assert "合格分数线 60 分" in shown
    counts = [text for text in shown if text.isdecimal()]
    assert [int(text) for text in counts] == [step.count for step in SCORES.steps]
    bars = [node for node in nodes(svg, "rect") if node.getAttribute("fill")]
    heights = {step.low: float(bar.getAttribute("height")) for step, bar in zip(SCORES.steps, bars, strict=True)}
    assert heights[60] == 2 * heights[55] == 4 * heights[30] == 8 * heights[95]
    fills = [bar.getAttribute("fill") for bar in bars]
    assert len(set(fills[:12])) == len(set(fills[12:])) == 1
    assert fills[11] != fills[12]


def test_the_trend_joins_what_is_known_and_names_every_sitting():
    svg = as_svg(DRAWN["trend"], TREND.title)
    shown = texts(svg)
    assert {"71.6%", "90.0%", "80.0%", "首考合格率", "含补考合格率", "春季考试", "秋季考试"} <= set(shown)
    assert any(text.startswith("名字长得") and text.endswith("…") for text in shown)
    assert len(nodes(svg, "circle")) == 3 + 2


def test_a_trend_without_make_ups_has_one_line_in_its_legend():
    shown = texts(as_svg(trend_drawing(TrendChart("图", "首考合格率", "含补考合格率", POINTS[2:])), "图"))
    assert "含补考合格率" not in shown
    assert "首考合格率" in shown


@pytest.mark.parametrize("name", DRAWN)
def test_every_drawing_shows_under_the_strictest_policy(name):
    svg = as_svg(DRAWN[name], name).decode()
    assert "style" not in svg
    assert "<script" not in svg
    assert f"<title>{name}</title>" in svg
    assert svg == as_svg(DRAWN[name], name).decode()


@pytest.mark.parametrize("name", DRAWN)
def test_the_same_drawing_is_a_pdf_with_its_typeface(name):
    content = as_pdf(DRAWN[name], name)
    assert content.startswith(b"%PDF")
    assert b"/FontFile2" in content
    assert content == as_pdf(DRAWN[name], name)
    assert as_svg(DRAWN[name], name) == as_svg(DRAWN[name], name)


def test_nothing_to_show_is_drawn_all_the_same():
    assert texts(as_svg(score_drawing(ScoreChart("空", "线", "人数", spread({}, 100, 60))), "空"))
    assert texts(as_svg(trend_drawing(TrendChart("空", "首考", "补考", ())), "空"))
