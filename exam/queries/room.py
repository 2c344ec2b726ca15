"""Reads of the exam room: one candidate's own sittings, paper, log and mark."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from core.errors import NotFoundError, Reason
from exam.admission import reasons_against
from exam.marking import Given, latest_choices
from exam.models.planning import Candidate, Sitting
from exam.models.results import Mark, Result
from exam.models.room import Attempt, Paper, Receipt, Response, TimeEntry
from exam.papers import PaperEntry, entries_of
from exam.queries.newest import newest_attempt, newest_mark
from exam.queries.planning import candidate_facts, candidate_record, candidates_of_officer, sitting_facts
from exam.queries.wordings import Wording, wordings_of
from exam.states import AttemptState, SittingKind
from exam.time_ledger import Line, TimeKind
from questions.kinds import OPTION_LETTERS, ItemKind
from questions.models import Item, ItemVersion
from training.hours import shortfall
from training.models import Course
from training.queries import courses, hours_done

Row = TypeVar("Row")
KINDS = "item_kinds"


@dataclass(frozen=True)
class Question:
    """One item as the candidate sees it: never its key, its law, its own order or its id."""

    place: int
    kind: ItemKind
    marks: int
    stem: str
    options: tuple[str, ...]


@dataclass(frozen=True)
class OwnSitting:
    """Where one candidate stands in one sitting; ``reasons`` say why the exam cannot be started now."""

    candidate: Candidate
    sitting: Sitting
    attempt: Attempt | None
    mark: Mark | None
    result: Result | None
    reasons: tuple[Reason, ...]

    @property
    def is_mock(self) -> bool:
        """Say whether it is a mock exam, which never counts and can be sat again and again."""
        return self.sitting.kind == SittingKind.MOCK

    @property
    def may_repeat(self) -> bool:
        """Say whether another paper can be begun after one that was handed in."""
        return self.is_mock and self.stage == "handed_in" and not self.reasons

    @property
    def stage(self) -> str:
        """Return what the candidate can do next: answer, read the outcome, start, wait, or nothing."""
        if self.attempt is not None:
            return "handed_in" if self.attempt.state == AttemptState.HANDED_IN else "answering"
        codes = [reason.code for reason in self.reasons]
        if not codes:
            return "ready"
        return "waiting" if codes == ["not_yet_open"] else "barred"


@dataclass(frozen=True)
class OwnHours:
    """The hours one officer has in one course."""

    course: Course
    done: Decimal

    @property
    def short(self) -> Decimal:
        """Return the hours still missing."""
        return shortfall(self.done, self.course.required_hours)


@dataclass(frozen=True)
class Progress:
    """Where an attempt's log stands: the letters at each place and the last number used."""

    choices: dict[int, str]
    last_seq: int


def own_sittings(session: Session, officer_id: UUID, now: datetime) -> list[OwnSitting]:
    """Return every sitting one officer is on the list of, the latest first, with why it cannot be started."""
    return [own_sitting(session, candidate, now) for candidate in candidates_of_officer(session, officer_id)]


def own_sitting(session: Session, candidate: Candidate, now: datetime, address: str | None = None) -> OwnSitting:
    """Return where one candidate stands in the sitting; the room is asked about where an address is given."""
    record = candidate_record(session, candidate)
    sitting = session.get_one(Sitting, candidate.sitting_id)
    facts = candidate_facts(session, candidate, address), sitting_facts(session, sitting)
    is_settled = record.attempt is not None and sitting.kind != SittingKind.MOCK
    reasons = [] if is_settled else reasons_against(*facts, now)
    return OwnSitting(candidate, sitting, record.attempt, record.mark, record.result, tuple(reasons))


def own_hours(session: Session, officer_id: UUID) -> list[OwnHours]:
    """Return the hours of one officer in each course that they have begun or that a sitting asks of them."""
    asked = set(
        session.scalars(select(Sitting.course_id).join(Candidate).where(Candidate.officer_id == officer_id))
    )
    rows = [OwnHours(course, hours_done(session, course.id, officer_id)) for course in courses(session)]
    return [row for row in rows if row.done or row.course.id in asked]


def own_candidate(session: Session, sitting_id: UUID, officer_id: UUID | None) -> Candidate:
    """Return one officer's place on a sitting's list."""
    query = select(Candidate).where(Candidate.sitting_id == sitting_id, Candidate.officer_id == officer_id)
    return _found(session.scalar(query))


