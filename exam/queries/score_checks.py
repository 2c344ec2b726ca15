"""Reads behind score checks: the queue, what a request rests on, and an attempt laid open for whoever answers."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from core import clock
from core.errors import NotFoundError, Reason
from core.models import AuditEntry
from core.paging import Page, page_of
from exam.marking import Accepted, as_shown, latest_choices, marks_for, score
from exam.models.planning import Candidate, Sitting
from exam.models.results import KeyCorrection, Mark, ScoreCheck
from exam.models.room import Attempt
from exam.papers import PaperEntry
from exam.queries.corrections import corrections_behind
from exam.queries.newest import newest_attempt, newest_mark
from exam.queries.replay import attempt_record, keys_with_approvals, rules_of
from exam.replay import Rules, StoredMark
from exam.score_checks import AnsweringFacts, AskingFacts, reasons_against_asking
from exam.states import MarkCause, SittingKind, SittingState
from people.identity import Identity
from people.models import Officer
from questions.kinds import OPTION_LETTERS, ItemKind
from questions.models import Item
from questions.queries import shown_versions

CLOSING = "exam:sitting:close"
CORRECTING = (MarkCause.KEY_CORRECTION, MarkCause.LATE_RESPONSES)


@dataclass(frozen=True)
class QueueFilter:
    """What the queue is narrowed to; empty means everything."""

    text: str = ""
    sitting_id: UUID | None = None
    is_answered: bool | None = None


@dataclass(frozen=True)
class OwnCheck:
    """Where a candidate stands with a score check, and which corrections touched the score."""

    check: ScoreCheck | None
    until: datetime | None
    reasons: tuple[Reason, ...]
    corrections: tuple[KeyCorrection, ...]


@dataclass(frozen=True)
class Wording:
    """How an item reads in its own order."""

    code: str
    kind: ItemKind
    stem: str
    options: tuple[str, ...]


@dataclass(frozen=True)
class OpenedItem:
    """One item of an attempt with everything: wording as shown, what was given, what is accepted, the marks."""

    version_id: UUID
    place: int
    code: str
    kind: ItemKind
    stem: str
    options: tuple[str, ...]
    given: str
    accepted: tuple[str, ...]
    marks: int
    full: int
    is_corrected: bool = False


@dataclass(frozen=True)
class OpenedAttempt:
    """An attempt laid open: its items, every mark it got, and what the marking comes to now."""

    items: tuple[OpenedItem, ...]
    marks: tuple[StoredMark, ...]
    score: int
    full_score: int
    responses: int

    @property
    def agrees(self) -> bool:
        """Say whether the score computed now is the one that counts."""
        return bool(self.marks) and self.marks[-1].score.score == self.score


def queue(session: Session, wanted: QueueFilter, number: int) -> Page[ScoreCheck]:
    """Return one page of requests: what is not answered first, the oldest first."""
    query = (
        select(ScoreCheck)
        .join(Candidate, ScoreCheck.candidate_id == Candidate.id)
        .join(Officer, Candidate.officer_id == Officer.id)
        .order_by(ScoreCheck.answered_at.is_not(None), ScoreCheck.asked_at, ScoreCheck.id)
    )
    if wanted.text:
        named = Officer.name.contains(wanted.text, autoescape=True)
        query = query.where(or_(named, Candidate.candidate_no == wanted.text))
    if wanted.sitting_id is not None:
        query = query.where(ScoreCheck.sitting_id == wanted.sitting_id)
    if wanted.is_answered is not None:
        query = query.where(ScoreCheck.answered_at.is_not(None) == wanted.is_answered)
    return page_of(session, query, number)


def open_count(session: Session) -> int:
    """Return how many requests wait for an answer."""
    query = select(func.count()).select_from(ScoreCheck)
    return session.scalar(query.where(ScoreCheck.answered_at.is_(None))) or 0


def score_check(session: Session, check_id: UUID) -> ScoreCheck:
    """Return one request."""
    found = session.get(ScoreCheck, check_id)
    if found is None:
        raise NotFoundError
    return found


def asking_facts(session: Session, candidate: Candidate, sitting: Sitting) -> AskingFacts:
    """Return what asking for a score check rests on."""
    asked = select(func.count()).select_from(ScoreCheck).where(ScoreCheck.candidate_id == candidate.id)
    return AskingFacts(
        kind=SittingKind(sitting.kind),
        state=SittingState(sitting.state),
        until=asked_until(sitting),
        has_score=counting_mark(session, candidate.id) is not None,
        has_asked=bool(session.scalar(asked)),
    )


def asked_until(sitting: Sitting) -> datetime | None:
    """Return until when a check may be asked for, None before the sitting is closed."""
    return sitting.closed_at + timedelta(days=sitting.check_days) if sitting.closed_at else None


def own_check(session: Session, candidate: Candidate) -> OwnCheck:
    """Return where one candidate stands with a score check."""
    sitting = session.get_one(Sitting, candidate.sitting_id)
    check = session.scalar(select(ScoreCheck).where(ScoreCheck.candidate_id == candidate.id))
    reasons = reasons_against_asking(asking_facts(session, candidate, sitting), clock.now())
    attempt_id = _attempt_id(session, candidate.id)
    mark = counting_mark(session, candidate.id)
    was_corrected = mark is not None and mark.cause == MarkCause.KEY_CORRECTION
    behind = corrections_behind(session, attempt_id) if attempt_id and was_corrected else []
    return OwnCheck(check, asked_until(sitting), tuple(reasons), tuple(behind))


def answering_facts(session: Session, check: ScoreCheck, identity: Identity) -> AnsweringFacts:
    """Return what answering rests on, for whoever is signed in."""
    mark = counting_mark(session, check.candidate_id)
    is_later = mark is not None and mark.cause in CORRECTING and mark.marked_at >= check.asked_at
    return AnsweringFacts(
        is_answered=check.answered_at is not None,
        is_closer=identity.actor.account_id in _closers(session, check.sitting_id),
        is_candidate=identity.officer_id == check.candidate.officer_id,
        is_corrected_since=is_later,
    )


def counting_mark(session: Session, candidate_id: UUID) -> Mark | None:
    """Return the mark of a candidate that counts, if there is one."""
    query = select(Mark).join(Attempt, Mark.attempt_id == Attempt.id)
    return session.scalar(query.where(Attempt.candidate_id == candidate_id, newest_attempt(), newest_mark()))


def opened_attempt(session: Session, candidate: Candidate) -> OpenedAttempt | None:
    """Return a candidate's attempt with its paper, responses and keys, marked once more; for the office alone."""
    attempt_id = _attempt_id(session, candidate.id)
    if attempt_id is None:
        return None
    record, sitting = attempt_record(session, attempt_id), session.get_one(Sitting, candidate.sitting_id)
    keys = keys_with_approvals(session, sitting.id, [record])
    accepted = {**keys.written, **{one.version_id: one.accepted for one in keys.approvals}}
    corrected = {one.version_id for one in keys.approvals}
    choices, rules = latest_choices(one.given for one in record.log), rules_of(sitting)
    total = score(record.entries, choices, accepted, rules.multiple_rule)
    wordings = _wordings(session, [entry.version_id for entry in record.entries])
    items = tuple(
        _opened(place, entry, wordings[entry.version_id], choices.get(place, ""), accepted[entry.version_id], rules)
        for place, entry in enumerate(record.entries, start=1)
    )
    marked = tuple(replace(one, is_corrected=True) if one.version_id in corrected else one for one in items)
    return OpenedAttempt(marked, tuple(record.marks), total.score, total.full_score, len(record.log))


