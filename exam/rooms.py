"""Rooms of a sitting: what one must be called, when it can be changed, and who sits in which.

A room that somebody is assigned to is not removed: it would leave them without a place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from core.errors import Reason
from core.texts import lazy_gettext as _
from exam.states import SittingState

NAME_LENGTH = 40
MOST_SEATS = 5_000
Person = TypeVar("Person")
Place = TypeVar("Place")


@dataclass(frozen=True)
class RoomPlan:
    """A room as it is written down; ``is_taken`` says that another room of the sitting has the name."""

    state: SittingState
    name: str
    is_taken: bool


def reasons_against_rooms(state: SittingState) -> list[Reason]:
    """Return why rooms and seats cannot be changed any more."""
    if state is SittingState.CLOSED:
        return [Reason("is_closed", _("本场考试已经结束，考场安排不能再改动。"))]
    return []


def reasons_against_room(plan: RoomPlan) -> list[Reason]:
    """Return every reason why a room cannot be written down like this."""
    reasons = reasons_against_rooms(plan.state)
    if not 0 < len(plan.name) <= NAME_LENGTH:
        text = _("请填写考场名称，不超过 %(limit)s 个字，例如“第一考场”。", limit=NAME_LENGTH)
        reasons.append(Reason("name_length", text))
    if plan.is_taken:
        reasons.append(Reason("name_taken", _("本场考试已有同名考场，请换一个名称。")))
    return reasons


def reasons_against_removing(state: SittingState, assigned: int) -> list[Reason]:
    """Return why a room cannot be removed."""
    reasons = reasons_against_rooms(state)
    if assigned:
        text = _("该考场已安排 %(count)s 名考生。请先把他们安排到其他考场，再删除。", count=assigned)
        reasons.append(Reason("assigned", text))
    return reasons


def reasons_against_seats(seats: Mapping[str, int]) -> list[Reason]:
    """Return why people cannot be spread over rooms with so many seats each, by name."""
    wrong = [name for name, count in seats.items() if not 0 <= count <= MOST_SEATS]
    if wrong:
        names = "、".join(wrong)
        text = _("座位数应为 0 到 %(limit)s 的整数，请更正：%(names)s。", limit=MOST_SEATS, names=names)
        return [Reason("seats", text)]
    if not any(seats.values()):
        return [Reason("no_seats", _("请至少为一个考场填写座位数。"))]
    return []


def spread(people: Sequence[Person], seats: Sequence[tuple[Place, int]]) -> dict[Place, list[Person]]:
    """Return who sits where: each room is filled in turn; whoever finds no seat is left out."""
    seated: dict[Place, list[Person]] = {}
    start = 0
    for place, count in seats:
        seated[place] = list(people[start : start + count])
        start += count
    return seated
