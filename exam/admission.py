"""Whether a candidate may start the exam, and if not, every reason why not.

A candidate whose attempt is running goes on whatever is said here: that is the room's matter.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from core.errors import Reason
from core.texts import lazy_gettext as _
from exam.networks import is_within
from exam.states import STANDING_NAMES, SittingState, Standing
from training.hours import shortfall, written

_CITY_ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class RoomFacts:
    """The room a candidate is to sit in, its address ranges (none is any), and the address asked from."""

    name: str
    networks: tuple[str, ...]
    address: str


@dataclass(frozen=True)
class CandidateFacts:
    """What admission asks of a candidate; ``room`` None asks for no place.

    ``has_sat_make_up``: another make-up of the same first sitting was sat already.
    """

    standing: Standing
    hours_done: Decimal
    has_finished: bool
    in_post: bool
    room: RoomFacts | None = None
    has_sat_make_up: bool = False


@dataclass(frozen=True)
class SittingFacts:
    """What admission asks of a sitting; ``required_hours`` None asks for no training."""

    state: SittingState
    opens_at: datetime
    closes_at: datetime
    required_hours: Decimal | None


def reasons_against(candidate: CandidateFacts, sitting: SittingFacts, now: datetime) -> list[Reason]:
    """Return every reason the candidate may not start, in the order to show them."""
    return [
        *_reasons_against_person(candidate),
        *_reasons_against_hours(candidate.hours_done, sitting.required_hours),
        *_reasons_against_place(candidate.room),
        *_reasons_against_time(sitting, now),
    ]


def city_time(instant: datetime) -> str:
    """Return an instant as the clock on the wall in the city shows it, the same in every language."""
    return f"{instant.astimezone(_CITY_ZONE):%Y-%m-%d %H:%M}"


def _reasons_against_person(candidate: CandidateFacts) -> list[Reason]:
    reasons = []
    if candidate.standing is not Standing.REGISTERED:
        text = _("您在本场考试的状态为“%(standing)s”，不参加考试。", standing=STANDING_NAMES[candidate.standing])
        reasons.append(Reason(f"is_{candidate.standing}", text))
    if not candidate.in_post:
        reasons.append(Reason("not_in_post", _("您在名册上不在执法岗位。如与实际不符，请联系本单位管理员。")))
    if candidate.has_finished:
        reasons.append(Reason("has_finished", _("您已经交卷，每人只能参加一次。")))
    if candidate.has_sat_make_up:
        reasons.append(Reason("has_sat_make_up", _("您已经参加过同一次考试的补考，补考只有一次机会。")))
    return reasons


def _reasons_against_hours(done: Decimal, required: Decimal | None) -> list[Reason]:
    if required is None or done >= required:
        return []
    text = _(
        "应修 %(required)s 学时，已修 %(done)s 学时，还差 %(missing)s 学时。",
        required=written(required),
        done=written(done),
        missing=written(shortfall(done, required)),
    )
    return [Reason("hours_short", text)]


def _reasons_against_place(room: RoomFacts | None) -> list[Reason]:
    if room is None or not room.networks or is_within(room.address, room.networks):
        return []
    text = _("本场考试须在考场“%(room)s”的计算机上作答，当前设备不在该考场。请到该考场就座。", room=room.name)
    return [Reason("other_room", text)]


def _reasons_against_time(sitting: SittingFacts, now: datetime) -> list[Reason]:
    """Return the one reason of time that counts: the window over, the sitting not open, or too early."""
    if sitting.state is SittingState.CLOSED or now >= sitting.closes_at:
        text = _("考试已于 %(time)s 截止，不能再进入。", time=city_time(sitting.closes_at))
        return [Reason("window_over", text)]
    if now < sitting.opens_at:
        text = _("考试将于 %(time)s 开始，请届时进入。", time=city_time(sitting.opens_at))
        return [Reason("not_yet_open", text)]
    if sitting.state is SittingState.DRAFT:
        return [Reason("is_draft", _("本场考试还在筹备，尚未开放。请等候通知。"))]
    return []
