"""Reads for the figures of a clean-up round."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from certificates.grounds import GROUNDS, Ground, leading_ground
from certificates.models import CleanupCase, CleanupFlag, Credential
from certificates.removals import Line, Removal, Table, table_of
from certificates.states import CaseState
from people.models import Organisation
from people.posts import COUNTY_KINDS, OrganisationKind


@dataclass(frozen=True)
class UnitLine:
    """One unit with its line of the table."""

    organisation: Organisation
    line: Line


@dataclass(frozen=True)
class RoundTotals:
    """The figures of one round, with the units in the order in which they are announced."""

    table: Table
    departments: Sequence[UnitLine]
    counties: Sequence[UnitLine]
    grounds: Sequence[tuple[Ground, int]]


def round_totals(session: Session, round_id: UUID) -> RoundTotals:
    """Return how many people a round has removed, by unit, class and ground."""
    found = removals(session, round_id)
    units = _units(session, {removal.organisation_id for removal in found})
    counties = frozenset(unit.id for unit in units if unit.kind in COUNTY_KINDS)
    table = table_of(found, [unit.id for unit in units], counties)
    lines = [UnitLine(unit, table.units[unit.id]) for unit in units]
    return RoundTotals(
        table=table,
        departments=[one for one in lines if one.organisation.id not in counties],
        counties=[one for one in lines if one.organisation.id in counties],
        grounds=_by_ground(found),
    )


def removals(session: Session, round_id: UUID) -> list[Removal]:
    """Return every removed case of a round with its grounds, in the order of the queue."""
    query = (
        select(CleanupCase.id, Credential.officer_id, CleanupCase.organisation_id, CleanupFlag.ground)
        .join(Credential, Credential.id == CleanupCase.credential_id)
        .join(CleanupFlag, CleanupFlag.case_id == CleanupCase.id)
        .where(CleanupCase.round_id == round_id, CleanupCase.state == CaseState.REMOVED)
        .order_by(CleanupCase.opened_at, CleanupCase.id)
    )
    grounds: dict[tuple[UUID, UUID, UUID], list[str]] = defaultdict(list)
    for case_id, officer_id, organisation_id, ground in session.execute(query):
        grounds[case_id, officer_id, organisation_id].append(ground)
    return [Removal(officer, unit, tuple(codes)) for (_case, officer, unit), codes in grounds.items()]


def _units(session: Session, with_removals: set[UUID]) -> list[Organisation]:
    """Return every unit of the city, and the city itself where one of its own people was removed."""
    every = session.scalars(select(Organisation).order_by(Organisation.code))
    return [one for one in every if one.kind != OrganisationKind.CITY or one.id in with_removals]


def _by_ground(found: Sequence[Removal]) -> list[tuple[Ground, int]]:
    """Return how many people were removed on each leading ground, in the order of the grounds."""
    grounds: dict[UUID, set[str]] = defaultdict(set)
    for removal in found:
        grounds[removal.officer_id].update(removal.grounds)
    leading = [leading_ground(codes).code for codes in grounds.values()]
    return [(ground, leading.count(code)) for code, ground in GROUNDS.items() if code in leading]
