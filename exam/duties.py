"""What a unit still has to do, by when, computed from facts each time it is asked and stored nowhere.

A duty disappears by being done. What comes from credentials is joined in where both can be seen; this
rule knows how duties are told apart, when one is overdue, and in which order they are shown.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from core.texts import Text, lazy_gettext as _
from exam.states import SittingKind, SittingState

_CITY_ZONE = ZoneInfo("Asia/Shanghai")
_INSTANT = timedelta(microseconds=1)


class DutyKind(StrEnum):
    """What is to be done."""

    REGISTER = "register"
    TRAIN = "train"
    ANSWER = "answer"
    CARD = "card"


DUTY_NAMES: dict[DutyKind, Text] = {
    DutyKind.REGISTER: _("登记考生"),
    DutyKind.TRAIN: _("补足学时"),
    DutyKind.ANSWER: _("说明未完成原因"),
    DutyKind.CARD: _("答复督办卡"),
}


@dataclass(frozen=True)
class Duty:
    """One thing a unit has open; ``subject_id`` is the sitting or the card, ``count`` how many people or things.

    ``due_at`` is the first instant at which it is overdue.
    """

    kind: DutyKind
    organisation_id: UUID
    subject_id: UUID
    subject: str
    count: int
    due_at: datetime

    @property
    def key(self) -> str:
        """Return what tells this duty from every other one of its unit, whatever its date."""
        return f"{self.kind}:{self.subject_id}"

    @property
    def dated_key(self) -> str:
        """Return what tells it from itself with another date, which is to be reminded of anew."""
        return f"{self.key}:{self.last_day.isoformat()}"

    @property
    def last_day(self) -> date:
        """Return the last day, in the city, on which it is done in time."""
        return (self.due_at - _INSTANT).astimezone(_CITY_ZONE).date()

    def is_overdue(self, now: datetime) -> bool:
        """Say whether the time for it is over."""
        return now >= self.due_at


@dataclass(frozen=True)
class SittingWork:
    """What one sitting has to do with one unit: how many people are to be registered, trained, answered for.

    ``answer_end`` is the instant at which answers are late; None before the sitting is closed.
    """

    organisation_id: UUID
    sitting_id: UUID
    title: str
    kind: SittingKind
    state: SittingState
    opens_at: datetime
    closes_at: datetime
    answer_end: datetime | None = None
    unregistered: int = 0
    short: int = 0
    unanswered: int = 0


@dataclass(frozen=True)
class CardWork:
    """One supervision card that waits for the unit's answer."""

    organisation_id: UUID
    card_id: UUID
    number: str
    due_end: datetime


def duties_of_sitting(work: SittingWork, now: datetime) -> list[Duty]:
    """Return what a unit has open for one sitting.

    People are registered before the sitting opens. Hours can still be done while it is open, but are due
    before; once it is closed, whoever has not completed is to be answered for, however late.
    """
    if work.kind is SittingKind.MOCK:
        return []
    found = []
    if work.unregistered and now < work.opens_at:
        found.append(_duty(work, DutyKind.REGISTER, work.unregistered, work.opens_at))
    if work.short and work.state is not SittingState.CLOSED and now < work.closes_at:
        found.append(_duty(work, DutyKind.TRAIN, work.short, work.opens_at))
    if work.unanswered and work.answer_end is not None:
        found.append(_duty(work, DutyKind.ANSWER, work.unanswered, work.answer_end))
    return found


def duty_of_card(work: CardWork) -> Duty:
    """Return the duty to answer a supervision card."""
    return Duty(DutyKind.CARD, work.organisation_id, work.card_id, work.number, 1, work.due_end)


def in_order(duties: Iterable[Duty]) -> list[Duty]:
    """Return duties by date, so that what is longest overdue comes first."""
    return sorted(duties, key=lambda duty: (duty.due_at, duty.kind, duty.subject, duty.organisation_id))


def _duty(work: SittingWork, kind: DutyKind, count: int, due_at: datetime) -> Duty:
    return Duty(kind, work.organisation_id, work.sitting_id, work.title, count, due_at)
