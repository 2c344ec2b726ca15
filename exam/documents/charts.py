"""The charts of figures, each as one drawing: an SVG for pages, a PDF, or a part of a document.

They show figures that were computed elsewhere and compute none. Every mark carries its figure in words, and
solid, hollow and hatched stand for what colours would, so that they read in black and white too.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any
from unicodedata import east_asian_width

from reportlab.graphics import renderPDF
from reportlab.graphics.renderSVG import SVGCanvas, draw
from reportlab.graphics.shapes import Circle, Drawing, Group, Line, Rect, String
from reportlab.lib.colors import Color, HexColor
from reportlab.pdfgen.canvas import Canvas

from core.fonts import HEI, prepare_fonts
from exam.distributions import Step
from exam.pass_rates import UnitFigures

FONTS = "'Noto Sans CJK SC','Noto Sans SC','Source Han Sans SC','PingFang SC','Microsoft YaHei',SimHei,sans-serif"
SIZE = 13
WIDTH, NAME_WIDTH, VALUE_WIDTH = 1080, 240, 180
HEAD, FOOT, STEP, BAR = 38, 30, 24, 15
TICKS = range(0, 101, 20)
UPRIGHT_HEIGHT, LEFT, BOTTOM, TOP = 380, 64, 64, 44
HATCH = 6
BROKEN: Any = [6, 4]
UNBROKEN: Any = None
INK, SOFT, LINE = HexColor("#1b2430"), HexColor("#4e5b6b"), HexColor("#d5dce5")
FULL, HOLLOW, EDGE, MARK = HexColor("#16365c"), HexColor("#ffffff"), HexColor("#16365c"), HexColor("#a3231d")


@dataclass(frozen=True)
class ChartBar:
    """One unit's bar: its pass rate in per cent (None where nobody took part) and the two figures behind it.

    A unit that is not ranked stands below the others, hatched.
    """

    label: str
    rate: Decimal | None
    passed: int
    participated: int
    is_ranked: bool = True


@dataclass(frozen=True)
class PassRateChart:
    """Everything the chart shows; ``average`` is the rate of all units together."""

    title: str
    average_label: str
    average: Decimal | None
    bars: Sequence[ChartBar]


@dataclass(frozen=True)
class ScoreChart:
    """How many people's scores lie in each step of marks, and what the cut score and the axis are called."""

    title: str
    cut_label: str
    unit_label: str
    steps: Sequence[Step]


@dataclass(frozen=True)
class TrendPoint:
    """One sitting: its name and day, its rate, and its rate with the make-ups where there were any."""

    label: str
    day: str
    rate: Decimal | None
    with_make_up: Decimal | None


def trend_point(title: str, day: date, first: UnitFigures, with_make_up: UnitFigures | None) -> TrendPoint:
    """Return the point of one sitting, from its figures."""
    later = with_make_up.pass_rate if with_make_up else None
    return TrendPoint(label=title, day=day.isoformat(), rate=first.pass_rate, with_make_up=later)


@dataclass(frozen=True)
class TrendChart:
    """The rates of sittings, the oldest first, and what the two lines are called."""

    title: str
    first_label: str
    make_up_label: str
    points: Sequence[TrendPoint]


def pass_rate_chart(chart: PassRateChart) -> bytes:
    """Return the chart as SVG; equal charts give equal bytes."""
    return as_svg(pass_rate_drawing(chart), chart.title)


def pass_rate_drawing(chart: PassRateChart, width: int = WIDTH) -> Drawing:
    """Draw the bars, the highest rate first, from 0 to 100 %, with the average as a broken line.

    A document has room for less width: there the bars are shorter, and the words as large.
    """
    ranked = sorted(chart.bars, key=_place, reverse=True)
    height = HEAD + STEP * len(ranked) + FOOT
    drawing = Drawing(width, height)
    drawing.add(_scale(height, width))
    for place, bar in enumerate(ranked):
        drawing.add(_bar(bar, (height - HEAD - STEP * (place + 1), width), chart.average))
    if chart.average is not None:
        drawing.add(_average(chart.average_label, chart.average, (height, width)))
    return drawing


