"""The bell: saves, hand-ins and the closing of what is over meet within fifty milliseconds of a deadline."""

import random
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from core import clock, db
from exam.jobs import finish_what_is_over
from exam.models.room import Attempt, Response
from exam.operations.handing_in import hand_in
from scripts.drill.client import DIED, Line
from scripts.drill.databases import database
from scripts.drill.findings import Findings, breaches_of_closing
from scripts.drill.room import Person, Seat, connected, furnish, start_until
from scripts.drill.server import Server
from tests.factories import ACTOR

AT_ONCE = 5
AHEAD = timedelta(milliseconds=800)
HALF = 0.05


@dataclass
class Desk:
    """One candidate with two lines to the server, both in the same place."""

    person: Person
    lines: tuple[Line, Line]
    seat: Seat | None = None
    token: str = ""
    acknowledged: list[int] = field(default_factory=list)

    def open(self, seat: Seat) -> None:
        self.seat, self.acknowledged = seat, []
        said = self.lines[0].post(f"/api/attempts/{seat.attempt_id}/places", {"take_over": True})
        self.token = str(said.body.get("token", ""))

    def close(self) -> None:
        for line in self.lines:
            line.close()

    def save(self, line: Line, first: int, start: float) -> None:
        """Send one answer after another until none is taken any more."""
        assert self.seat is not None
        time.sleep(max(0.0, start - time.time()))
        seq = first
        while time.time() < self.seat.deadline.timestamp() + 4 * HALF:
            row = {"seq": seq, "place": seq % 4 + 1, "choice": "A", "left_ms": 0}
            try:
                reply = line.post(
                    f"/api/attempts/{self.seat.attempt_id}/responses", {"responses": [row]}, self.token
                )
            except DIED:
                return
            if reply.status != 200:
                return
            self.acknowledged.append(seq)
            seq += 2


def drill(kind: str, runs: int, fault: str = "") -> Findings:
    """Race so many times; an answer that was acknowledged must be in the log that was marked and receipted."""
    found, chance = Findings("saves, hand-in and closing at the bell", kind, runs), random.Random(runs)
    with database(kind) as (url, folder):
        people = furnish(url, AT_ONCE)
        with Server(url, folder, fault) as server:
            desks = [Desk(person, (Line(server), Line(server))) for person in people]
            for desk in desks:
                desk.lines[0].sign_in(desk.person.username)
                desk.lines[1].cookie = desk.lines[0].cookie
            done: list[tuple[UUID, list[int]]] = []
            with connected(url):
                while len(done) < runs:
                    done += _race(desks, chance)
            for desk in desks:
                desk.close()
        _judge(found, url, done)
    return found


def _race(desks: list[Desk], chance: random.Random) -> list[tuple[UUID, list[int]]]:
    deadline = clock.now() + AHEAD
    with db.transaction() as session:
        seats = [start_until(session, desk.person, deadline) for desk in desks]
    for desk, seat in zip(desks, seats, strict=True):
        desk.open(seat)
    bell = deadline.timestamp()
    acts = [threading.Thread(target=_close, args=(deadline + timedelta(seconds=chance.uniform(0, HALF)),))]
    for desk, seat in zip(desks, seats, strict=True):
        for first, line in enumerate(desk.lines, start=1):
            acts.append(threading.Thread(target=desk.save, args=(line, first, bell - 2 * HALF)))
        moment = deadline + timedelta(seconds=chance.uniform(-HALF, HALF))
        acts.append(threading.Thread(target=_hand_in, args=(seat.attempt_id, moment)))
    for act in acts:
        act.start()
    for act in acts:
        act.join()
    return [(seat.attempt_id, desk.acknowledged) for desk, seat in zip(desks, seats, strict=True)]


def _hand_in(attempt_id: UUID, moment: datetime) -> None:
    time.sleep(max(0.0, (moment - clock.now()).total_seconds()))
    with db.transaction() as session:
        hand_in(session, session.get_one(Attempt, attempt_id), ACTOR)


def _close(moment: datetime) -> None:
    time.sleep(max(0.0, (moment - clock.now()).total_seconds()))
    finish_what_is_over()


def _judge(found: Findings, url: str, done: list[tuple[UUID, list[int]]]) -> None:
    found.faults = len(done)
    found.breaches += breaches_of_closing(url, [attempt_id for attempt_id, _acknowledged in done])
    with connected(url), db.reading() as session:
        for attempt_id, acknowledged in done:
            stored = set(session.scalars(select(Response.seq).where(Response.attempt_id == attempt_id)))
            found.acknowledged += len(acknowledged)
            found.lost += len(set(acknowledged) - stored)
