"""When a credential is renewed and with how many class hours: from 90 days before it runs out.

The hours are those of the twelve months before the day; how many are asked for is the city's own rule.
"""

from datetime import date, timedelta
from decimal import Decimal

from core.errors import Reason
from core.texts import lazy_gettext as _

DAYS_BEFORE = 90
HOURS_A_YEAR = Decimal(60)
YEAR = timedelta(days=365)


def opens_on(valid_until: date) -> date:
    """Return the first day on which a credential that runs out on a day can be renewed."""
    return valid_until - timedelta(days=DAYS_BEFORE)


def hours_missing(done: Decimal) -> Decimal:
    """Return how many class hours are still missing for a renewal."""
    return max(HOURS_A_YEAR - done, Decimal(0))


def reasons_against_renewal(valid_until: date, hours_done: Decimal, today: date) -> list[Reason]:
    """Return why a standing credential is not renewed on a day: too early, too late, too few hours."""
    reasons = []
    if today < opens_on(valid_until):
        text = _("未到换发时间，%(day)s 起可以换发。", day=opens_on(valid_until).isoformat())
        reasons.append(Reason("too_early", text))
    if today > valid_until:
        text = _("证件已过期，不能换发。须重新参加培训考试，合格后按名单核发。")
        reasons.append(Reason("expired", text))
    if missing := hours_missing(hours_done):
        text = _(
            "近一年培训学时 %(done)s，要求 %(required)s，还差 %(missing)s 学时。",
            done=_written(hours_done),
            required=_written(HOURS_A_YEAR),
            missing=_written(missing),
        )
        reasons.append(Reason("hours", text))
    return reasons


def _written(hours: Decimal) -> str:
    return f"{hours.normalize():f}"
