"""What every unit has open, joined from all packages, and what each duty is called and leads to.

The exam cannot see credentials; here both can be seen. A package that asks something new of the units is
joined in here, and its kind gets its words and its link.
"""

from datetime import datetime

from flask import url_for
from sqlalchemy.orm import Session

from certificates.queries.uncertified import unregistered_counts
from core import clock
from core.texts import Text, lazy_gettext as _
from exam.duties import Duty, DutyKind
from exam.non_completion import ANSWER_WORKING_DAYS
from exam.queries.duties import open_duties, sittings_to_register_for
from exam.reminders import NamedDuty
from people.scope import Scope


def duties_within(session: Session, scope: Scope, now: datetime) -> list[Duty]:
    """Return everything the units within the scope have open, by date."""
    sittings = sittings_to_register_for(session, now)
    unregistered = unregistered_counts(session, scope, sittings, clock.day_of(now))
    return open_duties(session, scope, now, unregistered)


def words_of(duty: Duty | NamedDuty) -> Text:
    """Return what is to be done, in one sentence without a full stop; it names nobody."""
    subject, count = duty.subject, duty.count
    match duty.kind:
        case DutyKind.REGISTER:
            return _(
                "在“%(subject)s”开考前登记考生，还有 %(count)s 名无证人员没有登记", subject=subject, count=count
            )
        case DutyKind.TRAIN:
            return _("在“%(subject)s”开考前补足学时，还有 %(count)s 人学时不足", subject=subject, count=count)
        case DutyKind.ANSWER:
            return _("逐人说明“%(subject)s”未完成的原因，还有 %(count)s 人没有答复", subject=subject, count=count)
        case DutyKind.CARD:
            return _("答复督办卡 %(subject)s", subject=subject)


def requirement_of(duty: Duty) -> Text:
    """Return the working requirement that a supervision card for this duty begins with."""
    match duty.kind:
        case DutyKind.REGISTER:
            return _("各单位应当在开考前，将没有有效执法证件的在编在岗执法人员登记为考生。")
        case DutyKind.TRAIN:
            return _("应参加考试的人员应当在开考前修满规定学时；学时不足的，不能参加考试。")
        case DutyKind.ANSWER:
            return _(
                "各单位应当在考试结束后 %(days)s 个工作日内，逐人说明未按要求完成培训考试的原因和后续安排。",
                days=ANSWER_WORKING_DAYS,
            )
        case DutyKind.CARD:
            return _("收到督办卡的单位应当在办结期限内书面答复办理情况。")


def path_of(duty: Duty) -> str:
    """Return where the duty is done."""
    if duty.kind is DutyKind.CARD:
        return url_for("supervision.show", card_id=duty.subject_id)
    if duty.kind is DutyKind.ANSWER:
        return url_for("non_completion.show", sitting_id=duty.subject_id, answered="no")
    if duty.kind is DutyKind.TRAIN:
        return url_for("preparation.short_hours", sitting_id=duty.subject_id)
    return url_for("sittings.register", sitting_id=duty.subject_id, organisation=duty.organisation_id)
