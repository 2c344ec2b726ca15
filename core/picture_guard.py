"""What an archive of pictures must not contain, and what is wrong with one picture, as codes.

Decided before anything is unpacked or decoded. It runs in the reading process, so it needs the standard
library alone; ``core/picture_reader.py`` has the sentences.
"""

import re
import stat
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO

from core.picture_limits import (
    LEAST_HEIGHT,
    LEAST_WIDTH,
    MAX_ENTRIES,
    MAX_NAME,
    MAX_PIXELS,
    MAX_RATIO,
    MAX_UNPACKED_BYTES,
    MEBIBYTE,
    NARROWEST,
    WIDEST,
)

_COMPRESSIONS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_ARCHIVE = re.compile(r"\.(zip|rar|7z|tar|gz|tgz|bz2|xz|jar)$", re.IGNORECASE)
# What a Mac or Windows adds by itself, whoever packed it never saw it.
_ADDED = re.compile(r"(^|/)(__MACOSX(/|$)|\.DS_Store$|Thumbs\.db$|desktop\.ini$)", re.IGNORECASE)
_UTF8_NAME = 0x800
_ENCRYPTED = 0x1
_UNIX = 3


class ArchiveFault(StrEnum):
    """Why an archive is not taken in at all."""

    NOT_AN_ARCHIVE = "not_an_archive"
    ENCRYPTED = "encrypted"
    TOO_MANY = "too_many"
    BOMB = "bomb"
    PATHS = "paths"
    LINKS = "links"
    NESTED = "nested"
    EMPTY = "empty"


class PictureFault(StrEnum):
    """Why one picture is not taken in."""

    TOO_HEAVY = "too_heavy"
    NOT_A_PICTURE = "not_a_picture"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_SMALL = "too_small"
    NOT_A_PORTRAIT = "not_a_portrait"
    ODD_COLOURS = "odd_colours"
    BLANK = "blank"
    UNREADABLE = "unreadable"


class ArchiveFaultError(Exception):
    """The archive is not taken in; where one entry is to blame, it is named."""

    def __init__(self, fault: ArchiveFault, name: str = "") -> None:
        super().__init__(fault, name)
        self.fault = fault
        self.name = name


@dataclass(frozen=True)
class Entry:
    """One file of an archive: its name as people see it, and where it stands in the directory."""

    name: str
    info: zipfile.ZipInfo


def entries_in(file: BinaryIO) -> tuple[zipfile.ZipFile, list[Entry]]:
    """Return the archive and its files in the order of their names, or refuse it for what its directory says."""
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise ArchiveFaultError(ArchiveFault.NOT_AN_ARCHIVE) from error
    infos = archive.infolist()
    if len(infos) > MAX_ENTRIES:
        raise ArchiveFaultError(ArchiveFault.TOO_MANY)
    entries = [Entry(name, info) for info in infos if not _ADDED.search(name := name_of(info))]
    refuse_directory(entries)
    return archive, sorted(entries, key=lambda entry: entry.name)


def refuse_directory(entries: Sequence[Entry]) -> None:
    """Refuse an archive for what its directory says, before anything is unpacked."""
    if not entries:
        raise ArchiveFaultError(ArchiveFault.EMPTY)
    for entry in entries:
        if (fault := _fault_of(entry)) is not None:
            raise ArchiveFaultError(fault, entry.name[:MAX_NAME])
    if sum(entry.info.file_size for entry in entries) > MAX_UNPACKED_BYTES:
        raise ArchiveFaultError(ArchiveFault.BOMB)


def name_of(info: zipfile.ZipInfo) -> str:
    """Return a name as whoever packed it saw it: without a mark it may be UTF-8 or the Chinese of Windows.

    ``orig_filename`` still has what the library cuts off behind a zero byte.
    """
    name = info.orig_filename
    if info.flag_bits & _UTF8_NAME:
        return name
    raw = name.encode("cp437", "replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return name


def picture_fault(size: tuple[int, int]) -> PictureFault | None:
    """Return what is wrong with the measures of a picture that stands upright; asked before it is decoded."""
    width, height = size
    if width * height > MAX_PIXELS:
        return PictureFault.TOO_MANY_PIXELS
    if width < LEAST_WIDTH or height < LEAST_HEIGHT:
        return PictureFault.TOO_SMALL
    return None if NARROWEST <= width / height <= WIDEST else PictureFault.NOT_A_PORTRAIT


def _fault_of(entry: Entry) -> ArchiveFault | None:
    info, name = entry.info, entry.name
    mode = info.external_attr >> 16 if info.create_system == _UNIX else 0
    faults = {
        ArchiveFault.ENCRYPTED: bool(info.flag_bits & _ENCRYPTED),
        ArchiveFault.LINKS: mode != 0 and not stat.S_ISREG(mode) and stat.S_IFMT(mode) not in (0, stat.S_IFDIR),
        ArchiveFault.PATHS: bool(re.search(r"[/\\\x00]|^[A-Za-z]:|^\.\.?$", name)) or info.is_dir(),
        ArchiveFault.NESTED: bool(_ARCHIVE.search(name)),
        ArchiveFault.BOMB: info.compress_type not in _COMPRESSIONS or _is_bomb(info),
    }
    return next((fault for fault, is_present in faults.items() if is_present), None)


def _is_bomb(info: zipfile.ZipInfo) -> bool:
    return info.file_size > MEBIBYTE and info.file_size > MAX_RATIO * max(info.compress_size, 1)
