"""The qualification certificate: one landscape A4 page to be kept, printed and shown."""

from certificates.documents.archive import archived
from certificates.documents.attachment import data_of
from certificates.documents.boxes import Box, Size
from certificates.documents.entries import (
    draw_code,
    draw_ground,
    draw_micro_text,
    draw_photo,
    draw_rose,
    keep_ground,
    keep_knot,
    keep_mark,
    keep_micro_text,
    keep_rose,
    mark_ground,
    mark_line,
    value_box,
    write_fields,
)
from certificates.documents.faces import CredentialFace, issued_on, refuse_unprintable
from certificates.documents.guilloche import Pattern, braid, pattern_of, rosette
from certificates.documents.layouts import Layout, Palette, layout_of
from certificates.documents.sheet import Sheet, Style
from core.fonts import SONG

PAGE = Size(297.0, 210.0)
CENTRE = PAGE.width / 2
TITLE = "行政执法资格证书"
TITLE_IN_ENGLISH = "QUALIFICATION CERTIFICATE FOR ADMINISTRATIVE LAW ENFORCEMENT"
NOTE = "本证书真伪与有效状态，以联网核验结果为准。"

_FRAME = Box(9, 9, PAGE.width - 18, PAGE.height - 18)
_BAND = 8.6
_MIDDLE = _FRAME.inset(_BAND / 2)
# Half the square that a corner's rosette takes of the band, and one period of the band's braid.
_CORNER, _PERIOD = 4.3, 16.0
_FIELD = _FRAME.inset(_BAND)
_MICRO_LINE = _FIELD.inset(1.5)
_WAVE, _PITCH = 3.4, 3.5
_MICRO = 1.7


def draw_certificate(face: CredentialFace) -> bytes:
    """Return the certificate as an archived PDF; refuse it when a character cannot be printed."""
    layout = layout_of(face.profile)
    refuse_unprintable(face)
    title = f"{TITLE} {face.cert_no}"
    sheet = Sheet(PAGE, title)
    pattern, palette = pattern_of(face.cert_no), layout.palette
    micro = keep_micro_text(sheet, TITLE, face.cert_no, _MICRO)
    _draw_ground(sheet, pattern, layout)
    _draw_border(sheet, pattern, palette, micro)
    keep_mark(sheet, face, palette)
    mark_ground(sheet, face, _FIELD)
    mark_line(sheet, face, Box(70, 25.6, 157, 4.2), palette)
    _write_title(sheet, pattern, palette)
    _write_holder(sheet, face, pattern, layout, micro)
    _write_foot(sheet, face, layout)
    return archived(sheet.finished(), title, sheet.reading, data_of(face))


def _draw_ground(sheet: Sheet, pattern: Pattern, layout: Layout) -> None:
    keep_ground(sheet, pattern, _FIELD.width, _WAVE)
    keep_rose(sheet, pattern, layout.certificate.rose.radius)
    with sheet.inside(_FIELD):
        draw_ground(sheet, layout.palette, _FIELD, _PITCH)
        draw_rose(sheet, pattern, layout.palette, layout.certificate.rose)


def _draw_border(sheet: Sheet, pattern: Pattern, palette: Palette, micro: float) -> None:
    sheet.frame(_FRAME, palette.main, 1.5)
    sheet.frame(_FRAME.inset(1.1), palette.accent, 0.35)
    sheet.frame(_FIELD.inset(-0.7), palette.accent, 0.35)
    sheet.frame(_FIELD, palette.main, 0.6)
    _draw_braid(sheet, pattern, palette)
    box = _MICRO_LINE
    for y in (box.y, box.top - 0.5):
        draw_micro_text(sheet, micro, (box.x, y), box.right, palette.main)
    for x, y in ((box.x + 0.5, box.y + 1.4), (box.right, box.y + 1.4)):
        with sheet.moved(x, y, turn=90):
            draw_micro_text(sheet, micro, (0, 0), box.height - 2.8, palette.main)


