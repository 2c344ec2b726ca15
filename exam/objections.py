"""An objection to one line of a list: when it may be made, by when it is answered, and by whom not.

Whoever drafted or approved the list does not answer it. An open objection, or one upheld that no
correction has followed yet, holds back the person concerned and nobody else.
"""

from dataclasses import dataclass
from datetime import timedelta

from core.errors import Reason
from core.texts import Text, lazy_gettext as _
from exam.list_states import OBJECTION, ObjectionState
from exam.notices import ListStatus

ANSWER_DAYS = 15
NAME_LENGTH, CONTACT_LENGTH, TEXT_LENGTH, ANSWER_LENGTH = 50, 100, 1000, 1000
PER_ADDRESS, ADDRESS_WINDOW = 5, timedelta(days=1)
NUMBER_DIGITS, CODE_LETTERS = 10, 10
CODE_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


@dataclass(frozen=True)
class ObjectionDraft:
    """What somebody handed in."""

    name: str
    contact: str
    text: str


@dataclass(frozen=True)
class MakingFacts:
    """What making an objection rests on: where list and line stand, and what came from this address."""

    status: ListStatus
    is_listed: bool
    from_address: int
    has_same: bool


@dataclass(frozen=True)
class AnsweringFacts:
    """What answering rests on."""

    state: ObjectionState
    is_drafter: bool
    is_approver: bool


def reasons_against_making(facts: MakingFacts) -> list[Reason]:
    """Return every reason why no objection can be made to this line now."""
    if facts.status is not ListStatus.NOTICE:
        return [
            Reason(
                "no_notice", _("公示期已经结束或名单不经公示，不能在网上提出异议。仍有意见的，请向公布机关反映。")
            )
        ]
    reasons = []
    if not facts.is_listed:
        reasons.append(Reason("not_listed", _("名单上的这一行已经撤下，不需要再提出异议。")))
    if facts.has_same:
        reasons.append(Reason("has_same", _("您已对这一行提出过异议，正在核查，请勿重复提交。")))
    if facts.from_address >= PER_ADDRESS:
        text = _(
            "同一网络地址一天内最多提交 %(limit)s 件异议。请明天再提交，或按名单上的联系方式向公布机关提出。",
            limit=PER_ADDRESS,
        )
        reasons.append(Reason("too_many", text))
    return reasons


def reasons_against_objection(draft: ObjectionDraft) -> list[Reason]:
    """Return why what was handed in will not do, in the order of the form."""
    fields: list[tuple[str, str, int, Text]] = [
        ("name", draft.name, NAME_LENGTH, _("请填写您的姓名或单位名称。")),
        ("contact", draft.contact, CONTACT_LENGTH, _("请填写联系方式，以便核查时与您联系。")),
        ("text", draft.text, TEXT_LENGTH, _("请写明异议的内容和理由。")),
    ]
    return [reason for code, value, limit, missing in fields for reason in _against(code, value, limit, missing)]


def reasons_against_answering(facts: AnsweringFacts) -> list[Reason]:
    """Return every reason why this person cannot answer the objection."""
    if facts.state is not ObjectionState.OPEN:
        return [Reason("is_answered", _("这件异议已经答复，不能再改。"))]
    if facts.is_drafter or facts.is_approver:
        text = _("这份名单由您起草或批准，异议须由没有经手的另一名管理员答复。")
        return [Reason("is_first_reviewer", text)]
    return []


def reasons_against_answer(facts: AnsweringFacts, finding: ObjectionState, answer: str) -> list[Reason]:
    """Return every reason why this answer cannot be given."""
    verb = "uphold" if finding is ObjectionState.UPHELD else "dismiss"
    reasons = reasons_against_answering(facts) or OBJECTION.reasons_against(facts.state, verb)
    return reasons + _against("answer", answer, ANSWER_LENGTH, _("请写明核查的经过和理由。"))


def normalised_code(typed: str) -> str:
    """Return a receipt's number or code as it was given out, however it was typed."""
    return "".join(sign for sign in typed.upper() if sign.isascii() and sign.isalnum())


def grouped(code: str) -> str:
    """Return a number or code in groups of five, as it is shown and written down."""
    return "-".join(code[start : start + 5] for start in range(0, len(code), 5))


def _against(code: str, value: str, limit: int, missing: Text) -> list[Reason]:
    if not value.strip():
        return [Reason(f"{code}_missing", missing)]
    if len(value) > limit:
        return [Reason(f"{code}_length", _("内容超过 %(limit)s 个字，请精简。", limit=limit))]
    return []
