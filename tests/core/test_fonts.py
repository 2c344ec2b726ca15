"""The embedded typefaces: which characters they hold, and how a text is divided between them."""

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from core import fonts
from core.fonts import HEI, SONG, missing_characters, ornament, prepare_fonts, text_runs, text_width

RARE = "䶮㛃𬱖𬀩𬸦喆堃"
OUTSIDE = "𡝗\U000323af"


def printed(text: str, face: str) -> bytes:
    prepare_fonts()
    file = BytesIO()
    canvas = Canvas(file, invariant=1, initialFontName=HEI)
    line = canvas.beginText(20, 700)
    for font, run in text_runs(text, face):
        line.setFont(font, 14)
        line.textOut(run)
    canvas.drawText(line)
    canvas.save()
    return file.getvalue()


def extracted(pdf: bytes) -> str:
    return str(pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_range())


def test_both_faces_are_registered_under_their_own_files():
    prepare_fonts()
    files = {pdfmetrics.getFont(name).face.filename for name in (HEI, SONG)}
    assert len(files) == 2
    assert "NotoSansSC" in pdfmetrics.getFont(HEI).face.filename


def test_preparing_again_keeps_the_same_fonts():
    prepare_fonts()
    before = pdfmetrics.getFont(SONG)
    prepare_fonts()
    assert pdfmetrics.getFont(SONG) is before


def test_rare_names_are_held():
    assert missing_characters(RARE) == ()


def test_missing_characters_come_once_and_in_order():
    text = f"李{OUTSIDE[1]}王{OUTSIDE[0]}{OUTSIDE[1]}"
    assert missing_characters(text) == (OUTSIDE[1], OUTSIDE[0])


@pytest.mark.parametrize("char", ["\n", "\t", "\x00", "\u202e"])
def test_control_characters_count_as_missing(char: str):
    assert missing_characters(f"李{char}") == (char,)


def test_every_character_of_gb2312_stands_in_song():
    codes = (bytes([row, cell]) for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF))
    text = "".join(code.decode("gb2312", errors="ignore") for code in codes)
    assert len(text) == 6763
    assert text_runs(text, SONG) == [(SONG, text)]


@pytest.mark.parametrize("char", RARE)
def test_rare_names_stand_in_song_too(char: str):
    assert text_runs(char, SONG) == [(SONG, char)]


def test_what_song_lacks_falls_back_to_hei_for_that_run_alone():
    assert text_runs("王㐂明", SONG) == [(SONG, "王"), (HEI, "㐂"), (SONG, "明")]


def test_an_empty_text_has_no_runs_and_no_width():
    assert text_runs("", SONG) == []
    assert text_width("", SONG, 12) == 0


@pytest.mark.parametrize("face", [HEI, SONG])
def test_a_chinese_character_is_as_wide_as_its_size(face: str):
    assert text_width("证书", face, 12) == pytest.approx(24)


def test_width_counts_each_run_in_its_own_font():
    assert text_width("王㐂", SONG, 10) == pytest.approx(20)


@pytest.mark.parametrize("face", [HEI, SONG])
@pytest.mark.parametrize("text", [RARE, "李𬱖", "阿依古丽·买买提·吐尔逊江", "No. 99031500037（甲）"])
def test_what_is_printed_is_what_is_copied(face: str, text: str):
    assert extracted(printed(text, face)) == text


def test_more_characters_than_one_subset_holds_are_still_copied_right():
    text = "".join(chr(0x4E00 + n) for n in range(600)) + RARE
    assert extracted(printed(text, SONG)).replace("\r\n", "") == text


def test_threads_may_print_at_the_same_time():
    texts = [f"第{n}号{RARE}é×" for n in range(40)]
    alone = [printed(text, SONG) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda text: printed(text, SONG), texts))
    assert together == alone


def test_an_ornament_is_outlines_centred_on_its_place():
    path = ornament("SAMPLE", HEI, 0.1)
    across = [float(x) for part in path.split(" m")[:-1] for x in part.split()[-2:-1]]
    assert min(across) < 0 < max(across)
    assert path.endswith("h")


@pytest.fixture
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "made" / "fonts"
    monkeypatch.setenv("CHIZHENG_CACHE", str(folder))
    return folder


def test_the_converted_face_is_written_whole_and_once(empty_cache: Path, monkeypatch: pytest.MonkeyPatch):
    made: list[int] = []
    monkeypatch.setattr(fonts, "truetype", lambda source, _wanted: made.append(len(source)) or b"outlines")
    first, second = fonts.song_file(), fonts.song_file()
    assert first == second
    assert first.parent == empty_cache
    assert first.read_bytes() == b"outlines"
    assert len(made) == 1
    assert list(empty_cache.iterdir()) == [first]


def test_the_converted_face_can_be_read_by_other_accounts(empty_cache: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(fonts, "truetype", lambda _source, _wanted: b"outlines")
    assert fonts.song_file().stat().st_mode & 0o044 == 0o044


def test_a_failed_write_leaves_nothing_behind(empty_cache: Path, monkeypatch: pytest.MonkeyPatch):
    def fail(*_: object) -> None:
        raise OSError("the disk is gone")

    monkeypatch.setattr(fonts, "truetype", lambda _source, _wanted: b"outlines")
    monkeypatch.setattr(fonts.os, "replace", fail)
    with pytest.raises(OSError, match="the disk is gone"):
        fonts.song_file()
    assert list(empty_cache.iterdir()) == []


def test_the_cache_lies_in_the_project_unless_it_is_set(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("CHIZHENG_CACHE", raising=False)
    root = Path(fonts.__file__).resolve().parents[1]
    assert fonts.cache_folder() == root / "var" / "fonts"
