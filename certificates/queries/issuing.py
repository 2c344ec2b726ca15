"""Reads for issuing: who on a published list has no credential yet, and what stands against giving one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session, aliased

from certificates.issuing import HolderFacts, ListFacts, area_of, reasons_against
from certificates.models import Credential, Qualification
from certificates.queries.life import disqualified_since
from certificates.sheet import Holder
from certificates.states import STANDING
from core import clock
from core.errors import Reason
from exam.models.planning import Candidate
from exam.models.results import PassList, PassListEntry
from exam.queries.objections import held_back
from exam.queries.pass_lists import newest_rows, pass_list_of
from people.models import Officer, Organisation
from people.posts import DocumentKind, EmploymentType, OrganisationKind, PostState
from people.queries import city


@dataclass(frozen=True)
class Passed:
    """Somebody on a published list without a credential, with what stands against giving one."""

    candidate_id: UUID
    officer_id: UUID
    organisation_id: UUID
    name: str
    unit_code: str
    unit_name: str
    category: str
    area: str
    is_sample: bool
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class ListRow:
    """A published list with how many credentials were issued to it."""

    pass_list: PassList
    issued: int

    @property
    def left(self) -> int:
        """Return how many on the list have no credential from it."""
        return self.pass_list.passed_count - self.issued


def list_rows(session: Session) -> list[ListRow]:
    """Return every published list with how many credentials were issued to it, the newest first."""
    counted = (
        select(PassListEntry.pass_list_id, func.count())
        .join(Credential, Credential.candidate_id == PassListEntry.candidate_id)
        .where(PassListEntry.is_listed)
        .group_by(PassListEntry.pass_list_id)
    )
    issued = dict(session.execute(counted).all())
    return [ListRow(one, issued.get(one.id, 0)) for one in newest_rows(session)]


def issued_count(session: Session, pass_list_id: UUID) -> int:
    """Return how many of those on a list have a credential from it or from an earlier version."""
    query = (
        select(func.count())
        .select_from(PassListEntry)
        .join(Credential, Credential.candidate_id == PassListEntry.candidate_id)
        .where(PassListEntry.pass_list_id == pass_list_id, PassListEntry.is_listed)
    )
    return session.scalar(query) or 0


def list_facts(session: Session, pass_list: PassList) -> ListFacts:
    """Return what issuing to a list rests on."""
    newest = pass_list_of(session, pass_list.sitting_id)
    return ListFacts(
        effective_on=pass_list.effective_on,
        is_logged=pass_list.log_index is not None,
        is_superseded=newest is None or newest.id != pass_list.id,
    )


def withdrawn_with_credential(session: Session, pass_list: PassList) -> list[Credential]:
    """Return the credentials still standing of those whose names were withdrawn from a list."""
    listed = select(PassListEntry.candidate_id).where(
        PassListEntry.pass_list_id == pass_list.id, PassListEntry.is_listed
    )
    query = (
        select(Credential)
        .join(PassListEntry, PassListEntry.candidate_id == Credential.candidate_id)
        .where(PassListEntry.pass_list_id == pass_list.id, ~PassListEntry.is_listed)
        .where(Credential.state.in_(STANDING), Credential.candidate_id.not_in(listed))
        .order_by(Credential.cert_no)
    )
    return list(session.scalars(query).unique())


def passed_without_credential(session: Session, pass_list: PassList, today: date) -> list[Passed]:
    """Return everybody on a published list who has no credential from it, in the order of the list."""
    held = _held_numbers(session, pass_list, today)
    above = aliased(Organisation)
    area = func.coalesce(above.name, city(session).name)
    objected = held_back(session, pass_list.sitting_id)
    query = (
        select(PassListEntry, Officer, Candidate.organisation_id, Organisation.kind, area)
        .join(Candidate, Candidate.id == PassListEntry.candidate_id)
        .join(Officer, Officer.id == Candidate.officer_id)
        .join(Organisation, Organisation.id == Candidate.organisation_id)
        .outerjoin(above, above.id == Organisation.parent_id)
        .outerjoin(Credential, Credential.candidate_id == PassListEntry.candidate_id)
        .where(PassListEntry.pass_list_id == pass_list.id, PassListEntry.is_listed, Credential.id.is_(None))
        .order_by(PassListEntry.serial)
    )
    rows = session.execute(query).all()
    lost = disqualified_since(session, [row.Officer.id for row in rows])
    return [
        _passed(
            row,
            today,
            held_no=held.get(row.Officer.id, ""),
            is_held_back=row.PassListEntry.candidate_id in objected,
            lost=lost.get(row.Officer.id),
        )
        for row in rows
    ]


def taken_numbers(session: Session, prefix: str = "") -> frozenset[str]:
    """Return every number that begins so and that a credential bears already."""
    query = select(Credential.cert_no)
    return frozenset(session.scalars(query.where(Credential.cert_no.startswith(prefix)) if prefix else query))


def holders_by_document(session: Session) -> Mapping[str, Holder]:
    """Return everybody on the roll by the digest of the document number."""
    query = select(
        Officer.document_digest,
        Officer.id,
        Officer.name,
        Officer.organisation_id,
        Organisation.name,
        Officer.document_kind,
    ).join(Organisation, Organisation.id == Officer.organisation_id)
    return {row[0]: Holder(*row[1:5], is_sample=row[5] == DocumentKind.DEMO) for row in session.execute(query)}


def _held_numbers(session: Session, pass_list: PassList, today: date) -> dict[UUID, str]:
    """Return the number of the credential that each person on the list still holds from elsewhere."""
    query = (
        select(Credential.officer_id, Credential.cert_no)
        .join(Candidate, Candidate.officer_id == Credential.officer_id)
        .join(PassListEntry, PassListEntry.candidate_id == Candidate.id)
        .where(PassListEntry.pass_list_id == pass_list.id)
        .where(Credential.state.in_(STANDING), Credential.valid_until >= today)
    )
    return dict(session.execute(query).all())


def _passed(
    row: Row[PassListEntry, Officer, UUID, str, str],
    today: date,
    *,
    held_no: str,
    is_held_back: bool,
    lost: Qualification | None,
) -> Passed:
    entry, officer, organisation_id, kind, above_name = row
    facts = HolderFacts(
        employment=EmploymentType(officer.employment),
        post=PostState(officer.post),
        post_since=officer.post_since,
        category=officer.enforcement_category,
        held_no=held_no,
        effective_on=entry.effective_on,
        is_held_back=is_held_back,
        disqualified_on=clock.day_of(lost.since) if lost else None,
        barred_until=lost.barred_until if lost else None,
    )
    return Passed(
        candidate_id=entry.candidate_id,
        officer_id=officer.id,
        organisation_id=organisation_id,
        name=entry.name,
        unit_code=entry.unit_code,
        unit_name=entry.unit_name,
        category=officer.enforcement_category,
        area=area_of(officer.enforcement_area, OrganisationKind(kind), entry.unit_name, above_name),
        is_sample=officer.document_kind == DocumentKind.DEMO,
        reasons=tuple(reasons_against(facts, today)),
    )
