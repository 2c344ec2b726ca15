import os
import signal
import tempfile
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from core import picture_reader
from core.children import Child, ChildGone
from core.errors import InvalidError
from core.picture_guard import ArchiveFault, PictureFault
from core.picture_limits import LARGEST, MAX_PICTURE_BYTES
from core.picture_reader import ARCHIVE_SENTENCES, PICTURE_SENTENCES, ArchiveReader, read_picture
from tests.portraits import make_archive, make_portrait, png_bomb, with_everything_a_camera_adds

PORTRAIT = make_portrait()


@contextmanager
def reading(files):
    with tempfile.TemporaryFile() as file:
        file.write(make_archive(files))
        file.flush()
        with ArchiveReader(file) as reader:
            yield reader


def refusal(data: bytes) -> str:
    with pytest.raises(InvalidError) as caught:
        read_picture(data)
    return str(caught.value)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_portrait_comes_back_as_a_jpeg_of_the_same_picture(kind):
    picture = Image.open(BytesIO(read_picture(make_portrait(kind))))
    assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", (413, 579))
    red, green, blue = picture.getpixel((200, 250))
    assert abs(red - 214) + abs(green - 178) + abs(blue - 150) < 12


def test_nothing_that_a_camera_added_is_left():
    before = with_everything_a_camera_adds()
    assert before.count(b"Secret") > 10
    after = read_picture(before)
    assert b"Secret" not in after
    assert b"Exif" not in after
    picture = Image.open(BytesIO(after))
    assert len(picture.getexif()) == 0
    assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "dpi"}


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_is_turned_upright_before_what_says_so_is_dropped(orientation):
    """The dark corner lies at the upper left of what the camera saw; where it ends is what the mark means."""
    size = (413, 579) if orientation < 5 else (579, 413)
    picture = Image.open(BytesIO(read_picture(with_everything_a_camera_adds(orientation, size))))
    assert picture.size == (413, 579)
    corners = {
        1: (5, 5),
        2: (407, 5),
        3: (407, 573),
        4: (5, 573),
        5: (5, 5),
        6: (407, 5),
        7: (407, 573),
        8: (5, 573),
    }
    assert sum(picture.getpixel(corners[orientation])) < 120
    others = set(corners.values()) - {corners[orientation]}
    assert all(sum(picture.getpixel(place)) > 120 or place[1] > 400 for place in others)


def test_a_large_picture_is_made_no_larger_than_print_needs():
    picture = Image.open(BytesIO(read_picture(make_portrait(size=(3000, 4200)))))
    assert picture.size == LARGEST


def test_what_is_transparent_is_laid_on_white():
    file = BytesIO()
    clear = Image.open(BytesIO(PORTRAIT)).convert("RGBA")
    clear.paste((0, 0, 0, 0), (300, 0, 413, 300))
    clear.save(file, "PNG")
    assert min(Image.open(BytesIO(read_picture(file.getvalue()))).getpixel((380, 100))) > 250


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", PictureFault.NOT_A_PICTURE),
        (b"GIF89a" + bytes(100), PictureFault.NOT_A_PICTURE),
        (make_portrait("BMP"), PictureFault.NOT_A_PICTURE),
        (make_portrait("WEBP"), PictureFault.NOT_A_PICTURE),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", PictureFault.NOT_A_PICTURE),
        (b"%PDF-1.7", PictureFault.NOT_A_PICTURE),
        (PORTRAIT[:-2000], PictureFault.UNREADABLE),
        (make_portrait("PNG")[:2000], PictureFault.UNREADABLE),
        (make_portrait(size=(200, 280)), PictureFault.TOO_SMALL),
        (make_portrait(size=(579, 413)), PictureFault.NOT_A_PORTRAIT),
        (make_portrait(size=(800, 600)), PictureFault.NOT_A_PORTRAIT),
        (PORTRAIT + bytes(MAX_PICTURE_BYTES), PictureFault.TOO_HEAVY),
        (png_bomb(20_000, 28_000), PictureFault.TOO_MANY_PIXELS),
        (png_bomb(500, 700), PictureFault.BLANK),
    ],
)
def test_what_is_no_portrait_is_refused_with_a_sentence(data, fault):
    assert refusal(data) == str(PICTURE_SENTENCES[fault])


def test_sixteen_bits_of_grey_are_refused_rather_than_printed_white():
    file = BytesIO()
    Image.frombytes("I;16", (413, 579), os.urandom(413 * 579 * 2)).save(file, "PNG")
    assert refusal(file.getvalue()) == str(PICTURE_SENTENCES[PictureFault.ODD_COLOURS])


def test_each_file_of_an_archive_has_its_answer():
    bomb = png_bomb(20_000, 28_000)
    with reading({"a.jpg": PORTRAIT, "b.jpg": b"no picture", "c.png": bomb, "d.jpg": PORTRAIT}) as reader:
        answers = [reader.read(place) for place in range(4)]
        assert reader.names == ["a.jpg", "b.jpg", "c.png", "d.jpg"]
    assert [one.fault for one in answers] == [
        None,
        PictureFault.NOT_A_PICTURE,
        PictureFault.TOO_MANY_PIXELS,
        None,
    ]
    assert answers[0].content == answers[3].content == read_picture(PORTRAIT)


def test_an_entry_that_is_larger_than_its_directory_says_is_not_unpacked_whole():
    large = PORTRAIT + os.urandom(MAX_PICTURE_BYTES)
    with reading({"a.jpg": large}) as reader:
        assert reader.read(0).fault == PictureFault.TOO_HEAVY


def test_an_archive_that_must_not_be_opened_is_refused_by_name():
    with pytest.raises(InvalidError) as caught, reading({"照片/张三.jpg": PORTRAIT}):
        pass
    assert "照片/张三.jpg" in str(caught.value)
    assert str(ARCHIVE_SENTENCES[ArchiveFault.PATHS]) in str(caught.value)


def test_a_picture_that_ends_the_process_is_unreadable_and_the_next_is_read(monkeypatch):
    with reading({"a.jpg": PORTRAIT, "b.jpg": PORTRAIT}) as reader:
        reader._child._process.send_signal(signal.SIGKILL)
        reader._child._process.wait()
        assert reader.read(0).fault == PictureFault.UNREADABLE
        assert reader.read(1).content is not None


def test_a_process_that_keeps_silent_is_ended(monkeypatch):
    monkeypatch.setattr(picture_reader, "PICTURE_WAIT_SECONDS", 0.2)
    with reading({"a.jpg": PORTRAIT}) as reader:
        reader._child._process.send_signal(signal.SIGSTOP)
        assert reader.read(0).fault == PictureFault.UNREADABLE
        assert reader._child is None


def test_the_reading_process_holds_no_setting_of_the_server(monkeypatch):
    monkeypatch.setenv("CHIZHENG_SECRET", "very secret")
    with Child("core.picture_process") as child:
        environment = Path(f"/proc/{child._process.pid}/environ").read_bytes()
        assert b"very secret" not in environment


def test_a_child_that_is_gone_is_told_of():
    with Child("core.picture_process") as child:
        child.kill()
        with pytest.raises(ChildGone):
            child.ask_bytes(b"picture:", 1)
