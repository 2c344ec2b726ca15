"""The list that cards are handed out by: number, name, unit, and a place to sign; each unit on pages of its own.

Nothing in it depends on the clock or on chance, so the same cards give the same bytes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import groupby

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from core.errors import InvalidError
from core.fonts import HEI, SONG, prepare_fonts, text_runs, text_width
from core.texts import lazy_gettext as _

WIDTH, HEIGHT = A4
LEFT, RIGHT, TOP, BOTTOM = 56.0, WIDTH - 56.0, HEIGHT - 64.0, 92.0
INK, SOFT, LINE, MARK = 0x1B2430, 0x4E5B6B, 0xC3CCD6, 0xA3231D
ROW, HEAD = 26.0, 24.0
TITLE_SIZE, TEXT_SIZE, NOTE_SIZE = 18.0, 10.5, 8.5
STROKE = 0.25
SAMPLE = "演示样稿 / SAMPLE"


@dataclass(frozen=True)
class HandOutLine:
    """One card that is handed out."""

    cert_no: str
    holder_name: str
    unit_name: str


@dataclass(frozen=True)
class HandOut:
    """All that the list says; ``title`` is that of the pass list the cards were issued for."""

    title: str
    issuer_name: str
    is_sample: bool
    lines: Sequence[HandOutLine]


@dataclass(frozen=True)
class Column:
    """One column: what stands over it, where it begins and how wide it is."""

    head: str
    x: float
    width: float


COLUMNS = (
    Column("序号", LEFT, 34),
    Column("执法证号", LEFT + 38, 92),
    Column("姓名", LEFT + 134, 84),
    Column("单位", LEFT + 222, 128),
    Column("领取人签名", LEFT + 354, 74),
    Column("领取日期", LEFT + 432, RIGHT - LEFT - 432),
)
ROWS = int((TOP - BOTTOM - 84 - HEAD) // ROW)


def draw_hand_out(hand_out: HandOut) -> bytes:
    """Return the list as a PDF, by unit as the numbers come."""
    if not hand_out.lines:
        raise InvalidError(_("没有可印制的证件。请先核发证件，或者重新选择。"))
    prepare_fonts()
    file = BytesIO()
    canvas = Canvas(
        file,
        pagesize=A4,
        pageCompression=1,
        invariant=1,
        initialFontName=HEI,  # type: ignore[arg-type]  # the stubs take the name for a number
        lang="zh-CN",
    )
    canvas.setTitle(f"{hand_out.title} 证件领取签收表")
    canvas.setAuthor(hand_out.issuer_name)
    for page in pages_of(hand_out.lines):
        _Page(canvas, hand_out, page).draw()
    canvas.save()
    return file.getvalue()


@dataclass(frozen=True)
class Page:
    """Some cards of one unit; ``first`` is the place of the first among the unit's, from 1."""

    unit_name: str
    in_unit: int
    first: int
    number: int
    count: int
    lines: Sequence[HandOutLine]


def pages_of(lines: Sequence[HandOutLine]) -> Iterator[Page]:
    """Yield the pages; a unit begins on a new one, because it collects its cards itself."""
    for unit, group in groupby(lines, key=lambda line: line.unit_name):
        mine = list(group)
        count = -(-len(mine) // ROWS)
        for number in range(count):
            part = mine[number * ROWS : (number + 1) * ROWS]
            yield Page(unit, len(mine), number * ROWS + 1, number + 1, count, part)


class _Page:
    """One page, drawn from top to bottom."""

    def __init__(self, canvas: Canvas, hand_out: HandOut, page: Page) -> None:
        self._canvas, self._hand_out, self._page = canvas, hand_out, page

    def draw(self) -> None:
        page = self._page
        if self._hand_out.is_sample:
            self._write(SAMPLE, RIGHT, HEIGHT - 40, align=1, color=MARK, stroke=STROKE)
        self._write(
            "行政执法证件领取签收表", WIDTH / 2, TOP - 16, face=SONG, size=TITLE_SIZE, align=0.5, stroke=0.4
        )
        self._write(self._hand_out.title, WIDTH / 2, TOP - 38, align=0.5, color=SOFT, width=RIGHT - LEFT)
        self._write(f"单位：{page.unit_name}", LEFT, TOP - 64, stroke=STROKE, width=330)
        self._write(f"共 {page.in_unit:,} 本", RIGHT, TOP - 64, align=1)
        self._table(TOP - 76)
        self._foot()
        self._canvas.showPage()

    def _table(self, y: float) -> None:
        self._rule(y, INK, 1)
        for column in COLUMNS:
            self._write(column.head, column.x, y - 16, stroke=STROKE)
        y -= HEAD
        self._rule(y, INK, 0.6)
        for number, line in enumerate(self._page.lines, start=self._page.first):
            self._line(number, line, y - 17)
            y -= ROW
            self._rule(y, LINE, 0.4)
        self._rule(y, INK, 0.8)

    def _line(self, number: int, line: HandOutLine, y: float) -> None:
        cells = (str(number), line.cert_no, line.holder_name, line.unit_name)
        for column, text in zip(COLUMNS, cells, strict=False):
            face = SONG if text == line.holder_name and column.head == "姓名" else HEI
            self._write(text, column.x, y, face=face, width=column.width)

    def _foot(self) -> None:
        page, y = self._page, BOTTOM - 24
        self._write("经办人：", LEFT, y)
        self._write("单位（盖章）：", LEFT + 180, y)
        self._write("　　年　　月　　日", RIGHT, y, align=1)
        note = "领取时请核对照片、姓名、单位和证号；有误的当场退回，不得涂改。"
        self._write(note, LEFT, y - 20, size=NOTE_SIZE, color=SOFT)
        self._write(f"{self._hand_out.issuer_name}", LEFT, y - 34, size=NOTE_SIZE, color=SOFT)
        where = f"本单位第 {page.number} 页　共 {page.count} 页"
        self._write(where, RIGHT, y - 34, size=NOTE_SIZE, color=SOFT, align=1)

    def _rule(self, y: float, color: int, thickness: float) -> None:
        self._canvas.setStrokeColor(HexColor(color))
        self._canvas.setLineWidth(thickness)
        self._canvas.line(LEFT, y, RIGHT, y)

    def _write(
        self,
        text: str,
        x: float,
        y: float,
        *,
        face: str = HEI,
        size: float = TEXT_SIZE,
        color: int = INK,
        align: float = 0,
        stroke: float = 0,
        width: float = 0,
    ) -> None:
        """Set one line; where it is given a width, smaller until it fits."""
        wide = text_width(text, face, size)
        if width and wide > width:
            size, wide = size * width / wide, width
        self._canvas.saveState()  # how strokes are set would hold for every text after this one
        line = self._canvas.beginText(x - wide * align, y)
        line.setFillColor(HexColor(color))
        if stroke:
            self._canvas.setLineWidth(stroke)
            self._canvas.setStrokeColor(HexColor(color))
            line.setTextRenderMode(2)
        for font, run in text_runs(text, face):
            line.setFont(font, size)
            line.textOut(run)
        self._canvas.drawText(line)
        self._canvas.restoreState()
