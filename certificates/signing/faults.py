"""Why a file that was handed in cannot be read; the words are in ``certificates/signing/findings.py``."""

from enum import StrEnum


class Fault(StrEnum):
    """What stands against reading a file at all."""

    NOT_PDF = "not_pdf"
    LOCKED = "locked"
    UNREADABLE = "unreadable"
