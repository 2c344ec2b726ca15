"""A pass list as a workbook: the lines, and how many there are of each unit."""

from collections.abc import Sequence

from core.sheets import Cell, WorkbookSheet, write_workbook
from core.texts import lazy_gettext as _
from exam.pass_lists import ListedPerson, UnitCount

HEADERS = (_("序号"), _("姓名"), _("单位"), _("准考证号"), _("说明"))


def list_workbook(people: Sequence[ListedPerson], units: Sequence[UnitCount], *, are_names_off: bool) -> bytes:
    """Return the workbook; once the names have come off it counts by unit alone."""
    counts = WorkbookSheet(_("各单位人数"), (_("单位"), _("人数")), [(one.unit_name, one.count) for one in units])
    named = WorkbookSheet(_("名单"), HEADERS, [_row(one) for one in people])
    return write_workbook([counts] if are_names_off else [named, counts])


def _row(one: ListedPerson) -> list[Cell]:
    return [one.serial, one.name or "—", one.unit_name, one.candidate_no or "—", _note(one)]


def _note(one: ListedPerson) -> str:
    if one.withdrawn_on is not None:
        day = one.withdrawn_on.isoformat()
        return str(_("%(day)s 经第 %(number)s 次更正撤下", day=day, number=one.withdrawn_by))
    return str(_("依法不公开姓名")) if one.is_exempt else ""
