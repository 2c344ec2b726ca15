"""What may be granted to a candidate who needs it: more time, large print, a room apart.

It is granted before the sitting, on evidence, by a named person; it never touches what is marked.
"""

from enum import StrEnum

from core.errors import Reason
from core.texts import Text, lazy_gettext as _

MOST_MINUTES = 120
LONGEST_EVIDENCE = 500


class AccommodationKind(StrEnum):
    """The kinds of things that can be granted."""

    EXTRA_TIME = "extra_time"
    LARGE_PRINT = "large_print"
    SEPARATE_ROOM = "separate_room"


ACCOMMODATION_NAMES: dict[AccommodationKind, Text] = {
    AccommodationKind.EXTRA_TIME: _("延长考试时间"),
    AccommodationKind.LARGE_PRINT: _("大字试卷"),
    AccommodationKind.SEPARATE_ROOM: _("单独考场"),
}


def reasons_against(kind: AccommodationKind, minutes: int, evidence: str, has_started: bool) -> list[Reason]:
    """Return every reason why it cannot be granted like this, in the order of the form."""
    reasons = []
    if has_started:
        text = _("考生已经开考，不能再办理合理便利。需要补时的，请在监考页面延长时间。")
        reasons.append(Reason("has_started", text))
    if kind is AccommodationKind.EXTRA_TIME and not 1 <= minutes <= MOST_MINUTES:
        text = _("延长的时间应为 1 到 %(limit)s 分钟。", limit=MOST_MINUTES)
        reasons.append(Reason("minutes", text))
    if not 0 < len(evidence.strip()) <= LONGEST_EVIDENCE:
        text = _("请写明证明材料，例如证明名称和编号，不超过 %(limit)s 个字。", limit=LONGEST_EVIDENCE)
        reasons.append(Reason("evidence", text))
    return reasons
