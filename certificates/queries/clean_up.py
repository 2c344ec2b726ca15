"""Reads over clean-up rounds and their cases: what the rule finds, the queue, one case."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from certificates import numbers
from certificates.grounds import GroundClass, codes_of
from certificates.lapse import Finding, LapseFacts, grounds_against
from certificates.models import CleanupCase, CleanupFlag, CleanupRound, Credential
from certificates.states import STANDING, CaseState, CredentialState, RoundState
from core import person_names
from core.errors import NotFoundError
from core.paging import Page, page_of
from people.models import Account, Officer
from people.posts import EmploymentType, PostState


@dataclass(frozen=True)
class Lapsed:
    """A holder of an active credential against whom the roll speaks."""

    credential_id: UUID
    organisation_id: UUID
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class FlaggedCase:
    """An open case with the grounds it has."""

    case_id: UUID
    grounds: tuple[str, ...]


@dataclass(frozen=True)
class RoundRow:
    """One round with how many of its cases stand where."""

    round: CleanupRound
    waiting: int
    kept: int
    removed: int

    @property
    def total(self) -> int:
        """Return how many cases there are."""
        return self.waiting + self.kept + self.removed


@dataclass(frozen=True)
class CaseFilter:
    """What the queue is narrowed to; ``text`` is part of a name, or the beginning of a number."""

    text: str = ""
    organisation_id: UUID | None = None
    state: CaseState | None = CaseState.OPEN
    ground: str = ""
    group: GroundClass | None = None


@dataclass(frozen=True)
class Neighbours:
    """The open cases before and after one in the queue, and how many are open."""

    previous: UUID | None
    following: UUID | None
    waiting: int


def rounds(session: Session) -> list[RoundRow]:
    """Return every round with its figures, the newest first."""
    found = session.scalars(select(CleanupRound).order_by(CleanupRound.opened_at.desc(), CleanupRound.id))
    counts = _state_counts(session)
    return [_round_row(one, counts) for one in found]


def open_rounds(session: Session) -> list[CleanupRound]:
    """Return the rounds that somebody can still be flagged in, the newest first."""
    query = select(CleanupRound).where(CleanupRound.state == RoundState.OPEN)
    return list(session.scalars(query.order_by(CleanupRound.opened_at.desc())))


def cleanup_round(session: Session, round_id: UUID) -> CleanupRound:
    """Return one round."""
    found = session.get(CleanupRound, round_id)
    if found is None:
        raise NotFoundError
    return found


def round_row(session: Session, round_id: UUID) -> RoundRow:
    """Return one round with its figures."""
    return _round_row(cleanup_round(session, round_id), _state_counts(session))


def lapsed_holders(session: Session, today: date) -> list[Lapsed]:
    """Return every holder of a standing credential against whom the roll speaks, in one query."""
    later = aliased(Credential)
    exchanged = exists().where(
        later.officer_id == Credential.officer_id,
        later.state.in_(STANDING),
        later.valid_until > Credential.valid_until,
    )
    query = (
        select(
            Credential.id,
            Credential.organisation_id,
            Officer.employment,
            Officer.post,
            Officer.post_since,
            Credential.state,
            Credential.valid_until,
            case((exchanged, 1), else_=0),
        )
        .join(Officer, Officer.id == Credential.officer_id)
        .where(Credential.state.in_(STANDING))
        .order_by(Credential.id)
    )
    found = (_lapsed(row, today) for row in session.execute(query))
    return [one for one in found if one.findings]


def states_by_credential(session: Session, round_id: UUID) -> Mapping[UUID, CaseState]:
    """Return where each credential's case in a round stands."""
    query = select(CleanupCase.credential_id, CleanupCase.state).where(CleanupCase.round_id == round_id)
    return {credential_id: CaseState(state) for credential_id, state in session.execute(query)}


def flagged_grounds(session: Session, round_id: UUID) -> Mapping[UUID, FlaggedCase]:
    """Return the open cases of a round with their grounds, by credential."""
    query = (
        select(CleanupCase.credential_id, CleanupCase.id, CleanupFlag.ground)
        .join(CleanupFlag, CleanupFlag.case_id == CleanupCase.id)
        .where(CleanupCase.round_id == round_id, CleanupCase.state == CaseState.OPEN)
    )
    grounds: dict[tuple[UUID, UUID], list[str]] = defaultdict(list)
    for credential_id, case_id, ground in session.execute(query):
        grounds[credential_id, case_id].append(ground)
    return {credential: FlaggedCase(case_id, tuple(codes)) for (credential, case_id), codes in grounds.items()}


def open_case_count(session: Session, round_id: UUID) -> int:
    """Return how many cases of a round nobody has decided yet."""
    waiting = (CleanupCase.round_id == round_id) & (CleanupCase.state == CaseState.OPEN)
    return session.scalar(select(func.count()).select_from(CleanupCase).where(waiting)) or 0


def case_of(session: Session, round_id: UUID, credential_id: UUID) -> CleanupCase | None:
    """Return a credential's case in a round, if it has one."""
    query = select(CleanupCase).where(CleanupCase.round_id == round_id, CleanupCase.credential_id == credential_id)
    return session.scalar(query)


