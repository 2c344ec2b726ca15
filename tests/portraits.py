"""Pictures and archives for tests, made up: honest ones, and those that were made to harm."""

import struct
import zipfile
import zlib
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw


def make_portrait(kind: str = "JPEG", size: tuple[int, int] = (413, 579), **options: Any) -> bytes:
    """A head on shoulders before a wall, darker on the left than on the right and at the top than below."""
    picture = Image.new("RGB", size, (235, 238, 242))
    pen, (width, height) = ImageDraw.Draw(picture), size
    pen.rectangle((0, 0, width // 8, height // 8), fill=(10, 10, 10))
    pen.ellipse((width * 0.3, height * 0.2, width * 0.7, height * 0.65), fill=(214, 178, 150))
    pen.rectangle((width * 0.15, height * 0.7, width * 0.85, height), fill=(40, 52, 80))
    file = BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def with_everything_a_camera_adds(orientation: int = 1, size: tuple[int, int] = (413, 579)) -> bytes:
    """A JPEG with place, time, device, comment, colour profile and a text for search engines in it."""
    picture = Image.open(BytesIO(make_portrait(size=size)))
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F], exif[0x0110] = "SecretMaker", "SecretModel"
    exif.get_ifd(0x8825).update({1: "N", 2: (39.0, 56.0, 12.0), 3: "E", 4: (119.0, 36.0, 0.0)})
    exif.get_ifd(0x8769)[0x9003] = "2026:01:02 03:04:05"
    file = BytesIO()
    xmp = b"<x:xmpmeta>SecretPlace</x:xmpmeta>"
    picture.save(file, "JPEG", exif=exif, comment=b"SecretComment", icc_profile=b"SecretProfile" * 20, xmp=xmp)
    return file.getvalue()


def png_bomb(width: int, height: int) -> bytes:
    """A few kilobytes that say of themselves to be a picture of so many pixels, all of one colour."""
    row = b"\x00" + bytes(-(-width // 8))
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(row) for _row in range(height)) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(map(_chunk, (b"IHDR", b"IDAT", b"IEND"), (head, data, b"")))


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def make_archive(files: dict[str, bytes], **changes: Any) -> bytes:
    """A ZIP of these files; ``changes`` are set on every entry."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            for attribute, value in changes.items():
                setattr(info, attribute, value)
            archive.writestr(info, content)
    return file.getvalue()


def as_windows_packs(name: str, content: bytes) -> bytes:
    """A ZIP whose file is named in GBK, without a word about it, as Windows in Chinese packs."""
    raw = name.encode("gbk")
    packed = make_archive({"x" * len(raw): content})
    return packed.replace(b"x" * len(raw), raw)
