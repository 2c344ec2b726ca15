"""One PDF being drawn: text, fine lines, photo and code, with places in millimetres.

Nothing in it depends on the clock or on chance, so the same drawing gives the same bytes. What is drawn
within ``part`` is read out; all the rest is marked as decoration.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import BytesIO
from math import cos, radians, sin
from typing import Any

import segno
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from certificates.documents.boxes import Box, Size
from certificates.documents.guilloche import Curve
from certificates.documents.kept import Bounds, drawn_once, operators, path_of, picture, reach_of
from certificates.documents.photos import printable_photo
from certificates.documents.reading import Part
from certificates.documents.typesetting import LEADING, fitted
from core.fonts import HEI, ornament, prepare_fonts, text_runs, text_width

# The middle of a Chinese character lies this part of its size above the line it stands on.
MIDDLE = 0.38
# White modules round a QR code, as ISO/IEC 18004 asks for.
QUIET = 4
# Any mask can be read; trying all eight for the smoothest took most of a code's time.
MASK = 2

_DARK = re.compile(rb"\x01+")
_DECORATION, _END = "/Artifact BMC", "EMC"

Place = tuple[float, float, float]


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
    """A page size, a title, the pages drawn so far, and what they say when they are read out."""

    def __init__(self, size: Size, title: str) -> None:
        prepare_fonts()
        self.canvas: Any = Canvas(
            BytesIO(),
            pagesize=(size.width * mm, size.height * mm),
            pageCompression=1,
            invariant=1,
            initialFontName=HEI,  # type: ignore[arg-type]  # the stubs take the name for a number
            lang="zh-CN",
        )
        self.canvas.setTitle(title)
        self.canvas.setViewerPreference("DisplayDocTitle", "true")
        self.reading = Part("Document", lang="zh-CN")
        self._groups = [self.reading]
        self._page, self._marked, self._scope = 0, 0, ""
        self._code(_DECORATION)

    def next_page(self) -> None:
        self._close_page()
        self._page, self._marked = self._page + 1, 0
        self._code(_DECORATION)

    def finished(self) -> bytes:
        self._close_page()
        return bytes(self.canvas.getpdfdata())

    def _close_page(self) -> None:
        self._code(_END)
        self.canvas.showPage()
        page = self.canvas._doc.Pages.pages[-1]
        page.Contents, page.stream = operators(page.stream), None

    def forget_reading(self) -> None:
        """Let go of what would be read out: a file for the printer never is."""
        self.reading.parts.clear()

    def set_boxes(self, *, trim: Box, bleed: Box) -> None:
        """Tell the printer where the pages that follow are cut, and how far beyond they are drawn."""
        for name, box in (("trim", trim), ("bleed", bleed)):
            self.canvas.setCropBox([edge * mm for edge in (box.x, box.y, box.right, box.top)], name=name)

    def prints_both_sides(self) -> None:
        """Ask whoever prints it for both sides of the paper and the size as it is."""
        self.canvas.setViewerPreference("PrintScaling", "None")
        self.canvas.setViewerPreference("Duplex", "DuplexFlipLongEdge")

    def for_one(self, name: str) -> None:
        """Keep the forms of the next credential apart from those of the last, under a name of its own."""
        self._scope = name

    @contextmanager
    def group(self, role: str) -> Iterator[None]:
        """Whatever is read out within belongs together."""
        self._groups.append(self._added(Part(role)))
        yield
        self._groups.pop()

    @contextmanager
    def part(self, role: str, *, alt: str = "", lang: str = "", box: Box | None = None) -> Iterator[None]:
        """Whatever is drawn within is read out, as one element; all other lines are decoration."""
        bounds = (box.x * mm, box.y * mm, box.right * mm, box.top * mm) if box else None
        self._added(Part(role, alt, lang, (self._page, self._marked), bounds))
        self._code(f"{_END} /{role} <</MCID {self._marked}>> BDC")
        self._marked += 1
        yield
        self._code(f"{_END} {_DECORATION}")

    def write(self, text: str, x: float, y: float, style: Style) -> None:
        """Set one line; ``x`` is its left end, middle or right end as the style aligns it."""
        gap, width = style.spacing * style.size, 0.0
        if style.align:
            width = text_width(text, style.face, style.size) + gap * (len(text) - 1)
        bold = f"{style.stroke * style.size:.3f} w {_rgb(style.color)} RG 2 Tr" if style.stroke else "0 Tr"
        shown = " ".join(self._shown(text, style))
        self._code(
            f"q BT {_rgb(style.color)} rg {bold} {gap:.3f} Tc "
            f"1 0 0 1 {x * mm - width * style.align:.3f} {y * mm:.3f} Tm {shown} ET Q"
        )

    def _shown(self, text: str, style: Style) -> Iterator[str]:
        """Yield the operators that show a text, each run in the face and the subset that hold it."""
        document, escaped = self.canvas._doc, self.canvas._escape
        for name, run in text_runs(text, style.face):
            font: Any = pdfmetrics.getFont(name)
            for subset, codes in font.splitString(run, document):
                yield f"{font.getSubsetInternalName(subset, document)} {style.size:.3f} Tf ({escaped(codes)}) Tj"

    def place(self, text: str, box: Box, style: Style) -> None:
        """Set a text in its place, half-way up, as large as wished or as small as it must be."""
        setting = fitted(text, style.face, style.size, width=box.width * mm, height=box.height * mm)
        step = setting.size * LEADING / mm
        x = box.x + box.width * style.align
        y = box.middle + step * (len(setting.lines) - 1) / 2 - setting.size * MIDDLE / mm
        fitting = replace(style, size=setting.size, spacing=0)
        for number, line in enumerate(setting.lines):
            self.write(line, x, y - step * number, fitting)

    def spread(self, text: str, box: Box, style: Style, characters: int) -> None:
        """Set a label across the width that so many characters take, as official forms do."""
        gap = (characters - len(text)) / max(len(text) - 1, 1) if len(text) > 1 else 0
        self.write(text, box.x, box.middle - style.size * MIDDLE / mm, replace(style, spacing=max(gap, 0)))

    def outlined(self, text: str, x: float, y: float, style: Style) -> None:
        """Draw one centred line as bare outlines: it is seen, but neither read out nor copied."""
        size = style.size / 1000
        path = ornament(text, style.face, style.spacing)
        self._code(f"q {_moved(x, y, 0, size, size)} {_rgb(style.color)} rg {path} f Q")

    def fill(self, box: Box, color: int) -> None:
        self._code(f"{_rgb(color)} rg {_rectangle(box)} re f")

    def frame(self, box: Box, color: int, thickness: float) -> None:
        self.pen(color, thickness)
        self._code(f"{_rectangle(box)} re S")

    def rule(self, x: float, y: float, width: float, color: int, thickness: float = 0.4) -> None:
        self.line((x, y), (x + width, y), color, thickness)

    def line(self, start: tuple[float, float], end: tuple[float, float], color: int, thickness: float) -> None:
        self.pen(color, thickness)
        (x, y), (to_x, to_y) = start, end
        self._code(f"{x * mm:.3f} {y * mm:.3f} m {to_x * mm:.3f} {to_y * mm:.3f} l S")

    def ink(self, color: int) -> None:
        self._code(f"{_rgb(color)} rg")

    def pen(self, color: int, thickness: float) -> None:
        self._code(f"{_rgb(color)} RG {thickness} w")

    @contextmanager
    def kept(self, name: str, bounds: Bounds) -> Iterator[None]:
        """Store what is drawn within once in the file, under a name; then stamp it where it is needed."""
        left, low, right, top = bounds
        self.canvas.beginForm(self._named(name), left * mm, low * mm, right * mm, top * mm)
        yield
        self.canvas.endForm()

    def keep_curves(self, name: str, curves: Iterable[Curve]) -> None:
        curves = tuple(curves)
        self._keep(name, path_of(curves), reach_of(curves))

    def keep_row(self, name: str, of: str, box: Box, step: float) -> None:
        """Keep a row of one kept form, as long as the box, as a form of its own."""
        stamps = [f"q 1 0 0 1 {step * n * mm:.3f} 0 cm {self._do(of)} Q" for n in range(round(box.width / step))]
        bounds = (box.x, box.y, box.right, box.top)
        self._keep(name, "\n".join(stamps), bounds, uses=(self._named(of),))

    def keep_ornament(self, name: str, text: str, style: Style) -> float:
        """Keep a text as bare outlines from its left end on; return how wide it is in millimetres."""
        size, at, paths = style.size / 1000, 0.0, []
        for char in text:
            wide = text_width(char, style.face, 1000)
            paths.append(f"q {size:.6f} 0 0 {size:.6f} {(at + wide / 2) * size:.3f} 0 cm")
            paths.append(f"{ornament(char, style.face, 0)} f Q" if char.strip() else "Q")
            at += wide + style.spacing * 1000
        width = at * size / mm
        self._keep(name, "\n".join(paths), (0, -style.size / mm, width, style.size / mm * 1.2))
        return width

    def _keep(self, name: str, code: str, bounds: Bounds, *, uses: tuple[str, ...] = ()) -> None:
        document = self.canvas._doc
        document.addForm(self._named(name), drawn_once(code, bounds, document.xobjDict(uses) if uses else None))

    def stamp(self, name: str, x: float, y: float, *, turn: float = 0, along: float = 1, up: float = 1) -> None:
        """Draw what was kept at a place, turned by degrees and scaled along and up."""
        self._code(f"q {_moved(x, y, turn, along, up)} {self._do(name)} Q")

    def stamp_all(self, name: str, places: Iterable[Place], *, up: float = 1) -> None:
        """Draw what was kept at many places: where each lies, and by how many degrees it is turned."""
        shown = self._do(name)
        self._code("\n".join(f"q {_moved(x, y, turn, 1, up)} {shown} Q" for x, y, turn in places))

    def _do(self, name: str) -> str:
        self.canvas._formsinuse.append(self._named(name))
        return f"/{self.canvas._doc.getXObjectName(self._named(name))} Do"

    def _named(self, name: str) -> str:
        return f"{self._scope}{name}"

    @contextmanager
    def moved(self, x: float, y: float, *, turn: float = 0, scale: float = 1) -> Iterator[None]:
        """Count places within from here on, turned by these degrees and scaled."""
        self._code(f"q {_moved(x, y, turn, scale, scale)}")
        yield
        self._code("Q")

    @contextmanager
    def inside(self, box: Box) -> Iterator[None]:
        """Whatever is drawn within ends at the edge of the box."""
        self._code(f"q {_rectangle(box)} re W n")
        yield
        self._code("Q")

    def code(self, text: str, box: Box, color: int) -> None:
        """Draw the QR code at level M with its quiet zone, on white, filling the box."""
        rows = segno.make_qr(text, error="m", mask=MASK, boost_error=False).matrix
        module = box.width / (len(rows) + 2 * QUIET)
        self.fill(box, 0xFFFFFF)
        # A hair higher than a module, so that no light line shows between the rows on a screen.
        runs = "\n".join(
            f"{start} {-number} {length} -1.02 re"
            for number, row in enumerate(rows)
            for start, length in _dark_runs(bytes(row))
        )
        moved = _moved(box.x + module * QUIET, box.top - module * QUIET, 0, module * mm, module * mm)
        self._code(f"q {moved} {_rgb(color)} rg {runs} f Q")

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
        size, centre = box.width * 0.3, box.centre
        self.write("照片", centre, box.middle + size * 0.08, Style(size, color, spacing=0.3, align=0.5))
        self.write("PHOTO", centre, box.middle - size * 0.22, Style(size * 0.5, color, spacing=0.2, align=0.5))

    def _filling_image(self, photo: bytes, box: Box) -> None:
        image = printable_photo(photo)
        scale = max(box.width / image.width, box.height / image.height)
        width, height = image.width * scale, image.height * scale
        x, y = box.centre - width / 2, box.middle - height / 2
        self.canvas._doc.addForm(self._named("photo"), picture(image))
        self._code(f"q {width * mm:.3f} 0 0 {height * mm:.3f} {x * mm:.3f} {y * mm:.3f} cm {self._do('photo')} Q")

    def _added(self, part: Part) -> Part:
        self._groups[-1].parts.append(part)
        return part

    def _code(self, code: str) -> None:
        """Append finished operators: the library takes ten times as long to write a number."""
        self.canvas._code.append(code)


def _rgb(color: int) -> str:
    return f"{(color >> 16) / 255:.3f} {(color >> 8 & 255) / 255:.3f} {(color & 255) / 255:.3f}"


def _rectangle(box: Box) -> str:
    return f"{box.x * mm:.3f} {box.y * mm:.3f} {box.width * mm:.3f} {box.height * mm:.3f}"


def _moved(x: float, y: float, turn: float, along: float, up: float) -> str:
    if not turn:
        return f"{along:.5g} 0 0 {up:.5g} {x * mm:.3f} {y * mm:.3f} cm"
    c, s = cos(radians(turn)), sin(radians(turn))
    return f"{c * along:.5f} {s * along:.5f} {-s * up:.5f} {c * up:.5f} {x * mm:.3f} {y * mm:.3f} cm"


def _dark_runs(row: bytes) -> Iterator[tuple[int, int]]:
    """Yield (start, length) of each run of dark modules."""
    return ((run.start(), run.end() - run.start()) for run in _DARK.finditer(row))
