"""What a course must be before anybody can earn hours in it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.errors import Reason
from core.texts import lazy_gettext as _
from training.hours import COURSE_LIMIT, STEP

TITLE_LENGTH, DESCRIPTION_LENGTH = 80, 500


@dataclass(frozen=True)
class CourseDraft:
    """A course as it is planned: what it is called, the hours it asks for, and its days."""

    title: str
    required_hours: Decimal
    starts_on: date
    ends_on: date
    description: str = ""


def reasons_against(draft: CourseDraft) -> list[Reason]:
    """Return every reason why the course cannot be planned like this, in the order of the form."""
    reasons = []
    if not 0 < len(draft.title) <= TITLE_LENGTH:
        text = _("请填写课程名称，不超过 %(limit)s 个字。", limit=TITLE_LENGTH)
        reasons.append(Reason("title_length", text))
    if len(draft.description) > DESCRIPTION_LENGTH:
        text = _("说明超过 %(limit)s 个字，请精简。", limit=DESCRIPTION_LENGTH)
        reasons.append(Reason("description_length", text))
    if not 0 < draft.required_hours <= COURSE_LIMIT or draft.required_hours % STEP != 0:
        text = _("应修学时应大于 0、不超过 %(limit)s，以 0.5 学时为单位。", limit=COURSE_LIMIT)
        reasons.append(Reason("required_hours", text))
    if draft.ends_on < draft.starts_on:
        reasons.append(Reason("days", _("结束日期不能早于开始日期。")))
    return reasons
