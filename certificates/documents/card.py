"""The card an officer carries and shows: 85.6 by 54 millimetres, front and back."""

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
    write_fields,
)
from certificates.documents.faces import CredentialFace, refuse_unprintable
from certificates.documents.guilloche import Pattern, pattern_of
from certificates.documents.layouts import Layout, Palette, Side, layout_of
from certificates.documents.sheet import Sheet, Style
from core.fonts import SONG

# ISO/IEC 7810 ID-1, the size of a bank card.
CARD = Size(85.6, 54.0)
# So far the ground goes on beyond the edge, for a cut that is not quite true.
BLEED = 3.0
TITLE = "行政执法证"
TITLE_IN_ENGLISH = "ADMINISTRATIVE LAW ENFORCEMENT CREDENTIAL"

_EDGE = 42.6
_HEAD = Box(-BLEED, _EDGE, CARD.width + 2 * BLEED, CARD.height - _EDGE + BLEED)
_BODY = Box(-BLEED, -BLEED, CARD.width + 2 * BLEED, _EDGE + BLEED)
# The body below the line of micro-text.
_FREE = Box(_BODY.x, _BODY.y, _BODY.width, _BODY.height - 1.6)
# The part of the body that a photo leaves free.
_WRITING = Box(27, 0, CARD.width - 27, _EDGE)
_WAVE, _PITCH, _HEAD_PITCH = 1.7, 2.1, 1.9
_MICRO = 1.5


def draw_card(face: CredentialFace) -> bytes:
    """Return the card as an archived PDF of two pages; refuse it when a character cannot be printed."""
    title = f"{TITLE} {face.cert_no}"
    sheet = Sheet(CARD, title)
    sides = Card(sheet, face)
    sides.draw_front()
    sheet.next_page()
    sides.draw_back()
    return archived(sheet.finished(), title, sheet.reading, data_of(face))


class Card:
    """One card on a sheet: what its sides share is kept once, then each side is drawn where it is wanted."""

    def __init__(self, sheet: Sheet, face: CredentialFace, scope: str = "") -> None:
        self.layout: Layout = layout_of(face.profile)
        refuse_unprintable(face)
        self.sheet, self.face, self._scope = sheet, face, scope
        self.pattern: Pattern = pattern_of(face.cert_no)
        self._keep()

    def draw_front(self) -> None:
        """Draw the side with the photo, its lower left corner where the sheet now counts from."""
        self._draw_side(self.layout.front)

    def draw_back(self) -> None:
        """Draw the other side, in the same place."""
        self._draw_side(self.layout.back)

    def _keep(self) -> None:
        sheet, palette = self.sheet, self.layout.palette
        sheet.for_one(self._scope)
        keep_ground(sheet, self.pattern, _BODY.width, _WAVE)
        keep_rose(sheet, self.pattern, self.layout.front.rose.radius)
        keep_knot(sheet, self.pattern, 2.9)
        keep_mark(sheet, self.face, palette)
        self._micro = keep_micro_text(sheet, TITLE, self.face.cert_no, _MICRO)
        with sheet.kept("ground", (_BODY.x, _BODY.y, _BODY.right, _HEAD.top)):
            self._draw_shared(palette)

    def _draw_shared(self, palette: Palette) -> None:
        sheet = self.sheet
        draw_ground(sheet, palette, _BODY, _PITCH)
        sheet.fill(_HEAD, palette.main)
        with sheet.inside(_HEAD):
            sheet.pen(palette.shade, 0.18)
            rows = range(round(_HEAD.height / _HEAD_PITCH) + 1)
            sheet.stamp_all("waves", [(_HEAD.x, _HEAD.y + _HEAD_PITCH * n, 0) for n in rows])
        sheet.fill(Box(_HEAD.x, _EDGE - 0.35, _HEAD.width, 0.35), palette.accent)
        draw_micro_text(sheet, self._micro, (4.2, _EDGE - 1.2), CARD.width - 4.2, palette.main)

    def _draw_side(self, side: Side) -> None:
        sheet, face, palette = self.sheet, self.face, self.layout.palette
        sheet.for_one(self._scope)
        sheet.stamp("ground", 0, 0)
        with sheet.inside(_FREE):
            draw_rose(sheet, self.pattern, palette, side.rose)
        mark_ground(sheet, face, _WRITING if side.photo else Box(0, 0, CARD.width, _EDGE))
        mark_line(sheet, face, Box(4, 1.1, CARD.width - 8, 2.3), palette)
        _write_title(sheet, palette)
        if side.photo:
            draw_photo(sheet, face, self.pattern, palette, side.photo)
        write_fields(sheet, face, side, palette)
        for code in side.codes:
            draw_code(sheet, face, code, palette)
        _write_notes(sheet, side, palette)


def _write_title(sheet: Sheet, palette: Palette) -> None:
    middle = CARD.width / 2
    with sheet.part("H1"):
        style = Style(15, 0xFFFFFF, SONG, spacing=0.32, stroke=0.02, align=0.5)
        sheet.write(TITLE, middle, 47.1, style)
    with sheet.part("P", lang="en"):
        style = Style(4.5, palette.line, spacing=0.16, align=0.5)
        sheet.write(TITLE_IN_ENGLISH, middle, 44.3, style)


def _write_notes(sheet: Sheet, side: Side, palette: Palette) -> None:
    if side.notes_box is None:
        return
    box, step = side.notes_box, side.notes_box.height / len(side.notes)
    for number, note in enumerate(side.notes, start=1):
        line = Box(box.x, box.top - step * number, box.width, step)
        with sheet.part("P"):
            sheet.place(f"{number}. {note}", line, Style(5.8, palette.label))
