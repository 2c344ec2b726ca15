"""A drawing as a Windows enhanced metafile (MS-EMF): vector, and read by every office program that reads DOCX.

Lines, rectangles, circles and single lines of text are all that our charts are made of; anything else is
refused. Lengths are kept in twentieths of a point of the drawing, from the upper left corner.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from struct import pack
from typing import Any
from unicodedata import east_asian_width

from reportlab.graphics.shapes import Circle, Drawing, Group, Line, Rect, String
from reportlab.lib.colors import Color

UNITS = 20
PIXELS_PER_MM = 10
DEVICE_MM = (320, 240)
FACE = "黑体"
_SIGNATURE, _VERSION = 0x464D4520, 0x10000
_ANISOTROPIC, _TRANSPARENT, _BASELINE, _ADVANCED = 8, 1, 24, 2
_SOLID, _NULL_BRUSH = 0, 0x80000005
_PEN, _BRUSH, _FONT = 1, 2, 3
_NARROW = 0.55


@dataclass(frozen=True)
class _Size:
    """What a drawing measures: in its own points, and on paper in millimetres."""

    width: float
    height: float
    width_mm: float

    @property
    def height_mm(self) -> float:
        return self.width_mm * self.height / self.width


def metafile(drawing: Drawing, width_mm: float) -> bytes:
    """Return the drawing as EMF, so wide on paper."""
    size = _Size(drawing.width, drawing.height, width_mm)
    records = [*_beginning(size), *_shapes(drawing, size), pack("<5I", 14, 20, 0, 16, 20)]
    return b"".join([_header(size, records), *records])


def _header(size: _Size, records: list[bytes]) -> bytes:
    mm = (size.width_mm, size.height_mm)
    bounds = [0, 0, *(round(one * PIXELS_PER_MM) for one in mm)]
    frame = [0, 0, *(round(one * 100) for one in mm)]
    device = [one * PIXELS_PER_MM for one in DEVICE_MM]
    total = 88 + sum(map(len, records))
    return pack(
        "<2I8i4I2H3I4i",
        *(1, 88, *bounds, *frame, _SIGNATURE, _VERSION, total, len(records) + 1),
        *(4, 0, 0, 0, 0, *device, *DEVICE_MM),
    )


def _beginning(size: _Size) -> Iterator[bytes]:
    """Set how lengths are counted and how text stands."""
    pixels = [round(one * PIXELS_PER_MM) for one in (size.width_mm, size.height_mm)]
    yield pack("<3I", 17, 12, _ANISOTROPIC)
    yield pack("<2I2i", 10, 16, 0, 0)
    yield pack("<2I2i", 9, 16, round(size.width * UNITS), round(size.height * UNITS))
    yield pack("<2I2i", 12, 16, 0, 0)
    yield pack("<2I2i", 11, 16, *pixels)
    yield pack("<3I", 18, 12, _TRANSPARENT)
    yield pack("<3I", 22, 12, _BASELINE)


def _shapes(group: Any, size: _Size) -> Iterator[bytes]:
    for one in group.contents:
        match one:
            case Group():
                yield from _shapes(one, size)
            case Line():
                yield from _line(one, size)
            case Rect() | Circle():
                yield from _filled(one, size)
            case String():
                yield from _text(one, size)
            case _:
                raise TypeError(f"no metafile holds {type(one).__name__}")


def _line(line: Line, size: _Size) -> Iterator[bytes]:
    if line.strokeColor is None:
        return
    yield from _pen(line.strokeColor, line.strokeWidth)
    for (x1, y1), (x2, y2) in _dashes(line):
        yield pack("<2I2i", 27, 16, *_place(x1, y1, size))
        yield pack("<2I2i", 54, 16, *_place(x2, y2, size))
    yield from _released(_PEN)


def _dashes(line: Line) -> Iterator[tuple[tuple[float, float], tuple[float, float]]]:
    """Yield the drawn stretches of a line: a metafile's own dashes are a pixel wide."""
    pattern: Sequence[float] = line.strokeDashArray or ()  # type: ignore[assignment]  # a phase is never set
    length = ((line.x2 - line.x1) ** 2 + (line.y2 - line.y1) ** 2) ** 0.5
    if not pattern or not length:
        yield (line.x1, line.y1), (line.x2, line.y2)
        return
    step_x, step_y = (line.x2 - line.x1) / length, (line.y2 - line.y1) / length
    at, number = 0.0, 0
    while at < length:
        end = min(at + pattern[number % len(pattern)], length)
        if number % 2 == 0:
            yield (
                (line.x1 + at * step_x, line.y1 + at * step_y),
                (line.x1 + end * step_x, line.y1 + end * step_y),
            )
        at, number = end, number + 1


