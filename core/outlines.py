"""Turns a typeface with cubic (CFF) outlines into one with quadratic (TrueType) outlines.

Every glyph keeps its number and its width. Layout features, vertical forms and hinting are not carried
over: what is embedded in a document needs none. A text can also be had as bare outlines, for ornament
that no one should read, copy or search.
"""

from collections.abc import Callable
from io import BytesIO
from itertools import accumulate
from struct import pack, unpack_from
from typing import Protocol

from fontTools.cu2qu import curve_to_quadratic
from fontTools.pens.basePen import BasePen
from fontTools.ttLib import TTFont
from reportlab.pdfbase.ttfonts import TTFontMaker

Point = tuple[float, float]
Contour = list[tuple[Point, int]]

# One thousandth of the em: a tenth of a printer's dot at text sizes.
TOLERANCE = 1.0
COPIED_TABLES = ("name", "OS/2")

Glyph = tuple[bytes, list[int]]
EMPTY: Glyph = (b"", [])


class _Drawable(Protocol):
    def draw(self, pen: object) -> None: ...


def truetype(source: bytes, is_wanted: Callable[[int], bool]) -> bytes:
    """Return the same typeface with TrueType outlines, for the wanted of its characters."""
    font = TTFont(BytesIO(source), lazy=True)
    glyphs = _glyphs(font, is_wanted)
    maker = TTFontMaker()
    for tag, table in _tables(font, glyphs).items():
        maker.add(tag, table)
    return bytes(maker.makeStream())


def _glyphs(font: TTFont, is_wanted: Callable[[int], bool]) -> list[Glyph]:
    """Each glyph's data with the points of its contours; what is not wanted stays empty."""
    font["cmap"].tables = [table for table in font["cmap"].tables if table.format != 14]
    for table in font["cmap"].tables:
        table.cmap = {code: name for code, name in table.cmap.items() if is_wanted(code)}
    wanted = {".notdef", *font.getBestCmap().values()}
    drawings = font["CFF "].cff.topDictIndex[0].CharStrings
    return [_glyph(drawings[name]) if name in wanted else EMPTY for name in font.getGlyphOrder()]


def _glyph(drawing: _Drawable) -> Glyph:
    pen = _QuadraticPen()
    drawing.draw(pen)
    return _glyph_data(pen.contours), [len(contour) for contour in pen.contours]


def _tables(font: TTFont, glyphs: list[Glyph]) -> dict[str, bytes]:
    head, hhea, post = font.reader["head"], font.reader["hhea"], font.reader["post"]
    return {tag: font.reader[tag] for tag in COPIED_TABLES} | {
        "cmap": font["cmap"].compile(font),
        "glyf": b"".join(data for data, _ in glyphs),
        "head": head[:50] + pack(">h", 1) + head[52:],
        "hhea": hhea[:34] + pack(">H", len(glyphs)),
        "hmtx": _metrics(font, glyphs),
        "loca": _locations(glyphs),
        "maxp": _profile(glyphs),
        "post": pack(">L", 0x00030000) + post[4:32],
    }


def _metrics(font: TTFont, glyphs: list[Glyph]) -> bytes:
    """Each glyph's width and left edge; the edge must be that of the new outline, or it would shift."""
    widths = [font["hmtx"][name][0] for name in font.getGlyphOrder()]
    edges = [unpack_from(">h", data, 2)[0] if data else 0 for data, _ in glyphs]
    return b"".join(pack(">Hh", width, edge) for width, edge in zip(widths, edges, strict=True))


def _locations(glyphs: list[Glyph]) -> bytes:
    offsets = accumulate((len(data) for data, _ in glyphs), initial=0)
    return pack(f">{len(glyphs) + 1}L", *offsets)


def _profile(glyphs: list[Glyph]) -> bytes:
    """The ``maxp`` table: how many glyphs there are, and the size of the largest."""
    points = max(sum(contours) for _, contours in glyphs)
    contours = max(len(contours) for _, contours in glyphs)
    return pack(">L14H", 0x00010000, len(glyphs), points, contours, 0, 0, 2, *[0] * 8)


