"""Files for the printer: cards with bleed, one to a page, and sheets of ten cards to be cut.

They are drawn as the single card is, but are no documents of record: without data, tags or signature.
Faces may come one by one; no more than ten are held at a time.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from certificates.documents.boxes import Box, Size
from certificates.documents.card import BLEED, CARD, TITLE, Card
from certificates.documents.faces import CredentialFace
from certificates.documents.sheet import Sheet, Style
from core.errors import InvalidError
from core.texts import lazy_gettext as _

A4 = Size(210.0, 297.0)
COLUMNS, ROWS = 2, 5
ON_SHEET = COLUMNS * ROWS
# Between two cards lies bleed of both; between rows an A4 sheet leaves room for a narrow one only.
ACROSS, UP = 2 * BLEED, 2.0
_LEFT = (A4.width - COLUMNS * CARD.width - (COLUMNS - 1) * ACROSS) / 2
_FOOT = (A4.height - ROWS * CARD.height - (ROWS - 1) * UP) / 2

# A mark begins clear of the bleed, so that none is ever printed on a card.
_CLEAR, _MARK, _INK, _FINE = 1.0, 3.5, 0x000000, 0.25
SLUG = BLEED + _CLEAR + _MARK

Line = tuple[tuple[float, float], tuple[float, float]]
Bleed = tuple[float, float]


def card_printer_file(faces: Iterable[CredentialFace]) -> bytes:
    """Return one file for a card printer: each card's front and back, a page each, with bleed and crop marks."""
    trim = Box(SLUG, SLUG, CARD.width, CARD.height)
    sheet = Sheet(Size(CARD.width + 2 * SLUG, CARD.height + 2 * SLUG), f"{TITLE} 制卡文件")
    sheet.set_boxes(trim=trim, bleed=trim.inset(-BLEED))
    marks = _marks((trim.x, trim.right), (trim.y, trim.top), (BLEED, BLEED))
    for number, face in enumerate(_some(faces)):
        card = Card(sheet, face, f"{number}-")
        for is_back, draw in enumerate((card.draw_front, card.draw_back)):
            if number or is_back:
                sheet.next_page()
            _draw_in(sheet, trim, (BLEED, BLEED), draw)
            _draw_lines(sheet, marks)
    return sheet.finished()


def print_sheets(faces: Iterable[CredentialFace]) -> bytes:
    """Return one file of A4 sheets of ten cards: fronts, then backs that match when turned on the long edge."""
    sheet = Sheet(A4, f"{TITLE} 拼版文件")
    sheet.prints_both_sides()
    for number, ten in enumerate(_tens(_some(faces)), start=1):
        if number > 1:
            sheet.next_page()
        cards = [Card(sheet, face, f"{number}-{place}-") for place, face in enumerate(ten)]
        _draw_page(sheet, [card.draw_front for card in cards], places())
        _write_margin(sheet, f"第 {number} 张 正面", ten)
        sheet.next_page()
        _draw_page(sheet, [card.draw_back for card in cards], [mirrored(place) for place in places()])
        _write_margin(sheet, f"第 {number} 张 背面", ten)
    return sheet.finished()


def places() -> list[Box]:
    """Return the ten places of a sheet's front, in rows from the upper left."""
    return [
        Box(_LEFT + (CARD.width + ACROSS) * column, _FOOT + (CARD.height + UP) * row, CARD.width, CARD.height)
        for row in reversed(range(ROWS))
        for column in range(COLUMNS)
    ]


def mirrored(place: Box) -> Box:
    """Return where a place of the front lies on the back, once the sheet is turned on its long edge."""
    return Box(A4.width - place.right, place.y, place.width, place.height)


def _some(faces: Iterable[CredentialFace]) -> Iterator[CredentialFace]:
    """Yield the faces; a file without a page is none."""
    none = True
    for face in faces:
        none = False
        yield face
    if none:
        raise InvalidError(_("没有可印制的证件。请先核发证件，或者重新选择。"))


def _tens(faces: Iterator[CredentialFace]) -> Iterator[list[CredentialFace]]:
    while ten := list(islice(faces, ON_SHEET)):
        yield ten


def _draw_page(sheet: Sheet, cards: list[Callable[[], None]], where: list[Box]) -> None:
    for draw, place in zip(cards, where, strict=False):
        _draw_in(sheet, place, (ACROSS / 2, UP / 2), draw)
    across = sorted({edge for place in where for edge in (place.x, place.right)})
    up = sorted({edge for place in where for edge in (place.y, place.top)})
    _draw_lines(sheet, _marks(across, up, (ACROSS / 2, UP / 2)))


def _draw_in(sheet: Sheet, place: Box, bleed: Bleed, draw: Callable[[], None]) -> None:
    """Draw one side of a card in its place, its ground running on into the bleed."""
    across, up = bleed
    reach = Box(place.x - across, place.y - up, place.width + 2 * across, place.height + 2 * up)
    with sheet.inside(reach), sheet.moved(place.x, place.y):
        draw()
    sheet.forget_reading()


def _marks(across: Iterable[float], up: Iterable[float], bleed: Bleed) -> list[Line]:
    """Return the marks at which to cut: at the ends of each line along which a card's edge lies."""
    columns, rows, (aside, above) = sorted(across), sorted(up), bleed
    left, right = columns[0] - aside - _CLEAR, columns[-1] + aside + _CLEAR
    low, high = rows[0] - above - _CLEAR, rows[-1] + above + _CLEAR
    upright = [((x, y), (x, y + way * _MARK)) for x in columns for y, way in ((low, -1), (high, 1))]
    level = [((x, y), (x + way * _MARK, y)) for y in rows for x, way in ((left, -1), (right, 1))]
    return [*upright, *level]


def _draw_lines(sheet: Sheet, lines: list[Line]) -> None:
    for start, end in lines:
        sheet.line(start, end, _INK, _FINE)


def _write_margin(sheet: Sheet, page: str, ten: list[CredentialFace]) -> None:
    """Say in the margin which sheet this is, and how it has to be printed for the sides to match."""
    small, y = Style(6, 0x5B6570), 4.2
    sheet.write(f"{page}　{ten[0].cert_no} 至 {ten[-1].cert_no}", _LEFT + 3, y, small)
    hint = "按实际大小（100%）双面打印，沿长边翻页"
    sheet.write(hint, A4.width - _LEFT - 3, y, Style(6, 0x5B6570, align=1))