def score_drawing(chart: ScoreChart, width: int = WIDTH) -> Drawing:
    """Draw the distribution: hatched below the cut score, solid from it on, the count over each step."""
    drawing = Drawing(width, UPRIGHT_HEIGHT)
    most = max([step.count for step in chart.steps] or [0]) or 1
    wide = (width - LEFT) / max(len(chart.steps), 1)
    drawing.add(Line(LEFT, BOTTOM, width, BOTTOM, strokeColor=SOFT, strokeWidth=1))
    for place, step in enumerate(chart.steps):
        x = LEFT + place * wide
        drawing.add(_step(step, (x, wide), step.count * (UPRIGHT_HEIGHT - BOTTOM - TOP) / most))
        if step.is_passing and (place == 0 or not chart.steps[place - 1].is_passing):
            drawing.add(_cut(chart.cut_label, x, width))
    drawing.add(_text(0, UPRIGHT_HEIGHT - SIZE, chart.unit_label, SOFT))
    return drawing


def trend_drawing(chart: TrendChart, width: int = WIDTH) -> Drawing:
    """Draw the rates over sittings: a solid line for the first, a broken one with rings for make-ups counted in."""
    drawing = Drawing(width, UPRIGHT_HEIGHT)
    drawing.add(_upright_scale(width))
    wide = (width - LEFT) / max(len(chart.points), 1)
    places = [(LEFT + wide * (place + 0.5), point) for place, point in enumerate(chart.points)]
    for x, point in places:
        drawing.add(_below(x, wide, (_shortened(point.label, wide), point.day)))
    later = [(x, point.with_make_up) for x, point in places if point.with_make_up is not None]
    drawing.add(_curve(later, is_ring=True))
    drawing.add(_curve([(x, point.rate) for x, point in places if point.rate is not None], is_ring=False))
    drawing.add(_legend(chart))
    return drawing


def as_svg(drawing: Drawing, title: str) -> bytes:
    """Return a drawing with attributes for styles and no document type: the strictest policy lets it show."""
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


def as_pdf(drawing: Drawing, title: str) -> bytes:
    """Return a drawing as a PDF of its own size with its typeface embedded; equal drawings give equal bytes."""
    out = io.BytesIO()
    size = (drawing.width, drawing.height)
    embedded = with_typeface(drawing)
    canvas = Canvas(out, pagesize=size, invariant=1, initialFontName=HEI)  # type: ignore[arg-type]  # stubs
    canvas.setTitle(title)
    renderPDF.draw(embedded, canvas, 0, 0)
    canvas.save()
    return out.getvalue()


def with_typeface(drawing: Drawing) -> Drawing:
    """Return the drawing set in the typeface that documents embed, to be placed in a PDF."""
    prepare_fonts()
    copied: Drawing = drawing.copy()
    _set_typeface(copied)
    return copied


def _set_typeface(group: Any) -> None:
    for one in group.contents:
        if isinstance(one, String):
            one.fontName = HEI
        elif isinstance(one, Group):
            _set_typeface(one)


def _place(bar: ChartBar) -> tuple[bool, Decimal]:
    return (bar.is_ranked and bar.rate is not None, Decimal(-1) if bar.rate is None else bar.rate)


def _scale(height: int, width: int) -> Group:
    group = Group()
    for tick in TICKS:
        x = _x(Decimal(tick), width)
        group.add(Line(x, FOOT - 4, x, height - HEAD + 4, strokeColor=LINE, strokeWidth=1))
        group.add(_text(x - 8, FOOT - 20, f"{tick}%", SOFT))
    return group


def _bar(bar: ChartBar, place: tuple[int, int], average: Decimal | None) -> Group:
    y, width = place
    value = "—" if bar.rate is None else f"{bar.rate}%（{bar.passed}/{bar.participated}）"
    group = Group(_text(0, y + 5, bar.label, INK), _text(_x(Decimal(100), width) + 14, y + 5, value, INK))
    if bar.rate is not None:
        is_below = average is not None and bar.rate < average
        start = _x(Decimal(0), width)
        rect = Rect(start, y + 3, _x(bar.rate, width) - start, BAR)
        rect.fillColor = HOLLOW if is_below or not bar.is_ranked else FULL
        rect.strokeColor, rect.strokeWidth = EDGE, 1
        group.add(rect)
        if not bar.is_ranked:
            _hatch(group, rect)
    return group


def _hatch(group: Group, rect: Rect) -> None:
    """Draw slanted lines into a rectangle; each is cut to it, because a pattern would need a style."""
    left, right, low, high = rect.x, rect.x + rect.width, rect.y, rect.y + rect.height
    start = left - rect.height
    while start < right:
        x1, x2 = max(start, left), min(start + rect.height, right)
        if x2 > x1:
            y1, y2 = low + (x1 - start), low + (x2 - start)
            group.add(Line(x1, y1, x2, min(y2, high), strokeColor=EDGE, strokeWidth=0.7))
        start += HATCH


