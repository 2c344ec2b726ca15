"""Turning cubic outlines into quadratic ones: same characters, same widths, same shapes."""

from importlib.metadata import distribution
from io import BytesIO
from pathlib import Path

import pytest
from fontTools.pens.boundsPen import BoundsPen
from fontTools.ttLib import TTFont

from core.outlines import text_path, truetype

WANTED = "李𬱖A，"


@pytest.fixture(scope="module")
def original() -> bytes:
    package = distribution("pylopdf-fonts-zh-cn")
    return Path(str(package.locate_file("pylopdf_fonts_zh_cn/NotoSerifSC-Regular.otf"))).read_bytes()


@pytest.fixture(scope="module")
def converted(original: bytes) -> bytes:
    return truetype(original, lambda code: chr(code) in WANTED)


def bounds(font: TTFont, char: str) -> tuple[float, ...]:
    glyphs = font.getGlyphSet()
    pen = BoundsPen(glyphs)
    glyphs[font.getBestCmap()[ord(char)]].draw(pen)
    assert pen.bounds is not None
    return tuple(pen.bounds)


def test_only_the_wanted_characters_are_in_the_map(converted: bytes):
    assert set(TTFont(BytesIO(converted)).getBestCmap()) == {ord(char) for char in WANTED}


@pytest.mark.parametrize("char", WANTED)
def test_the_shape_fills_the_same_place_within_a_thousandth(original: bytes, converted: bytes, char: str):
    before, after = (bounds(TTFont(BytesIO(data), lazy=True), char) for data in (original, converted))
    assert after == pytest.approx(before, abs=1.5)


@pytest.mark.parametrize("char", WANTED)
def test_widths_stay_and_edges_match_the_outline(original: bytes, converted: bytes, char: str):
    before, after = (TTFont(BytesIO(data), lazy=True) for data in (original, converted))
    name = after.getBestCmap()[ord(char)]
    assert after["hmtx"][name][0] == before["hmtx"][before.getBestCmap()[ord(char)]][0]
    assert after["hmtx"][name][1] == after["glyf"][name].xMin


def test_the_same_source_gives_the_same_bytes(original: bytes, converted: bytes):
    assert truetype(original, lambda code: chr(code) in WANTED) == converted


def test_a_text_path_is_centred(converted: bytes):
    path = text_path(TTFont(BytesIO(converted)), "李李", 100)
    across = [float(number) for number in path.replace("h", "").split() if number.lstrip("-").isdigit()]
    assert -1100 < min(across) < -900
