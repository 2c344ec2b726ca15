"""Reads for the printer: the cards of a list in the order of their numbers, and the files made of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from certificates.bulk_states import PrintState
from certificates.models import Credential, PrintFile
from certificates.queries.photos import photos_by_officer
from certificates.states import STANDING
from core.errors import NotFoundError
from core.sealing import opened_bytes
from people.models import Account, OfficerPhoto

PRINT = "certificates:print"
PRINT_PLACE = "print_file.content"
AT_ONCE = 50


@dataclass(frozen=True)
class Printable:
    """How many cards of a list can be printed, and how many of them without a photo."""

    cards: int
    without_photo: int


@dataclass(frozen=True)
class PrintRow:
    """One file for the printer, without its bytes, and who asked for it."""

    file: PrintFile
    asked_by: str


def printable(session: Session, pass_list_id: UUID) -> Printable:
    """Return how many cards of a list can be printed."""
    has_photo = select(OfficerPhoto.id).where(OfficerPhoto.officer_id == Credential.officer_id).exists()
    counted = select(func.count(), func.count().filter(~has_photo)).select_from(Credential)
    return Printable(*session.execute(counted.where(*_printed(pass_list_id))).one())


def cards_of(session: Session, pass_list_id: UUID) -> list[Credential]:
    """Return the cards of a list that can be printed, in the order of their numbers."""
    return list(
        session.scalars(select(Credential).where(*_printed(pass_list_id)).order_by(Credential.cert_no)).unique()
    )


def with_photos(session: Session, cards: Sequence[Credential]) -> Iterator[tuple[Credential, bytes | None]]:
    """Yield each card with its holder's photo; no more than some photos are held at a time."""
    for start in range(0, len(cards), AT_ONCE):
        some = cards[start : start + AT_ONCE]
        photos = photos_by_officer(session, [card.officer_id for card in some])
        for card in some:
            yield card, photos.get(card.officer_id)


def print_rows(session: Session, pass_list_id: UUID) -> list[PrintRow]:
    """Return the files made of a list, the newest first."""
    query = (
        select(PrintFile, Account.display_name)
        .outerjoin(Account, Account.id == PrintFile.asked_by)
        .where(PrintFile.pass_list_id == pass_list_id)
    )
    rows = session.execute(query.order_by(PrintFile.asked_at.desc(), PrintFile.id.desc()))
    return [PrintRow(file, name or "") for file, name in rows]


def is_any_waiting(session: Session, pass_list_id: UUID) -> bool:
    """Say whether a file of a list is being made."""
    waiting = (PrintFile.pass_list_id == pass_list_id) & (PrintFile.state == PrintState.WAITING)
    return session.scalar(select(PrintFile.id).where(waiting).limit(1)) is not None


def print_file(session: Session, file_id: UUID) -> PrintFile:
    """Return one file, without its bytes."""
    found = session.get(PrintFile, file_id)
    if found is None:
        raise NotFoundError
    return found


def print_content(session: Session, file_id: UUID) -> bytes:
    """Return the bytes of a file that is made."""
    found = session.scalar(select(PrintFile.content_sealed).where(PrintFile.id == file_id))
    if found is None:
        raise NotFoundError
    return opened_bytes(found, PRINT_PLACE)


def _printed(pass_list_id: UUID) -> tuple:  # type: ignore[type-arg]
    return (Credential.pass_list_id == pass_list_id, Credential.state.in_(STANDING))
