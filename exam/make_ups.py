"""Who may sit a make-up of which sitting, and who may join a mock exam.

One sitting and one make-up of it: whoever passed, or has sat a make-up of it already, is refused.
"""

from dataclasses import dataclass
from datetime import datetime

from core.errors import Reason
from core.texts import lazy_gettext as _
from exam.admission import city_time
from exam.states import Outcome, SittingKind, SittingState


@dataclass(frozen=True)
class FirstFacts:
    """The sitting that a make-up is of."""

    kind: SittingKind
    state: SittingState
    closes_at: datetime


@dataclass(frozen=True)
class MakeUpFacts:
    """How a person came out of the first sitting (None: was not due), and whether a make-up of it was sat."""

    name: str
    outcome: Outcome | None
    has_sat_make_up: bool


@dataclass(frozen=True)
class JoiningFacts:
    """What joining a mock exam rests on."""

    kind: SittingKind
    state: SittingState
    closes_at: datetime
    in_post: bool
    is_registered: bool


def reasons_against_first(kind: SittingKind, first: FirstFacts | None, opens_at: datetime) -> list[Reason]:
    """Return why a sitting of this kind cannot be planned with this first sitting."""
    if kind is not SittingKind.MAKE_UP:
        return [] if first is None else [Reason("first_not_asked", _("只有补考需要选择首次考试。"))]
    if first is None:
        return [Reason("first_missing", _("补考须选择是哪一场考试的补考。"))]
    if first.kind is not SittingKind.REGULAR:
        return [Reason("first_kind", _("补考的首次考试须是正式考试，请另选一场。"))]
    if opens_at < first.closes_at:
        text = _("首次考试到 %(time)s 才截止，补考应在此之后开始。", time=city_time(first.closes_at))
        return [Reason("first_running", text)]
    return []


def reasons_against_make_up_list(kind: SittingKind, first: FirstFacts | None) -> list[Reason]:
    """Return why the people of a make-up cannot be taken over from the first sitting yet."""
    if kind is not SittingKind.MAKE_UP or first is None:
        return [Reason("not_make_up", _("这不是补考，请按单位或表格登记考生。"))]
    if first.state is not SittingState.CLOSED:
        return [Reason("first_open", _("首次考试还没有结束，成绩确定后才能登记补考人员。"))]
    return []


def reasons_against_make_up(person: MakeUpFacts) -> list[Reason]:
    """Return why this person cannot be registered for the make-up."""
    reasons = []
    if person.outcome is None:
        text = _("%(name)s 在首次考试中没有结果，不属于补考人员。", name=person.name)
        reasons.append(Reason("not_due_before", text))
    if person.outcome is Outcome.PASSED:
        reasons.append(Reason("has_passed", _("%(name)s 在首次考试中已经合格，不需要补考。", name=person.name)))
    if person.has_sat_make_up:
        text = _("%(name)s 已经参加过这次考试的补考，补考只有一次机会。", name=person.name)
        reasons.append(Reason("has_sat_make_up", text))
    return reasons


def reasons_against_joining(facts: JoiningFacts, now: datetime) -> list[Reason]:
    """Return every reason why this person cannot join the mock exam."""
    if facts.kind is not SittingKind.MOCK:
        return [Reason("not_mock", _("只有模拟考试可以自行参加，其他考试由单位或市级管理员登记。"))]
    reasons = []
    if facts.state is not SittingState.OPEN or now >= facts.closes_at:
        reasons.append(Reason("not_open", _("这场模拟考试没有开放，或者已经截止。")))
    if not facts.in_post:
        reasons.append(Reason("not_in_post", _("您在名册上不在执法岗位。如与实际不符，请联系本单位管理员。")))
    if facts.is_registered:
        reasons.append(Reason("is_registered", _("您已经参加这场模拟考试，请在“我的培训考试”中进入。")))
    return reasons
