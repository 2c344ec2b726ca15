"""A candidate's page without a browser: it journals each answer and sends it until it is acknowledged.

What it remembers is the other half of every drill: an answer it was told is saved must be in the database.
"""

import ctypes
import http.client
import json
import os
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlencode

from scripts.drill.room import PLACES, Seat
from scripts.drill.server import Server
from tests.forms_browser import TEST_PASSWORD

PATIENCE_SECONDS = 4.0
AGAIN_SECONDS = 0.1
MOST_PENDING = 100  # who has changed so many answers without one being sent takes a rest
CLONE_NEWNET = 0x40000000
CSRF = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
DIED = (OSError, http.client.HTTPException)


@dataclass(frozen=True)
class Answer:
    """One answer as it was journalled."""

    seq: int
    place: int
    choice: str


@dataclass(frozen=True)
class Reply:
    """What the server said: the status and the body, empty where that is no JSON."""

    status: int
    body: dict[str, object]


class Line:
    """One connection to the server with one person's cookie; any failure closes it."""

    def __init__(self, server: Server) -> None:
        self.address = (server.host, server.port)
        self.cookie = ""
        self.connection: http.client.HTTPConnection | None = None

    def sign_in(self, username: str) -> None:
        page = self._ask("GET", "/sign-in", b"", {})
        token = CSRF.search(page[1].decode())
        assert token is not None, "the sign-in page has no form token"
        form = {"username": username, "password": TEST_PASSWORD, "csrf_token": token[1]}
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        status, _body = self._ask("POST", "/sign-in", urlencode(form).encode(), headers)
        if status != 302:
            raise http.client.HTTPException(f"signing in answered {status}")

    def post(self, path: str, content: object, token: str = "") -> Reply:
        headers = {"Content-Type": "application/json", "Attempt-Token": token}
        status, body = self._ask("POST", path, json.dumps(content).encode(), headers)
        try:
            return Reply(status, json.loads(body))
        except ValueError:
            return Reply(status, {})

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def _ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        if self.connection is None:
            self.connection = http.client.HTTPConnection(*self.address, timeout=PATIENCE_SECONDS)
        try:
            self.connection.request(method, path, body, {**headers, "Cookie": self.cookie})
            response = self.connection.getresponse()
            said = response.read()
        except BaseException:
            self.close()
            raise
        for name, value in response.getheaders():
            if name.lower() == "set-cookie" and value.startswith("session="):
                self.cookie = value.split(";")[0]
        return response.status, said


