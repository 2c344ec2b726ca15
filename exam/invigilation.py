"""What an invigilator may do to an attempt, and every reason why not.

Each act asks for a reason in words. Nothing here voids an attempt, and none of it is done by a machine.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.errors import Reason
from core.texts import Text, lazy_gettext as _
from exam.events import LONGEST_REASON, EventKind, Irregularity
from exam.states import ATTEMPT, AttemptState, SittingState
from exam.time_ledger import MOST_EXTRA_MINUTES, reasons_against_extra, stood_still


class Act(StrEnum):
    """The acts of an invigilator."""

    GIVE_TIME = "give_time"
    MAKE_GOOD = "make_good"
    PAUSE = "pause"
    RESUME = "resume"
    HAND_IN = "hand_in"
    LET_IN = "let_in"
    NOTE = "note"


ACT_NAMES: dict[Act, Text] = {
    Act.GIVE_TIME: _("延长时间"),
    Act.MAKE_GOOD: _("故障补时"),
    Act.PAUSE: _("暂停作答"),
    Act.RESUME: _("继续作答"),
    Act.HAND_IN: _("代为交卷"),
    Act.LET_IN: _("恢复作答"),
    Act.NOTE: _("登记异常"),
}
ACT_NOTES: dict[Act, Text] = {
    Act.GIVE_TIME: _("从现在的截止时间起顺延，考生页面几秒内显示新的剩余时间。"),
    Act.MAKE_GOOD: _(
        "服务器或网络故障中断了作答的，按中断的分钟数补给受影响的考生。受影响的考生可在监考页面按断线时长筛选。"
    ),
    Act.PAUSE: _("暂停期间考生不能作答，时间停止计算。"),
    Act.RESUME: _("考生继续作答，暂停的时间全部补还。"),
    Act.HAND_IN: _("按已保存的作答交卷并评分。确需撤回的，可以在考试结束前恢复作答。"),
    Act.LET_IN: _(
        "已交卷的考生重新进入作答，交卷时剩余的时间全部保留；需要时可以另加分钟数。原成绩保留备查，再次交卷后重新评分。"
    ),
    Act.NOTE: _("登记后该考生在监考页面上标为“异常”。登记不影响作答和成绩，由人员另行处理。"),
}
EVENT_OF: dict[Act, EventKind] = {
    Act.GIVE_TIME: EventKind.TIME_GIVEN,
    Act.MAKE_GOOD: EventKind.TIME_GIVEN,
    Act.PAUSE: EventKind.PAUSED,
    Act.RESUME: EventKind.RESUMED,
    Act.HAND_IN: EventKind.HANDED_IN,
    Act.LET_IN: EventKind.LET_IN,
    Act.NOTE: EventKind.IRREGULARITY,
}
GIVES_TIME = frozenset({Act.GIVE_TIME, Act.MAKE_GOOD})
_MOVES = frozenset({Act.PAUSE, Act.RESUME, Act.HAND_IN, Act.LET_IN})


@dataclass(frozen=True)
class Order:
    """What is to be done, why, and for how many minutes or under which category where that is asked."""

    act: Act
    reason: str
    minutes: int = 0
    category: Irregularity | None = None


@dataclass(frozen=True)
class AttemptFacts:
    """What an act rests on; ``state`` None where the candidate has no attempt.

    ``was_just_done`` says that the same was done to this attempt since the person decided on it.
    """

    sitting: SittingState
    state: AttemptState | None
    deadline_at: datetime | None = None
    accept_until: datetime | None = None
    finished_at: datetime | None = None
    was_just_done: bool = False

    @property
    def seconds_left(self) -> int:
        """Return the seconds that were left when the attempt was handed in."""
        if self.finished_at is None or self.deadline_at is None:
            return 0
        return stood_still(self.finished_at, self.deadline_at)


def reasons_against_order(order: Order) -> list[Reason]:
    """Return every reason why an order cannot be given like this, in the order of the form."""
    reasons = []
    if order.act in GIVES_TIME:
        reasons += reasons_against_extra(order.minutes)
    if order.act is Act.LET_IN and not 0 <= order.minutes <= MOST_EXTRA_MINUTES:
        text = _("另加的时间应为 0 到 %(limit)s 分钟。", limit=MOST_EXTRA_MINUTES)
        reasons.append(Reason("extra_minutes", text))
    if order.act is Act.NOTE and order.category is None:
        reasons.append(Reason("category", _("请选择异常情况的类别。")))
    return reasons + reasons_against_words(order.reason)


def reasons_against_words(reason: str) -> list[Reason]:
    """Return why what was written down as the reason will not do."""
    if not reason.strip():
        return [Reason("reason_missing", _("请写明原因，以便事后查考。"))]
    if len(reason) > LONGEST_REASON:
        return [Reason("reason_length", _("原因超过 %(limit)s 个字，请精简。", limit=LONGEST_REASON))]
    return []


def reasons_against(order: Order, facts: AttemptFacts, now: datetime) -> list[Reason]:
    """Return every reason why the order cannot be carried out on an attempt."""
    if facts.was_just_done:
        text = _("在您确认之前，已有人对该考生办理过“%(act)s”，没有重复办理。", act=ACT_NAMES[order.act])
        return [Reason("just_done", text)]
    if order.act is Act.NOTE:
        return []
    if facts.state is None:
        return [Reason("not_in", _("该考生还没有开始作答。"))]
    if order.act in _MOVES:
        reasons = ATTEMPT.reasons_against(facts.state, order.act)
        return reasons or _reasons_of_moment(order, facts, now)
    if facts.state is AttemptState.HANDED_IN:
        return [Reason("handed_in", _("该考生已经交卷。需要继续作答的，请先恢复作答。"))]
    return _reasons_of_moment(order, facts, now)


def _reasons_of_moment(order: Order, facts: AttemptFacts, now: datetime) -> list[Reason]:
    if order.act is Act.LET_IN:
        return _reasons_against_letting_in(order, facts)
    is_over = facts.state is AttemptState.ANSWERING and facts.accept_until is not None and facts.accept_until < now
    if is_over and order.act is not Act.HAND_IN:
        return [Reason("over", _("考试时间已到，正在自动交卷。需要继续作答的，请在交卷后恢复作答。"))]
    if order.act is Act.PAUSE and facts.deadline_at is not None and facts.deadline_at <= now:
        return [Reason("over", _("考试时间已到，不能再暂停。"))]
    return []


def _reasons_against_letting_in(order: Order, facts: AttemptFacts) -> list[Reason]:
    if facts.sitting is not SittingState.OPEN:
        return [Reason("is_closed", _("本场考试已经结束，不能恢复作答。"))]
    if facts.seconds_left == 0 and order.minutes == 0:
        return [Reason("no_time", _("该考生交卷时时间已用完，恢复作答须同时另加分钟数。"))]
    return []
