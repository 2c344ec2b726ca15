"""One line of a unit's public register, and the register as a sheet; these are all the fields there are."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from certificates.states import STATUS_NAMES, CredentialStatus
from core import csv_cells
from core.texts import lazy_gettext as _

HEADINGS = (_("单位"), _("姓名"), _("执法证号"), _("执法类别"), _("执法区域"), _("有效期至"), _("状态"), _("截至"))


@dataclass(frozen=True)
class RegisteredOfficer:
    """One officer who stands in a register."""

    name: str
    cert_no: str
    category: str
    area: str
    valid_until: date
    status: CredentialStatus


def register_sheet(unit: str, lines: Iterable[RegisteredOfficer], at: str) -> bytes:
    """Return the register as CSV that spreadsheet programs open as it is meant; no cell runs as a formula."""
    rows = [
        (unit, one.name, one.cert_no, one.category, one.area, one.valid_until, STATUS_NAMES[one.status], at)
        for one in lines
    ]
    written = [[csv_cells.disarmed(str(cell)) for cell in row] for row in rows]
    return csv_cells.written([[str(heading) for heading in HEADINGS], *written])
