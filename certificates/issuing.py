"""Who on a published list is given a credential, and what stands against it.

A credential that the clean-up would flag the next morning is not issued in the first place.
"""

from dataclasses import dataclass
from datetime import date

from certificates.grounds import GROUNDS
from certificates.lapse import LapseFacts, grounds_against
from certificates.states import CredentialState
from core.errors import Reason
from core.texts import lazy_gettext as _
from people.posts import EmploymentType, OrganisationKind, PostState


@dataclass(frozen=True)
class HolderFacts:
    """What is known of somebody who is to be given a credential; ``held_no`` is one still valid.

    Whoever was disqualified must have passed after that, and not be barred any longer.
    ``effective_on`` is the day the person's line takes effect; held back is whoever was objected to.
    """

    employment: EmploymentType
    post: PostState
    post_since: date | None
    category: str
    held_no: str = ""
    effective_on: date | None = date.min
    is_held_back: bool = False
    disqualified_on: date | None = None
    barred_until: date | None = None


@dataclass(frozen=True)
class ListFacts:
    """What is known of the list that credentials are issued to."""

    effective_on: date | None
    is_logged: bool
    is_superseded: bool


def reasons_against_list(facts: ListFacts, today: date) -> list[Reason]:
    """Return why nobody on a list is given a credential on this day."""
    if facts.is_superseded:
        return [Reason("superseded", _("这一版名单已被更正，请按现行名单核发。"))]
    if not facts.is_logged or facts.effective_on is None:
        return [Reason("not_logged", _("这份名单没有列入公开日志，不产生效力，不能据以核发。"))]
    if today < facts.effective_on:
        day = facts.effective_on.isoformat()
        return [Reason("in_notice", _("名单尚在公示，%(day)s 起生效后才能核发。", day=day))]
    return []


def reasons_against(facts: HolderFacts, today: date) -> list[Reason]:
    """Return why somebody who passed is given no credential on this day."""
    lapse = LapseFacts(facts.employment, facts.post, facts.post_since, CredentialState.ACTIVE, today)
    reasons = [
        Reason(f"ground_{finding.ground}", _("名册登记为：%(ground)s。", ground=GROUNDS[finding.ground].text))
        for finding in grounds_against(lapse, today)
    ]
    if facts.is_held_back:
        reasons.append(Reason("held_back", _("有异议尚未办结，暂不核发。")))
    if facts.effective_on is None or today < facts.effective_on:
        reasons.append(Reason("line_in_notice", _("该人员尚在公示，生效后才能核发。")))
    reasons += _disqualified(facts, today)
    if facts.held_no:
        text = _("已持有有效证件 %(number)s，一人不能有两证。", number=facts.held_no)
        reasons.append(Reason("holds_one", text))
    if not facts.category:
        reasons.append(Reason("no_category", _("名册中没有执法类别，请先补登。")))
    return reasons


def _disqualified(facts: HolderFacts, today: date) -> list[Reason]:
    if facts.barred_until is not None and today <= facts.barred_until:
        day = facts.barred_until.isoformat()
        return [Reason("barred", _("证件曾被吊销，%(day)s 前（含当日）不得重新核发。", day=day))]
    passed_on, lost_on = facts.effective_on, facts.disqualified_on
    if lost_on is not None and passed_on is not None and passed_on <= lost_on:
        text = _("执法资格已于 %(day)s 取消，须在此后重新考试合格才能核发。", day=lost_on.isoformat())
        return [Reason("disqualified", text)]
    return []


def area_of(registered: str, kind: OrganisationKind, unit_name: str, above_name: str) -> str:
    """Return the area printed: the one on the roll, else the county's own, else that of what stands above."""
    return registered or (unit_name if kind is OrganisationKind.COUNTY else above_name)
