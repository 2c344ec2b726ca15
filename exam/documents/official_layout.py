"""The page of an official document after GB/T 9704: its measures, its typefaces, and how its lines break.

Places are in points from the lower left corner. A text with a character that no embedded typeface holds is
refused, because it would be printed as a blank.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reportlab.lib.units import mm

from core.errors import InvalidError
from core.fonts import missing_characters, text_width
from core.texts import lazy_gettext as _
from exam.circular_texts import Letter

PAGE_WIDTH, PAGE_HEIGHT = 210 * mm, 297 * mm
TOP, BOTTOM, LEFT, RIGHT = 37 * mm, 35 * mm, 28 * mm, 26 * mm
TYPE_WIDTH, TYPE_HEIGHT = PAGE_WIDTH - LEFT - RIGHT, PAGE_HEIGHT - TOP - BOTTOM
LINES, CHARACTERS = 22, 28
PITCH = TYPE_HEIGHT / LINES
# 二号, 三号, 四号, 五号 and 小五号 in points.
TITLE, BODY, SMALL, CELL, NOTE = 22.0, 16.0, 14.0, 10.5, 9.0
# Twenty-eight characters of 三号 are a hair wider than the type area: they are set that much closer.
CLOSER = TYPE_WIDTH / CHARACTERS - BODY
PAGE_NUMBER_DROP = 7 * mm
# The typefaces the standard names; they are sold, so a file names them and carries none.
FANG_SONG, HEI_TI, KAI_TI, XIAO_BIAO_SONG, SONG_TI = "仿宋_GB2312", "黑体", "楷体_GB2312", "方正小标宋简体", "宋体"
LATIN = "Times New Roman"

# A second-level heading ends with its first full stop and is set in another face than what follows.
SUBHEADING = re.compile(r"[（(][一二三四五六七八九十]+[）)][^。]*。")
# A closing mark stays with the character before it, an opening one with that after it, a number in one piece.
_PIECE = re.compile(r"[（《〈「“‘(\[〔]*(?:[A-Za-z0-9.%:_-]+|.)[，。、；：？！）》〉」”’)\]〕·.％]*", re.DOTALL)


@dataclass(frozen=True)
class SetLine:
    """One line as it is set: its text, how far it is indented, and whether it fills the measure."""

    text: str
    indent: float
    is_full: bool


def broken(
    text: str, face: str, size: float, *, measure: float, first_indent: float = 0, next_indent: float = 0
) -> list[SetLine]:
    """Break a text into lines no wider than the measure, as Chinese is broken: anywhere but round marks."""
    lines: list[str] = [""]
    room, used = measure - first_indent, 0.0
    for piece in _pieces(text, face, size, measure):
        width = text_width(piece, face, size)
        if lines[-1] and used + width > room + 0.01:
            lines.append("")
            room, used = measure - next_indent, 0.0
        lines[-1] += piece
        used += width
    last = len(lines) - 1
    return [
        SetLine(line, next_indent if number else first_indent, number < last) for number, line in enumerate(lines)
    ]


def balanced(text: str, face: str, size: float, measure: float) -> list[str]:
    """Break a title into as few lines as it needs, as even as they can be: none holds a lonely character."""
    count = len(broken(text, face, size, measure=measure))
    narrow = measure
    while narrow > measure / 3 and len(broken(text, face, size, measure=narrow * 0.97)) == count:
        narrow *= 0.97
    return [line.text for line in broken(text, face, size, measure=narrow)]


def refuse_unprintable(letter: Letter) -> None:
    """Raise when a character would be printed as a blank, and name each of them."""
    if missing := missing_characters("".join(_texts(letter))):
        named = "、".join(f"“{char}”（U+{ord(char):04X}）" for char in missing)
        raise InvalidError(_("字库中没有%(characters)s，通报暂时无法生成。请核对用字。", characters=named))


def _texts(letter: Letter) -> Iterable[str]:
    yield from (letter.title, letter.document_no, letter.issuer_name, letter.signer, letter.copy_to)
    yield from (letter.source, letter.mark)
    yield from (paragraph.text for paragraph in letter.paragraphs)
    for attachment in letter.attachments:
        yield from (attachment.title, attachment.note, *attachment.headers)
        yield from (cell for row in attachment.rows for cell in row.cells)


def _pieces(text: str, face: str, size: float, measure: float) -> Sequence[str]:
    """Cut where a line may break; a piece wider than a whole line is cut anywhere."""
    found: list[str] = []
    for piece in _PIECE.findall(text):
        found += list(piece) if text_width(piece, face, size) > measure else [piece]
    return found
