"""How a text is made to fit its place: set smaller first, then broken into lines, never cut off."""

import re
from dataclasses import dataclass

from core.fonts import text_width

LEADING = 1.22
# A text is broken into lines only if it can then be this much larger than on a single line.
WORTH_BREAKING = 1.15

# A closing mark stays with the character before it, an opening one with the character after it.
_UNBREAKABLE = re.compile(r"[（《〈「“‘(\[]*(?:[A-Za-z0-9]+|.)[，。、；：？！）》〉」”’)\]·.]*", re.DOTALL)

# A piece of text that stays on one line, and how wide it is at one point.
Piece = tuple[str, float]


@dataclass(frozen=True)
class Setting:
    """The lines of a text and the size, in points, at which they fit."""

    lines: tuple[str, ...]
    size: float


def fitted(text: str, face: str, size: float, *, width: float, height: float) -> Setting:
    """Return how to set the text in this place (all in points), no larger than the wished size."""
    natural = max(text_width(text, face, 1), 0.001)
    single = Setting((text,), min(size, width / natural, height))
    if single.size * WORTH_BREAKING >= size:
        return single
    broken = _broken(_pieces(text, face), size, width, height)
    return broken if broken.size > single.size * WORTH_BREAKING else single


def _pieces(text: str, face: str) -> list[Piece]:
    """Cut where a line may break."""
    return [(piece, text_width(piece, face, 1)) for piece in _UNBREAKABLE.findall(text)]


def _broken(pieces: list[Piece], size: float, width: float, height: float) -> Setting:
    """Try smaller and smaller sizes; each step makes lines both shorter and fewer, so it ends."""
    trial = min(size, height / 2 / LEADING, width / max(width for _, width in pieces))
    while len(_lines(pieces, width / trial)) * trial * LEADING > height + 0.01:
        trial *= 0.97
    return Setting(_balanced(pieces, width / trial), trial)


def _balanced(pieces: list[Piece], width: float) -> tuple[str, ...]:
    """Make the lines as even as they can be, so that none holds a lonely character."""
    count = len(_lines(pieces, width))
    narrow = width
    while narrow > width / 2 and len(_lines(pieces, narrow * 0.97)) == count:
        narrow *= 0.97
    return _lines(pieces, narrow)


def _lines(pieces: list[Piece], width: float) -> tuple[str, ...]:
    lines, used = [""], 0.0
    for text, wide in pieces:
        if lines[-1] and used + wide > width:
            lines.append("")
            used = 0.0
        lines[-1] += text
        used += wide
    return tuple(line.strip() for line in lines)
