"""The server's side of reading a workbook: one short-lived process per file, and a sentence for each fault.

The file never meets a spreadsheet library in the server itself: a bad one aborts the process it is read in.
"""

import json
import logging
import subprocess
import sys
from threading import BoundedSemaphore
from typing import Any

from core.children import ROOT as _ROOT, run_apart
from core.errors import InvalidError
from core.sheet_limits import (
    MAX_COLUMNS,
    MAX_LINES,
    MAX_ROWS,
    MAX_UNPACKED_BYTES,
    MEBIBYTE,
    READER_WAIT_SECONDS,
    READERS_AT_ONCE,
)
from core.texts import Text, lazy_gettext as _
from core.workbook_guard import Fault

_PROGRAM = "import sys; sys.path.insert(0, sys.argv[1]); from core.workbook_cells import main; main()"
_COMMAND = (sys.executable, "-I", "-B", "-c", _PROGRAM, str(_ROOT))

_UNREADABLE: dict[str, Any] = {"fault": Fault.UNREADABLE, "cell": ""}
_SENTENCES: dict[Fault, Text] = {
    Fault.NOT_A_WORKBOOK: _(
        "这个文件是压缩包或其他格式的文档，不是 Excel 工作簿。请在 Excel 或 WPS 中另存为 .xlsx 文件后再上传。"
    ),
    Fault.UNREADABLE: _(
        "这个工作簿读不出来，可能已损坏或结构异常。请在 Excel 或 WPS 中打开，另存为新的 .xlsx 文件后再上传。"
    ),
    Fault.LOCKED: _("这个工作簿设有打开密码。请取消密码并保存后再上传。"),
    Fault.OVERSIZED: _(
        "这个工作簿展开后过大（上限 %(size)s MB）或压缩异常。"
        "请只保留要导入的那张表，删去图片和多余的格式，另存为新的 .xlsx 文件后再上传。",
        size=MAX_UNPACKED_BYTES // MEBIBYTE,
    ),
    Fault.PROGRAMS: _("这个工作簿含有宏、控件或嵌入的文件。请另存为不含宏的 .xlsx 文件后再上传。"),
    Fault.OUTSIDE_DATA: _(
        "这个工作簿引用了其他文件或外部数据。请把引用的单元格复制后“选择性粘贴”为数值，断开链接并保存后再上传。"
    ),
    Fault.DECLARATION: _(
        "这个工作簿含有不允许的文档类型声明（DOCTYPE）。请在 Excel 或 WPS 中打开，另存为新的 .xlsx 文件后再上传。"
    ),
    Fault.TOO_MANY_ROWS: _("数据超过 %(limit)s 行。请拆成几个文件分别上传。", limit=MAX_ROWS),
    Fault.TOO_MUCH_TEXT: _("表中的文字总量过大。请删去与导入无关的内容，或拆成几个文件分别上传。"),
}

_places = BoundedSemaphore(READERS_AT_ONCE)
_log = logging.getLogger(__name__)


def read_lines(data: bytes) -> list[tuple[int, list[str]]]:
    """Return the filled lines of the first visible worksheet, numbered as the spreadsheet shows them."""
    answer = _answer_of_reader(data)
    if "fault" in answer:
        raise InvalidError(sentence(Fault(answer["fault"]), answer["cell"]))
    return [(number, cells) for number, cells in answer["lines"]]


def sentence(fault: Fault, cell: str = "") -> Text:
    """Say what is wrong with the workbook and what to do."""
    match fault:
        case Fault.FAR_CELL:
            return _(
                "单元格 %(cell)s 超出了可读取的范围（%(columns)s 列、%(rows)s 行）。"
                "请删去数据区以外的行和列，保存后再上传。",
                cell=cell,
                columns=MAX_COLUMNS,
                rows=MAX_LINES,
            )
        case Fault.ERROR_CELL:
            return _("单元格 %(cell)s 是公式错误值（如 #N/A）。请改正后再上传。", cell=cell)
        case Fault.UNCALCULATED_CELL:
            return _(
                "单元格 %(cell)s 的公式没有计算结果。请在 Excel 或 WPS 中打开并保存一次，再重新上传。",
                cell=cell,
            )
    return _SENTENCES[fault]


def _answer_of_reader(data: bytes) -> dict[str, Any]:
    """Run the reading process; whatever ends it early counts as a file that cannot be read."""
    try:
        with _places:
            done = _run_reader(data)
    except subprocess.TimeoutExpired:
        _log.warning("workbook reader ran out of time")
        return _UNREADABLE
    if done.returncode != 0:
        _log.warning("workbook reader ended with %s", done.returncode)
        return _UNREADABLE
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _run_reader(data: bytes) -> subprocess.CompletedProcess[bytes]:
    return run_apart(_COMMAND, data, READER_WAIT_SECONDS)
