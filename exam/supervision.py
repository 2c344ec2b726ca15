"""Supervision cards (督办卡): what the office may ask of a unit on one, and who does what with it next.

A card is issued for something overdue. The unit answers, the office closes it or sends it back with what
is missing; every step stays as it was written.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from core.errors import Reason
from core.lifecycle import Lifecycle, move
from core.texts import Text, lazy_gettext as _

NAME_LENGTH = 50
MATTER_LENGTH, REQUIREMENT_LENGTH, ANSWER_LENGTH = 200, 500, 600


class CardState(StrEnum):
    """Where a supervision card stands."""

    ISSUED = "issued"
    ANSWERED = "answered"
    RETURNED = "returned"
    CLOSED = "closed"


class CardVerb(StrEnum):
    """One step of a card."""

    ISSUE = "issue"
    ANSWER = "answer"
    SEND_BACK = "send_back"
    CLOSE = "close"


CARD = Lifecycle[CardState](
    moves={
        CardVerb.ANSWER: move({CardState.ISSUED, CardState.RETURNED}, CardState.ANSWERED),
        CardVerb.SEND_BACK: move({CardState.ANSWERED}, CardState.RETURNED),
        CardVerb.CLOSE: move({CardState.ANSWERED}, CardState.CLOSED),
    },
    words={
        CardState.ISSUED: _("待答复"),
        CardState.ANSWERED: _("已答复，待办结"),
        CardState.RETURNED: _("已退回，待重新答复"),
        CardState.CLOSED: _("已办结"),
    },
)
WAITING_FOR_UNIT = frozenset({CardState.ISSUED, CardState.RETURNED})

STEP_NAMES: dict[CardVerb, Text] = {
    CardVerb.ISSUE: _("发出督办卡"),
    CardVerb.ANSWER: _("单位答复"),
    CardVerb.SEND_BACK: _("退回单位"),
    CardVerb.CLOSE: _("办结"),
}


@dataclass(frozen=True)
class CardDraft:
    """A card as it is typed; ``duty_key`` names the overdue duty it is issued for."""

    matter: str
    requirement: str
    owner_name: str
    owner_post: str
    due_on: date
    duty_key: str


def number_of(year: int, serial: int) -> str:
    """Return a card's number as it is printed: the full year in brackets, the serial without zeros before it."""
    return f"督办〔{year}〕{serial}号"


def reasons_against_card(draft: CardDraft, today: date) -> list[Reason]:
    """Return every reason why the card cannot be issued like this, in the order of the form."""
    fields: tuple[tuple[str, int, Text], ...] = (
        (draft.matter, MATTER_LENGTH, _("督办事项")),
        (draft.requirement, REQUIREMENT_LENGTH, _("工作要求及依据")),
        (draft.owner_name, NAME_LENGTH, _("责任人姓名")),
        (draft.owner_post, NAME_LENGTH, _("责任人职务")),
    )
    reasons = [reason for text, limit, name in fields for reason in _reasons_against_text(text, limit, name)]
    return reasons + reasons_against_due(draft.due_on, today)


def reasons_against_due(due_on: date, today: date) -> list[Reason]:
    """Return why a card cannot be due on that day."""
    if due_on > today:
        return []
    return [Reason("due_past", _("办结期限应晚于今天，给单位留出办理的时间。"))]


def reasons_against_step(state: CardState, verb: CardVerb, text: str) -> list[Reason]:
    """Return every reason why a step cannot be taken with these words."""
    return CARD.reasons_against(state, verb) + _reasons_against_text(text, ANSWER_LENGTH, _("办理情况"))


def _reasons_against_text(text: str, limit: int, name: Text) -> list[Reason]:
    if not text.strip():
        return [Reason("text_missing", _("请填写“%(name)s”。", name=name))]
    if len(text) > limit:
        words = _("“%(name)s”超过 %(limit)s 个字，请精简。", name=name, limit=limit)
        return [Reason("text_length", words)]
    return []
