"""A unit's public register: its officers who may enforce today, from allow-listed fields alone.

Only valid and suspended credentials stand in it, and none that the public log does not say the same of.
Whoever is exempt from being named, on protected work, is counted and not shown.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, func, select
from sqlalchemy.orm import Session

from certificates.models import Credential
from certificates.queries.lookup import confirmed, row_of, with_newest_entry
from certificates.register_files import RegisteredOfficer
from certificates.states import STANDING, CredentialStatus
from core.errors import NotFoundError
from core.paging import PAGE_SIZE, Page
from exam.list_states import ExemptionState
from exam.models.publishing import PublicationExemption
from people.models import Organisation
from people.posts import OrganisationKind

AT_ONCE = 500


@dataclass(frozen=True)
class RegisterHead:
    """What stands above a register: the body, and how many stand in it and are left unnamed."""

    unit_id: UUID
    code: str
    name: str
    name_en: str
    category: str
    listed: int
    unnamed: int

    @property
    def total(self) -> int:
        """Return how many officers of the unit hold a credential that is in date."""
        return self.listed + self.unnamed


def register_heads(session: Session, day: date) -> list[RegisterHead]:
    """Return every unit that has officers with a credential in date, by code."""
    counted = select(Credential.organisation_id, _is_exempt().label("exempt"), func.count().label("holders"))
    rows = session.execute(counted.where(_in_date(day)).group_by(Credential.organisation_id, "exempt"))
    counts = {(row.organisation_id, bool(row.exempt)): row.holders for row in rows}
    units = select(Organisation).where(Organisation.id.in_({unit for unit, _exempt in counts}))
    return [
        _head(unit, counts.get((unit.id, False), 0), counts.get((unit.id, True), 0))
        for unit in session.scalars(units.order_by(Organisation.code))
    ]


def register_head(session: Session, code: str, day: date) -> RegisterHead:
    """Return what stands above the register of one unit; the city itself has none."""
    unit = _unit(session, code)
    mine = and_(Credential.organisation_id == unit.id, _in_date(day))
    counted = select(func.count()).select_from(Credential).where(mine)
    total = session.scalar(counted) or 0
    unnamed = session.scalar(counted.where(_is_exempt())) or 0
    return _head(unit, total - unnamed, unnamed)


def register_page(session: Session, head: RegisterHead, day: date, number: int) -> Page[RegisteredOfficer]:
    """Return one page of a unit's register, by number of the credential."""
    page = Page[RegisteredOfficer]([], 1, PAGE_SIZE, head.listed)
    number = min(max(1, number), page.count)
    rows = session.execute(_listed(head, day).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE))
    return Page(_lines(session, rows.all(), day), number, PAGE_SIZE, head.listed)


def register_lines(session: Session, head: RegisterHead, day: date) -> Iterator[RegisteredOfficer]:
    """Yield a unit's whole register, by number of the credential."""
    rows = session.execute(_listed(head, day)).all()
    for start in range(0, len(rows), AT_ONCE):
        yield from _lines(session, rows[start : start + AT_ONCE], day)


def _listed(head: RegisterHead, day: date) -> Select[*tuple[object, ...]]:
    return with_newest_entry().where(Credential.organisation_id == head.unit_id, _in_date(day), ~_is_exempt())


def _lines(session: Session, rows: Sequence[Row[*tuple[object, ...]]], day: date) -> list[RegisteredOfficer]:
    """Return the lines of rows that the public log confirms; the others are not shown as anything."""
    return [
        RegisteredOfficer(one.holder_name, one.cert_no, one.category, one.area, one.valid_until, one.status)
        for one in confirmed(session, map(row_of, rows), day)
        if one.status in {CredentialStatus.VALID, CredentialStatus.SUSPENDED}
    ]


def _unit(session: Session, code: str) -> Organisation:
    # No database takes the character 0 in a text, so no unit has it in its code.
    found = None if "\x00" in code else session.scalar(select(Organisation).where(Organisation.code == code))
    if found is None or found.kind == OrganisationKind.CITY:
        raise NotFoundError
    return found


def _head(unit: Organisation, listed: int, unnamed: int) -> RegisterHead:
    return RegisterHead(unit.id, unit.code, unit.name, unit.name_en, unit.enforcement_category, listed, unnamed)


def _in_date(day: date) -> ColumnElement[bool]:
    return and_(Credential.state.in_(STANDING), Credential.valid_from <= day, Credential.valid_until >= day)


def _is_exempt() -> ColumnElement[bool]:
    exempt = PublicationExemption
    standing = select(exempt.id).where(
        exempt.officer_id == Credential.officer_id, exempt.state == ExemptionState.APPROVED
    )
    return standing.exists()
