"""Answers that arrive twice, in another order, or long after others: the highest number in time counts.

A state machine writes, delivers, delivers again, takes the paper over and lets the time pass, in any
order. Messages go through the application's own route; the deadline is moved in the database, so that
nobody has to wait for it.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import delete, select, update

from app.factory import create_app
from app.settings import Settings
from core import clock, db
from core.sealing import use_keys
from exam.models.room import Attempt, HeldResponse, Response
from exam.queries.room import progress_of
from scripts.drill.client import Answer, first_of_each_place
from scripts.drill.databases import SQLITE
from scripts.drill.faults import BETWEEN
from scripts.drill.findings import Findings
from scripts.drill.room import PLACES, Seat, take_seats
from scripts.drill.server import SECRET
from tests.forms_browser import TEST_PASSWORD, FormsBrowser

LEFT_MS = 60_000
MOST_STEPS = 12
HOUR = timedelta(hours=1)
ANSWERS = st.tuples(st.integers(1, PLACES), st.sampled_from(["A", "B", ""]))
ORDERS = st.lists(st.integers(0, 30), min_size=1, max_size=5)
SETTINGS = settings(
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    stateful_step_count=MOST_STEPS,
    suppress_health_check=list(HealthCheck),
)


@dataclass
class Desk:
    """One candidate's line to the application, and how many cases were played through it."""

    client: FlaskClient
    seat: Seat
    played: int = 0
    tokens: list[str] = field(default_factory=list)

    @property
    def path(self) -> str:
        return f"/api/attempts/{self.seat.attempt_id}"

    def open_place(self) -> None:
        self.tokens.append(self.client.post(f"{self.path}/places", json={"take_over": True}).get_json()["token"])

    def send(self, answers: list[Answer], token: str) -> tuple[int, str]:
        rows = [{"seq": a.seq, "place": a.place, "choice": a.choice, "left_ms": LEFT_MS} for a in answers]
        said = self.client.post(
            f"{self.path}/responses", json={"responses": rows}, headers={"Attempt-Token": token}
        )
        return said.status_code, str(said.get_json().get("code", ""))

    def let_time_pass(self, deadline: timedelta, accept_until: timedelta) -> None:
        now = clock.now()
        with db.transaction() as session:
            moved = update(Attempt).where(Attempt.id == self.seat.attempt_id)
            session.execute(moved.values(deadline_at=now + deadline, accept_until=now + accept_until))

    def clear(self) -> None:
        with db.transaction() as session:
            for table in (Response, HeldResponse):
                session.execute(delete(table).where(table.attempt_id == self.seat.attempt_id))
        self.let_time_pass(HOUR, HOUR)
        self.open_place()
        self.played += 1


def drill(cases: int, fault: str = "") -> Findings:
    """Play so many cases; the first that ends otherwise than the model says is a breach."""
    found = Findings("sent again, in another order, too late", SQLITE)
    with _desk(fault) as desk:
        try:
            run_state_machine_as_test(_machine(desk, found), settings=settings(SETTINGS, max_examples=cases))
        except AssertionError as error:
            found.breaches.append(str(error).splitlines()[0])
        found.faults = desk.played
    return found


@contextmanager
def _desk(fault: str) -> Iterator[Desk]:
    with tempfile.TemporaryDirectory(prefix="chizheng-drill-") as made:
        url = f"sqlite:///{made}/chizheng.db"
        seat = take_seats(url, 1)[0]
        app = create_app(Settings(DATABASE_URL=url, CHIZHENG_SECRET=SECRET, CHIZHENG_VAR=Path(made)))
        use_keys(SECRET.encode())
        if fault:
            app.wsgi_app = BETWEEN[fault](app.wsgi_app)  # type: ignore[method-assign]
        try:
            yield Desk(_signed_in(app, seat), seat)
        finally:
            db.disconnect()


def _signed_in(app, seat: Seat) -> FlaskClient:  # type: ignore[no-untyped-def]
    browser = FormsBrowser(app)
    browser.open("/sign-in")
    browser.submit({"username": seat.username, "password": TEST_PASSWORD}, action="")
    return browser.client


def _machine(desk: Desk, found: Findings) -> type[RuleBasedStateMachine]:
    class Machine(RuleBasedStateMachine):
        """What a candidate wrote, and by the rules alone what must have become of it."""

        @initialize(answers=st.lists(ANSWERS, min_size=3, max_size=6))
        def begin(self, answers: list[tuple[int, str]]) -> None:
            desk.clear()
            self.written = [Answer(seq, *answer) for seq, answer in enumerate(answers, start=1)]
            self.stored: dict[int, Answer] = {}
            self.held: dict[int, Answer] = {}
            self.is_too_late = False

        @rule(answer=ANSWERS)
        def write(self, answer: tuple[int, str]) -> None:
            self.written.append(Answer(len(self.written) + 1, *answer))

        @rule(order=ORDERS)
        def deliver(self, order: list[int]) -> None:
            sent = first_of_each_place([self.written[n % len(self.written)] for n in order])
            assert desk.send(sent, desk.tokens[-1])[0] == 200, "answers were not taken"
            new = {answer.seq: answer for answer in sent if answer.seq not in self.stored}
            (self.held if self.is_too_late else self.stored).update(new)

        @rule()
        def deliver_from_the_old_place(self) -> None:
            if len(desk.tokens) > 1:
                said = desk.send([self.written[-1]], desk.tokens[-2])
                assert said == (409, "other_place"), f"an old place was answered {said}"

        @precondition(lambda self: not self.is_too_late)
        @rule()
        def take_over(self) -> None:
            desk.open_place()

        @precondition(lambda self: not self.is_too_late)
        @rule()
        def pass_the_deadline(self) -> None:
            desk.let_time_pass(-timedelta(seconds=2), HOUR)

        @precondition(lambda self: self.stored)
        @rule()
        def pass_the_grace(self) -> None:
            desk.let_time_pass(-timedelta(seconds=2), -timedelta(seconds=1))
            self.is_too_late = True

        def teardown(self) -> None:
            with db.reading() as session:
                choices = progress_of(session, desk.seat.attempt_id).choices
                query = select(HeldResponse).where(HeldResponse.attempt_id == desk.seat.attempt_id)
                held = {row.seq: Answer(row.seq, row.place, row.choice) for row in session.scalars(query)}
            found.acknowledged += len(self.stored)
            assert choices == final_choices(self.stored), "the final answers are not the highest in time"
            assert held == self.held, "what came too late is not what is held"

    return Machine


def final_choices(stored: dict[int, Answer]) -> dict[int, str]:
    """Return by place what the highest number says; a place whose answer was taken back has none."""
    final = {answer.place: answer.choice for _seq, answer in sorted(stored.items())}
    return {place: choice for place, choice in final.items() if choice}
