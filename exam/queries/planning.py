"""Reads over blueprints, sittings and their candidates, each within a scope."""

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from core.errors import NotFoundError
from core.paging import Page, page_of
from core.texts import lazy_gettext as _
from exam.admission import CandidateFacts, RoomFacts, SittingFacts
from exam.blueprints import Cell, Shortage, shortages
from exam.models.planning import Candidate, ExamBlueprint, Sitting
from exam.models.results import Mark, Result
from exam.models.room import Attempt, HeldResponse
from exam.queries.newest import newest_attempt, newest_mark, newest_result
from exam.registration import ListFacts, StandingFacts
from exam.sittings import ClosingFacts, OpeningFacts
from exam.states import AttemptState, Outcome, SittingKind, SittingState, Standing
from people.models import Officer, Organisation
from people.posts import PostState
from people.scope import CITY, Scope
from questions.kinds import ItemKind, Subject
from questions.queries import bank_counts
from training.models import Course
from training.queries import hours_done

ZERO = Decimal(0)


class Progress(StrEnum):
    """How far a candidate who is due has come."""

    NOT_STARTED = "not_started"
    ANSWERING = "answering"
    PAUSED = "paused"
    HANDED_IN = "handed_in"


@dataclass(frozen=True)
class ListCounts:
    """How many stand on a sitting's list, and how far those who are due have come."""

    registered: int = 0
    exempt: int = 0
    withdrawn: int = 0
    answering: int = 0
    paused: int = 0
    handed_in: int = 0

    @property
    def not_started(self) -> int:
        """Return how many are due and have not started."""
        return self.registered - self.answering - self.paused - self.handed_in

    @property
    def listed(self) -> int:
        """Return how many stand on the list, whatever their standing."""
        return self.registered + self.exempt + self.withdrawn


@dataclass(frozen=True)
class CandidateFilter:
    """What a list of candidates is narrowed to; empty means everybody."""

    text: str = ""
    organisation_id: UUID | None = None
    standing: Standing | None = None
    progress: Progress | None = None
    outcome: Outcome | None = None


@dataclass(frozen=True)
class CandidateRow:
    """One candidate with the state of the attempt and, once the sitting is closed, the outcome."""

    candidate: Candidate
    attempt_state: AttemptState | None
    outcome: Outcome | None

    @property
    def progress(self) -> Progress:
        """Return how far the candidate has come."""
        return Progress(self.attempt_state) if self.attempt_state else Progress.NOT_STARTED


@dataclass(frozen=True)
class CandidateRecord:
    """Everything the office may see of one candidate's exam."""

    candidate: Candidate
    attempt: Attempt | None
    mark: Mark | None
    result: Result | None


def blueprints(session: Session) -> list[ExamBlueprint]:
    """Return every blueprint, the newest first."""
    return list(session.scalars(select(ExamBlueprint).order_by(ExamBlueprint.created_at.desc(), ExamBlueprint.id)))


def blueprint(session: Session, blueprint_id: UUID) -> ExamBlueprint:
    """Return one blueprint."""
    found = session.get(ExamBlueprint, blueprint_id)
    if found is None:
        raise NotFoundError
    return found


def cells_of(blueprint: ExamBlueprint) -> list[Cell]:
    """Return a blueprint's cells as the rules see them, in the order of the paper."""
    return [
        Cell(ItemKind(row.kind), Subject(row.subject) if row.subject else None, row.item_count, row.marks_each)
        for row in blueprint.cells
    ]


def blueprint_shortages(session: Session, blueprint: ExamBlueprint) -> list[Shortage]:
    """Return every cell of a blueprint that the bank cannot fill as it stands."""
    return shortages(cells_of(blueprint), bank_counts(session))


def sittings(session: Session) -> list[Sitting]:
    """Return every sitting, the newest window first."""
    return list(session.scalars(select(Sitting).order_by(Sitting.opens_at.desc(), Sitting.id)))


def sitting(session: Session, sitting_id: UUID) -> Sitting:
    """Return one sitting."""
    found = session.get(Sitting, sitting_id)
    if found is None:
        raise NotFoundError
    return found


def sitting_named(session: Session, name: str) -> Sitting:
    """Return the sitting with this title or this id."""
    found = session.scalar(select(Sitting).where(Sitting.title == name))
    with suppress(ValueError):
        found = found or session.get(Sitting, UUID(name))
    if found is None:
        raise NotFoundError(_("没有名称或编号为“%(name)s”的考试。", name=name))
    return found


