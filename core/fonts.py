"""The typefaces every printed document and chart is set in, embedded, and the characters they hold.

Loaded once per process, at the first use. It never answers for a character it cannot print: ask
``missing_characters`` first, because a missing glyph would be printed as a blank without an error.
"""

import os
import tempfile
from collections.abc import Callable
from functools import cache
from importlib.metadata import distribution
from itertools import groupby
from pathlib import Path
from threading import RLock
from typing import Any

from fontTools.ttLib import TTFont
from reportlab import rl_config
from reportlab.pdfbase import pdfmetrics, ttfonts

from core.outlines import text_path, truetype

# Hei (黑体) is for labels, figures and Latin, Song (宋体) for names and running text.
HEI = "Hei"
SONG = "Song"

# (package, its file). The packages are never imported: one of them would ask for a plotting library.
_HEI_SOURCE = ("zhplot", "zhplot/fonts/NotoSansSC-Regular.ttf")
_SONG_SOURCE = ("pylopdf-fonts-zh-cn", "pylopdf_fonts_zh_cn/NotoSerifSC-Regular.otf")

_LOCK = RLock()

# The characters of the national 通用规范汉字表 (2013) that Unicode keeps in its Extension A. The other
# 6,500 of that block are rarer still: they are printed in Hei rather than converted for four seconds.
_STANDARD_IN_EXTENSION_A = frozenset(
    "㑇㑊㕮㘎㙍㙘㙦㛃㛚㛹㟃㠇㠓㤘㥄㧐㧑㧟㫰㬊㬎㬚㭎㭕㮾㰀㳇㳘㳚㴔㵐㶲㸆㸌㺄㻬㽏㿠䁖䂮䃅䃎䅟䌹"
    "䎃䎖䏝䏡䏲䐃䓖䓛䓨䓫䓬䗖䗛䗪䗴䜣䝙䢺䢼䣘䥽䦃䲟䲠䲢䴓䴔䴕䴖䴗䴘䴙䶮"
)


def prepare_fonts() -> None:
    """Load and register the typefaces; the second call does nothing."""
    _registered_fonts()


def missing_characters(text: str) -> tuple[str, ...]:
    """Return the characters no embedded typeface holds, each once, in the order they are met."""
    fonts = _registered_fonts().values()
    return tuple(char for char in dict.fromkeys(text) if not any(_holds(font, char) for font in fonts))


def text_runs(text: str, face: str) -> list[tuple[str, str]]:
    """Split the text into (font name, run): the wanted face where it can, the other where it must."""
    fonts = _registered_fonts()
    other = HEI if face == SONG else SONG

    def font_of(char: str) -> str:
        return other if not _holds(fonts[face], char) and _holds(fonts[other], char) else face

    return [(name, "".join(run)) for name, run in groupby(text, font_of)]


def text_width(text: str, face: str, size: float) -> float:
    """Return how wide the text is in points when it is set at this size, without letter spacing."""
    fonts = _registered_fonts()
    return sum(float(fonts[name].stringWidth(run, size)) for name, run in text_runs(text, face))


@cache
def ornament(text: str, face: str, spacing: float) -> str:
    """Return a text as PDF path operators, a thousand units to its size and centred, to be only seen."""
    with _LOCK:
        return text_path(_outlines(face), text, spacing * 1000)


@cache
def _outlines(face: str) -> TTFont:
    """Open a typeface for its outlines once: reading which character is which takes a fifth of a second."""
    return TTFont(_registered_fonts()[face].face.filename, lazy=True)


def _holds(font: "EmbeddedFont", char: str) -> bool:
    return ord(char) in font.face.charToGlyph


@cache
def _fonts() -> dict[str, "EmbeddedFont"]:
    # Streams stay binary: written as text they make every file a tenth larger.
    rl_config.useA85 = 0
    return {HEI: _registered(HEI, _hei_file()), SONG: _registered(SONG, song_file())}


def _registered_fonts() -> dict[str, "EmbeddedFont"]:
    """Return them; the lock keeps two threads from each loading the typefaces at the first use."""
    with _LOCK:
        return _fonts()


def _registered(name: str, file: Path) -> "EmbeddedFont":
    font = EmbeddedFont(name, file)
    pdfmetrics.registerFont(font)
    drawn: object = pdfmetrics.getFont(name)
    # A second typeface with a known PostScript name is dropped without a word, and the first drawn.
    if drawn is not font:
        raise ValueError(f"another typeface is already registered as {font.face.name!r}")
    return font


def _hei_file() -> Path:
    package, file = _HEI_SOURCE
    return Path(str(distribution(package).locate_file(file)))


def song_file() -> Path:
    """Return the converted Song, converting it first if this machine has not done so yet."""
    name, source = _SONG_SOURCE
    package = distribution(name)
    file = cache_folder() / f"song-{package.version}-1.ttf"
    if not file.exists():
        outlines = Path(str(package.locate_file(source))).read_bytes()
        _write_whole(file, truetype(outlines, _is_converted))
    return file


def _is_converted(code: int) -> bool:
    return not 0x3400 <= code <= 0x4DBF or chr(code) in _STANDARD_IN_EXTENSION_A


def cache_folder() -> Path:
    root = Path(__file__).resolve().parents[1]
    return Path(os.environ.get("CHIZHENG_CACHE") or root / "var" / "fonts")


def _write_whole(file: Path, content: bytes) -> None:
    """Write beside the place and move there, so that no other process ever reads half a file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=file.parent, suffix=".part", delete=False) as part:
        part.write(content)
    try:
        # The service may run under another account than the one that prepared the machine.
        os.chmod(part.name, 0o644)
        os.replace(part.name, file)
    finally:
        Path(part.name).unlink(missing_ok=True)


class EmbeddedFont(ttfonts.TTFont):
    """A typeface of which each document carries the characters it uses, and their right Unicode."""

    def __init__(self, name: str, file: Path) -> None:
        super().__init__(name, str(file), asciiReadable=False)
        face: Any = self.face
        self._make_subset: Callable[[list[int]], bytes] = face.makeSubset
        # Cutting the whole outline table out of the file for every subset took a third of the time.
        face.get_table = cache(face.get_table)
        face.makeSubset = self._subset_alone

    def addObjects(self, doc: Any) -> None:  # noqa: N802  # the library's name
        """Embed the subsets, then replace their maps to Unicode, which go wrong above U+FFFF."""
        subsets = self.state[doc].subsets
        super().addObjects(doc)
        for number, subset in enumerate(subsets):
            name = f"{ttfonts.SUBSETN(number).decode()}+{self.face.name.decode()}"
            doc.idToObject[f"toUnicodeCMap:{name}"].content = unicode_map(name, subset)

    def _subset_alone(self, subset: list[int]) -> bytes:
        """Make one subset at a time: reading moves a position that all threads share."""
        with _LOCK:
            return self._make_subset(subset)


def unicode_map(name: str, subset: list[int]) -> str:
    """Write the ToUnicode map of one subset: UTF-16, at most a hundred lines a block, no code 0."""
    lines = [
        f"<{code:02X}> <{chr(char).encode('utf-16-be').hex().upper()}>" for code, char in enumerate(subset) if code
    ]
    blocks = [lines[start : start + 100] for start in range(0, len(lines), 100)]
    body = [f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks]
    return "\n".join([_MAP_START.format(name=name), *body, _MAP_END])


_MAP_START = """/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /{name} def
/CMapType 2 def
1 begincodespacerange
<00> <FF>
endcodespacerange"""
_MAP_END = """endcmap
CMapName currentdict /CMap defineresource pop
end
end"""
