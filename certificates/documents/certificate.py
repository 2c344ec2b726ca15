"""The qualification certificate: one landscape A4 page to be kept, printed and shown."""

from certificates.documents.entries import keep_mark, mark_ground, mark_line, value_box, write_fields
from certificates.documents.faces import CredentialFace, refuse_unprintable
from certificates.documents.guilloche import Pattern, braid, pattern_of, rosette, wave_bundle
from certificates.documents.layouts import Box, Layout, Palette, layout_of
from certificates.documents.sheet import Sheet, Style
from core.fonts import SONG

WIDTH, HEIGHT = 297.0, 210.0
CENTRE = WIDTH / 2
TITLE = "行政执法资格证书"
TITLE_IN_ENGLISH = "QUALIFICATION CERTIFICATE FOR ADMINISTRATIVE LAW ENFORCEMENT"

_FRAME = Box(9, 9, WIDTH - 18, HEIGHT - 18)
_BAND = 7.2
# The middle of the band, from the edge of the page, and half the square that a corner takes of it.
_MIDDLE = 9 + _BAND / 2 + 0.3
_CORNER = 2.9
_FIELD = Box(9 + _BAND, 9 + _BAND, WIDTH - 18 - 2 * _BAND, HEIGHT - 18 - 2 * _BAND)


def draw_certificate(face: CredentialFace) -> bytes:
    """Return the certificate as a PDF; refuse it when a character cannot be printed."""
    layout = layout_of(face.profile)
    refuse_unprintable(face)
    sheet = Sheet(WIDTH, HEIGHT, f"{TITLE} {face.cert_no}")
    pattern = pattern_of(face.cert_no)
    _draw_ground(sheet, pattern, layout.palette)
    _draw_border(sheet, pattern, layout.palette)
    keep_mark(sheet, face, layout.palette)
    mark_ground(sheet, face, _FIELD)
    _write_title(sheet, layout.palette)
    _write_list(sheet, face, layout)
    _write_left_column(sheet, face, layout)
    _write_foot(sheet, face, layout.palette)
    return sheet.finished()


def _draw_ground(sheet: Sheet, pattern: Pattern, palette: Palette) -> None:
    sheet.keep_curves("waves", wave_bundle(pattern, _FIELD.width, 5.2))
    sheet.keep_curves("petals", [rosette(pattern, 66)])
    with sheet.inside(_FIELD):
        sheet.pen(palette.ground, 0.22)
        for row in range(17):
            sheet.stamp("waves", _FIELD.x, _FIELD.y + 11.2 * row, scale=(1, 1 - 2 * (row % 2)))
        sheet.pen(palette.petal, 0.2)
        for turn in range(8):
            sheet.stamp("petals", CENTRE, HEIGHT / 2, turn=360 / pattern.petals * turn / 8)


def _draw_border(sheet: Sheet, pattern: Pattern, palette: Palette) -> None:
    sheet.frame(_FRAME, palette.main, 1.6)
    sheet.frame(_inset(_FRAME, 1.3), palette.accent, 0.35)
    sheet.frame(_inset(_FRAME, _BAND - 0.7), palette.accent, 0.35)
    sheet.frame(_inset(_FRAME, _BAND), palette.main, 0.7)
    sheet.keep_curves("braid", braid(10, 1.9))
    sheet.keep_curves("corner", [rosette(pattern, 2.4)])
    sheet.pen(palette.accent, 0.3)
    left, low, right, high = _MIDDLE, _MIDDLE, WIDTH - _MIDDLE, HEIGHT - _MIDDLE
    for y in (low, high):
        _braid_side(sheet, left, y, right - left, turn=0)
    for x in (left, right):
        _braid_side(sheet, x, low, high - low, turn=90)
    for x, y in ((left, low), (left, high), (right, low), (right, high)):
        for turn in range(3):
            sheet.stamp("corner", x, y, turn=120 / pattern.petals * turn)


def _braid_side(sheet: Sheet, x: float, y: float, distance: float, *, turn: int) -> None:
    """Run the braid from corner to corner, stretched so that a whole number of periods fits."""
    length = distance - 2 * _CORNER
    periods = round(length / 10)
    step = length / periods
    with sheet.state():
        sheet.move(x, y, turn=turn)
        for number in range(periods):
            sheet.stamp("braid", _CORNER + step * number, 0, scale=(step / 10, 1))


def _write_title(sheet: Sheet, palette: Palette) -> None:
    title = Style(41, palette.main, SONG, spacing=0.16, stroke=0.026, align=0.5)
    sheet.write(TITLE, CENTRE, 170, title)
    sheet.write(TITLE_IN_ENGLISH, CENTRE, 161.6, Style(8.6, palette.accent, spacing=0.2, align=0.5))
    for x in (CENTRE - 42, CENTRE + 4):
        sheet.rule(x, 156, 38, palette.accent, 0.6)
    with sheet.state():
        sheet.move(CENTRE, 156, turn=45)
        sheet.fill(Box(-0.9, -0.9, 1.8, 1.8), palette.accent)


def _write_list(sheet: Sheet, face: CredentialFace, layout: Layout) -> None:
    side, palette = layout.certificate, layout.palette
    for field in side.fields:
        value = value_box(field, side)
        sheet.rule(value.x, field.box.y, value.width, palette.line)
    write_fields(sheet, face, side, palette)
    sheet.place(layout.statement, layout.statement_box, Style(12.6, palette.text, SONG))


def _write_left_column(sheet: Sheet, face: CredentialFace, layout: Layout) -> None:
    side, palette = layout.certificate, layout.palette
    if side.photo:
        sheet.photo(face.photo, side.photo, palette.label)
    if side.code:
        sheet.code(face.lookup_url, side.code, palette.main)
        sheet.frame(side.code, palette.line, 0.4)
    if side.caption:
        url = Box(side.caption.x, side.caption.y, side.caption.width, 4)
        hint = Box(side.caption.x, side.caption.y + 5, side.caption.width, 4)
        sheet.place("扫码核验  SCAN TO VERIFY", hint, Style(7.5, palette.label, align=0.5))
        sheet.place(face.lookup_url, url, Style(6.5, palette.label, align=0.5))


def _write_foot(sheet: Sheet, face: CredentialFace, palette: Palette) -> None:
    place = Box(164, 36, 100, 10)
    small = Style(8, palette.label, spacing=0.08, align=0.5)
    sheet.write("发证机关  ISSUING AUTHORITY", place.x + place.width / 2, 49, small)
    sheet.place(face.issuer_name, place, Style(17, palette.text, SONG, stroke=0.016, align=0.5))
    sheet.rule(place.x, 34.6, place.width, palette.line)
    mark_line(sheet, face, Box(70, 25.2, 157, 4.4), palette)
    note = "本证书真伪与有效状态，以联网核验结果为准。"
    sheet.write(note, CENTRE, 20.8, Style(7.5, palette.label, align=0.5))


def _inset(box: Box, by: float) -> Box:
    return Box(box.x + by, box.y + by, box.width - 2 * by, box.height - 2 * by)
