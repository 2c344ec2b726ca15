"""The chart of pass rates: ranked bars from 0 to 100 %, as an SVG that needs neither style nor script.

It shows rates that were computed elsewhere and computes none. Every bar carries its figures in words,
and bars below the average are hollow, so that it reads in black and white too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from reportlab.graphics.renderSVG import SVGCanvas, draw
from reportlab.graphics.shapes import Drawing, Group, Line, Rect, String
from reportlab.lib.colors import Color, HexColor

FONTS = "'Noto Sans CJK SC','Noto Sans SC','Source Han Sans SC','PingFang SC','Microsoft YaHei',SimHei,sans-serif"
WIDTH, NAME_WIDTH, VALUE_WIDTH = 1080, 240, 180
HEAD, FOOT, STEP, BAR = 38, 30, 24, 15
TICKS = range(0, 101, 20)
INK, SOFT, LINE = HexColor("#1b2430"), HexColor("#4e5b6b"), HexColor("#d5dce5")
FULL, HOLLOW, EDGE, MARK = HexColor("#16365c"), HexColor("#ffffff"), HexColor("#16365c"), HexColor("#a3231d")


@dataclass(frozen=True)
class ChartBar:
    """One unit's bar: its pass rate in per cent (None where nobody took part) and the two figures behind it."""

    label: str
    rate: Decimal | None
    passed: int
    participated: int


@dataclass(frozen=True)
class PassRateChart:
    """Everything the chart shows; ``average`` is the rate of all units together."""

    title: str
    average_label: str
    average: Decimal | None
    bars: Sequence[ChartBar]


def pass_rate_chart(chart: PassRateChart) -> bytes:
    """Return the chart as SVG; equal charts give equal bytes."""
    ranked = sorted(chart.bars, key=lambda bar: -1 if bar.rate is None else bar.rate, reverse=True)
    height = HEAD + STEP * len(ranked) + FOOT
    drawing = Drawing(WIDTH, height)
    drawing.add(_scale(height))
    for place, bar in enumerate(ranked):
        drawing.add(_bar(bar, height - HEAD - STEP * (place + 1), chart.average))
    if chart.average is not None:
        drawing.add(_average(chart.average_label, chart.average, height))
    return _svg(drawing, chart.title)


def _scale(height: int) -> Group:
    group = Group()
    for tick in TICKS:
        x = _x(Decimal(tick))
        group.add(Line(x, FOOT - 4, x, height - HEAD + 4, strokeColor=LINE, strokeWidth=1))
        group.add(_text(x - 8, FOOT - 20, f"{tick}%", SOFT))
    return group


def _bar(bar: ChartBar, y: int, average: Decimal | None) -> Group:
    value = "—" if bar.rate is None else f"{bar.rate}%（{bar.passed}/{bar.participated}）"
    group = Group(_text(0, y + 5, bar.label, INK), _text(_x(Decimal(100)) + 14, y + 5, value, INK))
    if bar.rate is not None:
        is_below = average is not None and bar.rate < average
        rect = Rect(_x(Decimal(0)), y + 3, _x(bar.rate) - _x(Decimal(0)), BAR)
        rect.fillColor, rect.strokeColor, rect.strokeWidth = HOLLOW if is_below else FULL, EDGE, 1
        group.add(rect)
    return group


def _average(label: str, average: Decimal, height: int) -> Group:
    x = _x(average)
    top = height - HEAD + 8
    line = Line(x, FOOT - 4, x, top, strokeColor=MARK, strokeWidth=1.5, strokeDashArray=[5, 3])
    return Group(line, _text(x - 40, top + 8, f"{label} {average}%", MARK))


def _x(rate: Decimal) -> float:
    return NAME_WIDTH + float(rate) * (WIDTH - NAME_WIDTH - VALUE_WIDTH) / 100


def _text(x: float, y: float, words: str, color: Color) -> String:
    return String(x, y, words, fontName="Helvetica", fontSize=13, fillColor=color)


def _svg(drawing: Drawing, title: str) -> bytes:
    """Return the drawing with attributes for styles and no document type: the strictest policy lets it show."""
    canvas = SVGCanvas((drawing.width, drawing.height))
    draw(drawing, canvas)  # type: ignore[arg-type]  # the stubs ask for a canvas of PDF
    root = canvas.svg
    for node in [one for one in root.childNodes if one.tagName in {"title", "desc"}]:
        root.removeChild(node)
    name = canvas.doc.createElement("title")
    name.appendChild(canvas.doc.createTextNode(title))
    root.insertBefore(name, root.firstChild)
    root.setAttribute("role", "img")
    _unstyle(root)
    return str(root.toxml()).encode()


def _unstyle(node: Any) -> None:
    for child in [one for one in node.childNodes if one.nodeType == one.ELEMENT_NODE]:
        for declaration in child.getAttribute("style").split(";"):
            name, _colon, value = declaration.partition(":")
            if value.strip():
                child.setAttribute(name.strip(), FONTS if name.strip() == "font-family" else value.strip())
        if child.hasAttribute("style"):
            child.removeAttribute("style")
        if child.tagName == "path":  # closed, a line runs back over itself and fills its own dashes
            child.setAttribute("d", child.getAttribute("d").removesuffix(" Z"))
        _unstyle(child)
