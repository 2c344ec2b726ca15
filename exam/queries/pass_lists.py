"""Reads over published pass lists: what anybody may see of them, field by field, and nothing besides."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from core import clock
from core.errors import NotFoundError
from core.paging import Page, page_of
from exam.list_states import EffectMode, LineChange, PassListState
from exam.models.planning import Sitting
from exam.models.results import PassList, PassListEntry
from exam.notices import ListStatus, StatusFacts, names_until, status_on
from exam.pass_lists import ListedPerson, PublishedList, SittingFigures, UnitCount, figures_of_row, public_line
from exam.queries.list_lines import newest_of
from exam.queries.results import passed_count
from exam.sittings import PublishingFacts
from exam.states import SittingKind, SittingState
from people.queries import city

SEARCH_LENGTH = 50
_LINE = (
    PassListEntry.serial,
    PassListEntry.name,
    PassListEntry.unit_name,
    PassListEntry.candidate_no,
    PassListEntry.change,
    PassListEntry.withdrawn_on,
    PassListEntry.withdrawn_by,
    PassListEntry.is_exempt,
)


@dataclass(frozen=True)
class PublicPassList:
    """What anybody may know of one published version; ``newest_id`` is the version that counts."""

    id: UUID
    sitting_id: UUID
    title: str
    version: int
    issuer_name: str
    published_at: datetime
    mode: EffectMode
    status: ListStatus
    notice_from: date | None
    notice_until: date | None
    effective_on: date | None
    is_provisional: bool
    legal_basis: str
    contact: str
    reason: str
    passed_count: int
    exempt_count: int
    figures: SittingFigures
    digest: str
    log_index: int | None
    names_until: date
    are_names_off: bool
    newest_id: UUID

    @property
    def is_superseded(self) -> bool:
        """Say whether a later version counts instead."""
        return self.newest_id != self.id

    @property
    def is_as_published(self) -> bool:
        """Say whether the list counts and bears its names, as on the day it was published."""
        return not (self.is_superseded or self.are_names_off)

    @property
    def log_number(self) -> int | None:
        """Return the place of its entry in the public log as pages count it, from 1."""
        return None if self.log_index is None else self.log_index + 1


def recent_pass_lists(session: Session, limit: int = 5) -> list[PublicPassList]:
    """Return the lists published last, each in its newest version."""
    return [_public(session, row, row.id) for row in session.scalars(_newest_versions().limit(limit))]


def pass_lists(session: Session, number: int, text: str = "") -> Page[PublicPassList]:
    """Return one page of published lists in their newest version, the newest first, narrowed to a title."""
    query = _newest_versions()
    if text:
        query = query.where(PassList.title.contains(text[:SEARCH_LENGTH], autoescape=True))
    page = page_of(session, query, number)
    return replace(page, rows=[_public(session, row, row.id) for row in page.rows])


def newest_rows(session: Session) -> list[PassList]:
    """Return the row of every published list in its newest version, the newest first; for the office."""
    return list(session.scalars(_newest_versions()))


def publications(session: Session, limit: int) -> list[PublicPassList]:
    """Return the versions published last, corrections as well as first versions, the newest first."""
    query = select(PassList).where(PassList.state == PassListState.PUBLISHED)
    rows = session.scalars(query.order_by(PassList.published_at.desc(), PassList.id.desc()).limit(limit))
    return [_public(session, row) for row in rows]


def pass_list(session: Session, pass_list_id: UUID) -> PassList:
    """Return the row of one published version; for the office."""
    found = session.get(PassList, pass_list_id)
    if found is None or found.state != PassListState.PUBLISHED:
        raise NotFoundError
    return found


def public_list(session: Session, pass_list_id: UUID) -> PublicPassList:
    """Return what anybody may know of one published version."""
    return _public(session, pass_list(session, pass_list_id))


def versions_of(session: Session, sitting_id: UUID) -> list[PublicPassList]:
    """Return every published version of a sitting's list, the newest first."""
    query = select(PassList).where(PassList.sitting_id == sitting_id, PassList.state == PassListState.PUBLISHED)
    return [_public(session, row) for row in session.scalars(query.order_by(PassList.version.desc()))]


def pass_list_of(session: Session, sitting_id: UUID) -> PassList | None:
    """Return the newest published version of a sitting's list, if there is one."""
    return newest_of(session, sitting_id)


def entries(session: Session, shown: PublicPassList, unit_code: str, text: str, number: int) -> Page[ListedPerson]:
    """Return one page of a list by serial, narrowed to a unit and to a name or a whole candidate number.

    A line that shows no name is not found by one.
    """
    if shown.are_names_off:
        return Page([], 1, 1, 0)
    query: Any = select(*_LINE).where(PassListEntry.pass_list_id == shown.id)
    if unit_code:
        query = query.where(PassListEntry.unit_code == unit_code)
    if text:
        named = PassListEntry.name.contains(text[:SEARCH_LENGTH], autoescape=True)
        query = query.where(or_(named, PassListEntry.candidate_no == text), _is_named())
    page = page_of(session, query.order_by(PassListEntry.serial), number)
    return replace(page, rows=_people(page.rows))


def people_of(session: Session, shown: PublicPassList) -> list[ListedPerson]:
    """Return every public line of a list; none once its names have come off."""
    if shown.are_names_off:
        return []
    query = select(*_LINE).where(PassListEntry.pass_list_id == shown.id).order_by(PassListEntry.serial)
    return _people(session.execute(query).all())


