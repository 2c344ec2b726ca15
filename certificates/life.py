"""How a card and its holder's qualification stand after each act, and what that is worth on any day.

An act says what changes; this says how everything stands afterwards, so that a list of acts read in order
is the whole history. It knows no clock: the day and the bounds of a day are handed in.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from certificates.acts import CARD_ONLY, ActKind
from certificates.states import (
    CREDENTIAL,
    QUALIFICATION,
    STANDING,
    CredentialState,
    CredentialStatus,
    QualificationState,
    state_on,
    status_on,
)

BAR_YEARS = 2
BEGINS = frozenset({ActKind.ISSUE, ActKind.TAKE_OVER, ActKind.RENEW, ActKind.REISSUE, ActKind.EXCHANGE})
MOVES: dict[ActKind, str] = {
    ActKind.SUSPEND: "suspend",
    ActKind.EXTEND: "extend",
    ActKind.LIFT: "lift",
    ActKind.VOID: "void",
    ActKind.CANCEL: "cancel",
    ActKind.REVOKE: "revoke",
} | dict.fromkeys(BEGINS, "issue")


@dataclass(frozen=True)
class Standing:
    """How a card and its holder stand; before the first act the card is a reserved number."""

    state: CredentialState = CredentialState.RESERVED
    suspended_until: date | None = None
    qualification: QualificationState = QualificationState.APPLICANT
    barred_until: date | None = None


class Authority(StrEnum):
    """Whether somebody could enforce on a day; ``PART`` where that changed in the course of it."""

    YES = "yes"
    PART = "part"
    NO = "no"


@dataclass(frozen=True)
class Step:
    """One act as it happened: when, and how card and person stood after it; ``key`` tells acts apart."""

    at: datetime
    standing: Standing
    key: int = 0


@dataclass(frozen=True)
class Validity:
    """The days printed on the card."""

    valid_from: date
    valid_until: date


@dataclass(frozen=True)
class DayBounds:
    """A day with the first instant of it and the first after it."""

    day: date
    begins_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Span:
    """A part of a day over which nothing changed: from when, what the card is worth, whether it authorises.

    ``step`` is the act it rests on, None before the first.
    """

    from_at: datetime
    status: CredentialStatus
    authorises: bool
    step: Step | None


@dataclass(frozen=True)
class DayAnswer:
    """What is answered for one day: the parts of it in order, one where nothing changed."""

    spans: tuple[Span, ...]

    @property
    def authority(self) -> Authority:
        """Return whether the holder could enforce on the day: all of it, a part of it, or not at all."""
        found = {span.authorises for span in self.spans}
        if found == {True}:
            return Authority.YES
        return Authority.PART if True in found else Authority.NO

    @property
    def last(self) -> Span:
        """Return how the day ended."""
        return self.spans[-1]


def after(kind: ActKind, before: Standing, day: date, ground: str = "", until: date | None = None) -> Standing:
    """Return how card and person stand after an act on a day, or refuse where the card is not in its state."""
    card = _card_after(kind, before, day, until)
    if kind in BEGINS:
        return replace(card, qualification=QualificationState.QUALIFIED, barred_until=None)
    if not disqualifies(kind, ground):
        return card
    barred = barred_through(day) if kind is ActKind.REVOKE else before.barred_until
    state = QUALIFICATION.after(before.qualification, "disqualify")
    return replace(card, qualification=state, barred_until=barred)


def disqualifies(kind: ActKind, ground: str) -> bool:
    """Say whether an act ends the person's qualification with the card; one that concerns the card does not."""
    return kind is ActKind.REVOKE or (kind is ActKind.CANCEL and ground not in CARD_ONLY)


def barred_through(day: date) -> date:
    """Return the last day of a bar that begins on a day.

    The first day does not count and the period ends on the day of the same date (Civil Code, art. 201 and
    202); from 29 February that is 28 February.
    """
    try:
        return day.replace(year=day.year + BAR_YEARS)
    except ValueError:
        return date(day.year + BAR_YEARS, 2, 28)


def answer_on(bounds: DayBounds, validity: Validity, card: Sequence[Step], person: Sequence[Step]) -> DayAnswer:
    """Return what is answered for a day, from the acts about the card and those about the person, in order.

    Acts after the day change nothing in it. The person's acts are those on all cards of the person.
    """
    moments = [bounds.begins_at]
    moments += sorted({step.at for step in (*card, *person) if bounds.begins_at < step.at < bounds.ends_at})
    return DayAnswer(tuple(_span(at, bounds.day, validity, card, person) for at in moments))


def _span(at: datetime, day: date, validity: Validity, card: Sequence[Step], person: Sequence[Step]) -> Span:
    step, holder = _last_before(card, at), _last_before(person, at)
    if step is None:
        return Span(at, CredentialStatus.NOT_ISSUED, authorises=False, step=None)
    said = step.standing
    status = status_on(day, said.state, validity.valid_from, validity.valid_until, said.suspended_until)
    qualified = holder is not None and holder.standing.qualification is QualificationState.QUALIFIED
    return Span(at, status, authorises=status is CredentialStatus.VALID and qualified, step=step)


def _last_before(steps: Sequence[Step], at: datetime) -> Step | None:
    return next((step for step in reversed(steps) if step.at <= at), None)


def _card_after(kind: ActKind, before: Standing, day: date, until: date | None) -> Standing:
    state = state_on(day, before.state, before.suspended_until)
    is_moved = kind in MOVES
    if is_moved:
        state = CREDENTIAL.after(state, MOVES[kind])
    elif kind is ActKind.REPLACE and state in STANDING:
        state = CREDENTIAL.after(state, "cancel")
    elif kind is ActKind.REVIEW:
        state = before.state
    ends = until if kind in {ActKind.SUSPEND, ActKind.EXTEND} else before.suspended_until
    return replace(before, state=state, suspended_until=ends if state is CredentialState.SUSPENDED else None)