class _QuadraticPen:
    """Collects contours as on- and off-curve points, turned round as TrueType fills them.

    Its methods bear the names that fontTools calls.
    """

    def __init__(self) -> None:
        self.contours: list[Contour] = []
        self._contour: Contour = []
        self._at: Point = (0, 0)

    def moveTo(self, point: Point) -> None:  # noqa: N802
        self._contour = []
        self.lineTo(point)

    def lineTo(self, point: Point) -> None:  # noqa: N802
        self._contour.append((point, 1))
        self._at = point

    def curveTo(self, first: Point, second: Point, end: Point) -> None:  # noqa: N802
        curve = curve_to_quadratic((self._at, first, second, end), TOLERANCE)
        self._contour.extend([(point, 0) for point in curve[1:-1]])
        self.lineTo(end)

    def closePath(self) -> None:  # noqa: N802
        contour = self._contour
        if len(contour) > 1 and contour[0] == contour[-1]:
            contour.pop()
        if len(contour) > 1:
            self.contours.append(contour[::-1])

    endPath = closePath  # noqa: N815


def _glyph_data(contours: list[Contour]) -> bytes:
    """Write one simple glyph as the OpenType specification lays it out, padded to four bytes."""
    if not contours:
        return b""
    points = [(round(x), round(y), on) for contour in contours for (x, y), on in contour]
    across, up = [x for x, _, _ in points], [y for _, y, _ in points]
    ends = [end - 1 for end in accumulate(len(contour) for contour in contours)]
    bounds = (min(across), min(up), max(across), max(up))
    start = pack(f">5h{len(ends)}HH", len(ends), *bounds, *ends, 0)
    x_flags, x_data = _steps(across, short=0x02, same_or_positive=0x10)
    y_flags, y_data = _steps(up, short=0x04, same_or_positive=0x20)
    flags = bytes(on | x | y for (_, _, on), x, y in zip(points, x_flags, y_flags, strict=True))
    data = start + flags + x_data + y_data
    return data + bytes(-len(data) % 4)


def _steps(places: list[int], *, short: int, same_or_positive: int) -> tuple[bytearray, bytearray]:
    """Write each place as its distance from the one before: nothing, one byte or two."""
    flags, data, before = bytearray(), bytearray(), 0
    for place in places:
        step, before = place - before, place
        if step == 0:
            flags.append(same_or_positive)
        elif -256 < step < 256:
            flags.append(short | same_or_positive if step > 0 else short)
            data.append(abs(step))
        else:
            flags.append(0)
            data += step.to_bytes(2, "big", signed=True)
    return flags, data


def text_path(font: TTFont, text: str, gap: float) -> str:
    """Return the text's outlines as PDF path operators, in the font's units, from its middle outwards."""
    glyphs, names = font.getGlyphSet(), [font.getBestCmap()[ord(char)] for char in text]
    at = -(sum(glyphs[name].width for name in names) + gap * (len(names) - 1)) / 2
    pen = _OperatorPen(glyphs)
    for name in names:
        pen.shift = at
        glyphs[name].draw(pen)
        at += glyphs[name].width + gap
    return " ".join(pen.operators)


class _OperatorPen(BasePen):
    """Writes each move as a PDF operator; quadratic curves arrive already made cubic."""

    def __init__(self, glyphs: object) -> None:
        super().__init__(glyphs)
        self.operators: list[str] = []
        self.shift = 0.0

    def _write(self, operator: str, *points: Point) -> None:
        places = [f"{x + self.shift:.0f} {y:.0f}" for x, y in points]
        self.operators.append(" ".join([*places, operator]))

    def _moveTo(self, point: Point) -> None:  # noqa: N802
        self._write("m", point)

    def _lineTo(self, point: Point) -> None:  # noqa: N802
        self._write("l", point)

    def _curveToOne(self, first: Point, second: Point, end: Point) -> None:  # noqa: N802
        self._write("c", first, second, end)

    def _closePath(self) -> None:  # noqa: N802
        self._write("h")
