"""What is measured, step by step; each checks afterwards that nothing acknowledged is missing."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text, update

from core import clock
from core.db import current, is_postgresql, reading, transaction
from exam.models.results import Mark
from exam.models.room import Attempt, Presence, Receipt, Response
from exam.states import AttemptState
from scripts.bench.city import Seat
from scripts.bench.floors import CLIENTS
from scripts.bench.orders import Desk, Seen, carry_out
from scripts.bench.server import Running

EVERY_S = 20.0
FIRST_PER_S = 300
STORM_S, BELL_S = 60, 30
ANSWERS = 80
BELL_PATIENCE_S = 120
SETTLE_S = 2.0
FULL_SPEED_S = 10
SEATS_EACH = 12
FILLER_SEQ = 1_000_000

COUNTING = "with recursive g(n) as (select :low union all select n + 1 from g where n < :high)"
FILL = """insert into response (attempt_id, seq, sitting_id, place, choice, late_ms, received_at)
    select a.id, n, a.sitting_id, 1 + n % 80, 'A', 0, a.started_at"""


@dataclass(frozen=True)
class Measured:
    """One step: what the load saw, and what server and database used meanwhile."""

    seen: Seen
    count: int
    seconds: float
    server_cpu_ms: float
    database_cpu_ms: float
    server_mib: float
    database_mib: float

    @property
    def cpu_ms(self) -> float:
        """Return CPU in ms of server and database for one act."""
        return self.server_cpu_ms + self.database_cpu_ms


class Lost(Exception):  # noqa: N818 - it is what it says
    """Something failed or something acknowledged is not in the database: no figure is worth anything then."""


class Steps:
    """The steps over one running server; it counts up the numbers that the candidates' pages use."""

    def __init__(self, running: Running, desk: Desk) -> None:
        self.running = running
        self.desk = desk
        self.seq = 0

    def first(self, seats: Sequence[Seat]) -> Measured:
        """Let each candidate save once, no faster than papers can be read for the first time."""
        seconds = max(EVERY_S, len(seats) / FIRST_PER_S)
        return self.room(seats, seconds, every=seconds)

    def room(self, seats: Sequence[Seat], seconds: float, every: float = EVERY_S) -> Measured:
        """Let each candidate change an answer every 20 s."""
        return self._saved("save", seats, window=seconds, every=every)

    def real_pages(self, seats: Sequence[Seat], seconds: float) -> Measured:
        """Let each candidate change an answer every 20 s, and each page ask in between how the attempt stands."""
        greet(seats)
        return self._saved("save_and_ask", seats, window=seconds, every=EVERY_S)

    def full_speed(self, seats: Sequence[Seat]) -> Measured:
        """Let as many save without pause as write for the floor."""
        some = seats[: CLIENTS * SEATS_EACH]
        return self._saved("save", some, window=FULL_SPEED_S, lines=min(CLIENTS, len(some)))

    def storm(self, seats: Sequence[Seat]) -> Measured:
        """Let everybody start within a minute: the start, the page of the room, the place to answer from."""
        return self._measured("start", [self.desk.player(seat) for seat in seats], window=STORM_S)

    def bell(self, seats: Sequence[Seat]) -> Measured:
        """Let everybody who started, with a full paper, hand in within half a minute."""
        started = with_attempts(seats)
        answer_all(started)
        measured = self._measured("hand_in", [self.desk.player(seat) for seat in started], window=BELL_S)
        check_handed_in(started)
        return measured

    def deadline(self, seats: Sequence[Seat], others: Sequence[Seat]) -> tuple[float, Measured]:
        """Let the time of all be over at once, while others answer; return how long handing in took."""
        answer_all(seats)
        over = clock.now() + timedelta(seconds=5)
        move_deadline(seats, over)
        measured = self.room(others, BELL_S)
        return wait_until_handed_in(seats, (over - clock.now()).total_seconds()), measured

    def _saved(self, act: str, seats: Sequence[Seat], **order: Any) -> Measured:
        """Let candidates save, each with numbers that were not used before, and hold it against the database."""
        measured = self._measured(act, [self.desk.player(seat, self.seq) for seat in seats], **order)
        self.seq = max(seq for _attempt, seq, _place, _choice in measured.seen.acknowledged)
        check_saved(measured.seen)
        return measured

    def _measured(self, act: str, players: Sequence[list[Any]], **order: Any) -> Measured:
        return measured(self.running, act, players, **order)


def measured(running: Running, act: str, players: Sequence[list[Any]], **order: Any) -> Measured:
    """Carry an order out and return what the load saw, and what server and database used meanwhile."""
    time.sleep(SETTLE_S)
    before = running.cpu()
    seen = carry_out(running, act, players, **order)
    after, memory = running.cpu(), running.memory()
    count = len(seen.latencies.get(act.removesuffix("_and_ask"), []))
    if seen.errors or not count:
        raise Lost(f"{len(seen.errors)} errors, {count} answered, the first: {seen.errors[:3]}")
    return Measured(
        seen=seen,
        count=count,
        seconds=order["window"] if "every" in order else seen.finished,
        server_cpu_ms=(after.server - before.server) / count * 1000,
        database_cpu_ms=(after.database - before.database) / count * 1000,
        server_mib=memory.server_mib,
        database_mib=memory.database_mib,
    )


