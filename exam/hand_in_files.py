"""The hand-in file: what a page saves for the invigilator where the network never comes back.

It is sealed (AES-GCM) under the key of the place it was written in, which only the server and that page
know; attempt and place stand outside and are sealed in as well. Where a browser cannot seal, the file
says so and shows the key instead: it comes from that page then, but may have been altered since.
"""

import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.errors import InvalidError
from core.texts import lazy_gettext as _
from exam.marking import Given

FORMAT = "chizheng-hand-in"
VERSION = 1
MOST_BYTES = 256 * 1024
MOST_LINES = 1_000
LARGEST_NUMBER = 2**31 - 1
NONCE_BYTES = 12
LINE_FIELDS = {"seq", "place", "choice", "left_ms"}


@dataclass(frozen=True)
class HandInFile:
    """What a file holds: the place it was written in and the lines that never reached the server."""

    fence: int
    lines: tuple[Given, ...]
    is_sealed: bool


def key_purpose(attempt_id: UUID, fence: int) -> str:
    """Return the name under which the key of one place of one attempt is derived."""
    return f"hand-in file:{attempt_id}:{fence}"


def sealed_to(attempt_id: UUID, fence: int) -> bytes:
    """Return what is sealed in besides the lines, so that a file fits no other attempt and no other place."""
    return f"{FORMAT}:{VERSION}:{attempt_id}:{fence}".encode()


def file_in(content: bytes, attempt_id: UUID, key_of: Callable[[int], bytes]) -> HandInFile:
    """Open and check a file handed in for one attempt; ``key_of`` gives the key of a place.

    Raises InvalidError where it is none, is damaged, was altered, or is another attempt's.
    """
    if len(content) > MOST_BYTES:
        raise InvalidError(_("文件超过 %(limit)s KB，不是离线作答文件，请重新选择。", limit=MOST_BYTES // 1024))
    said = _object(content)
    if said.get("format") != FORMAT or said.get("version") != VERSION:
        raise _not_ours()
    if said.get("attempt") != str(attempt_id):
        raise InvalidError(_("这份文件是另一份试卷的，请核对考生后重新选择。"))
    if not _is_number(said.get("place")) or type(said.get("sealed")) is not bool:
        raise _not_ours()
    fence, key = said["place"], key_of(said["place"])
    body = _opened(said, attempt_id, key) if said["sealed"] else _shown(said, key)
    return HandInFile(fence, _lines(body), said["sealed"])


def _object(content: bytes) -> dict[str, Any]:
    """Return the object in a JSON text; nesting without end is no file of ours either."""
    try:
        said = json.loads(content)
    except (ValueError, RecursionError):
        raise _not_ours() from None
    if not isinstance(said, dict):
        raise _not_ours()
    return said


def _opened(said: dict[str, Any], attempt_id: UUID, key: bytes) -> dict[str, Any]:
    try:
        nonce = base64.b64decode(said["nonce"], validate=True)
        content = base64.b64decode(said["content"], validate=True)
        plain = AESGCM(key).decrypt(nonce, content, sealed_to(attempt_id, said["place"]))
    except (InvalidTag, KeyError, TypeError, ValueError, binascii.Error):
        raise _altered() from None
    return _object(plain)


def _shown(said: dict[str, Any], key: bytes) -> dict[str, Any]:
    if said.get("key") != base64.b64encode(key).decode():
        raise _altered()
    return said


def _lines(body: dict[str, Any]) -> tuple[Given, ...]:
    rows = body.get("lines")
    if not isinstance(rows, list) or not all(map(_is_line, rows)):
        raise _not_ours()
    if not 0 < len(rows) <= MOST_LINES or len({row["seq"] for row in rows}) < len(rows):
        raise InvalidError(_("文件中没有可用的作答记录，或记录重复。请让考生在作答页面重新保存一份。"))
    return tuple(Given(row["seq"], row["place"], row["choice"], row["left_ms"]) for row in rows)


def _is_line(row: Any) -> bool:
    if not isinstance(row, dict) or row.keys() != LINE_FIELDS:
        return False
    return all(_is_number(row[name]) for name in ("seq", "place", "left_ms")) and isinstance(row["choice"], str)


def _is_number(value: Any) -> bool:
    return type(value) is int and 0 <= value <= LARGEST_NUMBER


def _not_ours() -> InvalidError:
    return InvalidError(_("这不是离线作答文件，或文件不完整。请选择考生在作答页面保存的文件。"))


def _altered() -> InvalidError:
    return InvalidError(_("文件打不开：内容不完整或被改动过。请让考生在作答页面重新保存一份。"))
