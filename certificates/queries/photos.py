"""Reads over the photos of officers, and over the archives that are being taken in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased, undefer

from certificates.models import Credential
from certificates.photo_names import Fit, Person, fits
from certificates.states import STANDING, CredentialState
from core.errors import NotFoundError
from core.models import Job
from core.picture_guard import PictureFault
from core.picture_reader import PICTURE_SENTENCES
from core.sealing import opened_bytes
from core.texts import Text
from exam.models.planning import Candidate
from exam.models.results import PassListEntry
from people.models import Account, Officer, OfficerPhoto, Organisation, PhotoIntake, PhotoIntakeItem
from people.photo_states import IntakeState
from people.scope import Scope

PHOTO_PLACE, ITEM_PLACE, ARCHIVE_PLACE = (
    "officer_photo.content",
    "photo_intake_item.content",
    "photo_intake.archive",
)
READ_PHOTOS = "certificates:photos"
HOLDING = (CredentialState.RESERVED, *sorted(STANDING))


@dataclass(frozen=True)
class PhotoRow:
    """One photo of an officer, without the picture: its number, when and by whom it was taken in."""

    id: UUID
    number: int
    taken_in_at: datetime
    taken_in_by: str


@dataclass(frozen=True)
class UnitCount:
    """How many of a unit's people need a photo, and how many of them have none."""

    organisation: Organisation
    needed: int
    missing: int

    @property
    def having(self) -> int:
        """Return how many of those who need a photo have one."""
        return self.needed - self.missing


@dataclass(frozen=True)
class Missing:
    """Somebody who needs a photo and has none."""

    officer_id: UUID
    name: str
    unit_code: str
    unit_name: str


@dataclass(frozen=True)
class ReadItem:
    """One file of an archive: whom it belongs to, or why it is not taken in."""

    item_id: UUID
    place: int
    name: str
    person: Person | None
    reason: Text | None
    replaces: bool


@dataclass(frozen=True)
class IntakeCheck:
    """What taking in an archive would do."""

    items: Sequence[ReadItem]
    missing: Sequence[Missing]

    @property
    def fitting(self) -> list[ReadItem]:
        """Return the files that would be taken in."""
        return [one for one in self.items if one.reason is None]

    @property
    def unfit(self) -> list[ReadItem]:
        """Return the files that would not."""
        return [one for one in self.items if one.reason is not None]

    @property
    def replacing(self) -> int:
        """Return how many people have a photo that would be succeeded."""
        return sum(one.replaces for one in self.fitting)


def photo_of(session: Session, officer_id: UUID) -> bytes | None:
    """Return an officer's newest photo as a JPEG, or None where there is none."""
    newest = select(OfficerPhoto).where(OfficerPhoto.officer_id == officer_id)
    query = newest.order_by(OfficerPhoto.number.desc()).limit(1).options(undefer(OfficerPhoto.content_sealed))
    found = session.scalar(query)
    return None if found is None else opened_bytes(found.content_sealed, PHOTO_PLACE)


def photos_by_officer(session: Session, officer_ids: Sequence[UUID]) -> dict[UUID, bytes]:
    """Return the newest photo of each of these officers who has one."""
    query = select(OfficerPhoto.officer_id, OfficerPhoto.content_sealed).where(
        OfficerPhoto.officer_id.in_(officer_ids), _is_newest()
    )
    return {officer_id: opened_bytes(content, PHOTO_PLACE) for officer_id, content in session.execute(query)}


def photo_rows(session: Session, officer_id: UUID) -> list[PhotoRow]:
    """Return every photo an officer ever had, the newest first."""
    query = (
        select(OfficerPhoto.id, OfficerPhoto.number, OfficerPhoto.taken_in_at, Account.display_name)
        .outerjoin(Account, Account.id == OfficerPhoto.taken_in_by)
        .where(OfficerPhoto.officer_id == officer_id)
    )
    rows = session.execute(query.order_by(OfficerPhoto.number.desc()))
    return [PhotoRow(row.id, row.number, row.taken_in_at, row.display_name or "") for row in rows]


def photo(session: Session, photo_id: UUID, scope: Scope) -> bytes:
    """Return one photo of an officer within the scope, an older one too."""
    found = session.get(OfficerPhoto, photo_id)
    holder = session.get(Officer, found.officer_id) if found else None
    if found is None or holder is None or not scope.covers(holder.organisation_id):
        raise NotFoundError
    return opened_bytes(found.content_sealed, PHOTO_PLACE)


def unit_counts(session: Session, scope: Scope) -> list[UnitCount]:
    """Return for each unit of the scope how many need a photo and have none, by code."""
    lacking = func.count().filter(~_has_photo())
    counted = select(Officer.organisation_id, func.count(), lacking).where(_needs_photo())
    rows = session.execute(_within(counted, scope).group_by(Officer.organisation_id))
    counts: dict[UUID, tuple[int, int]] = {key: (needed, missing) for key, needed, missing in rows}
    units = session.scalars(select(Organisation).where(Organisation.id.in_(counts)).order_by(Organisation.code))
    return [UnitCount(unit, *counts[unit.id]) for unit in units]


def without_photo(session: Session, scope: Scope) -> list[Missing]:
    """Return everybody of the scope who needs a photo and has none, by unit and name."""
    query = (
        select(Officer.id, Officer.name, Organisation.code, Organisation.name)
        .join(Organisation, Organisation.id == Officer.organisation_id)
        .where(_needs_photo(), ~_has_photo())
    )
    rows = session.execute(_within(query, scope).order_by(Organisation.code, Officer.name, Officer.id))
    return [Missing(*row) for row in rows]


