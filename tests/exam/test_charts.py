import re
from decimal import Decimal
from xml.dom import minidom

from exam.documents.charts import ChartBar, PassRateChart, pass_rate_chart

BARS = (
    ChartBar("海东区", Decimal("64.5"), 20, 31),
    ChartBar("市公安局", Decimal("100.0"), 9, 9),
    ChartBar("没人考的局", None, 0, 0),
    ChartBar("海西区", Decimal("0.0"), 0, 4),
    ChartBar("<甲&乙>局", Decimal("71.6"), 5, 7),
)
CHART = PassRateChart("各单位合格率", "全市", Decimal("71.6"), BARS)


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
