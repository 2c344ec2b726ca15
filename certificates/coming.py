"""What a holder has to do about a credential and when: the annual review, the renewal, what is missing for it.

It tells the holder in time; it decides nothing.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from certificates import renewal, review
from certificates.allowed import CardFacts
from certificates.review import ReviewState, review_state
from certificates.states import CredentialState, CredentialStatus, state_on, status_on
from core.texts import Text, lazy_gettext as _


class Urgency(StrEnum):
    """How pressing something is; the tone in which it is shown."""

    DONE = "good"
    LATER = "neutral"
    NOW = "warn"
    LATE = "bad"


@dataclass(frozen=True)
class Coming:
    """One thing to do: what it is, how it stands, from when until when, and how pressing it is."""

    title: Text
    text: Text
    urgency: Urgency
    tag: Text


def coming(facts: CardFacts, today: date) -> list[Coming]:
    """Return what a holder has to know of the days to come, the most pressing kind first."""
    status = status_on(today, facts.state, facts.valid_from, facts.valid_until, facts.suspended_until)
    if status in {CredentialStatus.VALID, CredentialStatus.SUSPENDED}:
        return [*_suspension(facts, today), _review(facts, today), _renewal(facts, today)]
    if status is CredentialStatus.VOID and not facts.is_replaced:
        text = _("证件已作废。请向所在单位说明情况，由发证机关核实后补办新证。")
        return [Coming(_("补办"), text, Urgency.NOW, _("待补办"))]
    return []


def _suspension(facts: CardFacts, today: date) -> list[Coming]:
    if state_on(today, facts.state, facts.suspended_until) is not CredentialState.SUSPENDED:
        return []
    day = facts.suspended_until.isoformat() if facts.suspended_until else ""
    text = _("暂扣至 %(day)s（含当日），次日自动恢复。暂扣期间不得从事行政执法活动。", day=day)
    return [Coming(_("暂扣"), text, Urgency.LATE, _("暂扣中"))]


def _review(facts: CardFacts, today: date) -> Coming:
    state = review_state(facts.review, today)
    year = today.year + 1 if state in {ReviewState.NOT_DUE, ReviewState.PASSED} else today.year
    first, last = review.opens_on(year).isoformat(), review.closes_on(year).isoformat()
    texts: dict[ReviewState, tuple[Text, Urgency, Text]] = {
        ReviewState.NOT_DUE: (
            _("下一次审验：%(first)s 至 %(last)s。", first=first, last=last),
            Urgency.LATER,
            _("未到时间"),
        ),
        ReviewState.COMING: (
            _("审验时间：%(first)s 至 %(last)s，由所在单位统一办理。", first=first, last=last),
            Urgency.LATER,
            _("未到时间"),
        ),
        ReviewState.OPEN: (_("请在 %(last)s 前通过所在单位办理。", last=last), Urgency.NOW, _("请办理")),
        ReviewState.OVERDUE: (
            _("应在 %(last)s 前办理，已逾期。请立即通过所在单位补办，逾期不办的证件将被暂扣。", last=last),
            Urgency.LATE,
            _("已逾期"),
        ),
        ReviewState.PASSED: (
            _("今年已通过。下一次审验：%(first)s 至 %(last)s。", first=first, last=last),
            Urgency.DONE,
            _("已通过"),
        ),
        ReviewState.FAILED: (_("今年审验未通过，请向所在单位了解原因。"), Urgency.LATE, _("未通过")),
    }
    text, urgency, tag = texts[state]
    return Coming(_("年度审验"), text, urgency, tag)


def _renewal(facts: CardFacts, today: date) -> Coming:
    title, opens = _("到期换发"), renewal.opens_on(facts.valid_until)
    missing = renewal.hours_missing(facts.hours_done)
    if today < opens:
        text = _(
            "%(day)s 起可以换发。届时近一年培训学时应满 %(required)s 学时，目前 %(done)s 学时。",
            day=opens.isoformat(),
            required=_written(renewal.HOURS_A_YEAR),
            done=_written(facts.hours_done),
        )
        return Coming(title, text, Urgency.LATER, _("未到时间"))
    left = (facts.valid_until - today).days
    if missing:
        text = _(
            "证件 %(left)s 天后到期。换发还差 %(missing)s 学时，请尽快完成培训。",
            left=left,
            missing=_written(missing),
        )
        return Coming(title, text, Urgency.LATE, _("学时不足"))
    text = _("证件 %(left)s 天后到期，学时已经达到要求，请通过所在单位办理换发。", left=left)
    return Coming(title, text, Urgency.NOW, _("请办理"))


def _written(hours: Decimal) -> str:
    return f"{hours.normalize():f}"
