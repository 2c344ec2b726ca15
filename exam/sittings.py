"""What must hold before a sitting is planned, opened, closed or published.

Each answer is every reason why not, for the button and for the door alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from core.errors import Reason
from core.texts import Text, lazy_gettext as _
from exam.admission import city_time
from exam.blueprints import Shortage, reason_of
from exam.states import SITTING, SittingKind, SittingState

TITLE_LENGTH = 80
DEFAULT_GRACE_SECONDS = 120
DEFAULT_LEAVE_LIMIT = 5
DEFAULT_CHECK_DAYS = 3


class Phase(StrEnum):
    """Where a sitting stands on the clock: its state, and whether its window has begun or is over."""

    DRAFT = "draft"
    WAITING = "waiting"
    RUNNING = "running"
    OVER = "over"
    CLOSED = "closed"


PHASE_NAMES: dict[Phase, Text] = {
    Phase.DRAFT: _("筹备中"),
    Phase.WAITING: _("已开放，未到考试时间"),
    Phase.RUNNING: _("考试中"),
    Phase.OVER: _("已截止，待结束"),
    Phase.CLOSED: _("已结束"),
}


@dataclass(frozen=True)
class Window:
    """When a sitting can be sat."""

    opens_at: datetime
    closes_at: datetime


@dataclass(frozen=True)
class PlanFacts:
    """A sitting as it is planned, with the time one paper takes."""

    title: str
    opens_at: datetime
    closes_at: datetime
    duration_minutes: int


@dataclass(frozen=True)
class OpeningFacts:
    """What opening rests on: who is on the list and what the bank cannot fill.

    Whoever wants to joins a mock exam by themselves, so it opens with an empty list.
    """

    state: SittingState
    closes_at: datetime
    registered: int
    shortages: Sequence[Shortage]
    kind: SittingKind = SittingKind.REGULAR


@dataclass(frozen=True)
class ClosingFacts:
    """What closing rests on: who is answering, who was due and has not handed in, what nobody has decided on."""

    state: SittingState
    closes_at: datetime
    answering: int
    waiting: int
    held: int = 0


@dataclass(frozen=True)
class PublishingFacts:
    """What publishing rests on."""

    state: SittingState
    passed: int
    is_published: bool
    issuer_name: str
    kind: SittingKind = SittingKind.REGULAR


def phase_of(state: SittingState, window: Window, now: datetime) -> Phase:
    """Return where a sitting stands on the clock."""
    if state is not SittingState.OPEN:
        return Phase(state)
    if now < window.opens_at:
        return Phase.WAITING
    return Phase.RUNNING if now <= window.closes_at else Phase.OVER


def reasons_against_plan(plan: PlanFacts, now: datetime) -> list[Reason]:
    """Return every reason why the sitting cannot be planned like this, in the order of the form."""
    reasons = []
    if not 0 < len(plan.title) <= TITLE_LENGTH:
        text = _("请填写考试名称，不超过 %(limit)s 个字。", limit=TITLE_LENGTH)
        reasons.append(Reason("title_length", text))
    if plan.closes_at <= plan.opens_at:
        reasons.append(Reason("window", _("结束时间应晚于开始时间。")))
    elif plan.closes_at - plan.opens_at < timedelta(minutes=plan.duration_minutes):
        text = _("考试时间短于一份试卷的作答时间（%(minutes)s 分钟）。请延长。", minutes=plan.duration_minutes)
        reasons.append(Reason("window_short", text))
    if plan.closes_at <= now:
        reasons.append(Reason("window_over", _("结束时间已经过去，请另选时间。")))
    return reasons


def reasons_against_opening(facts: OpeningFacts, now: datetime) -> list[Reason]:
    """Return every reason why the doors cannot be opened; one for each cell the bank cannot fill."""
    wrong_state = SITTING.reasons_against(facts.state, "open")
    if wrong_state:
        return wrong_state
    reasons = []
    if now >= facts.closes_at:
        text = _("考试已于 %(time)s 截止，不能再开放。请另建一场考试。", time=city_time(facts.closes_at))
        reasons.append(Reason("window_over", text))
    if facts.registered == 0 and facts.kind is not SittingKind.MOCK:
        reasons.append(Reason("no_candidates", _("还没有应参加的考生。请先登记考生，再开放考试。")))
    return reasons + [reason_of(shortage) for shortage in facts.shortages]


def reasons_against_closing(facts: ClosingFacts, now: datetime) -> list[Reason]:
    """Return every reason why the sitting cannot be closed.

    Before the window is over it closes only once everybody who was due has handed in: whoever may still
    come is not to be written down as absent. Whoever was given more time may need it after the window.
    """
    wrong_state = SITTING.reasons_against(facts.state, "close")
    if wrong_state:
        return wrong_state
    end = city_time(facts.closes_at)
    reasons = []
    if facts.answering:
        text = _("还有 %(count)s 份答卷正在作答、已暂停或正在收卷，交卷后才能结束。", count=facts.answering)
        reasons.append(Reason("answering", text))
    if facts.waiting and now <= facts.closes_at:
        text = _("还有 %(count)s 人可以在 %(time)s 截止前参加考试，现在不能结束。", count=facts.waiting, time=end)
        reasons.append(Reason("waiting", text))
    if facts.held:
        text = _("还有 %(count)s 条迟到的作答没有处理。请先到“迟到作答”页逐条决定是否采纳。", count=facts.held)
        reasons.append(Reason("held", text))
    return reasons


def reasons_against_publishing(facts: PublishingFacts) -> list[Reason]:
    """Return every reason why the list of those who passed cannot be published."""
    if facts.kind is SittingKind.MOCK:
        return [Reason("is_mock", _("模拟考试不计成绩，没有名单可以公布。"))]
    if facts.is_published:
        return [Reason("is_published", _("本场考试的合格人员名单已经公布，不能重复公布。"))]
    reasons = SITTING.reasons_against(facts.state, "publish")
    if not reasons and facts.passed == 0:
        reasons.append(Reason("nobody_passed", _("本场考试没有合格人员，没有名单可以公布。")))
    if not facts.issuer_name:
        reasons.append(Reason("no_issuer", _("单位名录中没有填写市一级的发布机关，请先补充。")))
    return reasons
