"""The holder's photo, made ready for print: upright, on white, no larger than print needs.

Unless it is a bare JPEG already the picture is written anew, so that nothing a camera adds to it (place,
time, device) reaches the document.
"""

from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageOps

from core.errors import InvalidError
from core.texts import lazy_gettext as _

# The largest photo place, 38 by 53 millimetres, at 420 dots per inch.
LARGEST = (620, 868)
QUALITY = 90

_UNREADABLE = (OSError, SyntaxError, ValueError, Image.DecompressionBombError)

_START, _END = b"\xff\xd8", b"\xff\xd9"
_SCAN = 0xDA
# What a bare JPEG is made of: JFIF's own header, tables, one baseline frame and its one scan.
_JFIF, _JFIF_LENGTH = 0xE0, 16
_BARE_MARKERS = frozenset({_JFIF, 0xDB, 0xC0, 0xC4, 0xDD, _SCAN})


@dataclass(frozen=True)
class Photo:
    """A JPEG in three colours without anything but the picture, and its size in dots."""

    content: bytes
    width: int
    height: int


def printable_photo(photo: bytes) -> Photo:
    """Return the photo as a small JPEG, or say that the file cannot be read."""
    try:
        opened = Image.open(BytesIO(photo))
        if _is_ready(opened, photo):
            return Photo(photo, *_checked(opened))
        return _written_anew(opened)
    except _UNREADABLE as error:
        raise InvalidError(_("照片文件无法读取，请重新上传 JPEG 或 PNG 格式的照片。")) from error


def _is_ready(opened: Image.Image, photo: bytes) -> bool:
    """Say whether the file can go into the document as it is: written anew it would only lose."""
    is_small = opened.width <= LARGEST[0] and opened.height <= LARGEST[1]
    return opened.format == "JPEG" and opened.mode == "RGB" and is_small and _is_bare(photo)


def _is_bare(jpeg: bytes) -> bool:
    """Walk the segments up to the scan; no place for words, and nothing after the picture's end."""
    at = 2
    while at + 4 <= len(jpeg) and jpeg[at] == 0xFF:
        marker, length = jpeg[at + 1], int.from_bytes(jpeg[at + 2 : at + 4], "big")
        has_thumbnail = marker == _JFIF and length != _JFIF_LENGTH
        if marker not in _BARE_MARKERS or length < 2 or has_thumbnail:
            return False
        if marker == _SCAN:
            return jpeg.startswith(_START) and jpeg.endswith(_END) and jpeg.find(_END, at) == len(jpeg) - 2
        at += 2 + length
    return False


def _checked(opened: Image.Image) -> tuple[int, int]:
    """Return the size of a picture that can be read to its end; read at an eighth it says so sooner."""
    size = opened.size
    opened.draft("RGB", (size[0] // 8, size[1] // 8))
    opened.load()
    return size


def _written_anew(opened: Image.Image) -> Photo:
    picture = _on_white(ImageOps.exif_transpose(opened))
    picture.thumbnail(LARGEST)
    file = BytesIO()
    picture.save(file, "JPEG", quality=QUALITY)
    return Photo(file.getvalue(), picture.width, picture.height)


def _on_white(picture: Image.Image) -> Image.Image:
    coloured = picture.convert("RGBA")
    ground = Image.new("RGB", coloured.size, "white")
    ground.paste(coloured, mask=coloured.getchannel("A"))
    return ground