def own_attempt(session: Session, attempt_id: UUID, officer_id: UUID | None) -> Attempt:
    """Return one officer's own attempt."""
    query = select(Attempt).join(Candidate, Attempt.candidate_id == Candidate.id)
    return _found(session.scalar(query.where(Attempt.id == attempt_id, Candidate.officer_id == officer_id)))


def attempt_of(session: Session, candidate_id: UUID) -> Attempt | None:
    """Return a candidate's newest attempt as it stands now, if one was started."""
    query = select(Attempt).where(Attempt.candidate_id == candidate_id, newest_attempt())
    return session.scalar(query.execution_options(populate_existing=True))


def overdue(now: datetime) -> Select[Attempt]:
    """Select the attempts whose time and grace are over and which nobody has handed in, the oldest first."""
    query = select(Attempt).where(Attempt.state == AttemptState.ANSWERING, Attempt.accept_until < now)
    return query.order_by(Attempt.accept_until, Attempt.id)


def is_any_overdue(session: Session, now: datetime) -> bool:
    """Say whether any attempt's time is over without its being handed in; an index answers."""
    return session.scalar(overdue(now).with_only_columns(Attempt.id).limit(1)) is not None


def own_overdue(session: Session, now: datetime, officer_id: UUID | None) -> list[Attempt]:
    """Return one officer's attempts whose time is over and which are not handed in."""
    query = overdue(now).join(Candidate, Attempt.candidate_id == Candidate.id)
    return list(session.scalars(query.where(Candidate.officer_id == officer_id)))


def paper_of(session: Session, paper_id: UUID) -> list[PaperEntry]:
    """Return a paper."""
    return entries_of(_found(session.scalar(select(Paper.entries).where(Paper.id == paper_id))))


def questions_of(session: Session, paper_id: UUID) -> list[Question]:
    """Return a paper as it is shown."""
    entries = paper_of(session, paper_id)
    said = wordings_of(session, [entry.version_id for entry in entries])
    return [_question(place, entry, said[entry.version_id]) for place, entry in enumerate(entries, start=1)]


def kinds_of(session: Session, version_ids: Iterable[UUID]) -> dict[UUID, ItemKind]:
    """Return the kind of each of these versions; it never changes, so each is read once in a transaction."""
    known: dict[UUID, ItemKind] = session.info.setdefault(KINDS, {})
    wanted = set(version_ids)
    missing = wanted - known.keys()
    if missing:
        known |= {row.id: ItemKind(row.kind) for row in session.execute(_kinds(missing))}
    return {one: known[one] for one in wanted & known.keys()}


def log_of(session: Session, attempt_id: UUID) -> list[Given]:
    """Return everything an attempt's candidate gave, in order."""
    query = select(Response.seq, Response.place, Response.choice).where(Response.attempt_id == attempt_id)
    return [Given(row.seq, row.place, row.choice) for row in session.execute(query.order_by(Response.seq))]


def progress_of(session: Session, attempt_id: UUID) -> Progress:
    """Return where an attempt's log stands."""
    log = log_of(session, attempt_id)
    return Progress(latest_choices(log), log[-1].seq if log else 0)


def ledger_of(session: Session, attempt_id: UUID) -> list[Line]:
    """Return an attempt's time ledger, the first line first."""
    query = select(TimeEntry.kind, TimeEntry.seconds).where(TimeEntry.attempt_id == attempt_id)
    return [Line(TimeKind(row.kind), row.seconds) for row in session.execute(query.order_by(TimeEntry.id))]


def mark_of(session: Session, attempt_id: UUID) -> Mark | None:
    """Return the mark of an attempt that counts, once it was handed in."""
    return session.scalar(select(Mark).where(Mark.attempt_id == attempt_id, newest_mark()))


def receipt_of(session: Session, attempt_id: UUID) -> Receipt | None:
    """Return the newest receipt of an attempt."""
    query = select(Receipt).where(Receipt.attempt_id == attempt_id)
    return session.scalars(query.order_by(Receipt.number.desc()).limit(1)).one_or_none()


def _question(place: int, entry: PaperEntry, said: Wording) -> Question:
    texts = dict(zip(OPTION_LETTERS, said.options, strict=False))
    return Question(place, said.kind, entry.marks, said.stem, tuple(texts[letter] for letter in entry.order))


def _kinds(version_ids: Iterable[UUID]) -> Select[UUID, ItemKind]:
    query = select(ItemVersion.id, Item.kind).join(Item, ItemVersion.item_id == Item.id)
    return query.where(ItemVersion.id.in_(list(version_ids)))


def _found(row: Row | None) -> Row:
    if row is None:
        raise NotFoundError
    return row
