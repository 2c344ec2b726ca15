"""Reads one attempt's whole history: answers, time, events, places, presence, what came too late."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.paging import Page
from core.texts import lazy_gettext as _
from exam.events import EVENT_NAMES, IRREGULARITY_NAMES, EventKind, Irregularity
from exam.held import DECISION_NAMES, SOURCE_NAMES
from exam.models.room import Attempt, HeldResponse, Presence, Response, RoomEvent, TimeEntry
from exam.queries.board import answered_counts
from exam.states import FINISH_NAMES, FinishKind, HeldDecision, HeldSource
from exam.time_ledger import MILLISECOND, TIME_NAMES, TimeKind
from exam.timeline import Line, Moment, in_order
from people.models import Account

LINES_SHOWN = 200


@dataclass(frozen=True)
class AttemptSigns:
    """What is known of an attempt's page at this moment, and how far the candidate has come."""

    presence: Presence | None
    responses: int
    answered: int


def attempts_of(session: Session, candidate_id: UUID) -> list[Attempt]:
    """Return a candidate's attempts, the newest first; only a mock exam has more than one."""
    query = select(Attempt).where(Attempt.candidate_id == candidate_id).order_by(Attempt.id.desc())
    return list(session.scalars(query))


def signs_of(session: Session, attempt_id: UUID) -> AttemptSigns:
    """Return what is known of an attempt's page."""
    responses = len(session.scalars(select(Response.seq).where(Response.attempt_id == attempt_id)).all())
    answered = answered_counts(session, [attempt_id]).get(attempt_id, 0)
    return AttemptSigns(session.get(Presence, attempt_id), responses, answered)


def timeline(session: Session, attempt: Attempt, number: int, *, newest_first: bool) -> Page[Line]:
    """Return one page of an attempt's history."""
    lines = in_order(_lines(session, attempt))
    if newest_first:
        lines.reverse()
    number = min(max(1, number), max(1, -(-len(lines) // LINES_SHOWN)))
    start = (number - 1) * LINES_SHOWN
    return Page(lines[start : start + LINES_SHOWN], number, LINES_SHOWN, len(lines))


def door_events(session: Session, candidate_id: UUID) -> list[Line]:
    """Return what was written down of a candidate before there was an attempt, the newest first."""
    query = select(RoomEvent).where(RoomEvent.candidate_id == candidate_id).order_by(RoomEvent.id.desc())
    events = list(session.scalars(query))
    names = _names(session, {event.account_id for event in events})
    return [_event_line(event, names) for event in events]


def _lines(session: Session, attempt: Attempt) -> Iterator[Line]:
    entries = list(session.scalars(select(TimeEntry).where(TimeEntry.attempt_id == attempt.id)))
    of_attempt = (RoomEvent.attempt_id == attempt.id) | (RoomEvent.candidate_id == attempt.candidate_id)
    # Time that was given stands in the ledger, with the same reason and the same hand.
    is_other = RoomEvent.kind != EventKind.TIME_GIVEN
    events = list(session.scalars(select(RoomEvent).where(of_attempt, is_other)))
    held = list(session.scalars(select(HeldResponse).where(HeldResponse.attempt_id == attempt.id)))
    accounts = {one.account_id for one in entries} | {one.account_id for one in events}
    accounts |= {one.decided_by for one in held}
    names = _names(session, accounts)
    yield from _attempt_lines(session, attempt)
    for entry in entries:
        who = names.get(entry.account_id, "")
        name = TIME_NAMES[TimeKind(entry.kind)]
        yield Line(entry.at, Moment.TIME, name, seconds=entry.seconds, reason=entry.reason, who=who)
    for event in events:
        yield _event_line(event, names)
    for row in held:
        yield from _held_lines(row, attempt, names)
    for given in session.scalars(select(Response).where(Response.attempt_id == attempt.id)):
        line = Line(given.received_at, Moment.RESPONSE, seq=given.seq, place=given.place, choice=given.choice)
        yield replace(line, late_ms=given.late_ms)


def _attempt_lines(session: Session, attempt: Attempt) -> Iterator[Line]:
    yield Line(attempt.started_at, Moment.STARTED)
    if attempt.opened_at is not None:
        yield Line(attempt.opened_at, Moment.OPENED, seq=attempt.fence)
    presence = session.get(Presence, attempt.id)
    if presence is not None:
        yield Line(presence.seen_at, Moment.SEEN, reason=presence.address)
    if attempt.finished_at is not None and attempt.finish_kind is not None:
        yield Line(attempt.finished_at, Moment.FINISHED, FINISH_NAMES[FinishKind(attempt.finish_kind)])


def _event_line(event: RoomEvent, names: dict[UUID | None, str]) -> Line:
    kind = EventKind(event.kind)
    is_category = kind is EventKind.IRREGULARITY and event.category in set(Irregularity)
    category = IRREGULARITY_NAMES[Irregularity(event.category)] if is_category else ""
    name = f"{EVENT_NAMES[kind]}：{category}" if category else EVENT_NAMES[kind]
    if kind is EventKind.LEFT_PAGE:
        name = _("离开作答页面 %(count)s 秒", count=event.seconds)
    who = names.get(event.account_id, "")
    return Line(event.at, Moment.EVENT, name, reason=event.reason, who=who)


def _held_lines(row: HeldResponse, attempt: Attempt, names: dict[UUID | None, str]) -> Iterator[Line]:
    late_ms = max(0, (row.received_at - attempt.deadline_at) // MILLISECOND)
    came = Line(row.received_at, Moment.HELD, seq=row.seq, place=row.place, choice=row.choice)
    yield replace(came, name=SOURCE_NAMES[HeldSource(row.source)], late_ms=late_ms)
    if row.decided_at is not None and row.decision is not None:
        decided = replace(came, at=row.decided_at, moment=Moment.DECIDED, reason=row.reason)
        yield replace(decided, name=DECISION_NAMES[HeldDecision(row.decision)], who=names.get(row.decided_by, ""))


def _names(session: Session, ids: set[UUID | None]) -> dict[UUID | None, str]:
    query = select(Account.id, Account.display_name).where(Account.id.in_([one for one in ids if one]))
    return {row.id: row.display_name for row in session.execute(query)}
