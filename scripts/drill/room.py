"""A sitting with candidates who are answering, made through the product's own operations."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.migrating import upgrade
from core import clock, db
from core.sealing import use_keys
from exam.models.planning import Candidate, Sitting
from exam.operations.room import start_attempt
from exam.states import SittingKind
from people.models import Officer
from people.permissions import Role
from scripts.drill.server import SECRET
from tests.factories import ACTOR, make_account, make_candidate, make_city, make_sitting

DURATION = timedelta(minutes=90)
PLACES = 4
PATIENCE_SECONDS = 60
LONG = timedelta(minutes=80)


@dataclass(frozen=True)
class Person:
    """One candidate on the list, and the account to sign in with."""

    username: str
    candidate_id: UUID


@dataclass(frozen=True)
class Seat:
    """One candidate with a running attempt."""

    username: str
    candidate_id: UUID
    attempt_id: UUID
    deadline: datetime


@contextmanager
def connected(url: str) -> Iterator[None]:
    """Open the database in this process, and leave no connection behind: the server shall be alone with it.

    A database that is still recovering from what was done to it is waited for.
    """
    use_keys(SECRET.encode())
    db.connect(url)
    try:
        _wait_until_it_answers()
        yield
    finally:
        db.disconnect()


def _wait_until_it_answers() -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            with db.reading() as session:
                db.probe(session)
        except OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
        else:
            return


def furnish(url: str, count: int, *, grace_seconds: int = 0) -> list[Person]:
    """Make the database and a mock exam with so many candidates: in a mock exam one may start again."""
    with connected(url):
        upgrade(db.current())
        with db.transaction() as session:
            sitting = _make_sitting(session, grace_seconds)
            return [_person(session, sitting) for _one in range(count)]


def sit_down(url: str, people: Sequence[Person], times_left: Sequence[timedelta]) -> list[Seat]:
    """Start one attempt for each, with so much time left from now."""
    with connected(url), db.transaction() as session:
        now = clock.now()
        return [start_until(session, one, now + left) for one, left in zip(people, times_left, strict=True)]


def start_until(session: Session, person: Person | Seat, deadline: datetime) -> Seat:
    """Start the candidate's next paper through the product's own operation, so that it ends at this instant."""
    candidate = session.get_one(Candidate, person.candidate_id)
    with clock.at(deadline - DURATION):
        attempt = start_attempt(session, candidate, ACTOR)
    return Seat(person.username, person.candidate_id, attempt.id, attempt.deadline_at)


def take_seats(url: str, count: int) -> list[Seat]:
    """Make a room with so many candidates who have all the time of the world."""
    return sit_down(url, furnish(url, count), [LONG] * count)


def _make_sitting(session: Session, grace_seconds: int) -> Sitting:
    hours = timedelta(hours=6)
    return make_sitting(
        session,
        kind=SittingKind.MOCK,
        opens_at=clock.now() - hours,
        closes_at=clock.now() + hours,
        grace_seconds=grace_seconds,
    )


def _person(session: Session, sitting: Sitting) -> Person:
    account = make_account(session, Role.CANDIDATE, make_city(session).county)
    candidate = make_candidate(session, sitting, session.get_one(Officer, account.officer_id))
    return Person(account.username, candidate.id)
