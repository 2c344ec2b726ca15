"""The life of a circular: drafted, approved by a second person, issued; and the files it is issued as."""

from enum import StrEnum

from core.lifecycle import Lifecycle, move
from core.texts import Text, lazy_gettext as _


class CircularState(StrEnum):
    """Where a circular stands."""

    DRAFT = "draft"
    APPROVED = "approved"
    ISSUED = "issued"
    DISCARDED = "discarded"


class CircularLayout(StrEnum):
    """The files a circular is issued as; the value ends the file's name."""

    PDF = "pdf"
    DOCX = "docx"
    XLSX = "xlsx"


CIRCULAR = Lifecycle[CircularState](
    moves={
        "edit": move({CircularState.DRAFT}, CircularState.DRAFT),
        "approve": move({CircularState.DRAFT}, CircularState.APPROVED),
        "send_back": move({CircularState.APPROVED}, CircularState.DRAFT),
        "issue": move({CircularState.APPROVED}, CircularState.ISSUED),
        "discard": move({CircularState.DRAFT}, CircularState.DISCARDED),
        "correct": move({CircularState.ISSUED}, CircularState.ISSUED),
    },
    words={
        CircularState.DRAFT: _("草稿"),
        CircularState.APPROVED: _("已批准，待印发"),
        CircularState.ISSUED: _("已印发"),
        CircularState.DISCARDED: _("已作废"),
    },
)

LAYOUT_NAMES: dict[CircularLayout, Text] = {
    CircularLayout.PDF: _("PDF 文件"),
    CircularLayout.DOCX: _("DOCX 文件"),
    CircularLayout.XLSX: _("附件表格（XLSX）"),
}

MEDIA_TYPES: dict[CircularLayout, str] = {
    CircularLayout.PDF: "application/pdf",
    CircularLayout.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    CircularLayout.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
