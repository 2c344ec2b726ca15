"""Which duties a unit is reminded of by mail, and when: some days before, and once when overdue.

Each duty gives cause for a mail twice at most; the mail itself always names everything that is open, and
none of the people behind it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from core.texts import Text, lazy_gettext as _
from exam.duties import Duty, DutyKind

MOST_TRIES = 5
RETRY_AFTER = timedelta(minutes=15)
# Nothing takes this long to be sent: what is still on its way was left behind by a process that died.
LOST_AFTER = timedelta(minutes=10)


class ReminderState(StrEnum):
    """Where one mail stands; nobody knows whether a lost one arrived, so it is not sent again."""

    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    LOST = "lost"


REMINDER_STATE_NAMES: dict[ReminderState, Text] = {
    ReminderState.SENDING: _("发送中"),
    ReminderState.SENT: _("已发送"),
    ReminderState.FAILED: _("未发出"),
    ReminderState.LOST: _("不知是否送达，不再重发"),
}


class Milestone(StrEnum):
    """What makes a duty a cause for a mail."""

    SOON = "soon"
    OVERDUE = "overdue"


@dataclass(frozen=True)
class NamedDuty:
    """One duty as a mail names it: no person, only how many."""

    kind: DutyKind
    subject: str
    count: int
    last_day: date
    is_overdue: bool

    @property
    def stored(self) -> list[str | int | bool]:
        """Return it as it is kept with the mail."""
        return [self.kind, self.subject, self.count, self.last_day.isoformat(), self.is_overdue]


@dataclass(frozen=True)
class TryFacts:
    """What sending a mail once more rests on."""

    state: ReminderState
    tries: int
    tried_at: datetime


def named(duty: Duty, now: datetime) -> NamedDuty:
    """Return a duty as a mail of this moment names it."""
    return NamedDuty(duty.kind, duty.subject, duty.count, duty.last_day, duty.is_overdue(now))


def named_again(stored: Sequence[str | int | bool]) -> NamedDuty:
    """Return a duty as it was kept with a mail."""
    kind, subject, count, last_day, is_overdue = stored
    day = date.fromisoformat(str(last_day))
    return NamedDuty(DutyKind(str(kind)), str(subject), int(count), day, bool(is_overdue))


def causes_for(duties: Sequence[Duty], already: Iterable[str], now: datetime, days_before: int) -> list[str]:
    """Return the causes for a mail now that no earlier mail has had: dated keys of duties with their milestone."""
    had = frozenset(already)
    reached = ((duty, _milestone(duty, now, days_before)) for duty in duties)
    causes = [f"{duty.dated_key}:{milestone}" for duty, milestone in reached if milestone is not None]
    return [cause for cause in causes if cause not in had]


def may_try_again(facts: TryFacts, now: datetime) -> bool:
    """Say whether a mail that could not be sent is tried once more now."""
    is_open = facts.state is ReminderState.FAILED and facts.tries < MOST_TRIES
    return is_open and now >= facts.tried_at + RETRY_AFTER


def is_lost(facts: TryFacts, now: datetime) -> bool:
    """Say whether a mail was being sent when its process died."""
    return facts.state is ReminderState.SENDING and now >= facts.tried_at + LOST_AFTER


def _milestone(duty: Duty, now: datetime, days_before: int) -> Milestone | None:
    if duty.is_overdue(now):
        return Milestone.OVERDUE
    return Milestone.SOON if now >= duty.due_at - timedelta(days=days_before) else None
