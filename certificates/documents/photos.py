"""The holder's photo, made ready for print: upright, on white, no larger than print needs.

The picture is written anew, so nothing a camera adds to it (place, time, device) reaches the document.
"""

from io import BytesIO

from PIL import Image, ImageOps

from core.errors import InvalidError
from core.texts import lazy_gettext as _

# The largest photo place, 35 by 49 millimetres, at 450 dots per inch.
LARGEST = (620, 868)
QUALITY = 90

_UNREADABLE = (OSError, SyntaxError, ValueError, Image.DecompressionBombError)


def printable_photo(photo: bytes) -> bytes:
    """Return the photo as a small JPEG, or say that the file cannot be read."""
    try:
        picture = _on_white(ImageOps.exif_transpose(Image.open(BytesIO(photo))))
    except _UNREADABLE as error:
        raise InvalidError(_("照片文件无法读取，请重新上传 JPEG 或 PNG 格式的照片。")) from error
    picture.thumbnail(LARGEST)
    file = BytesIO()
    picture.save(file, "JPEG", quality=QUALITY)
    return file.getvalue()


def _on_white(picture: Image.Image) -> Image.Image:
    coloured = picture.convert("RGBA")
    ground = Image.new("RGB", coloured.size, "white")
    ground.paste(coloured, mask=coloured.getchannel("A"))
    return ground