def line_of(session: Session, shown: PublicPassList, serial: int) -> ListedPerson:
    """Return one public line of a list."""
    query = select(*_LINE).where(PassListEntry.pass_list_id == shown.id, PassListEntry.serial == serial)
    row = session.execute(query).one_or_none()
    if row is None or shown.are_names_off:
        raise NotFoundError
    return _people([row])[0]


def changed_lines(session: Session, shown: PublicPassList) -> list[ListedPerson]:
    """Return the lines that a correction added, changed or withdrew; none once the names have come off."""
    if shown.are_names_off:
        return []
    changed = (PassListEntry.pass_list_id == shown.id, PassListEntry.change.is_not(None))
    return _people(session.execute(select(*_LINE).where(*changed).order_by(PassListEntry.serial)).all())


def units_listed(session: Session, pass_list_id: UUID) -> list[UnitCount]:
    """Return each unit on a list with how many of its people stand there, by code; tombstones do not count."""
    query = (
        select(PassListEntry.unit_code, PassListEntry.unit_name, func.count())
        .where(PassListEntry.pass_list_id == pass_list_id, PassListEntry.is_listed)
        .group_by(PassListEntry.unit_code, PassListEntry.unit_name)
        .order_by(PassListEntry.unit_code)
    )
    return [UnitCount(*row) for row in session.execute(query)]


def withdrawn_count(session: Session, pass_list_id: UUID) -> int:
    """Return how many tombstones a list has."""
    of_list = (PassListEntry.pass_list_id == pass_list_id, ~PassListEntry.is_listed)
    return session.scalar(select(func.count()).select_from(PassListEntry).where(*of_list)) or 0


def published(session: Session, pass_list: PassList) -> PublishedList:
    """Return the whole list as it was published, from which its digest can be computed again."""
    query = select(*_LINE).where(PassListEntry.pass_list_id == pass_list.id).order_by(PassListEntry.serial)
    return published_with(session, pass_list, _people(session.execute(query).all()))


def published_with(session: Session, pass_list: PassList, people: Sequence[ListedPerson]) -> PublishedList:
    """Return a version as it is published, with these lines."""
    if pass_list.published_at is None or pass_list.effective_on is None:
        raise NotFoundError
    earlier = session.get(PassList, pass_list.supersedes_id) if pass_list.supersedes_id else None
    return PublishedList(
        title=pass_list.title,
        version=pass_list.version,
        issuer_name=pass_list.issuer_name,
        published_at=pass_list.published_at,
        mode=EffectMode(pass_list.mode),
        effective_on=pass_list.effective_on,
        legal_basis=pass_list.legal_basis,
        figures=figures_of_row(pass_list.figures),
        people=people,
        notice_from=pass_list.notice_from,
        notice_until=pass_list.notice_until,
        supersedes=(earlier.digest or "") if earlier else "",
        reason=pass_list.reason,
    )


def publishing_facts(session: Session, sitting: Sitting) -> PublishingFacts:
    """Return what publishing a sitting's first list rests on."""
    return PublishingFacts(
        state=SittingState(sitting.state),
        passed=passed_count(session, sitting.id),
        is_published=newest_of(session, sitting.id) is not None,
        issuer_name=city(session).issuer_name,
        kind=SittingKind(sitting.kind),
    )


def _newest_versions() -> Select[PassList]:
    later = aliased(PassList)
    is_later = and_(
        later.sitting_id == PassList.sitting_id,
        later.version > PassList.version,
        later.state == PassListState.PUBLISHED,
    )
    newest = ~select(later.id).where(is_later).correlate(PassList).exists()
    query = select(PassList).where(PassList.state == PassListState.PUBLISHED, newest)
    return query.order_by(PassList.published_at.desc(), PassList.id)


def _public(session: Session, row: PassList, newest_id: UUID | None = None) -> PublicPassList:
    if row.published_at is None or row.digest is None:
        raise NotFoundError
    if newest_id is None:
        newest = newest_of(session, row.sitting_id)
        newest_id = newest.id if newest else row.id
    today, published_on = clock.today(), clock.day_of(row.published_at)
    facts = StatusFacts(row.effective_on, row.log_index is not None, newest_id != row.id)
    last = names_until(published_on, row.notice_until)
    return PublicPassList(
        id=row.id,
        sitting_id=row.sitting_id,
        title=row.title,
        version=row.version,
        issuer_name=row.issuer_name,
        published_at=row.published_at,
        mode=EffectMode(row.mode),
        status=status_on(facts, today),
        notice_from=row.notice_from,
        notice_until=row.notice_until,
        effective_on=row.effective_on,
        is_provisional=row.is_provisional,
        legal_basis=row.legal_basis,
        contact=row.contact,
        reason=row.reason,
        passed_count=row.passed_count,
        exempt_count=row.exempt_count,
        figures=figures_of_row(row.figures),
        digest=row.digest,
        log_index=row.log_index,
        names_until=last,
        are_names_off=today > last,
        newest_id=newest_id,
    )


def _is_named() -> Any:
    return and_(PassListEntry.is_listed, ~PassListEntry.is_exempt)


def _people(rows: Sequence[Any]) -> list[ListedPerson]:
    return [
        public_line(
            row.serial,
            row.name,
            row.unit_name,
            row.candidate_no,
            change=LineChange(row.change) if row.change else None,
            withdrawn_on=row.withdrawn_on,
            withdrawn_by=row.withdrawn_by,
            is_exempt=row.is_exempt,
        )
        for row in rows
    ]
