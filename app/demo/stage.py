"""What the steps of the demo hand on to each other: the made-up people, who acts, when, and the progress."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.demo.roll import DemoRoll
from app.demo.units import DemoUnit
from core import clock
from core.sealing import matching_digest
from people.identity import Identity
from people.models import Account, Officer
from people.queries import identity_of

OPENING_HOUR, CLOSING_HOUR = 8, 20
Advance = Callable[[int], None]


@dataclass(frozen=True)
class Stage:
    """One loading of the demo; ``today`` is the day it happens and every other day is counted from it."""

    units: Sequence[DemoUnit]
    roll: DemoRoll
    today: date
    random: Random
    advance: Advance

    def morning(self, days: int) -> datetime:
        """Return the opening hour of a day so many days from today."""
        return clock.at_city_time(self.today + timedelta(days=days), OPENING_HOUR)

    def evening(self, days: int) -> datetime:
        """Return the closing hour of a day so many days from today."""
        return clock.at_city_time(self.today + timedelta(days=days), CLOSING_HOUR)


def acting(session: Session, username: str) -> Identity:
    """Return the identity of a demo account."""
    return identity_of(session.scalars(select(Account).where(Account.username == username)).one())


def officers_by_document(session: Session) -> dict[str, Officer]:
    """Return every officer by the digest of the document number."""
    return {officer.document_digest: officer for officer in session.scalars(select(Officer))}


def digest_of(document: str) -> str:
    """Return the digest a demo document is found by."""
    return matching_digest(document)
