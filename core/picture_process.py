"""The process that reads strangers' pictures: it answers with a portrait written anew, or with a code.

It binds itself to little memory, and to little time for each picture, before it reads. What it writes holds
the picture alone: no place, no time, no device, no comment, no thumbnail, no colour profile.
"""

import io
import json
import os
import resource
import signal
import zipfile
import zlib
from multiprocessing.connection import Connection
from typing import IO

from PIL import Image, ImageOps, ImageStat

from core.children import bind_this_process
from core.picture_guard import ArchiveFaultError, Entry, PictureFault, entries_in, picture_fault
from core.picture_limits import (
    LARGEST,
    LEAST_SPREAD,
    MAX_PICTURE_BYTES,
    MAX_PIXELS,
    PICTURE_CPU_SECONDS,
    QUALITY,
    READER_MEMORY_BYTES,
)

# Phones write JPEG files that hold a second picture; the first is read.
FORMATS = ("JPEG", "PNG")
_MODES = frozenset({"1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr"})
_UNREADABLE = (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError, zlib.error)
_TURNED = frozenset({5, 6, 7, 8})
_ORIENTATION = 0x0112
PORTRAIT, FAULT = b"+", b"-"


class PictureFaultError(Exception):
    """The picture is not taken in."""

    def __init__(self, fault: PictureFault) -> None:
        super().__init__(fault)
        self.fault = fault


def main(line: int) -> None:
    """Answer until the line is closed: ``archive:N`` opens what was handed over, a number reads one of it.

    Anything else is one picture. Every answer is bytes.
    """
    bind_this_process(READER_MEMORY_BYTES)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    Image.init()
    connection, reader = Connection(line), Reader()
    while True:
        try:
            asked = connection.recv_bytes(MAX_PICTURE_BYTES + 64)
        except (EOFError, OSError):
            return
        connection.send_bytes(reader.answer(asked))


class Reader:
    """Reads single pictures, and those of one archive once it is opened."""

    def __init__(self) -> None:
        self._archive: zipfile.ZipFile | None = None
        self._entries: list[Entry] = []

    def answer(self, asked: bytes) -> bytes:
        """Answer one question; what takes too much time ends the process instead."""
        signal.setitimer(signal.ITIMER_PROF, PICTURE_CPU_SECONDS)
        if asked.startswith(b"archive:"):
            return self._open(int(asked.removeprefix(b"archive:")))
        if asked.startswith(b"entry:"):
            return self._read(self._entries[int(asked.removeprefix(b"entry:"))])
        return _answer(io.BytesIO(asked.removeprefix(b"picture:")))

    def _open(self, handle: int) -> bytes:
        try:
            self._archive, self._entries = entries_in(os.fdopen(handle, "rb"))
        except ArchiveFaultError as error:
            return json.dumps({"fault": error.fault, "name": error.name}).encode()
        return json.dumps({"names": [entry.name for entry in self._entries]}).encode()

    def _read(self, entry: Entry) -> bytes:
        assert self._archive is not None  # noqa: S101 - the server opens before it reads
        try:
            with self._archive.open(entry.info) as packed:
                # The directory may lie about the size, so no more is unpacked than may be.
                content = packed.read(MAX_PICTURE_BYTES + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError):
            return FAULT + PictureFault.UNREADABLE.encode()
        return _answer(io.BytesIO(content))


def _answer(content: IO[bytes]) -> bytes:
    try:
        return PORTRAIT + portrait(content)
    except PictureFaultError as error:
        return FAULT + error.fault.encode()
    except MemoryError:
        return FAULT + PictureFault.TOO_MANY_PIXELS.encode()


def portrait(content: IO[bytes]) -> bytes:
    """Return the picture upright, on white, no larger than print needs, as a JPEG of nothing but itself."""
    if len(content.read(MAX_PICTURE_BYTES + 1)) > MAX_PICTURE_BYTES:
        raise PictureFaultError(PictureFault.TOO_HEAVY)
    content.seek(0)
    try:
        picture = _opened(content)
        picture.load()
        upright = _on_white(ImageOps.exif_transpose(picture))
    except _UNREADABLE as error:
        raise PictureFaultError(PictureFault.UNREADABLE) from error
    if ImageStat.Stat(upright.convert("L")).stddev[0] < LEAST_SPREAD:
        raise PictureFaultError(PictureFault.BLANK)
    upright.thumbnail(LARGEST)
    file = io.BytesIO()
    upright.save(file, "JPEG", quality=QUALITY, optimize=True)
    return file.getvalue()


def _opened(content: IO[bytes]) -> Image.Image:
    """Open a picture and look at its head; nothing is decoded before that."""
    try:
        picture = Image.open(content, formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise PictureFaultError(PictureFault.TOO_MANY_PIXELS) from error
    except _UNREADABLE as error:
        raise PictureFaultError(PictureFault.NOT_A_PICTURE) from error
    size = picture.size
    if size[0] * size[1] > MAX_PIXELS:  # asked first: to find how a PNG is turned, all of it is decoded
        raise PictureFaultError(PictureFault.TOO_MANY_PIXELS)
    if picture.getexif().get(_ORIENTATION) in _TURNED:
        size = size[1], size[0]
    if (fault := picture_fault(size)) is not None:
        raise PictureFaultError(fault)
    if picture.mode not in _MODES:
        raise PictureFaultError(PictureFault.ODD_COLOURS)
    picture.draft("RGB", (2 * LARGEST[0], 2 * LARGEST[1]))
    return picture


def _on_white(picture: Image.Image) -> Image.Image:
    """Return a picture of its pixels alone: a new one, so that nothing the file carried comes along."""
    coloured = picture.convert("RGBA")
    ground = Image.new("RGB", coloured.size, "white")
    ground.paste(coloured, mask=coloured.getchannel("A"))
    return ground