def check_saved(seen: Seen) -> None:
    """Hold every acknowledged answer against the database."""
    numbers = [seq for _attempt, seq, _place, _choice in seen.acknowledged]
    query = select(Response.attempt_id, Response.seq, Response.place, Response.choice)
    with reading() as session:
        rows = session.execute(query.where(Response.seq.between(min(numbers), max(numbers))))
        stored = {(str(row.attempt_id), row.seq, row.place, row.choice) for row in rows}
    missing = set(seen.acknowledged) - stored
    if missing:
        raise Lost(f"{len(missing)} acknowledged answers are not stored")


def check_handed_in(seats: Sequence[Seat]) -> None:
    """See that everybody is handed in, marked and has a receipt."""
    sitting = {seat.sitting_id for seat in seats}
    with reading() as session:
        counts = [
            session.scalar(query.where(Attempt.sitting_id.in_(sitting), Attempt.state == AttemptState.HANDED_IN))
            for query in (
                select(func.count(Attempt.id)),
                select(func.count(Mark.id)).join(Attempt, Mark.attempt_id == Attempt.id),
                select(func.count(Receipt.id)).join(Attempt, Receipt.attempt_id == Attempt.id),
            )
        ]
    if counts != [len(seats)] * 3:
        raise Lost(f"of {len(seats)} are handed in, marked, receipted: {counts}")


def with_attempts(seats: Sequence[Seat]) -> list[Seat]:
    """Return the seats with the attempts that were started meanwhile."""
    with reading() as session:
        found: dict[UUID, UUID] = dict(session.execute(select(Attempt.candidate_id, Attempt.id)).all())  # type: ignore[arg-type]
    return [Seat(one.account_id, one.candidate_id, one.sitting_id, found[one.candidate_id]) for one in seats]


def greet(seats: Sequence[Seat]) -> None:
    """Let every page have been heard of a moment ago, written in bulk."""
    seen = {"seen_at": clock.now() + timedelta(seconds=SETTLE_S), "unsaved_count": 0, "address": "127.0.0.1"}
    with transaction() as session:
        session.execute(Presence.__table__.insert(), [{"attempt_id": seat.attempt_id, **seen} for seat in seats])  # type: ignore[attr-defined]


def answer_all(seats: Sequence[Seat]) -> None:
    """Write a full paper's answers for everybody, in bulk."""
    now = clock.now()
    with transaction() as session:
        for seat in seats:
            session.execute(
                Response.__table__.insert(),  # type: ignore[attr-defined]
                [
                    {
                        "attempt_id": seat.attempt_id,
                        "seq": FILLER_SEQ + place,
                        "sitting_id": seat.sitting_id,
                        "place": place,
                        "choice": "AB"[place % 2],
                        "late_ms": 0,
                        "received_at": now,
                    }
                    for place in range(1, ANSWERS + 1)
                ],
            )


def move_deadline(seats: Sequence[Seat], over: Any) -> None:
    """Let everybody's time end at one instant."""
    ids = [seat.attempt_id for seat in seats]
    with transaction() as session:
        for start in range(0, len(ids), 500):
            part = update(Attempt).where(Attempt.id.in_(ids[start : start + 500]))
            session.execute(part.values(deadline_at=over, accept_until=over))


def wait_until_handed_in(seats: Sequence[Seat], patience: float) -> float:
    """Wait until the worker has handed everybody in; return the seconds from the bell to the last receipt."""
    sittings = {seat.sitting_id for seat in seats}
    ids = {seat.attempt_id for seat in seats}
    until = time.monotonic() + BELL_PATIENCE_S + max(0.0, patience)
    while time.monotonic() < until:
        with reading() as session:
            query = select(Receipt.attempt_id, Receipt.issued_at, Attempt.deadline_at).join(
                Attempt, Receipt.attempt_id == Attempt.id
            )
            rows = [row for row in session.execute(query.where(Attempt.sitting_id.in_(sittings))) if row[0] in ids]
        if len(rows) == len(ids):
            return max((row.issued_at - row.deadline_at).total_seconds() for row in rows)
        time.sleep(0.5)
    raise Lost(f"of {len(ids)} whose time was over {len(rows)} were handed in")


def stored_responses() -> int:
    """Return how many responses are stored."""
    with reading() as session:
        return session.scalar(select(func.count()).select_from(Response)) or 0


def grow_to(total: int, attempts: int) -> None:
    """Fill the log up to so many responses, evenly over the attempts; foreign keys hold by construction."""
    missing = total - stored_responses()
    if missing <= 0:
        return
    with transaction() as session:
        last = session.scalar(select(func.max(Response.seq))) or 0
        first = max(last, FILLER_SEQ) + 1
        values = {"low": first, "high": first + -(-missing // attempts) - 1}
        if is_postgresql(session):
            session.execute(text("set local session_replication_role = replica"))
            session.execute(text(f"{FILL} from attempt a, generate_series(:low, :high) g(n)"), values)
        else:
            session.execute(text(f"{COUNTING} {FILL} from attempt a, g where true"), values)
    if current().engine.dialect.name == "postgresql":
        with current().at_once.connect() as connection:
            connection.execute(text("vacuum analyze response"))
            connection.execute(text("checkpoint"))