def _draw_braid(sheet: Sheet, pattern: Pattern, palette: Palette) -> None:
    sheet.keep_curves("braid", braid(pattern, _PERIOD, _BAND / 2 - 1.9))
    sheet.keep_curves("corner", [rosette(_CORNER - 1.2, 0.8, pattern.petals[2])])
    box = _MIDDLE
    sheet.pen(palette.main, 0.25)
    for y in (box.y, box.top):
        _braid_side(sheet, box.x, y, box.width, turn=0)
    for x in (box.x, box.right):
        _braid_side(sheet, x, box.y, box.height, turn=90)
    sheet.pen(palette.accent, 0.3)
    turns = [360 / pattern.petals[2] / 5 * turn for turn in range(5)]
    corners = ((box.x, box.y), (box.x, box.top), (box.right, box.y), (box.right, box.top))
    sheet.stamp_all("corner", [(x, y, turn) for x, y in corners for turn in turns])


def _braid_side(sheet: Sheet, x: float, y: float, distance: float, *, turn: int) -> None:
    """Run the braid from corner to corner, stretched so that a whole number of periods fits."""
    length = distance - 2 * _CORNER
    periods = round(length / _PERIOD)
    step = length / periods
    with sheet.moved(x, y, turn=turn):
        for number in range(periods):
            sheet.stamp("braid", _CORNER + step * number, 0, along=step / _PERIOD)


def _write_title(sheet: Sheet, pattern: Pattern, palette: Palette) -> None:
    with sheet.part("H1"):
        title = Style(45, palette.main, SONG, spacing=0.15, stroke=0.018, align=0.5)
        sheet.write(TITLE, CENTRE, 167, title)
    with sheet.part("P", lang="en"):
        style = Style(8.8, palette.accent, spacing=0.18, align=0.5)
        sheet.write(TITLE_IN_ENGLISH, CENTRE, 158, style)
    for x in (CENTRE - 50, CENTRE + 5):
        sheet.rule(x, 152, 45, palette.accent, 0.5)
    sheet.pen(palette.accent, 0.3)
    turns = [360 / pattern.petals[2] / 4 * turn for turn in range(4)]
    sheet.stamp_all("corner", [(CENTRE, 152, turn) for turn in turns])


def _write_holder(sheet: Sheet, face: CredentialFace, pattern: Pattern, layout: Layout, micro: float) -> None:
    side, palette = layout.certificate, layout.palette
    keep_knot(sheet, pattern, 7.5)
    if side.photo:
        draw_photo(sheet, face, pattern, palette, side.photo)
    name, *others = side.fields
    place = value_box(name, side)
    draw_micro_text(sheet, micro, (place.x, name.box.y), place.right, palette.main)
    for field in others:
        sheet.rule(place.x, field.box.y, place.width, palette.line)
    write_fields(sheet, face, side, palette)
    with sheet.part("P"):
        sheet.place(layout.statement, layout.statement_box, Style(13, palette.text, SONG))


def _write_foot(sheet: Sheet, face: CredentialFace, layout: Layout) -> None:
    palette, place = layout.palette, Box(165, 38, 100, 9.5)
    with sheet.part("P"):
        small = Style(8, palette.label, spacing=0.08, align=0.5)
        sheet.write("发证机关  ISSUING AUTHORITY", place.centre, 49.4, small)
        sheet.place(face.issuer_name, place, Style(18, palette.text, SONG, stroke=0.016, align=0.5))
    with sheet.part("P"):
        sheet.write(issued_on(face), place.centre, 32.8, Style(12.5, palette.text, SONG, align=0.5))
    for code in layout.signed_codes if face.signed_payload else layout.certificate.codes:
        draw_code(sheet, face, code, palette)
    with sheet.part("P"):
        url = Box(32, 35.6, 62, 3.6)
        sheet.place(face.lookup_url, url, Style(6.5, palette.label, align=0.5))
    with sheet.part("P"):
        sheet.write(NOTE, CENTRE, 21.9, Style(7.5, palette.label, align=0.5))