def _filled(shape: Any, size: _Size) -> Iterator[bytes]:
    yield from _pen(shape.strokeColor, shape.strokeWidth)
    if shape.fillColor is None:
        yield pack("<3I", 37, 12, _NULL_BRUSH)
    else:
        yield pack("<6I", 39, 24, _BRUSH, _SOLID, _color(shape.fillColor), 0)
        yield pack("<3I", 37, 12, _BRUSH)
    if isinstance(shape, Rect):
        corners = ((shape.x, shape.y + shape.height), (shape.x + shape.width, shape.y))
        kind = 43
    else:
        corners = ((shape.cx - shape.r, shape.cy + shape.r), (shape.cx + shape.r, shape.cy - shape.r))
        kind = 42
    yield pack("<2I4i", kind, 24, *_place(*corners[0], size), *_place(*corners[1], size))
    yield from _released(_PEN)
    if shape.fillColor is not None:
        yield from _released(_BRUSH)


def _text(string: String, size: _Size) -> Iterator[bytes]:
    height = round(string.fontSize * UNITS)
    name = FACE.encode("utf-16-le").ljust(64, b"\0")
    font = pack("<5i8B", -height, 0, 0, 0, 400, 0, 0, 0, 134, 0, 0, 0, 0) + name
    yield pack("<3I", 82, 332, _FONT) + font.ljust(320, b"\0")
    yield pack("<3I", 37, 12, _FONT)
    yield pack("<3I", 24, 12, _color(string.fillColor))
    encoded = string.text.encode("utf-16-le")
    count = len(encoded) // 2
    padded = encoded + b"\0" * (-len(encoded) % 4)
    steps = [round(height * (1 if east_asian_width(one) in "WF" else _NARROW)) for one in string.text]
    body = pack("<2i3I4iI", *_place(string.x, string.y, size), count, 76, 0, 0, 0, -1, -1, 76 + len(padded))
    body += padded + pack(f"<{count}I", *steps)
    yield pack("<2I4iI2f", 84, 36 + len(body), 0, 0, -1, -1, _ADVANCED, 1.0, 1.0) + body
    yield from _released(_FONT)


def _pen(color: Color | None, width: float) -> Iterator[bytes]:
    style = 5 if color is None else 0
    yield pack("<4I2iI", 38, 28, _PEN, style, max(1, round(width * UNITS)), 0, _color(color))
    yield pack("<3I", 37, 12, _PEN)


def _released(handle: int) -> Iterator[bytes]:
    """Take an object out of use and away: the stock object of its kind takes its place."""
    stock = {_PEN: 0x80000007, _BRUSH: 0x80000000, _FONT: 0x8000000D}[handle]
    yield pack("<3I", 37, 12, stock)
    yield pack("<3I", 40, 12, handle)


def _color(color: Color | None) -> int:
    if color is None:
        return 0
    red, green, blue = (round(one * 255) for one in (color.red, color.green, color.blue))
    return red | green << 8 | blue << 16


def _place(x: float, y: float, size: _Size) -> tuple[int, int]:
    return round(x * UNITS), round((size.height - y) * UNITS)
