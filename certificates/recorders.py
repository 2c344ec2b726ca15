"""How many body-worn recorders a unit must have: by its class, from the people who may enforce today.

The plan says "不少于 3 名执法人员一台", which can be read as a ceiling; what it is for (heavy tasks, easily
disputed) says that it is the least: one for every three in class A, one for every five in class B, a part of
three or five counting whole. In class C the figure is set by hand.
"""

from dataclasses import dataclass
from enum import StrEnum

from core.errors import Reason
from core.texts import Text, lazy_gettext as _


class RecorderClass(StrEnum):
    """The class a unit is put in."""

    A = "A"
    B = "B"
    C = "C"


CLASS_NAMES: dict[RecorderClass, Text] = {
    RecorderClass.A: _("A 类（每 3 人不少于 1 台）"),
    RecorderClass.B: _("B 类（每 5 人不少于 1 台）"),
    RecorderClass.C: _("C 类（按需核定）"),
}
PEOPLE_EACH = {RecorderClass.A: 3, RecorderClass.B: 5}
MOST = 9_999


@dataclass(frozen=True)
class Allotment:
    """What one unit has and must have; ``holders`` are its credentials valid today, suspended ones not counted.

    ``minimum`` is None where nobody has said yet what the unit needs, ``usable`` where it reported no stock.
    """

    holders: int
    minimum: int | None
    usable: int | None

    @property
    def gap(self) -> int | None:
        """Return how many are missing, or None where that cannot be said; a surplus is no gap."""
        if self.minimum is None or self.usable is None:
            return 0 if self.minimum == 0 else None
        return max(0, self.minimum - self.usable)


def minimum(recorder_class: str, holders: int, by_hand: int | None) -> int | None:
    """Return the least number of recorders, or None without a class, or in class C without a figure."""
    if recorder_class == RecorderClass.C:
        return by_hand
    if recorder_class not in PEOPLE_EACH:
        return None
    return -(-holders // PEOPLE_EACH[RecorderClass(recorder_class)])


def together(parts: list[Allotment]) -> Allotment:
    """Return several units taken together; a part of which something is not known adds nothing there.

    The minima are added up and not computed anew: three units of one officer each need three recorders.
    """
    known = [part.minimum for part in parts if part.minimum is not None]
    reported = [part.usable for part in parts if part.usable is not None]
    return Allotment(
        holders=sum(part.holders for part in parts),
        minimum=sum(known) if known else None,
        usable=sum(reported) if reported else None,
    )


def gap_together(parts: list[Allotment]) -> int | None:
    """Return the gaps of several units added up: what one has too many of does not help another."""
    gaps = [part.gap for part in parts if part.gap is not None]
    return sum(gaps) if gaps else None


def reasons_against_class(recorder_class: str, by_hand: int | None, basis: str) -> list[Reason]:
    """Return why a unit cannot be put in this class so."""
    if recorder_class == RecorderClass.C and by_hand is None:
        return [Reason("no_minimum", _("C 类单位请填写核定的最低台数。"))]
    if recorder_class == RecorderClass.C and not basis:
        return [Reason("no_basis", _("C 类单位请写明核定依据，例如会议纪要或来文。"))]
    if recorder_class != RecorderClass.C and by_hand is not None:
        return [Reason("computed", _("A、B 类的最低台数按持证人数计算，不用填写，请清空。"))]
    return []