class Page(threading.Thread):
    """One candidate at work: answers at a pace until told to stop, and sends until all is acknowledged."""

    def __init__(
        self, server: Server, seat: Seat, *, pace: float = 0.05, network: str = "", skew: float = 0
    ) -> None:
        super().__init__(daemon=True)
        self.line, self.seat, self.pace, self.network, self.skew = Line(server), seat, pace, network, skew
        self.random = random.Random(str(seat.attempt_id))
        self.token = ""
        self.journal: list[Answer] = []
        self.pending: list[Answer] = []
        self.acknowledged: dict[int, Answer] = {}
        self.acknowledged_at: list[tuple[float, Answer]] = []
        self.held: set[int] = set()
        self.statuses: Counter[int] = Counter()
        self.refusals: Counter[str] = Counter()
        self.stopping, self.leaving, self.is_over = threading.Event(), threading.Event(), False

    def run(self) -> None:
        enter(self.network)
        try:
            self._work()
        finally:
            self.line.close()

    def _work(self) -> None:
        self._open()
        while not (self.leaving.is_set() or self.is_over or (self.stopping.is_set() and not self.pending)):
            if not self.stopping.is_set() and len(self.pending) < MOST_PENDING:
                self._answer()
            if self.pending and not self._send():
                self.leaving.wait(AGAIN_SECONDS)
            self.leaving.wait(self.pace)

    def last_acknowledged(self) -> float:
        return self.acknowledged_at[-1][0] if self.acknowledged_at else 0.0

    def _open(self) -> None:
        path = f"/api/attempts/{self.seat.attempt_id}/places"
        while not self.token and not self.leaving.is_set():
            try:
                self.line.sign_in(self.seat.username)
                reply = self.line.post(path, {"take_over": True})
            except DIED:
                self.leaving.wait(AGAIN_SECONDS)
                continue
            self.token = str(reply.body.get("token", ""))
            self.is_over = reply.status == 409
            if self.is_over:
                return

    def _answer(self) -> None:
        answer = Answer(len(self.journal) + 1, self.random.randint(1, PLACES), self.random.choice(["A", "B", ""]))
        self.journal.append(answer)
        self.pending.append(answer)

    def _send(self) -> bool:
        sent = first_of_each_place(self.pending)
        try:
            reply = self.line.post(
                f"/api/attempts/{self.seat.attempt_id}/responses", self._content(sent), self.token
            )
        except DIED:
            self.statuses[0] += 1
            return False
        self.statuses[reply.status] += 1
        if reply.status == 200:
            self._note(sent, reply)
        elif reply.status == 409:
            code = str(reply.body.get("code"))
            self.refusals[code] += 1
            self.is_over = code in {"over", "handed_in", "other_place"}
        return reply.status == 200

    def _content(self, sent: Sequence[Answer]) -> dict[str, object]:
        left = self.seat.deadline.timestamp() - (time.time() + self.skew)
        left_ms = max(0, int(left * 1000))
        rows = [{"seq": a.seq, "place": a.place, "choice": a.choice, "left_ms": left_ms} for a in sent]
        return {"responses": rows}

    def _note(self, sent: Sequence[Answer], reply: Reply) -> None:
        now, held = time.time(), reply.body.get("held") or ()
        saved = [answer for answer in sent if answer.place not in held]  # type: ignore[operator]  # a list
        self.held |= {answer.seq for answer in sent} - {answer.seq for answer in saved}
        self.acknowledged |= {answer.seq: answer for answer in saved}
        self.acknowledged_at += [(now, answer) for answer in saved]
        done = {answer.seq for answer in sent}
        self.pending = [answer for answer in self.pending if answer.seq not in done]


def first_of_each_place(answers: Sequence[Answer]) -> list[Answer]:
    """Return the answers up to the first that is to an item once more: a save names each item once."""
    places = [answer.place for answer in answers]
    repeated = (number for number, place in enumerate(places) if place in places[:number])
    return list(answers[: next(repeated, len(answers))])


@contextmanager
def at_work(pages: Sequence[Page]) -> Iterator[None]:
    """Let the pages work; whatever happens, none of them goes on afterwards."""
    for page in pages:
        page.start()
    try:
        yield
    finally:
        for page in pages:
            page.leaving.set()
        for page in pages:
            page.join(2 * PATIENCE_SECONDS)


def finish(pages: Sequence[Page], seconds: float) -> None:
    """Let nobody write any more, and wait until all is sent; what is pending after so long was not taken."""
    until = time.monotonic() + seconds
    for page in pages:
        page.stopping.set()
    for page in pages:
        page.join(max(0.0, until - time.monotonic()))


def wait_for_acknowledgement(pages: Sequence[Page], since: float, seconds: float) -> float | None:
    """Return how long after the instant the first acknowledgement came, or None where none came in time."""
    until = time.time() + seconds
    while time.time() < until:
        newest = [page.last_acknowledged() for page in pages]
        if max(newest) > since:
            return min(t for page in pages for t, _a in page.acknowledged_at[-200:] if t > since) - since
        time.sleep(0.01)
    return None


def enter(network: str) -> None:
    """Let this thread, and only this thread, open its connections from another network namespace."""
    if not network:
        return
    handle = os.open(f"/run/netns/{network}", os.O_RDONLY)
    try:
        if ctypes.CDLL(None, use_errno=True).setns(handle, CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")
    finally:
        os.close(handle)
