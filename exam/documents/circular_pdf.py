"""The circular as PDF, in open typefaces that the file carries: Song for running text, Hei for headings.

Nothing in it depends on the clock or on chance, so the same letter gives the same bytes. No red head, seal or
emblem is drawn: an office prints on its own paper, and a sample may not look like a document in force.
"""

from collections.abc import Sequence
from io import BytesIO

from reportlab.graphics import renderPDF
from reportlab.graphics.shapes import Drawing
from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from core.fonts import HEI, SONG, prepare_fonts, text_runs, text_width
from exam.circular_figures import chinese_date
from exam.circular_tables import Attachment, RowKind, TableRow
from exam.circular_texts import CHARTS_TITLE, Letter, Paragraph, ParagraphKind
from exam.documents.charts import with_typeface
from exam.documents.circular_charts import chart_drawings
from exam.documents.official_layout import (
    BODY,
    BOTTOM,
    CELL,
    CHARACTERS,
    CLOSER,
    LEFT,
    LINES,
    NOTE,
    PAGE_HEIGHT,
    PAGE_NUMBER_DROP,
    PAGE_WIDTH,
    PITCH,
    RIGHT,
    SMALL,
    SUBHEADING,
    TITLE,
    TOP,
    TYPE_WIDTH,
    SetLine,
    balanced,
    broken,
)

INK = HexColor(0x000000)
# What a line may hold before it is set a hair closer.
MEASURE = CHARACTERS * BODY
ROW, HEAD_LEADING, PADDING = 6.1 * mm, 12.5, 1.2 * mm
# A blank line before the attachments, a blank line before the name, the name, the date.
ENDING = 4
THICK, THIN = 0.35 * mm, 0.2 * mm
# The middle of a Chinese character lies this part of its size above the line it stands on.
MIDDLE = 0.38


def draw_pdf(letter: Letter) -> bytes:
    """Return the circular with its attachments."""
    pages = _Pages(letter)
    pages.letter()
    for attachment in letter.attachments:
        pages.attachment(attachment)
    pages.charts()
    pages.imprint()
    return pages.finished()


