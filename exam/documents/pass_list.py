"""A pass list on paper: A4, the facts on top, the lines in a table, digest and log index at every foot.

It is set in the faces the certificates are set in. Nothing in it depends on the clock or on chance, so
the same list gives the same bytes. Once the names have come off it shows how many there are of each unit.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from core.clock import CITY_ZONE
from core.fonts import HEI, SONG, prepare_fonts, text_runs, text_width
from exam.list_faces import ListFace
from exam.pass_lists import ListedPerson, UnitCount

WIDTH, HEIGHT = A4
LEFT, RIGHT, TOP, BOTTOM = 62.0, WIDTH - 62.0, HEIGHT - 72.0, 86.0
INK, SOFT, LINE, MARK = 0x1B2430, 0x4E5B6B, 0xC3CCD6, 0xA3231D
ROW, HEAD = 17.0, 20.0
TITLE_SIZE, TEXT_SIZE, NOTE_SIZE, FOOT_SIZE, SMALLEST = 20.0, 10.5, 9.0, 7.5, 5.5
LEADING = 1.5
SAMPLE = "演示样稿 / SAMPLE"
CHANGES = {"added": "（增补）", "changed": "（更正）"}


@dataclass(frozen=True)
class Column:
    """One column of a table: what stands over it, where it begins and how wide it is."""

    head: str
    x: float
    width: float
    align: float = 0


@dataclass(frozen=True)
class Row:
    """One row: a text for each column, or a note in place of name and number."""

    cells: tuple[str, ...]
    is_note: bool = False


NAMED = (
    Column("序号", LEFT, 38, 0.5),
    Column("姓名", LEFT + 46, 124),
    Column("单位", LEFT + 176, 186),
    Column("准考证号", LEFT + 368, RIGHT - LEFT - 368),
)
COUNTED = (Column("序号", LEFT, 38, 0.5), Column("单位", LEFT + 46, 300), Column("人数", RIGHT - 90, 80, 1))


def draw_list(face: ListFace) -> bytes:
    """Return the list as a PDF."""
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
    canvas.setTitle(_title(face))
    canvas.setAuthor(face.issuer_name)
    _Pages(canvas, face).draw()
    canvas.save()
    return file.getvalue()


class _Pages:
    """The pages of one list, drawn from top to bottom."""

    def __init__(self, canvas: Canvas, face: ListFace) -> None:
        self._canvas = canvas
        self._face = face
        self._columns = COUNTED if face.are_names_off else NAMED
        self._rows = list(_counted(face.units) if face.are_names_off else map(_row, face.people))

    def draw(self) -> None:
        """Draw all pages; how many there are is known before the first."""
        start = self._opening(dry=True)
        pages = list(_paged(self._rows, int((start - BOTTOM - HEAD) // ROW), int((TOP - BOTTOM - HEAD) // ROW)))
        for number, rows in enumerate(pages, start=1):
            y = self._opening(dry=False) if number == 1 else TOP
            self._mark_sample()
            self._table(rows, y)
            self._foot(number, len(pages))
            self._canvas.showPage()

    def _opening(self, *, dry: bool) -> float:
        """Draw title and facts and return how far down they reach; dry, only measure."""
        y = TOP - 6
        for line in _wrapped(_title(self._face), SONG, TITLE_SIZE, RIGHT - LEFT):
            if not dry:
                _write(self._canvas, line, WIDTH / 2, y, face=SONG, size=TITLE_SIZE, align=0.5, stroke=0.45)
            y -= TITLE_SIZE * LEADING
        y -= 4
        for text, size, color in _facts(self._face):
            for line in _wrapped(text, HEI, size, RIGHT - LEFT):
                if not dry:
                    _write(self._canvas, line, LEFT, y, size=size, color=color)
                y -= size * LEADING
        return y - 6

    def _table(self, rows: Sequence[Row], y: float) -> None:
        self._rule(y, INK, 1)
        for column in self._columns:
            x = column.x + column.width * column.align
            _write(self._canvas, column.head, x, y - 14, size=TEXT_SIZE, align=column.align, stroke=0.25)
        y -= HEAD
        self._rule(y, INK, 0.6)
        for row in rows:
            self._line(row, y - 12)
            y -= ROW
            self._rule(y, LINE, 0.3)
        self._rule(y, INK, 0.8)

    def _line(self, row: Row, y: float) -> None:
        for column, text in zip(self._columns, row.cells, strict=True):
            is_name = column.head == "姓名"
            face, color = (SONG, INK) if is_name and not row.is_note else (HEI, SOFT if row.is_note else INK)
            size = _fitting(text, face, NOTE_SIZE if row.is_note and is_name else TEXT_SIZE, column.width)
            x = column.x + column.width * column.align
            _write(self._canvas, text, x, y, face=face, size=size, align=column.align, color=color)

    def _foot(self, number: int, count: int) -> None:
        self._rule(BOTTOM - 18, LINE, 0.5)
        face, y = self._face, BOTTOM - 30
        logged = "未列入公开日志" if face.log_number is None else f"公开日志第 {face.log_number} 条"
        sealed = "姓名已按期撤下，本文件不能再复算校验值；" if face.are_names_off else ""
        _write(self._canvas, f"校验值（SHA-256） {face.digest}", LEFT, y, size=FOOT_SIZE, color=SOFT)
        _write(self._canvas, f"{sealed}{logged}", LEFT, y - 11, size=FOOT_SIZE, color=SOFT)
        _write(self._canvas, f"第 {number} 页　共 {count} 页", WIDTH / 2, y - 26, size=NOTE_SIZE, align=0.5)

    def _mark_sample(self) -> None:
        if self._face.is_sample:
            _write(self._canvas, SAMPLE, RIGHT, HEIGHT - 44, size=TEXT_SIZE, align=1, color=MARK, stroke=0.25)
            _write(self._canvas, "人员均为虚构，不具有任何效力", LEFT, HEIGHT - 44, size=NOTE_SIZE, color=MARK)

    def _rule(self, y: float, color: int, thickness: float) -> None:
        self._canvas.setStrokeColor(HexColor(color))
        self._canvas.setLineWidth(thickness)
        self._canvas.line(LEFT, y, RIGHT, y)


def _title(face: ListFace) -> str:
    return face.title if face.version == 1 else f"{face.title}（第 {face.version - 1} 次更正）"


def _facts(face: ListFace) -> list[tuple[str, float, int]]:
    at = face.published_at.astimezone(CITY_ZONE)
    facts = [f"公布机关：{face.issuer_name}", f"公布时间：{_day(at.date())} {at:%H:%M}"]
    guessed = "（该年的工作日安排尚未录入，按周一至周五推算）" if face.is_provisional else ""
    if face.notice_from and face.notice_until:
        facts.append(f"公示期：{_day(face.notice_from)}至{_day(face.notice_until)}（工作日）{guessed}")
    if face.effective_on:
        facts.append(f"生效日期：{_day(face.effective_on)}{guessed}")
    exempt = f"，其中 {face.exempt_count:,} 人依法不公开姓名" if face.exempt_count else ""
    facts.append(f"合格人数：{face.passed_count:,} 人{exempt}")
    facts.append(f"公开依据：{face.legal_basis}")
    lines = [(text, TEXT_SIZE, INK) for text in facts]
    if face.contact and face.notice_until:
        lines.append((f"异议受理：{face.contact}；公示期内也可以在名单网页上提出。", TEXT_SIZE, INK))
    if face.reason:
        lines.append((f"更正原因：{face.reason}", TEXT_SIZE, INK))
    if face.is_superseded:
        lines.append(("本版已被更正，仅供查阅；以公布机关网站上的现行名单为准。", TEXT_SIZE, MARK))
    if face.are_names_off:
        note = f"公示期满十二个月，姓名已于{_day(face.names_until)}后撤下，只保留人数。"
        lines.append((note, TEXT_SIZE, MARK))
    return lines


def _row(one: ListedPerson) -> Row:
    if one.withdrawn_on is not None:
        note = f"{_day(one.withdrawn_on)}经第 {one.withdrawn_by} 次更正撤下"
        return Row((str(one.serial), note, one.unit_name, "—"), is_note=True)
    if one.is_exempt:
        return Row((str(one.serial), "依法不公开姓名", one.unit_name, "—"), is_note=True)
    mark = CHANGES.get(one.change or "", "")
    return Row((str(one.serial), f"{one.name}{mark}", one.unit_name, one.candidate_no))


def _counted(units: Sequence[UnitCount]) -> Iterator[Row]:
    for number, unit in enumerate(units, start=1):
        yield Row((str(number), unit.unit_name, f"{unit.count:,}"))


def _paged(rows: Sequence[Row], first: int, further: int) -> Iterator[Sequence[Row]]:
    """Yield the rows of each page; the first has less room, and there is always one."""
    yield rows[: max(first, 0)]
    for start in range(max(first, 0), len(rows), further):
        yield rows[start : start + further]


def _write(
    canvas: Canvas,
    text: str,
    x: float,
    y: float,
    *,
    face: str = HEI,
    size: float = TEXT_SIZE,
    align: float = 0,
    color: int = INK,
    stroke: float = 0,
) -> None:
    """Set one line; ``x`` is its left end, middle or right end as it is aligned (0, 0.5, 1)."""
    canvas.saveState()  # a file keeps how text is drawn beyond the text: without this all would be bold
    line = canvas.beginText(x - text_width(text, face, size) * align if align else x, y)
    line.setFillColor(HexColor(color))
    if stroke:
        canvas.setLineWidth(stroke)
        canvas.setStrokeColor(HexColor(color))
        line.setTextRenderMode(2)
    for font, run in text_runs(text, face):
        line.setFont(font, size)
        line.textOut(run)
    canvas.drawText(line)
    canvas.restoreState()


def _wrapped(text: str, face: str, size: float, width: float) -> Iterator[str]:
    """Break a text into lines that fit the width; a mark that closes stays with what it closes."""
    line = ""
    for place, sign in enumerate(text):
        following = text[place + 1 : place + 2]
        trial = line + sign + (following if following and following in "，。；：、）》”" else "")
        if line and text_width(trial, face, size) > width and sign not in "，。；：、）》”":
            yield line
            line = ""
        line += sign
    yield line


def _fitting(text: str, face: str, size: float, width: float) -> float:
    """Return the size at which a text fits its column."""
    natural = text_width(text, face, size)
    return size if natural <= width else max(size * width / natural, SMALLEST)


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