def list_counts(session: Session, scope: Scope, sitting_id: UUID | None = None) -> dict[UUID, ListCounts]:
    """Return the counts of one sitting or of all, by sitting, within the scope; in one query."""
    query = (
        select(Candidate.sitting_id, Candidate.standing, Attempt.state, func.count())
        .outerjoin(Attempt, (Attempt.candidate_id == Candidate.id) & newest_attempt())
        .group_by(Candidate.sitting_id, Candidate.standing, Attempt.state)
    )
    if sitting_id is not None:
        query = query.where(Candidate.sitting_id == sitting_id)
    counted: dict[UUID, Counter[str]] = {}
    for found_id, standing, state, count in session.execute(_within(query, scope)):
        counts = counted.setdefault(found_id, Counter())
        counts[standing] += count
        if state is not None and standing == Standing.REGISTERED:
            counts[state] += count
    return {found_id: ListCounts(**counts) for found_id, counts in counted.items()}


def candidates(
    session: Session, sitting_id: UUID, scope: Scope, wanted: CandidateFilter, number: int
) -> Page[CandidateRow]:
    """Return one page of a sitting's candidates, by unit and candidate number."""
    query = (
        select(Candidate, Attempt.state, Result.outcome)
        .join(Officer, Candidate.officer_id == Officer.id)
        .join(Organisation, Candidate.organisation_id == Organisation.id)
        .outerjoin(Attempt, (Attempt.candidate_id == Candidate.id) & newest_attempt())
        .outerjoin(Result, (Result.candidate_id == Candidate.id) & newest_result())
        .where(Candidate.sitting_id == sitting_id, *_conditions(wanted))
        .order_by(Organisation.code, Candidate.candidate_no)
    )
    page = page_of(session, _within(query, scope), number)
    return Page([_candidate_row(*row) for row in page.rows], page.number, page.size, page.total)


def candidate(session: Session, sitting_id: UUID, candidate_id: UUID, scope: Scope) -> Candidate:
    """Return one candidate of a sitting within the scope."""
    found = session.get(Candidate, candidate_id)
    if found is None or found.sitting_id != sitting_id or not scope.covers(found.organisation_id):
        raise NotFoundError
    return found


def candidate_of(session: Session, sitting_id: UUID, officer_id: UUID) -> Candidate | None:
    """Return an officer's place on a sitting's list, if there is one."""
    query = select(Candidate).where(Candidate.sitting_id == sitting_id, Candidate.officer_id == officer_id)
    return session.scalar(query)


def candidates_of_officer(session: Session, officer_id: UUID) -> list[Candidate]:
    """Return an officer's places on the lists of all sittings that are not drafts, the newest first."""
    query = (
        select(Candidate)
        .join(Sitting, Candidate.sitting_id == Sitting.id)
        .where(Candidate.officer_id == officer_id, Sitting.state != SittingState.DRAFT)
        .order_by(Sitting.opens_at.desc(), Candidate.id)
    )
    return list(session.scalars(query))


def candidate_record(session: Session, candidate: Candidate) -> CandidateRecord:
    """Return a candidate with attempt, mark and result, each where there is one."""
    attempt = session.scalar(select(Attempt).where(Attempt.candidate_id == candidate.id, newest_attempt()))
    mark = session.scalar(select(Mark).where(Mark.attempt_id == attempt.id, newest_mark())) if attempt else None
    result = session.scalar(select(Result).where(Result.candidate_id == candidate.id, newest_result()))
    return CandidateRecord(candidate, attempt, mark, result)


def attempt_state_of(session: Session, candidate_id: UUID) -> AttemptState | None:
    """Return where a candidate's attempt stands; None before it is started."""
    state = session.scalar(select(Attempt.state).where(Attempt.candidate_id == candidate_id, newest_attempt()))
    return AttemptState(state) if state else None


def has_begun(session: Session, candidate: Candidate) -> bool:
    """Say whether a candidate has begun; at a mock exam, which is sat again and again, whether one runs."""
    state = attempt_state_of(session, candidate.id)
    kind = session.scalars(select(Sitting.kind).where(Sitting.id == candidate.sitting_id)).one()
    return state is not None and (kind != SittingKind.MOCK or state is not AttemptState.HANDED_IN)


def candidate_facts(session: Session, candidate: Candidate, address: str | None = None) -> CandidateFacts:
    """Return what admission asks of a candidate, as it stands now; without an address none is asked about."""
    sitting = session.get_one(Sitting, candidate.sitting_id)
    done = hours_done(session, sitting.course_id, candidate.officer_id) if sitting.course_id else ZERO
    return CandidateFacts(
        standing=Standing(candidate.standing),
        hours_done=done,
        has_finished=sitting.kind != SittingKind.MOCK
        and attempt_state_of(session, candidate.id) is AttemptState.HANDED_IN,
        in_post=candidate.officer.post == PostState.IN_POST,
        has_sat_make_up=sitting.kind == SittingKind.MAKE_UP and has_sat_other_make_up(session, candidate),
        room=_room_facts(candidate, address) if address is not None else None,
    )


