"""What is stored once in a file and drawn many times: curves, outlines and the photo, ready packed.

Packed as soon as they are made, so that a file with thousands of cards does not hold their curves in full.
"""

import zlib
from collections.abc import Iterator
from typing import Any

from reportlab.lib.units import mm
from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFName, PDFStream

from certificates.documents.guilloche import Curve
from certificates.documents.photos import Photo

# Left, bottom, right and top in millimetres; what lies outside is not drawn.
Bounds = tuple[float, float, float, float]
# Half of the thickest pen, so that no curve is cut along its edge.
PEN = 0.2


class Packed(PDFStream):
    """A packed stream that lets go of its bytes once they are written: each is written once."""

    def format(self, document: Any) -> bytes:
        """Return what stands in the file."""
        written: bytes = super().format(document)
        self.content = b""
        return written


def operators(code: str) -> Packed:
    """Return the operators of a page, packed before the next page is drawn."""
    return Packed(PDFDictionary({"Filter": PDFName("FlateDecode")}), zlib.compress(code.encode("latin-1")))


def drawn_once(code: str, bounds: Bounds, forms: PDFDictionary | None) -> Packed:
    """Return a form XObject of these operators, with the other forms that they draw."""
    resources = PDFDictionary({"XObject": forms} if forms else {})
    entries = {
        "Type": PDFName("XObject"),
        "Subtype": PDFName("Form"),
        "BBox": PDFArray([round(edge * mm, 3) for edge in bounds]),
        "Resources": resources,
        "Filter": PDFName("FlateDecode"),
    }
    return Packed(PDFDictionary(entries), zlib.compress(code.encode("ascii")))


def picture(photo: Photo) -> Packed:
    """Return the photo as an image XObject, its bytes as they are."""
    entries = {
        "Type": PDFName("XObject"),
        "Subtype": PDFName("Image"),
        "Width": photo.width,
        "Height": photo.height,
        "BitsPerComponent": 8,
        "ColorSpace": PDFName("DeviceRGB"),
        "Filter": PDFName("DCTDecode"),
    }
    return Packed(PDFDictionary(entries), photo.content)


def path_of(curves: tuple[Curve, ...]) -> str:
    """Return the operators that draw the curves in one stroke."""
    return "\n".join([*(operator for curve in curves for operator in _operators(curve)), "S"])


def _operators(curve: Curve) -> Iterator[str]:
    (x, y), m = curve.start, mm
    yield f"{x * m:.2f} {y * m:.2f} m"
    for (ax, ay), (bx, by), (cx, cy) in curve.segments:
        yield f"{ax * m:.2f} {ay * m:.2f} {bx * m:.2f} {by * m:.2f} {cx * m:.2f} {cy * m:.2f} c"


def reach_of(curves: tuple[Curve, ...]) -> Bounds:
    """Return the edges of the curves with their control points, and room for the pen."""
    points = [point for curve in curves for segment in curve.segments for point in segment]
    points += [curve.start for curve in curves]
    across, up = [x for x, _ in points], [y for _, y in points]
    return min(across) - PEN, min(up) - PEN, max(across) + PEN, max(up) + PEN