def went_with_another(session: Session, one: CleanupCase) -> bool:
    """Say whether the round has removed the same holder by another card, with which this one was cancelled."""
    other = aliased(Credential)
    query = (
        select(CleanupCase.id)
        .join(other, other.id == CleanupCase.credential_id)
        .where(
            CleanupCase.round_id == one.round_id,
            CleanupCase.state == CaseState.REMOVED,
            other.officer_id == one.credential.officer_id,
        )
    )
    return session.scalar(query.limit(1)) is not None


def cases_of_credential(session: Session, credential_id: UUID) -> list[CleanupCase]:
    """Return every case there ever was about a credential, the newest first."""
    query = select(CleanupCase).where(CleanupCase.credential_id == credential_id)
    return list(session.scalars(query.order_by(CleanupCase.opened_at.desc())).unique())


def cleanup_case(session: Session, case_id: UUID) -> CleanupCase:
    """Return one case."""
    found = session.get(CleanupCase, case_id)
    if found is None:
        raise NotFoundError
    return found


def cases_in(session: Session, round_id: UUID, case_ids: list[UUID]) -> list[CleanupCase]:
    """Return these cases of a round; one that is not of the round is not found."""
    query = select(CleanupCase).where(CleanupCase.round_id == round_id, CleanupCase.id.in_(case_ids))
    found = list(session.scalars(query).unique())
    if len(found) != len(set(case_ids)):
        raise NotFoundError
    return found


def queue(session: Session, round_id: UUID, wanted: CaseFilter, number: int) -> Page[CleanupCase]:
    """Return one page of a round's cases, the oldest first."""
    query = _wanted(select(CleanupCase).where(CleanupCase.round_id == round_id), wanted)
    return page_of(session, query.order_by(CleanupCase.opened_at, CleanupCase.id), number)


def neighbours(session: Session, one: CleanupCase) -> Neighbours:
    """Return the open cases next to one, in the order of the queue."""
    mine = (CleanupCase.round_id == one.round_id) & (CleanupCase.state == CaseState.OPEN)
    at, key = CleanupCase.opened_at, CleanupCase.id
    before = or_(at < one.opened_at, (at == one.opened_at) & (key < one.id))
    after = or_(at > one.opened_at, (at == one.opened_at) & (key > one.id))
    previous = session.scalar(select(key).where(mine, before).order_by(at.desc(), key.desc()).limit(1))
    following = session.scalar(select(key).where(mine, after).order_by(at, key).limit(1))
    return Neighbours(previous, following, open_case_count(session, one.round_id))


def names_of(session: Session, one: CleanupCase) -> Mapping[UUID, str]:
    """Return the names of the accounts that flagged and decided a case."""
    ids = {one.decided_by, *(flag.account_id for flag in one.flags)} - {None}
    query = select(Account.id, Account.display_name).where(Account.id.in_(ids))
    return dict(session.execute(query).all())


def _lapsed(row: Row[*tuple[Any, ...]], today: date) -> Lapsed:
    credential_id, organisation_id, employment, post, since, state, valid_until, exchanged = row
    facts = LapseFacts(
        employment=EmploymentType(employment),
        post=PostState(post),
        post_since=since,
        state=CredentialState(state),
        valid_until=valid_until,
        exchanged=bool(exchanged),
    )
    return Lapsed(credential_id, organisation_id, tuple(grounds_against(facts, today)))


def _state_counts(session: Session) -> Mapping[tuple[UUID, CaseState], int]:
    query = select(CleanupCase.round_id, CleanupCase.state, func.count())
    rows = session.execute(query.group_by(CleanupCase.round_id, CleanupCase.state))
    return {(round_id, CaseState(state)): count for round_id, state, count in rows}


def _round_row(one: CleanupRound, counts: Mapping[tuple[UUID, CaseState], int]) -> RoundRow:
    return RoundRow(
        round=one,
        waiting=counts.get((one.id, CaseState.OPEN), 0),
        kept=counts.get((one.id, CaseState.KEPT), 0),
        removed=counts.get((one.id, CaseState.REMOVED), 0),
    )


def _wanted(query: Select[CleanupCase], wanted: CaseFilter) -> Select[CleanupCase]:
    if wanted.text:
        name, number = person_names.normalised(wanted.text), numbers.normalised(wanted.text)
        by_name = Credential.holder_name.contains(name, autoescape=True)
        by_number = Credential.cert_no.startswith(number, autoescape=True)
        query = query.join(Credential, Credential.id == CleanupCase.credential_id).where(or_(by_name, by_number))
    if wanted.organisation_id is not None:
        query = query.where(CleanupCase.organisation_id == wanted.organisation_id)
    if wanted.state is not None:
        query = query.where(CleanupCase.state == wanted.state)
    if wanted.ground:
        query = query.where(_has_ground((wanted.ground,)))
    if wanted.group is not None:
        query = query.where(_has_ground(codes_of(wanted.group)))
    return query


def _has_ground(codes: tuple[str, ...]) -> ColumnElement[bool]:
    return exists().where(CleanupFlag.case_id == CleanupCase.id, CleanupFlag.ground.in_(codes))