def _average(label: str, average: Decimal, size: tuple[int, int]) -> Group:
    height, width = size
    x = _x(average, width)
    top = height - HEAD + 8
    line = Line(x, FOOT - 4, x, top, strokeColor=MARK, strokeWidth=1.5, strokeDashArray=[5, 3])
    return Group(line, _text(x - 40, top + 8, f"{label} {average}%", MARK))


def _step(step: Step, place: tuple[float, float], height: float) -> Group:
    x, wide = place
    rect = Rect(x + 3, BOTTOM, wide - 6, height)
    rect.fillColor = FULL if step.is_passing else HOLLOW
    rect.strokeColor, rect.strokeWidth = EDGE, 1
    group = Group(rect)
    if not step.is_passing:
        _hatch(group, rect)
    scores = str(step.low) if step.low == step.high else f"{step.low}–{step.high}"
    group.add(_centred(x + wide / 2, BOTTOM - 20, scores, SOFT))
    group.add(_centred(x + wide / 2, BOTTOM + height + 6, str(step.count), INK))
    return group


def _cut(label: str, x: float, width: int) -> Group:
    top = UPRIGHT_HEIGHT - TOP + 14
    line = Line(x, BOTTOM - 6, x, top, strokeColor=MARK, strokeWidth=1.5, strokeDashArray=[5, 3])
    left = min(max(x - _width(label) / 2, LEFT), width - _width(label))
    return Group(line, _text(left, top + 8, label, MARK))


def _upright_scale(width: int) -> Group:
    group = Group()
    for tick in TICKS:
        y = _y(Decimal(tick))
        group.add(Line(LEFT, y, width, y, strokeColor=LINE, strokeWidth=1))
        group.add(_text(LEFT - 12 - _width(f"{tick}%"), y - 4, f"{tick}%", SOFT))
    return group


def _curve(points: Sequence[tuple[float, Decimal]], *, is_ring: bool) -> Group:
    group = Group()
    dash = BROKEN if is_ring else UNBROKEN
    for (x1, one), (x2, two) in pairwise(points):
        group.add(Line(x1, _y(one), x2, _y(two), strokeColor=EDGE, strokeWidth=1.8, strokeDashArray=dash))
    for x, rate in points:
        group.add(_dot(x, _y(rate), is_ring=is_ring))
        group.add(_centred(x, _y(rate) + (12 if is_ring else -20), f"{rate}%", INK))
    return group


def _dot(x: float, y: float, *, is_ring: bool) -> Circle:
    return Circle(x, y, 5, fillColor=HOLLOW if is_ring else FULL, strokeColor=EDGE, strokeWidth=1.8)


def _below(x: float, wide: float, lines: tuple[str, str]) -> Group:
    name, day = lines
    return Group(_centred(x, BOTTOM - 24, name, INK), _centred(x, BOTTOM - 42, day, SOFT))


def _legend(chart: TrendChart) -> Group:
    y, x = UPRIGHT_HEIGHT - 16, float(LEFT)
    group = Group()
    lines = [(chart.first_label, False)]
    if any(point.with_make_up is not None for point in chart.points):
        lines.append((chart.make_up_label, True))
    for label, is_ring in lines:
        dash = BROKEN if is_ring else UNBROKEN
        group.add(Line(x, y + 4, x + 34, y + 4, strokeColor=EDGE, strokeWidth=1.8, strokeDashArray=dash))
        group.add(_dot(x + 17, y + 4, is_ring=is_ring))
        group.add(_text(x + 42, y, label, INK))
        x += 42 + _width(label) + 36
    return group


def _shortened(text: str, wide: float) -> str:
    """Return as much of a name as there is room for."""
    if _width(text) <= wide - 8:
        return text
    while text and _width(text + "…") > wide - 8:
        text = text[:-1]
    return text + "…"


def _x(rate: Decimal, width: int) -> float:
    return NAME_WIDTH + float(rate) * (width - NAME_WIDTH - VALUE_WIDTH) / 100


def _y(rate: Decimal) -> float:
    return BOTTOM + float(rate) * (UPRIGHT_HEIGHT - BOTTOM - TOP) / 100


def _width(words: str) -> float:
    return sum(SIZE if east_asian_width(one) in "WF" else SIZE * 0.56 for one in words)


def _centred(x: float, y: float, words: str, color: Color) -> String:
    return _text(x - _width(words) / 2, y, words, color)


def _text(x: float, y: float, words: str, color: Color) -> String:
    return String(x, y, words, fontName="Helvetica", fontSize=SIZE, fillColor=color)


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