class _Pages:
    """The pages drawn so far; ``line`` is how many lines of the present page are taken."""

    def __init__(self, letter: Letter) -> None:
        prepare_fonts()
        self._letter = letter
        self._file = BytesIO()
        self._canvas = Canvas(
            self._file,
            pagesize=(PAGE_WIDTH, PAGE_HEIGHT),
            pageCompression=1,
            invariant=1,
            initialFontName=SONG,  # type: ignore[arg-type]  # the stubs take the name for a number
            lang="zh-CN",
        )
        self._canvas.setTitle(letter.title)
        self._canvas.setAuthor(letter.issuer_name)
        self._canvas.setSubject(letter.source)
        self._number = 0
        self._line = 0.0
        self._turn()

    def letter(self) -> None:
        """Draw number, title, text, the list of attachments, signature and date."""
        letter = self._letter
        self._heading()
        *paragraphs, last = letter.paragraphs
        for paragraph in paragraphs:
            self._paragraph(paragraph)
        if self._line + len(_lines(last)) + len(letter.announced) + ENDING > LINES:
            self._turn()  # a signature never stands on a page without text
        self._paragraph(last)
        self._announced(letter.announced)
        self._signature()

    def attachment(self, attachment: Attachment) -> None:
        """Draw one table on pages of its own, its header on each of them."""
        self._turn()
        self._write(f"附件{attachment.number}", LEFT, self._base(1), HEI, BODY)
        self._line = 2
        for text in balanced(attachment.title, HEI, 18, TYPE_WIDTH):
            self._centred(text, self._base(self._line + 1), HEI, 18)
            self._line += 1
        top = self._y(self._line) - PITCH * 0.4
        rows, y = list(attachment.rows), top
        while rows:
            y = self._table_head(attachment, top)
            count = max(1, int((y - BOTTOM) / ROW))
            for row in rows[:count]:
                self._row(attachment, row, y)
                y -= ROW
            rows = rows[count:]
            if rows:
                self._turn()
                top = self._y(0)
        self._table_note(attachment, y)

    def charts(self) -> None:
        """Draw the charts one below the other, each whole on a page with its title and legend."""
        self._turn()
        self._write(f"附件{self._letter.charts_number}", LEFT, self._base(1), HEI, BODY)
        self._centred(CHARTS_TITLE, self._base(3), HEI, 18)
        self._line = 3.5
        for title, drawing, legend in chart_drawings(self._letter.snapshot):
            scale = TYPE_WIDTH / drawing.width
            lines = broken(legend, SONG, NOTE, measure=TYPE_WIDTH)
            height = drawing.height * scale + PITCH * 1.5 + len(lines) * NOTE * 1.45
            y = self._y(self._line)
            if y - height < BOTTOM:
                self._turn()
                y = self._y(0)
            self._centred(title, y - PITCH * 0.7, HEI, SMALL)
            y -= PITCH + drawing.height * scale
            self._draw(with_typeface(drawing), y, scale)
            for line in lines:
                y -= NOTE * 1.45
                self._write(line.text, LEFT, y, SONG, NOTE)
            self._line = (PAGE_HEIGHT - TOP - y) / PITCH + 0.5

    def imprint(self) -> None:
        """Draw copy-to and issuer between rules at the foot of the last page, where there is anything to say."""
        letter = self._letter
        inner = TYPE_WIDTH - 2 * SMALL
        lines = broken(f"抄送：{letter.copy_to}", SONG, SMALL, measure=inner, next_indent=3 * SMALL)
        copies = lines if letter.copy_to else []
        height = (len(copies) + 1) * SMALL * 1.6
        if self._y(self._line) - height < BOTTOM:
            self._turn()
        y = BOTTOM + height
        self._rule(y, THICK)
        for line in copies:
            self._write(line.text, LEFT + SMALL + line.indent, y - SMALL * 1.2, SONG, SMALL)
            y -= SMALL * 1.6
        if copies:
            self._rule(y, THIN)
        base = y - SMALL * 1.2
        self._write(letter.issuer_name, LEFT + SMALL, base, SONG, SMALL)
        issued = f"{chinese_date(letter.dated_on)}印发"
        self._write(issued, LEFT + SMALL + inner - text_width(issued, SONG, SMALL), base, SONG, SMALL)
        self._rule(BOTTOM, THICK)

    def finished(self) -> bytes:
        """Return the file."""
        self._canvas.showPage()
        self._canvas.save()
        return self._file.getvalue()

    def _turn(self) -> None:
        """Begin the next page: its number outside, and the mark of what is no document in force."""
        if self._number:
            self._canvas.showPage()
        self._number += 1
        self._line = 0
        number = f"— {self._number} —"
        width, y = text_width(number, SONG, SMALL), BOTTOM - PAGE_NUMBER_DROP - SMALL
        is_odd = self._number % 2 == 1
        x = PAGE_WIDTH - RIGHT - SMALL - width if is_odd else LEFT + SMALL
        self._write(number, x, y, SONG, SMALL)
        if self._letter.mark:
            self._centred(self._letter.mark, PAGE_HEIGHT - TOP + 8 * mm, HEI, SMALL)

    def _heading(self) -> None:
        letter = self._letter
        base = self._base(1)
        if letter.signer:
            self._write(letter.document_no, LEFT + BODY, base, SONG, BODY)
            signed = f"签发人：{letter.signer}"
            x = PAGE_WIDTH - RIGHT - BODY - text_width(signed, SONG, BODY)
            self._write(signed, x, base, SONG, BODY)
        else:
            self._centred(letter.document_no, base, SONG, BODY)
        self._rule(self._y(1) - 4, THICK)
        self._line = 3
        for text in balanced(letter.title, HEI, TITLE, MEASURE - 2 * BODY):
            self._centred(text, self._base(self._line + 1), HEI, TITLE)
            self._line += 1.15
        self._line = float(int(self._line + 1.5))

    def _paragraph(self, paragraph: Paragraph) -> None:
        face, lines = _face(paragraph), _lines(paragraph)
        if paragraph.kind is ParagraphKind.HEADING and self._line + len(lines) + 1 > LINES:
            self._turn()  # a heading never stands alone at the foot of a page
        left = _heading_length(paragraph)
        for line in lines:
            self._next_line()
            self._justified(line.text, line.indent, face, is_full=line.is_full, heavy=left)
            left = max(0, left - len(line.text))

    def _announced(self, names: Sequence[str]) -> None:
        if not names:
            return
        self._line += 1
        for number, name in enumerate(names):
            for line in broken(name, SONG, BODY, measure=MEASURE - 5 * BODY, next_indent=1.5 * BODY):
                self._next_line()
                base = self._base(self._line)
                if number == 0 and line.indent == 0:
                    self._write("附件：", LEFT + 2 * BODY, base, SONG, BODY)
                self._write(line.text, LEFT + 5 * BODY + line.indent, base, SONG, BODY)

    def _signature(self) -> None:
        """Set the name over the date, the date four characters from the right, never apart from each other."""
        if self._line + 3 > LINES:
            self._turn()
        self._line += 2
        dated = chinese_date(self._letter.dated_on)
        date_width = text_width(dated, SONG, BODY)
        x = PAGE_WIDTH - RIGHT - 4 * BODY - date_width
        name = self._letter.issuer_name
        width = text_width(name, SONG, BODY)
        place = min(x + date_width / 2 - width / 2, PAGE_WIDTH - RIGHT - width)
        self._write(name, max(place, LEFT), self._base(self._line), SONG, BODY)
        self._line += 1
        self._write(dated, x, self._base(self._line), SONG, BODY)

    def _next_line(self) -> None:
        if self._line + 1 > LINES:
            self._turn()
        self._line += 1

    def _table_head(self, attachment: Attachment, top: float) -> float:
        """Draw the header and return where the first row begins."""
        cells = [
            [line.text for line in broken(text, HEI, CELL, measure=width * mm - 2 * PADDING)]
            for text, width in zip(attachment.headers, attachment.widths, strict=True)
        ]
        height = max(map(len, cells)) * HEAD_LEADING + 2 * PADDING
        x = LEFT
        for lines, width in zip(cells, attachment.widths, strict=True):
            self._cell(lines, (x, top - height, width * mm, height), HEI)
            x += width * mm
        return top - height

    def _row(self, attachment: Attachment, row: TableRow, top: float) -> None:
        face = SONG if row.kind is RowKind.UNIT else HEI
        x = LEFT
        for place, (text, width) in enumerate(zip(row.cells, attachment.widths, strict=True)):
            box = (x, top - ROW, width * mm, ROW)
            self._cell([text], box, face, is_left=place == 1, is_shaded=row.kind is not RowKind.UNIT)
            x += width * mm

    def _cell(
        self,
        lines: Sequence[str],
        box: tuple[float, float, float, float],
        face: str,
        *,
        is_left: bool = False,
        is_shaded: bool = False,
    ) -> None:
        x, y, width, height = box
        if is_shaded:
            self._canvas.setFillColor(HexColor(0xF0F0F0))
            self._canvas.rect(x, y, width, height, stroke=0, fill=1)
        self._canvas.setStrokeColor(INK)
        self._canvas.setLineWidth(THIN)
        self._canvas.rect(x, y, width, height)
        lines, size = _fitting(lines, face, width - 2 * PADDING, height)
        step = size * 1.15
        base = y + height / 2 + step * (len(lines) - 1) / 2 - size * MIDDLE
        for line in lines:
            start = x + PADDING if is_left else x + (width - text_width(line, face, size)) / 2
            self._write(line, start, base, face, size)
            base -= step

    def _table_note(self, attachment: Attachment, y: float) -> None:
        lines = [
            line
            for text in (attachment.note, self._letter.source)
            for line in broken(text, SONG, NOTE, measure=TYPE_WIDTH)
        ]
        height = len(lines) * NOTE * 1.45
        if y - height - 4 < BOTTOM:
            self._turn()
            y = self._y(0)
        for line in lines:
            y -= NOTE * 1.45
            self._write(line.text, LEFT, y, SONG, NOTE)
        self._line = (PAGE_HEIGHT - TOP - y) / PITCH + 0.5

    def _draw(self, drawing: Drawing, y: float, scale: float) -> None:
        self._canvas.saveState()
        self._canvas.translate(LEFT, y)
        self._canvas.scale(scale, scale)
        renderPDF.draw(drawing, self._canvas, 0, 0)
        self._canvas.restoreState()

    def _justified(self, text: str, indent: float, face: str, *, is_full: bool, heavy: int) -> None:
        """Set one line of running text; its first ``heavy`` characters are a heading inside it."""
        gap = CLOSER
        if is_full and len(text) > 1:
            natural = text_width(text[:heavy], HEI, BODY) + text_width(text[heavy:], face, BODY)
            gap = (TYPE_WIDTH - indent - natural) / (len(text) - 1)
        x, base = LEFT + indent, self._base(self._line)
        for part, part_face in ((text[:heavy], HEI), (text[heavy:], face)):
            self._write(part, x, base, part_face, BODY, gap)
            x += text_width(part, part_face, BODY) + gap * len(part)

    def _centred(self, text: str, base: float, face: str, size: float) -> None:
        self._write(text, LEFT + (TYPE_WIDTH - text_width(text, face, size)) / 2, base, face, size)

    def _write(self, text: str, x: float, base: float, face: str, size: float, gap: float = 0) -> None:
        line = self._canvas.beginText(x, base)
        line.setFillColor(INK)
        line.setCharSpace(gap)
        for font, run in text_runs(text, face):
            line.setFont(font, size)
            line.textOut(run)
        self._canvas.drawText(line)

    def _rule(self, y: float, thickness: float) -> None:
        self._canvas.setStrokeColor(INK)
        self._canvas.setLineWidth(thickness)
        self._canvas.line(LEFT, y, LEFT + TYPE_WIDTH, y)

    def _y(self, lines: float) -> float:
        return PAGE_HEIGHT - TOP - lines * PITCH

    def _base(self, line: float) -> float:
        """Return where the text of a line stands: its characters half-way up the line."""
        return self._y(line) + PITCH / 2 - BODY * MIDDLE