def _opened(
    place: int, entry: PaperEntry, wording: Wording, choice: str, accepted: Accepted, rules: Rules
) -> OpenedItem:
    texts = dict(zip(OPTION_LETTERS, wording.options, strict=False))
    return OpenedItem(
        version_id=entry.version_id,
        place=place,
        code=wording.code,
        kind=wording.kind,
        stem=wording.stem,
        options=tuple(texts[letter] for letter in entry.order),
        given=choice,
        accepted=tuple(as_shown(entry.order, one) for one in sorted(accepted)),
        marks=marks_for(entry, choice, accepted, rules.multiple_rule),
        full=entry.marks,
    )


def _wordings(session: Session, version_ids: list[UUID]) -> dict[UUID, Wording]:
    versions = shown_versions(session, version_ids)
    query = select(Item.id, Item.code, Item.kind).where(Item.id.in_([one.item_id for one in versions.values()]))
    items = {row.id: row for row in session.execute(query)}
    return {
        key: Wording(items[one.item_id].code, ItemKind(items[one.item_id].kind), one.stem, tuple(one.options))
        for key, one in versions.items()
    }


def _attempt_id(session: Session, candidate_id: UUID) -> UUID | None:
    return session.scalar(select(Attempt.id).where(Attempt.candidate_id == candidate_id, newest_attempt()))


def _closers(session: Session, sitting_id: UUID) -> set[UUID | None]:
    query = select(AuditEntry.account_id).where(AuditEntry.verb == CLOSING, AuditEntry.subject_id == sitting_id)
    return {one for one in session.scalars(query) if one is not None}