def holders_of_photos(session: Session) -> frozenset[UUID]:
    """Return everybody who has a photo."""
    return frozenset(session.scalars(select(OfficerPhoto.officer_id).distinct()))


def people_by_numbers(session: Session, scope: Scope) -> list[Person]:
    """Return everybody of the scope with all a file may be named after."""
    numbers: dict[UUID, set[str]] = {}
    for query in (
        select(Credential.officer_id, Credential.cert_no),
        select(Candidate.officer_id, Candidate.candidate_no),
    ):
        for officer_id, number in session.execute(query):
            numbers.setdefault(officer_id, set()).add(number)
    people = select(Officer.id, Officer.name, Organisation.code, Organisation.name).join(
        Organisation, Organisation.id == Officer.organisation_id
    )
    rows = session.execute(_within(people, scope))
    return [Person(*row, frozenset(numbers.get(row[0], ()))) for row in rows]


def intake(session: Session, intake_id: UUID, account_id: UUID | None) -> PhotoIntake:
    """Return an archive that this account handed in."""
    found = session.get(PhotoIntake, intake_id)
    if found is None or found.account_id != account_id:
        raise NotFoundError
    return found


def open_intakes(session: Session, account_id: UUID | None) -> list[PhotoIntake]:
    """Return the archives of an account that wait for it, the newest first."""
    mine = (PhotoIntake.account_id == account_id) & (PhotoIntake.state != IntakeState.REFUSED)
    return list(session.scalars(select(PhotoIntake).where(mine).order_by(PhotoIntake.uploaded_at.desc())))


def archive_of(session: Session, intake_id: UUID) -> bytes | None:
    """Return an archive as it was handed in, or None once it is read."""
    found = session.scalar(select(PhotoIntake.archive_sealed).where(PhotoIntake.id == intake_id))
    return None if found is None else opened_bytes(found, ARCHIVE_PLACE)


def read_places(session: Session, intake_id: UUID) -> frozenset[int]:
    """Return which files of an archive are read already."""
    query = select(PhotoIntakeItem.place).where(PhotoIntakeItem.intake_id == intake_id)
    return frozenset(session.scalars(query))


def files_in(session: Session, intake_id: UUID) -> int:
    """Return how many files an archive has, as far as the job that reads it has found out."""
    newest = select(Job).where(Job.kind == READ_PHOTOS).order_by(Job.created_at.desc())
    wanted = str(intake_id)
    return next((job.total_count for job in session.scalars(newest) if job.arguments.get("intake_id") == wanted), 0)


def item_picture(session: Session, intake_id: UUID, place: int) -> bytes:
    """Return the portrait that was made of one file of an archive."""
    mine = (PhotoIntakeItem.intake_id == intake_id) & (PhotoIntakeItem.place == place)
    found = session.scalar(select(PhotoIntakeItem.content_sealed).where(mine))
    if found is None:
        raise NotFoundError
    return opened_bytes(found, ITEM_PLACE)


def check_intake(session: Session, intake_id: UUID, scope: Scope) -> IntakeCheck:
    """Return what taking in an archive would do as things stand now; writes nothing."""
    query = select(PhotoIntakeItem).where(PhotoIntakeItem.intake_id == intake_id)
    items = session.scalars(query.order_by(PhotoIntakeItem.place)).all()
    found = fits([item.name for item in items], people_by_numbers(session, scope))
    holders = holders_of_photos(session)
    read = [_read_item(item, fit, holders) for item, fit in zip(items, found, strict=True)]
    coming = {one.person.officer_id for one in read if one.person is not None and one.reason is None}
    return IntakeCheck(read, [one for one in without_photo(session, scope) if one.officer_id not in coming])


def _read_item(item: PhotoIntakeItem, fit: Fit, holders: frozenset[UUID]) -> ReadItem:
    reason = PICTURE_SENTENCES[PictureFault(item.fault)] if item.fault else fit.reason
    replaces = fit.person is not None and fit.person.officer_id in holders
    return ReadItem(item.id, item.place, item.name, fit.person, reason, replaces)


def _needs_photo() -> ColumnElement[bool]:
    """Whoever holds a credential or is to be given one: listed as passed, and without one from that exam."""
    holding = select(Credential.officer_id).where(Credential.state.in_(HOLDING))
    issued = exists().where(Credential.candidate_id == Candidate.id)
    listed = (
        select(Candidate.officer_id)
        .join(PassListEntry, and_(PassListEntry.candidate_id == Candidate.id, PassListEntry.is_listed))
        .where(~issued)
    )
    return or_(Officer.id.in_(holding), Officer.id.in_(listed))


def _has_photo() -> ColumnElement[bool]:
    return exists().where(OfficerPhoto.officer_id == Officer.id)


def _is_newest() -> ColumnElement[bool]:
    later = aliased(OfficerPhoto)
    return ~exists().where(later.officer_id == OfficerPhoto.officer_id, later.number > OfficerPhoto.number)


def _within(query: Select, scope: Scope) -> Select:  # type: ignore[type-arg]
    if scope.organisation_id is None:
        return query
    return query.where(Officer.organisation_id == scope.organisation_id)