def has_sat_other_make_up(session: Session, candidate: Candidate) -> bool:
    """Say whether a candidate of a make-up has begun another make-up of the same first sitting."""
    this, other = aliased(Sitting), aliased(Sitting)
    query = (
        select(Attempt.id)
        .join(Candidate, Attempt.candidate_id == Candidate.id)
        .join(other, Candidate.sitting_id == other.id)
        .join(this, this.first_sitting_id == other.first_sitting_id)
        .where(this.id == candidate.sitting_id, other.id != this.id, Candidate.officer_id == candidate.officer_id)
    )
    return session.scalar(query.limit(1)) is not None


def sitting_facts(session: Session, sitting: Sitting) -> SittingFacts:
    """Return what admission asks of a sitting."""
    state = SittingState(sitting.state)
    return SittingFacts(state, sitting.opens_at, sitting.closes_at, required_hours(session, sitting))


def required_hours(session: Session, sitting: Sitting) -> Decimal | None:
    """Return the class hours a sitting asks for, or None where it asks for no training."""
    if sitting.course_id is None:
        return None
    return session.scalar(select(Course.required_hours).where(Course.id == sitting.course_id))


def opening_facts(session: Session, sitting: Sitting) -> OpeningFacts:
    """Return what opening a sitting rests on."""
    counts = list_counts(session, CITY, sitting.id).get(sitting.id, ListCounts())
    short = blueprint_shortages(session, sitting.blueprint)
    kind = SittingKind(sitting.kind)
    return OpeningFacts(SittingState(sitting.state), sitting.closes_at, counts.registered, short, kind)


def closing_facts(session: Session, sitting: Sitting, now: datetime) -> ClosingFacts:
    """Return what closing a sitting rests on."""
    counts = list_counts(session, CITY, sitting.id).get(sitting.id, ListCounts())
    waiting = 0 if sitting.kind == SittingKind.MOCK else counts.not_started
    running = _running_count(session, sitting.id, now)
    held = held_count(session, sitting.id)
    return ClosingFacts(SittingState(sitting.state), sitting.closes_at, running, waiting, held)


def held_count(session: Session, sitting_id: UUID) -> int:
    """Count the responses of a sitting that came too late and that nobody has decided on."""
    query = select(func.count()).select_from(HeldResponse)
    undecided = query.where(HeldResponse.sitting_id == sitting_id, HeldResponse.decision.is_(None))
    return session.scalar(undecided) or 0


def list_facts(sitting: Sitting) -> ListFacts:
    """Return whether a sitting's list can still be changed."""
    return ListFacts(SittingState(sitting.state), sitting.closes_at)


def standing_facts(session: Session, candidate: Candidate) -> StandingFacts:
    """Return what a change of a candidate's standing rests on."""
    return StandingFacts(Standing(candidate.standing), attempt_state_of(session, candidate.id) is not None)


def units_of(session: Session, sitting_id: UUID, scope: Scope) -> list[Organisation]:
    """Return the organisations with somebody on the sitting's list, by code."""
    listed = _within(select(Candidate.organisation_id).where(Candidate.sitting_id == sitting_id), scope)
    query = select(Organisation).where(Organisation.id.in_(listed))
    return list(session.scalars(query.order_by(Organisation.code)))


def _running_count(session: Session, sitting_id: UUID, now: datetime) -> int:
    """Count the attempts that still have time, or grace, or stand still."""
    is_running = or_(
        Attempt.state == AttemptState.PAUSED,
        and_(Attempt.state == AttemptState.ANSWERING, Attempt.accept_until >= now),
    )
    query = select(func.count()).select_from(Attempt).where(Attempt.sitting_id == sitting_id, is_running)
    return session.scalar(query) or 0


def _room_facts(candidate: Candidate, address: str) -> RoomFacts | None:
    if candidate.room is None:
        return None
    return RoomFacts(candidate.room.name, tuple(candidate.room.networks), address)


def _candidate_row(found: Candidate, state: str | None, outcome: str | None) -> CandidateRow:
    return CandidateRow(found, AttemptState(state) if state else None, Outcome(outcome) if outcome else None)


def _conditions(wanted: CandidateFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.text:
        named = Officer.name.contains(wanted.text, autoescape=True)
        conditions.append(or_(named, Candidate.candidate_no == wanted.text))
    if wanted.organisation_id is not None:
        conditions.append(Candidate.organisation_id == wanted.organisation_id)
    if wanted.standing is not None:
        conditions.append(Candidate.standing == wanted.standing)
    if wanted.progress is not None:
        conditions.append(_has_come_to(wanted.progress))
    if wanted.outcome is not None:
        conditions.append(Result.outcome == wanted.outcome)
    return conditions


def _has_come_to(progress: Progress) -> ColumnElement[bool]:
    if progress is Progress.NOT_STARTED:
        return and_(Candidate.standing == Standing.REGISTERED, Attempt.id.is_(None))
    return Attempt.state == AttemptState(progress)


def _within(query: Select[*tuple[Any, ...]], scope: Scope) -> Select[*tuple[Any, ...]]:
    if scope.organisation_id is None:
        return query
    return query.where(Candidate.organisation_id == scope.organisation_id)
