"""Reads over body-worn recorders: what each unit must have by its credentials of today, and what it has."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session, aliased

from certificates.models import Credential
from certificates.queries.credentials import has_status
from certificates.recorders import Allotment, gap_together, minimum, together
from certificates.states import CredentialStatus
from people.models import Account, Organisation, RecorderMinimum, RecorderStock
from people.posts import OrganisationKind
from people.queries import organisations
from people.scope import Scope

SORTS = ("code", "holders", "minimum", "usable", "gap")


@dataclass(frozen=True)
class RecorderRow:
    """One unit with its class, what it must have, what it has, and when it last said so."""

    organisation: Organisation
    by_hand: int | None
    basis: str
    allotment: Allotment
    broken: int
    reported_at: datetime | None


@dataclass(frozen=True)
class RecorderGroup:
    """A county with its own bodies, or all departments of the city; ``total`` adds up what is known."""

    name: Organisation | None
    rows: Sequence[RecorderRow]
    total: Allotment
    gap: int | None


@dataclass(frozen=True)
class StockRow:
    """One report of a unit's stock and who made it."""

    usable: int
    broken: int
    note: str
    reported_by: str
    reported_at: datetime


def recorder_rows(session: Session, scope: Scope, today: date) -> list[RecorderRow]:
    """Return every unit of the scope, by code."""
    units = organisations(session, scope)
    holders = _holders(session, today)
    by_hand = {row.organisation_id: row for row in session.scalars(select(RecorderMinimum))}
    stock = {row.organisation_id: row for row in session.scalars(select(RecorderStock).where(_is_newest()))}
    return [_row(unit, holders.get(unit.id, 0), by_hand.get(unit.id), stock.get(unit.id)) for unit in units]


def sorted_rows(rows: Sequence[RecorderRow], by: str) -> list[RecorderRow]:
    """Return the rows with the largest figure first; what is not known comes last."""
    if by not in SORTS[1:]:
        return list(rows)
    return sorted(rows, key=lambda row: (figure := getattr(row.allotment, by)) is None or -figure)


def groups(rows: Sequence[RecorderRow]) -> list[RecorderGroup]:
    """Return the rows by county and, last, those of the city's departments."""
    counties = [row.organisation for row in rows if row.organisation.kind == OrganisationKind.COUNTY]
    found = [_group(county, [row for row in rows if _is_of(row.organisation, county)]) for county in counties]
    departments = [row for row in rows if row.organisation.kind == OrganisationKind.DEPARTMENT]
    return [*found, *([_group(None, departments)] if departments else [])]


def stock_rows(session: Session, organisation_id: UUID) -> list[StockRow]:
    """Return every report of a unit's stock, the newest first."""
    query = (
        select(RecorderStock, Account.display_name)
        .outerjoin(Account, Account.id == RecorderStock.reported_by)
        .where(RecorderStock.organisation_id == organisation_id)
    )
    rows = session.execute(query.order_by(RecorderStock.number.desc()))
    return [StockRow(one.usable, one.broken, one.note, name or "", one.reported_at) for one, name in rows]


def _row(
    unit: Organisation, holders: int, by_hand: RecorderMinimum | None, stock: RecorderStock | None
) -> RecorderRow:
    hand = by_hand.minimum if by_hand else None
    least = minimum(unit.recorder_class, holders, hand)
    return RecorderRow(
        organisation=unit,
        by_hand=hand,
        basis=by_hand.basis if by_hand else "",
        allotment=Allotment(holders, least, stock.usable if stock else None),
        broken=stock.broken if stock else 0,
        reported_at=stock.reported_at if stock else None,
    )


def _group(name: Organisation | None, rows: Sequence[RecorderRow]) -> RecorderGroup:
    allotments = [row.allotment for row in rows]
    return RecorderGroup(name, rows, together(allotments), gap_together(allotments))


def _is_of(unit: Organisation, county: Organisation) -> bool:
    is_body = unit.kind == OrganisationKind.COUNTY_BODY and unit.parent_id == county.id
    return unit.id == county.id or is_body


def _holders(session: Session, today: date) -> dict[UUID, int]:
    query = select(Credential.organisation_id, func.count(Credential.officer_id.distinct()))
    counted = session.execute(
        query.where(has_status(CredentialStatus.VALID, today)).group_by(Credential.organisation_id)
    )
    return dict(counted.all())


def _is_newest() -> ColumnElement[bool]:
    later = aliased(RecorderStock)
    return ~exists().where(
        later.organisation_id == RecorderStock.organisation_id, later.number > RecorderStock.number
    )
