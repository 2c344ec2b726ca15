"""The server's side of reading pictures: a process for each upload, and a sentence for each fault.

No picture and no archive that somebody handed in is opened in the server itself.
"""

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import BinaryIO

from core.children import Child, ChildGone
from core.errors import InvalidError
from core.picture_guard import ArchiveFault, PictureFault
from core.picture_limits import (
    ARCHIVE_WAIT_SECONDS,
    LEAST_HEIGHT,
    LEAST_WIDTH,
    MAX_ARCHIVE_BYTES,
    MAX_ENTRIES,
    MAX_PICTURE_BYTES,
    MAX_PIXELS,
    MEBIBYTE,
    PICTURE_WAIT_SECONDS,
)
from core.texts import Text, lazy_gettext as _

_PROCESS = "core.picture_process"
_GOOD = b"+"
_log = logging.getLogger(__name__)

ARCHIVE_SENTENCES: dict[ArchiveFault, Text] = {
    ArchiveFault.NOT_AN_ARCHIVE: _("这个文件不是 ZIP 压缩包，或已损坏。请选中照片，重新压缩为 ZIP 后再上传。"),
    ArchiveFault.ENCRYPTED: _("压缩包设有密码。请去掉密码，重新压缩后再上传。"),
    ArchiveFault.TOO_MANY: _("压缩包里的文件超过 %(limit)s 个。请分成几个压缩包上传。", limit=MAX_ENTRIES),
    ArchiveFault.BOMB: _("压缩包展开后异常地大，没有读取。请只放照片原件，重新压缩后再上传。"),
    ArchiveFault.PATHS: _("压缩包里有文件夹或带路径的文件名。请打开文件夹，选中照片本身再压缩，不要压缩文件夹。"),
    ArchiveFault.LINKS: _("压缩包里有指向其他位置的链接，没有读取。请只放照片原件，重新压缩后再上传。"),
    ArchiveFault.NESTED: _("压缩包里还有压缩包。请把照片全部解出来，放在同一层重新压缩后再上传。"),
    ArchiveFault.EMPTY: _("压缩包里没有文件。请选中照片，重新压缩后再上传。"),
}
PICTURE_SENTENCES: dict[PictureFault, Text] = {
    PictureFault.TOO_HEAVY: _("文件超过 %(limit)s MB，请压缩后再上传。", limit=MAX_PICTURE_BYTES // MEBIBYTE),
    PictureFault.NOT_A_PICTURE: _("不是 JPEG 或 PNG 格式的照片，请转换格式后再上传。"),
    PictureFault.TOO_MANY_PIXELS: _(
        "像素超过 %(limit)s 万，没有读取。请缩小尺寸后再上传。", limit=MAX_PIXELS // 10_000
    ),
    PictureFault.TOO_SMALL: _(
        "照片太小，至少要宽 %(width)s 像素、高 %(height)s 像素，请换更清晰的照片。",
        width=LEAST_WIDTH,
        height=LEAST_HEIGHT,
    ),
    PictureFault.NOT_A_PORTRAIT: _("不是证件照的比例（宽高比应在 0.65 至 0.85 之间），请裁剪成竖版证件照。"),
    PictureFault.ODD_COLOURS: _("色彩格式特殊，不能印制。请另存为普通的 RGB 照片后再上传。"),
    PictureFault.BLANK: _("照片几乎是一片单色，看不出人像，请核对后重新上传。"),
    PictureFault.UNREADABLE: _("照片文件已损坏，读不出来。请用图片软件打开，另存后再上传。"),
}


@dataclass(frozen=True)
class Read:
    """What became of one picture: a portrait written anew, or what is wrong."""

    content: bytes | None
    fault: PictureFault | None


class ArchiveReader:
    """Reads the pictures of one archive; a picture that ends the process is unreadable, the others go on."""

    def __init__(self, archive: BinaryIO) -> None:
        self._archive = archive
        self._child: Child | None = None
        self.names: Sequence[str] = ()

    def __enter__(self) -> "ArchiveReader":
        self._start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def read(self, place: int) -> Read:
        """Read the picture at one place of ``names``."""
        try:
            if self._child is None:
                self._start()
            assert self._child is not None  # noqa: S101 - the line above started it
            return _read(self._child.ask_bytes(b"entry:%d" % place, PICTURE_WAIT_SECONDS))
        except ChildGone:
            _log.warning("the process reading pictures ended at entry %s", place)
            self._stop()
            return Read(None, PictureFault.UNREADABLE)

    def _start(self) -> None:
        handle = self._archive.fileno()
        self._child = Child(_PROCESS, files=[handle])
        try:
            answer = json.loads(self._child.ask_bytes(b"archive:%d" % handle, ARCHIVE_WAIT_SECONDS))
        except ChildGone:
            answer = {"fault": ArchiveFault.NOT_AN_ARCHIVE, "name": ""}
        if "fault" in answer:
            self._stop()
            raise InvalidError(archive_sentence(ArchiveFault(answer["fault"]), answer["name"]))
        self.names = [str(name) for name in answer["names"]]

    def _stop(self) -> None:
        if self._child is not None:
            self._child.kill()
        self._child = None


def read_picture(data: bytes) -> bytes:
    """Return one handed-in picture as a portrait written anew, or say what is wrong with it."""
    if len(data) > MAX_PICTURE_BYTES:
        raise InvalidError(PICTURE_SENTENCES[PictureFault.TOO_HEAVY])
    with Child(_PROCESS) as child:
        try:
            read = _read(child.ask_bytes(b"picture:" + data, PICTURE_WAIT_SECONDS))
        except ChildGone:
            read = Read(None, PictureFault.UNREADABLE)
    if read.content is None:
        raise InvalidError(PICTURE_SENTENCES[read.fault or PictureFault.UNREADABLE])
    return read.content


def refuse_heavy_archive(size: int) -> None:
    """Refuse an archive that is larger than any list needs."""
    if size > MAX_ARCHIVE_BYTES:
        limit = MAX_ARCHIVE_BYTES // MEBIBYTE
        raise InvalidError(_("压缩包超过 %(limit)s MB。请分成几个压缩包上传。", limit=limit))


def archive_sentence(fault: ArchiveFault, name: str = "") -> Text:
    """Say what is wrong with an archive and what to do; the file to blame is named."""
    sentence = ARCHIVE_SENTENCES[fault]
    return _("“%(name)s”：%(sentence)s", name=name, sentence=sentence) if name else sentence


def _read(answer: bytes) -> Read:
    if answer.startswith(_GOOD):
        return Read(answer[1:], None)
    return Read(None, PictureFault(answer[1:].decode()))
