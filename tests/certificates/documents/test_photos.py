"""Photos on their way into a document: bare ones as they are, all others written anew."""

from io import BytesIO

import pytest
from PIL import Image

from certificates.documents.photos import LARGEST, printable_photo
from core.errors import InvalidError
from tests.drawn import make_photo


def written(**options: object) -> bytes:
    file = BytesIO()
    Image.effect_noise((300, 420), 40).convert("RGB").save(file, "JPEG", **options)
    return file.getvalue()


def commented(photo: bytes) -> bytes:
    said = b"taken at home"
    return photo[:2] + b"\xff\xfe" + (len(said) + 2).to_bytes(2, "big") + said + photo[2:]


def test_a_bare_photo_goes_in_byte_for_byte():
    photo = written(quality=88)
    ready = printable_photo(photo)
    assert ready.content == photo
    assert (ready.width, ready.height) == (300, 420)


@pytest.mark.parametrize(
    "photo",
    [
        written(progressive=True),
        written(exif=b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00"),
        commented(written()),
        written() + b"hidden behind the end",
        make_photo("PNG"),
        make_photo("JPEG", "L"),
        make_photo("JPEG", "CMYK"),
    ],
    ids=["progressive", "exif", "comment", "appended", "png", "grey", "cmyk"],
)
def test_any_other_is_written_anew(photo):
    ready = printable_photo(photo)
    assert ready.content != photo
    assert printable_photo(ready.content) == ready


def test_nothing_that_was_put_into_it_stays():
    assert b"taken at home" not in printable_photo(commented(written())).content
    assert b"hidden" not in printable_photo(written() + b"hidden behind the end").content


def test_a_large_one_becomes_as_small_as_print_needs():
    ready = printable_photo(make_photo(size=(3000, 4200)))
    assert ready.width <= LARGEST[0]
    assert ready.height <= LARGEST[1]


@pytest.mark.parametrize("cut", [200, 1000, -500])
def test_one_that_ends_too_soon_is_refused(cut):
    with pytest.raises(InvalidError, match="照片文件无法读取"):
        printable_photo(written()[:cut])
