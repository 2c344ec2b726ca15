"""The supervision card on A4 as it is printed, signed for and filed: one ruled form, black on white.

Whatever is made up says so across the page; no seal, no emblem and no red head stands on it. A text too
long for one page goes on to the next. Equal cards give equal bytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO

from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from core.errors import InvalidError
from core.fonts import HEI, SONG, missing_characters, prepare_fonts, text_runs, text_width
from core.texts import lazy_gettext as _
from exam.supervision import CardState, CardVerb

WIDTH, HEIGHT = 210.0, 297.0
LEFT, RIGHT, TOP, BOTTOM = 28.0, 26.0, 30.0, 28.0
INNER = WIDTH - LEFT - RIGHT
LABEL_WIDTH, PAD = 30.0, 3.4
TITLE, SAMPLE, SAMPLE_IN_ENGLISH = "督  办  卡", "演示样稿", "SAMPLE"
BODY, LABEL, SMALL = 12.0, 11.0, 9.0
LINE_STEP = 6.6
INK, SOFT, RULE, PALE = 0x111418, 0x4A525C, 0x2A2F36, 0xECEAE4
NOT_FIRST = "，。、；：？！）》〉」”’…·,.;:?!)"


# The paper is Chinese in whatever language the pages are read.
STATE_WORDS = {
    CardState.ISSUED: "待答复",
    CardState.ANSWERED: "已答复，待办结",
    CardState.RETURNED: "已退回，待重新答复",
    CardState.CLOSED: "已办结",
}
STEP_WORDS = {
    CardVerb.ISSUE: "发出",
    CardVerb.ANSWER: "单位答复",
    CardVerb.SEND_BACK: "退回重办",
    CardVerb.CLOSE: "办结意见",
}


@dataclass(frozen=True)
class StepLine:
    """One step as it is printed: what was done, when and by whom, and the words."""

    verb: CardVerb
    on: date
    who: str
    text: str


@dataclass(frozen=True)
class CardSheet:
    """Everything that stands on a card."""

    number: str
    unit_name: str
    owner: str
    issuer_name: str
    issued_on: date
    due_on: date
    state: CardState
    matter: str
    requirement: str
    steps: Sequence[StepLine]
    is_sample: bool


def supervision_card(card: CardSheet) -> bytes:
    """Return the card as a PDF; refuse it when a character cannot be printed."""
    _refuse_unprintable(card)
    page = _Pages(card)
    page.row("督办事项", card.matter, least=18)
    page.pair(("责任单位", card.unit_name), ("责任人", card.owner))
    page.pair(("签发日期", _day(card.issued_on)), ("办结期限", _day(card.due_on)))
    page.row("工作要求\n及依据", card.requirement, least=40)
    page.row("办理情况", _written(card.steps) or "（单位在此填写办理情况，加盖公章后报送。）", least=76)
    page.row("办理状态", STATE_WORDS[card.state], least=12)
    page.signatures()
    return page.finished()


def wrapped(text: str, face: str, size: float, width: float) -> list[str]:
    """Break a text into lines no wider than so many points; no line begins with a closing mark."""
    lines = []
    for paragraph in text.splitlines() or [""]:
        line = ""
        for char in paragraph:
            if line and text_width(line + char, face, size) > width and char not in NOT_FIRST:
                lines.append(line)
                line = ""
            line += char
        lines.append(line)
    return lines


def _written(steps: Sequence[StepLine]) -> str:
    return "\n".join(f"【{STEP_WORDS[one.verb]}】{_day(one.on)}　{one.who}\n{one.text}" for one in steps)


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _refuse_unprintable(card: CardSheet) -> None:
    texts = [card.number, card.unit_name, card.owner, card.issuer_name, card.matter, card.requirement]
    texts += [part for step in card.steps for part in (step.who, step.text)]
    missing = missing_characters("".join(texts).replace("\n", "").replace("\r", "").replace("\t", ""))
    if missing:
        shown = "、".join(f"{char}（U+{ord(char):04X}）" for char in missing)
        raise InvalidError(_("字体中没有以下字符，无法打印：%(characters)s。", characters=shown))


class _Pages:
    """The pages drawn so far; ``y`` is where the next row begins, in millimetres from the lower edge."""

    def __init__(self, card: CardSheet) -> None:
        prepare_fonts()
        self.card = card
        self._file = BytesIO()
        self._canvas = Canvas(
            self._file,
            pagesize=(WIDTH * mm, HEIGHT * mm),
            pageCompression=1,
            invariant=1,
            initialFontName=HEI,  # type: ignore[arg-type]  # the stubs take the name for a number
            lang="zh-CN",
        )
        self._canvas.setTitle(f"督办卡 {card.number}")
        self._canvas.setViewerPreference("DisplayDocTitle", "true")
        self._number = 1
        self._head()

    def row(self, label: str, text: str, least: float) -> None:
        """Draw one row across the form; what does not fit goes on in a row of the same name overleaf."""
        lines = wrapped(text, SONG, BODY, (INNER - LABEL_WIDTH - 2 * PAD) * mm)
        while lines:
            room = int((self.y - BOTTOM - 2 * PAD) / LINE_STEP)
            if room < min(3, len(lines)):
                self._next_page()
                continue
            here, lines = lines[:room], lines[room:]
            height = len(here) * LINE_STEP + 2 * PAD
            if not lines:
                height = min(max(height, least), self.y - BOTTOM)
            self._box(LEFT, INNER, height)
            self._label(label, height)
            self._lines(here, LEFT + LABEL_WIDTH + PAD, self.y - PAD)
            self.y -= height
            if lines:
                self._next_page()

    def pair(self, first: tuple[str, str], second: tuple[str, str]) -> None:
        """Draw two short fields side by side, as high as the taller needs."""
        half, value = INNER / 2, INNER / 2 - LABEL_WIDTH
        texts = [wrapped(text, SONG, BODY, (value - 2 * PAD) * mm) for _label, text in (first, second)]
        height = max(13.0, max(map(len, texts)) * LINE_STEP + 2 * PAD)
        if self.y - height < BOTTOM:
            self._next_page()
        for place, ((label, _text), lines) in enumerate(zip((first, second), texts, strict=True)):
            left = LEFT + place * half
            self._box(left, half, height)
            self._label(label, height, left)
            top = self.y - (height - len(lines) * LINE_STEP) / 2
            self._lines(lines, left + LABEL_WIDTH + PAD, top)
        self.y -= height

    def signatures(self) -> None:
        """Leave room for whoever signs, and name the office that issued the card."""
        if self.y - 36 < BOTTOM:
            self._next_page()
        self.y -= 12
        self._write("责任人（签字）：", LEFT, self.y, LABEL, HEI)
        self._write("单位主要负责人（签字）：", LEFT + INNER / 2, self.y, LABEL, HEI)
        self.y -= 14
        self._right(self.card.issuer_name, self.y, BODY, SONG)
        self.y -= 7.5
        self._right(_day(self.card.issued_on), self.y, BODY, SONG)

    def finished(self) -> bytes:
        """Return the file."""
        self._foot()
        self._canvas.showPage()
        self._canvas.save()
        return self._file.getvalue()

    def _head(self) -> None:
        if self.card.is_sample:
            self._sample()
        self._centred(TITLE, HEIGHT - TOP - 6, 24, SONG)
        self._canvas.setStrokeColor(HexColor(RULE))
        self._canvas.setLineWidth(1.4)
        self._canvas.line(LEFT * mm, (HEIGHT - TOP - 12) * mm, (WIDTH - RIGHT) * mm, (HEIGHT - TOP - 12) * mm)
        self._write(self.card.issuer_name, LEFT, HEIGHT - TOP - 19, LABEL, SONG)
        self._right(self.card.number, HEIGHT - TOP - 19, LABEL, SONG)
        self.y = HEIGHT - TOP - 23.5

    def _sample(self) -> None:
        """Write across the ground that the card is made up, and say so at the head in plain words."""
        self._canvas.saveState()
        self._canvas.translate(WIDTH / 2 * mm, (HEIGHT / 2 - 20) * mm)
        self._canvas.rotate(50)
        for offset, text in ((8, SAMPLE), (-16, SAMPLE_IN_ENGLISH)):
            self._centred_here(text, offset * mm, 62, PALE)
        self._canvas.restoreState()
        self._centred(f"{SAMPLE} / {SAMPLE_IN_ENGLISH}", HEIGHT - 18, LABEL, HEI, SOFT)

    def _next_page(self) -> None:
        self._foot()
        self._canvas.showPage()
        self._number += 1
        self._head()

    def _foot(self) -> None:
        self._centred(f"— {self._number} —", 16, SMALL, SONG, SOFT)

    def _box(self, left: float, width: float, height: float) -> None:
        self._canvas.setStrokeColor(HexColor(RULE))
        self._canvas.setLineWidth(0.7)
        self._canvas.rect(left * mm, (self.y - height) * mm, width * mm, height * mm)
        edge = (left + LABEL_WIDTH) * mm
        self._canvas.line(edge, self.y * mm, edge, (self.y - height) * mm)

    def _label(self, label: str, height: float, left: float = LEFT) -> None:
        lines = label.splitlines()
        top = self.y - height / 2 + (len(lines) - 1) * LINE_STEP / 2 - 1.4
        for place, line in enumerate(lines):
            x = left + (LABEL_WIDTH - text_width(line, HEI, LABEL) / mm) / 2
            self._write(line, x, top - place * LINE_STEP, LABEL, HEI)

    def _lines(self, lines: Sequence[str], x: float, top: float) -> None:
        for place, line in enumerate(lines):
            face = HEI if line.startswith("【") else SONG
            self._write(line, x, top - (place + 1) * LINE_STEP + 1.9, BODY if face == SONG else LABEL, face)

    def _centred(self, text: str, y: float, size: float, face: str, color: int = INK) -> None:
        self._write(text, (WIDTH - text_width(text, face, size) / mm) / 2, y, size, face, color)

    def _centred_here(self, text: str, y: float, size: float, color: int) -> None:
        self._write(text, -text_width(text, HEI, size) / mm / 2, y / mm, size, HEI, color)

    def _right(self, text: str, y: float, size: float, face: str) -> None:
        self._write(text, WIDTH - RIGHT - text_width(text, face, size) / mm, y, size, face)

    def _write(self, text: str, x: float, y: float, size: float, face: str, color: int = INK) -> None:
        line = self._canvas.beginText(x * mm, y * mm)
        line.setFillColor(HexColor(color))
        for font, run in text_runs(text, face):
            line.setFont(font, size)
            line.textOut(run)
        self._canvas.drawText(line)
