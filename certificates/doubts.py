"""A doubt about a credential that somebody reports: what it must say, and how many come from one address.

Whoever reports may stay unnamed; the answer is read with the receipt. What is reported is never public.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from core.errors import Reason
from core.lifecycle import Lifecycle, move
from core.texts import lazy_gettext as _

CERT_NO_LENGTH, TEXT_LENGTH, CONTACT_LENGTH, ANSWER_LENGTH = 60, 1000, 100, 1000
PER_ADDRESS, ADDRESS_WINDOW = 5, timedelta(days=1)


class DoubtState(StrEnum):
    """Where a report stands."""

    OPEN = "open"
    ANSWERED = "answered"


DOUBT = Lifecycle[DoubtState](
    moves={"answer": move({DoubtState.OPEN}, DoubtState.ANSWERED)},
    words={DoubtState.OPEN: _("待核实"), DoubtState.ANSWERED: _("已答复")},
)


@dataclass(frozen=True)
class DoubtDraft:
    """What somebody handed in."""

    cert_no: str
    text: str
    contact: str


def reasons_against_report(draft: DoubtDraft, from_address: int) -> list[Reason]:
    """Return why a report cannot be taken, in the order to show them."""
    reasons = []
    if from_address >= PER_ADDRESS:
        text = _("同一网络地址一天内最多提交 %(limit)s 件。请明天再提交，或直接向发证机关反映。", limit=PER_ADDRESS)
        reasons.append(Reason("too_many", text))
    if not draft.text.strip():
        reasons.append(Reason("text_missing", _("请写明您看到的情况和疑问，例如时间、地点、对方说了什么。")))
    limits = ((draft.cert_no, CERT_NO_LENGTH), (draft.text, TEXT_LENGTH), (draft.contact, CONTACT_LENGTH))
    longest = [limit for value, limit in limits if len(value) > limit]
    if longest:
        reasons.append(Reason("too_long", _("内容超过 %(limit)s 个字，请精简。", limit=longest[0])))
    return reasons


def reasons_against_answer(state: DoubtState, answer: str) -> list[Reason]:
    """Return why a report cannot be answered so."""
    reasons = DOUBT.reasons_against(state, "answer")
    if not answer.strip():
        reasons.append(Reason("answer_missing", _("请写明核实的情况。反映人凭回执可以看到全文。")))
    if len(answer) > ANSWER_LENGTH:
        reasons.append(Reason("answer_long", _("内容超过 %(limit)s 个字，请精简。", limit=ANSWER_LENGTH)))
    return reasons
