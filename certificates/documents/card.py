"""The card an officer carries and shows: 85.6 by 54 millimetres, front and back."""

from certificates.documents.entries import keep_mark, mark_ground, mark_line, write_fields
from certificates.documents.faces import CredentialFace, refuse_unprintable
from certificates.documents.guilloche import Pattern, braid, pattern_of, rosette, wave_bundle
from certificates.documents.layouts import Box, Layout, Palette, Side, layout_of
from certificates.documents.sheet import Sheet, Style
from core.fonts import SONG

# ISO/IEC 7810 ID-1, the size of a bank card.
WIDTH, HEIGHT = 85.6, 54.0
CENTRE = WIDTH / 2
TITLE = "行政执法证"
TITLE_IN_ENGLISH = "ADMINISTRATIVE LAW ENFORCEMENT CREDENTIAL"

_HEAD = Box(0, 42.4, WIDTH, 11.6)
_BODY = Box(0, 0, WIDTH, 42.4)
# The part of the body that a photo leaves free.
_WRITING = Box(27, 0, WIDTH - 27, 42.4)


def draw_card(face: CredentialFace) -> bytes:
    """Return the card as a PDF of two pages; refuse it when a character cannot be printed."""
    layout = layout_of(face.profile)
    refuse_unprintable(face)
    sheet = Sheet(WIDTH, HEIGHT, f"{TITLE} {face.cert_no}")
    _keep_ground(sheet, face, layout.palette)
    _draw_side(sheet, face, layout, layout.front)
    sheet.next_page()
    _draw_side(sheet, face, layout, layout.back)
    return sheet.finished()


def _keep_ground(sheet: Sheet, face: CredentialFace, palette: Palette) -> None:
    """Draw once what both sides share: fine lines, the band at the head, and a sample's mark."""
    pattern = pattern_of(face.cert_no)
    sheet.keep_curves("waves", wave_bundle(pattern, WIDTH, 2.3))
    sheet.keep_curves("petals", [rosette(pattern, 24)])
    sheet.keep_curves("braid", braid(4, 0.55))
    keep_mark(sheet, face, palette)
    with sheet.kept("ground", (0, 0, WIDTH, HEIGHT)):
        _draw_lines(sheet, pattern, palette)
        sheet.fill(_HEAD, palette.main)
        sheet.pen(palette.accent, 0.25)
        for number in range(22):
            sheet.stamp("braid", 4 * number, _HEAD.y - 0.85)


def _draw_lines(sheet: Sheet, pattern: Pattern, palette: Palette) -> None:
    sheet.pen(palette.ground, 0.16)
    for row in range(10):
        sheet.stamp("waves", 0, 4.9 * row, scale=(1, 1 - 2 * (row % 2)))
    sheet.pen(palette.petal, 0.14)
    for turn in range(6):
        sheet.stamp("petals", 60, 21, turn=360 / pattern.petals * turn / 6)


def _draw_side(sheet: Sheet, face: CredentialFace, layout: Layout, side: Side) -> None:
    palette = layout.palette
    sheet.stamp("ground", 0, 0)
    mark_ground(sheet, face, _WRITING if side.photo else _BODY)
    _write_title(sheet, palette)
    if side.photo:
        sheet.photo(face.photo, side.photo, palette.label)
    if side.code:
        sheet.code(face.lookup_url, side.code, palette.main)
    if side.caption:
        sheet.place("扫码核验  SCAN TO VERIFY", side.caption, Style(5, palette.label, align=0.5))
    write_fields(sheet, face, side, palette)
    _write_notes(sheet, side, palette)
    mark_line(sheet, face, Box(4, 1.1, WIDTH - 8, 2.4), palette)


def _write_title(sheet: Sheet, palette: Palette) -> None:
    title = Style(16, 0xFFFFFF, SONG, spacing=0.3, stroke=0.02, align=0.5)
    sheet.write(TITLE, CENTRE, 47.4, title)
    sheet.write(TITLE_IN_ENGLISH, CENTRE, 44.5, Style(4.6, palette.line, spacing=0.16, align=0.5))


def _write_notes(sheet: Sheet, side: Side, palette: Palette) -> None:
    if side.notes_box is None:
        return
    box, step = side.notes_box, side.notes_box.height / len(side.notes)
    for number, note in enumerate(side.notes, start=1):
        line = Box(box.x, box.y + box.height - step * number, box.width, step)
        sheet.place(f"{number}. {note}", line, Style(5.6, palette.label))
