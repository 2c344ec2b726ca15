"""Reads behind corrected keys: proposals and decisions, and what another key would change."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import clock
from core.errors import NotFoundError
from exam.corrections import (
    DecisionFacts,
    ProposalFacts,
    Rescored,
    ScoreChange,
    UnitEffect,
    by_change,
    by_unit,
    left,
    moved,
)
from exam.marking import Accepted, latest_choices, score
from exam.models.planning import Candidate, Sitting
from exam.models.results import KeyCorrection, PassList, PassListEntry, Result
from exam.models.room import Attempt, Paper
from exam.queries.due import standard_of
from exam.queries.item_figures import version_ids_of
from exam.queries.keys import accepted_keys
from exam.queries.newest import newest_result
from exam.queries.replay import attempt_batches, rules_of
from exam.replay import AttemptRecord
from exam.states import CorrectionState, Outcome, SittingState
from people.models import Organisation
from questions.kinds import ItemKind
from questions.models import Item, ItemVersion

ASKED_AT_ONCE = 500


@dataclass(frozen=True)
class Effect:
    """What a proposal would do: how scores change, which units are touched, and who moves."""

    attempts: int
    changes: tuple[ScoreChange, ...]
    units: tuple[tuple[Organisation, UnitEffect], ...]
    to_passed: tuple[tuple[Candidate, Rescored], ...]
    from_passed: tuple[tuple[Candidate, Rescored], ...]


def correction(session: Session, correction_id: UUID) -> KeyCorrection:
    """Return one proposal."""
    found = session.get(KeyCorrection, correction_id)
    if found is None:
        raise NotFoundError
    return found


def corrections_of(session: Session, sitting_id: UUID) -> list[KeyCorrection]:
    """Return every proposal for a sitting, the newest first."""
    query = select(KeyCorrection).where(KeyCorrection.sitting_id == sitting_id)
    return list(session.scalars(query.order_by(KeyCorrection.proposed_at.desc(), KeyCorrection.id.desc())))


def proposed_count(session: Session, sitting_id: UUID) -> int:
    """Return how many proposals for a sitting wait for a second person."""
    query = select(func.count()).select_from(KeyCorrection)
    proposed = (KeyCorrection.sitting_id == sitting_id, KeyCorrection.state == CorrectionState.PROPOSED)
    return session.scalar(query.where(*proposed)) or 0


def proposal_facts(session: Session, sitting: Sitting, version_id: UUID) -> ProposalFacts:
    """Return what proposing another key for an item rests on."""
    version = session.get(ItemVersion, version_id)
    if version is None:
        raise NotFoundError
    kind = session.scalars(select(Item.kind).where(Item.id == version.item_id)).one()
    is_open = select(func.count()).where(
        KeyCorrection.sitting_id == sitting.id,
        KeyCorrection.version_id == version_id,
        KeyCorrection.state == CorrectionState.PROPOSED,
    )
    return ProposalFacts(
        state=SittingState(sitting.state),
        is_in_bank=version_id in version_ids_of(session, sitting.id),
        has_open_proposal=bool(session.scalar(is_open)),
        kind=ItemKind(kind),
        option_count=len(version.options),
        accepted=accepted_keys(session, sitting.id, [version_id])[version_id],
    )


def decision_facts(found: KeyCorrection, account_id: UUID | None) -> DecisionFacts:
    """Return what deciding on a proposal rests on."""
    return DecisionFacts(CorrectionState(found.state), found.proposed_by == account_id)


def affected(session: Session, sitting: Sitting, version_id: UUID) -> list[AttemptRecord]:
    """Return every attempt that is handed in and has the item on its paper."""
    batches = attempt_batches(session, sitting.id, version_id)
    return [record for batch in batches for record in batch if record.is_handed_in and record.marks]


def effect_of(session: Session, sitting: Sitting, version_id: UUID, accepted: Accepted) -> list[Rescored]:
    """Return what accepting these choices would do to each attempt that has the item; nothing is stored."""
    records = affected(session, sitting, version_id)
    wanted = {entry.version_id for record in records for entry in record.entries}
    keys = {**accepted_keys(session, sitting.id, wanted), version_id: accepted}
    standard, rules = standard_of(session, sitting, sitting.closed_at or clock.now()), rules_of(sitting)
    people = _people(session, sitting.id)
    found = []
    for record in records:
        before = record.marks[-1].score.score
        choices = latest_choices(one.given for one in record.log)
        after = score(record.entries, choices, keys, rules.multiple_rule).score
        officer_id, organisation_id = people[record.candidate_id]
        outcomes = standard.decide(officer_id, before), standard.decide(officer_id, after)
        found.append(Rescored(record.candidate_id, organisation_id, before, after, *outcomes))
    return found


def effect(session: Session, sitting: Sitting, version_id: UUID, accepted: Accepted) -> Effect:
    """Return what accepting these choices would do, with the units and the people who move."""
    people = effect_of(session, sitting, version_id, accepted)
    gained, lost = moved(people, Outcome.PASSED), left(people, Outcome.PASSED)
    organisations = {row.id: row for row in session.scalars(select(Organisation))}
    units = [(organisations[one.organisation_id], one) for one in by_unit(people) if one.raised or one.lowered]
    return Effect(
        attempts=len(people),
        changes=tuple(by_change(people)),
        units=tuple(sorted(units, key=lambda pair: pair[0].code)),
        to_passed=_named(session, gained),
        from_passed=_named(session, lost),
    )


def corrections_behind(session: Session, attempt_id: UUID) -> list[KeyCorrection]:
    """Return the approved corrections that touched an attempt: of items on its paper, the newest first."""
    row = session.execute(
        select(Attempt.sitting_id, Paper.entries)
        .join(Paper, Paper.id == Attempt.paper_id)
        .where(Attempt.id == attempt_id)
    ).one()
    on_paper = {UUID(entry[0]) for entry in row.entries}
    approved = (KeyCorrection.sitting_id == row.sitting_id, KeyCorrection.state == CorrectionState.APPROVED)
    query = (
        select(KeyCorrection).where(*approved).order_by(KeyCorrection.decided_at.desc(), KeyCorrection.id.desc())
    )
    return [one for one in session.scalars(query) if one.version_id in on_paper]


def changed_since(session: Session, pass_list: PassList) -> tuple[int, int]:
    """Return how many results changed since a list was published, and how many of them the list gets wrong."""
    of_list = (PassListEntry.pass_list_id == pass_list.id, PassListEntry.is_listed)
    listed = select(PassListEntry.candidate_id).where(*of_list)
    query = select(Result.candidate_id, Result.outcome, Result.candidate_id.in_(listed).label("is_listed")).where(
        Result.sitting_id == pass_list.sitting_id,
        Result.number > 1,
        Result.settled_at > pass_list.published_at,
        newest_result(),
    )
    rows = session.execute(query).all()
    return len(rows), sum(1 for row in rows if (row.outcome == Outcome.PASSED) != bool(row.is_listed))


def _named(session: Session, people: Sequence[Rescored]) -> tuple[tuple[Candidate, Rescored], ...]:
    wanted = {one.candidate_id: one for one in people}
    ids = list(wanted)
    found: list[Candidate] = []
    for start in range(0, len(ids), ASKED_AT_ONCE):
        found += session.scalars(select(Candidate).where(Candidate.id.in_(ids[start : start + ASKED_AT_ONCE])))
    pairs = [(one, wanted[one.id]) for one in found]
    return tuple(sorted(pairs, key=lambda pair: (pair[0].organisation.code, pair[0].candidate_no)))


def _people(session: Session, sitting_id: UUID) -> dict[UUID, tuple[UUID, UUID]]:
    query = select(Candidate.id, Candidate.officer_id, Candidate.organisation_id)
    rows = session.execute(query.where(Candidate.sitting_id == sitting_id))
    return {row.id: (row.officer_id, row.organisation_id) for row in rows}