def _face(paragraph: Paragraph) -> str:
    return HEI if paragraph.kind is ParagraphKind.HEADING else SONG


def _lines(paragraph: Paragraph) -> list[SetLine]:
    indent = 0.0 if paragraph.kind is ParagraphKind.ADDRESSEES else 2 * BODY
    return broken(paragraph.text, _face(paragraph), BODY, measure=MEASURE, first_indent=indent)


def _heading_length(paragraph: Paragraph) -> int:
    found = SUBHEADING.match(paragraph.text) if paragraph.kind is ParagraphKind.BODY else None
    return found.end() if found else 0


def _fitting(lines: Sequence[str], face: str, width: float, height: float) -> tuple[Sequence[str], float]:
    """Return a cell's lines at the size they fit: smaller at first, then on two lines."""
    size = CELL
    while size > 7.5 and max(text_width(line, face, size) for line in lines) > width:
        size -= 0.5
    if len(lines) == 1 and text_width(lines[0], face, size) > width:
        size = min(7.5, height / 2.4)
        lines = [line.text for line in broken(lines[0], face, size, measure=width)]
        while len(lines) * size * 1.15 > height and size > 4:
            size -= 0.5
            lines = [line.text for line in broken("".join(lines), face, size, measure=width)]
    return lines, size
