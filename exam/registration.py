"""Who may be put on a sitting's list, and whose standing on it may still be changed.

Only people on the establishment and in post are examined for a credential; the list is closed once the
window is over, so that nobody leaves a denominator afterwards.
"""

from dataclasses import dataclass
from datetime import datetime

from core.errors import Reason
from core.texts import lazy_gettext as _
from exam.admission import city_time
from exam.states import STANDING_NAMES, SittingKind, SittingState, Standing
from people.posts import EMPLOYMENT_NAMES, POST_NAMES, EmploymentType, PostState

REASON_LENGTH = 200


@dataclass(frozen=True)
class ApplicantFacts:
    """What registering asks of a person."""

    name: str
    employment: EmploymentType
    post: PostState
    is_registered: bool


@dataclass(frozen=True)
class ListFacts:
    """Whether a sitting's list can still be changed."""

    state: SittingState
    closes_at: datetime


@dataclass(frozen=True)
class StandingFacts:
    """What a change of standing asks of a candidate."""

    standing: Standing
    has_attempt: bool


def reasons_against_list(facts: ListFacts, now: datetime) -> list[Reason]:
    """Return why nobody can be put on the list or taken off it any more."""
    if facts.state is SittingState.CLOSED:
        return [Reason("is_closed", _("本场考试已经结束，考生名单不能再改动。"))]
    if now >= facts.closes_at:
        text = _("考试已于 %(time)s 截止，考生名单不能再改动。", time=city_time(facts.closes_at))
        return [Reason("window_over", text)]
    return []


def reasons_against_unit(kind: SittingKind, opens_at: datetime, now: datetime) -> list[Reason]:
    """Return why a unit cannot put its own people on the list, where the city's office still may."""
    if kind is not SittingKind.REGULAR:
        return [Reason("not_regular", _("补考和模拟考试的考生不由单位登记。"))]
    if now >= opens_at:
        text = _(
            "考试已于 %(time)s 开始，单位不能再登记考生。确需补登的，请联系市级管理员。", time=city_time(opens_at)
        )
        return [Reason("has_begun", text)]
    return []


def reasons_against_applicant(person: ApplicantFacts) -> list[Reason]:
    """Return every reason why this person cannot be registered."""
    reasons = []
    if person.is_registered:
        text = _("%(name)s 已在本场考试的名单上，不能重复登记。", name=person.name)
        reasons.append(Reason("is_registered", text))
    if person.employment is not EmploymentType.ESTABLISHMENT:
        text = _(
            "%(name)s 的人员性质为“%(employment)s”，不是在编人员，不能参加资格考试。",
            name=person.name,
            employment=EMPLOYMENT_NAMES[person.employment],
        )
        reasons.append(Reason("not_on_establishment", text))
    if person.post is not PostState.IN_POST:
        text = _(
            "%(name)s 的岗位状态为“%(post)s”，不在执法岗位，不能参加资格考试。",
            name=person.name,
            post=POST_NAMES[person.post],
        )
        reasons.append(Reason("not_in_post", text))
    return reasons


def reasons_against_leaving(facts: StandingFacts) -> list[Reason]:
    """Return why a candidate can be neither exempted nor withdrawn."""
    if facts.has_attempt:
        return [Reason("has_attempt", _("该考生已经开始考试，不能再改为免考或退出。"))]
    return _unless(facts, Standing.REGISTERED)


def reasons_against_returning(facts: StandingFacts) -> list[Reason]:
    """Return why a candidate cannot be put back among those who are due."""
    if facts.standing is not Standing.REGISTERED:
        return []
    return [Reason("is_registered", _("该考生本来就应参加考试，无需恢复。"))]


def reasons_against_reason(text: str) -> list[Reason]:
    """Return why what was written down as the reason will not do."""
    if not text.strip():
        return [Reason("reason_missing", _("请写明原因，例如批准文件或依据。"))]
    if len(text) > REASON_LENGTH:
        return [Reason("reason_length", _("原因超过 %(limit)s 个字，请精简。", limit=REASON_LENGTH))]
    return []


def _unless(facts: StandingFacts, standing: Standing) -> list[Reason]:
    if facts.standing is standing:
        return []
    text = _("该考生当前为“%(standing)s”，无需再办理。", standing=STANDING_NAMES[facts.standing])
    return [Reason("wrong_standing", text)]
