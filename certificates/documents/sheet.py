"""One PDF being drawn: text, fine lines, photo and code, with places in millimetres.

Nothing in it depends on the clock or on chance, so the same drawing gives the same bytes.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from itertools import groupby
from math import cos, radians, sin

import segno
from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.pathobject import PDFPathObject

from certificates.documents.guilloche import Curve
from certificates.documents.layouts import Box
from certificates.documents.photos import printable_photo
from certificates.documents.typesetting import LEADING, fitted
from core.fonts import HEI, ornament, prepare_fonts, text_runs, text_width

# The middle of a Chinese character lies this part of its size above the line it stands on.
MIDDLE = 0.38
# White modules round a QR code, as ISO/IEC 18004 asks for.
QUIET = 4
# Strokes of a character overlap; filled by the other rule, their crossings would stay empty.
NON_ZERO = 1

# Left, bottom, right and top in millimetres; what lies outside is not drawn.
Bounds = tuple[float, float, float, float]
Scale = tuple[float, float]


@dataclass(frozen=True)
class Style:
    """How a text looks: size in points, spacing and extra stroke in parts of the size."""

    size: float
    color: int
    face: str = HEI
    spacing: float = 0
    stroke: float = 0
    align: float = 0  # 0 left, 0.5 centred, 1 right


class Sheet:
    """A page size, a title and the pages drawn so far."""

    def __init__(self, width: float, height: float, title: str) -> None:
        prepare_fonts()
        self._file = BytesIO()
        self.canvas = Canvas(
            self._file,
            pagesize=(width * mm, height * mm),
            pageCompression=1,
            invariant=1,
            initialFontName=HEI,  # type: ignore[arg-type]  # the stubs take the name for a number
            lang="zh-CN",
        )
        self.canvas.setTitle(title)
        self.canvas.setViewerPreference("DisplayDocTitle", "true")

    def next_page(self) -> None:
        self.canvas.showPage()

    def finished(self) -> bytes:
        self.canvas.showPage()
        self.canvas.save()
        return self._file.getvalue()

    def write(self, text: str, x: float, y: float, style: Style) -> None:
        """Set one line; ``x`` is its left end, middle or right end as the style aligns it."""
        gap = style.spacing * style.size
        width = text_width(text, style.face, style.size) + gap * (len(text) - 1)
        with self.state():
            line = self.canvas.beginText(x * mm - width * style.align, y * mm)
            line.setFillColor(HexColor(style.color))
            if gap:
                line.setCharSpace(gap)
            if style.stroke:
                self.canvas.setLineWidth(style.stroke * style.size)
                self.canvas.setStrokeColor(HexColor(style.color))
                line.setTextRenderMode(2)
            for font, run in text_runs(text, style.face):
                line.setFont(font, style.size)
                line.textOut(run)
            self.canvas.drawText(line)

    def place(self, text: str, box: Box, style: Style) -> None:
        """Set a text in its place, half-way up, as large as wished or as small as it must be."""
        setting = fitted(text, style.face, style.size, width=box.width * mm, height=box.height * mm)
        step = setting.size * LEADING / mm
        x = box.x + box.width * style.align
        y = box.y + box.height / 2 + step * (len(setting.lines) - 1) / 2 - setting.size * MIDDLE / mm
        fitting = Style(setting.size, style.color, style.face, 0, style.stroke, style.align)
        for number, line in enumerate(setting.lines):
            self.write(line, x, y - step * number, fitting)

    def spread(self, text: str, box: Box, style: Style, characters: int) -> None:
        """Set a label across the width that so many characters take, as official forms do."""
        gap = (characters - len(text)) / max(len(text) - 1, 1) if len(text) > 1 else 0
        y = box.y + box.height / 2 - style.size * MIDDLE / mm
        self.write(text, box.x, y, Style(style.size, style.color, style.face, spacing=max(gap, 0)))

    def ornament(self, text: str, x: float, y: float, style: Style) -> None:
        """Draw one centred line as bare outlines: it is seen, but neither read out nor copied."""
        with self.state():
            self.move(x, y, scale=(style.size / 1000, style.size / 1000))
            self.canvas.setFillColor(HexColor(style.color))
            path = _path([ornament(text, style.face, style.spacing)])
            self.canvas.drawPath(path, stroke=0, fill=1, fillMode=NON_ZERO)

    def fill(self, box: Box, color: int) -> None:
        self.canvas.setFillColor(HexColor(color))
        self.canvas.rect(box.x * mm, box.y * mm, box.width * mm, box.height * mm, stroke=0, fill=1)

    def frame(self, box: Box, color: int, thickness: float) -> None:
        self.pen(color, thickness)
        self.canvas.rect(box.x * mm, box.y * mm, box.width * mm, box.height * mm)

    def rule(self, x: float, y: float, width: float, color: int, thickness: float = 0.4) -> None:
        self.pen(color, thickness)
        self.canvas.line(x * mm, y * mm, (x + width) * mm, y * mm)

    def pen(self, color: int, thickness: float) -> None:
        self.canvas.setStrokeColor(HexColor(color))
        self.canvas.setLineWidth(thickness)

    @contextmanager
    def kept(self, name: str, bounds: Bounds) -> Iterator[None]:
        """Store what is drawn within once in the file, under a name; then stamp it where it is needed."""
        edges = [edge * mm for edge in bounds]
        self.canvas.beginForm(name, *edges)  # type: ignore[arg-type]  # parts of a point are fine
        yield
        self.canvas.endForm()

    def keep_curves(self, name: str, curves: Iterable[Curve]) -> None:
        curves = tuple(curves)
        with self.kept(name, _bounds(curves)):
            self.canvas.drawPath(_path(operator for curve in curves for operator in _operators(curve)))

    def stamp(self, name: str, x: float, y: float, *, turn: float = 0, scale: Scale = (1, 1)) -> None:
        """Draw what was kept at a place, turned by degrees and scaled along and up."""
        with self.state():
            self.move(x, y, turn=turn, scale=scale)
            self.canvas.doForm(name)

    def move(self, x: float, y: float, *, turn: float = 0, scale: Scale = (1, 1)) -> None:
        """Count places from here on, turned by these degrees and scaled."""
        c, s, (along, up) = cos(radians(turn)), sin(radians(turn)), scale
        self.canvas.transform(c * along, s * along, -s * up, c * up, x * mm, y * mm)

    @contextmanager
    def inside(self, box: Box) -> Iterator[None]:
        """Whatever is drawn within ends at the edge of the box."""
        with self.state():
            path = self.canvas.beginPath()
            path.rect(box.x * mm, box.y * mm, box.width * mm, box.height * mm)
            self.canvas.clipPath(path, stroke=0)
            yield

    @contextmanager
    def state(self) -> Iterator[None]:
        self.canvas.saveState()
        yield
        self.canvas.restoreState()

    def code(self, text: str, box: Box, color: int) -> None:
        """Draw the QR code at level M with its quiet zone, on white, filling the box."""
        rows = [bytes(row) for row in segno.make_qr(text, error="m", boost_error=False).matrix]
        module = box.width / (len(rows) + 2 * QUIET)
        self.fill(box, 0xFFFFFF)
        runs = (
            f"{start} {-number} {length} -1 re"
            for number, row in enumerate(rows)
            for start, length in _dark_runs(row)
        )
        with self.state():
            corner = module * QUIET
            self.move(box.x + corner, box.y + box.height - corner, scale=(module * mm, module * mm))
            self.canvas.setFillColor(HexColor(color))
            self.canvas.drawPath(_path(runs), stroke=0, fill=1)

    def photo(self, photo: bytes | None, box: Box, color: int) -> None:
        """Draw the photo so that it fills its frame, or a quiet place where it will be put."""
        if photo is None:
            self._photo_place(box, color)
        else:
            with self.inside(box):
                self._filling_image(photo, box)
        self.frame(box, color, 0.5)

    def _photo_place(self, box: Box, color: int) -> None:
        self.fill(box, 0xF7F8F9)
        size, middle = box.width * 0.3, box.y + box.height / 2
        centre = box.x + box.width / 2
        self.write("照片", centre, middle + size * 0.08, Style(size, color, spacing=0.3, align=0.5))
        self.write("PHOTO", centre, middle - size * 0.22, Style(size * 0.5, color, spacing=0.2, align=0.5))

    def _filling_image(self, photo: bytes, box: Box) -> None:
        image = ImageReader(BytesIO(printable_photo(photo)))
        wide, high = image.getSize()
        scale = max(box.width / wide, box.height / high)
        width, height = wide * scale, high * scale
        x, y = box.x - (width - box.width) / 2, box.y - (height - box.height) / 2
        self.canvas.drawImage(image, x * mm, y * mm, width * mm, height * mm)


def _path(operators: Iterable[str]) -> PDFPathObject:
    """A path from finished operators: the library takes ten times as long to write a number."""
    return PDFPathObject(code=list(operators))


def _operators(curve: Curve) -> Iterator[str]:
    yield f"{curve.start[0] * mm:.2f} {curve.start[1] * mm:.2f} m"
    for segment in curve.segments:
        yield " ".join([f"{part * mm:.2f}" for point in segment for part in point]) + " c"


def _bounds(curves: tuple[Curve, ...]) -> Bounds:
    """The edges of the curves, with room for the pen."""
    points = [point for curve in curves for segment in curve.segments for point in segment]
    points += [curve.start for curve in curves]
    across, up = [x for x, _ in points], [y for _, y in points]
    pen = 0.2
    return min(across) - pen, min(up) - pen, max(across) + pen, max(up) + pen


def _dark_runs(row: bytes) -> Iterator[tuple[int, int]]:
    """Yield (start, length) of each run of dark modules."""
    at = 0
    for is_dark, run in groupby(row):
        length = len(list(run))
        if is_dark:
            yield at, length
        at += length
