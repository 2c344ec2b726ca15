"""The load: a process of its own that plays candidates over connections that stay open, as browsers do.

Open loop: each act has its moment whatever the server does, and its latency counts from that moment; only
where ``lines`` are ordered, as many act without pause. It
reads one order from standard input and writes what it saw to standard output.
"""

import asyncio
import json
import random
import resource
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import quote

from scripts.bench.looked_up import name_of, number_of, unit_of, word_of

AGENT = "chizheng-bench"
PATIENCE = 60.0
CONNECTING_AT_ONCE = 200
Flow = Callable[["Candidate", float], Awaitable[None]]


class UnexpectedError(Exception):
    """The server answered something else than it should."""


@dataclass
class Candidate:
    """One candidate as the browser knows them, and the numbers their page counts."""

    attempt: str
    token: str
    cookie: str
    csrf: str
    start_path: str
    seq: int
    line: "Line" = field(default=None)  # type: ignore[assignment]


class Line(asyncio.Protocol):
    """One connection; one request at a time. Opened again, as browsers do, where the server closed it idle."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.turn = asyncio.Lock()
        self.buffer = b""
        self.waiting: asyncio.Future[tuple[int, bytes, bytes]] | None = None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, found, rest = self.buffer.partition(b"\r\n\r\n")
        if not found:
            return
        lower = head.lower()
        at = lower.find(b"\r\ncontent-length:")
        length = int(lower[at + 17 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(rest) < length or self.waiting is None:
            return
        self.buffer = rest[length:]
        waiting, self.waiting = self.waiting, None
        if not waiting.done():
            waiting.set_result((int(head[9:12]), head, rest[:length]))

    def connection_lost(self, exc: Exception | None) -> None:
        if self.waiting is not None and not self.waiting.done():
            self.waiting.set_exception(ConnectionError("the server closed the connection"))

    async def ask(self, request: bytes) -> tuple[int, bytes, bytes]:
        """Send a request and return status, head and body of the answer."""
        async with self.turn:
            loop = asyncio.get_running_loop()
            if self.transport.is_closing():
                self.buffer = b""
                await loop.create_connection(lambda: self, "127.0.0.1", self.port)
            self.waiting = loop.create_future()
            self.transport.write(request)
            return await asyncio.wait_for(self.waiting, PATIENCE)


class Load:
    """One order carried out: what was answered, after how long, and what went wrong."""

    def __init__(self, order: dict[str, Any]) -> None:
        self.order = order
        self.candidates = [Candidate(*fields) for fields in order["candidates"]]
        self.random = random.Random(order["seed"])
        self.latencies: dict[str, list[float]] = {}
        self.errors: list[str] = []
        self.acknowledged: list[tuple[str, int, int, str]] = []
        self.finished = 0.0

    async def run(self) -> None:
        self.loop = asyncio.get_running_loop()
        await self._connect()
        flow: Flow = getattr(self, f"_{self.order['act']}")
        if "lines" in self.order:
            await self._without_pause(flow, self.order["lines"])
            return
        moments = sorted(self._moments(), key=lambda pair: pair[0])
        begin = self.loop.time() + 0.5
        tasks = []
        for moment, candidate in moments:
            wait = begin + moment - self.loop.time()
            if wait > 0:
                await asyncio.sleep(wait)
            tasks.append(self.loop.create_task(self._guarded(flow, candidate, begin + moment)))
        await asyncio.gather(*tasks)
        self.finished = self.loop.time() - begin

    async def _without_pause(self, flow: Flow, lines: int) -> None:
        """Let so many act one after the other, each at once when the one before was answered."""
        begin = self.loop.time()

        async def act(mine: Sequence[Candidate]) -> None:
            while not self.errors and self.loop.time() < begin + self.order["window"]:
                for candidate in mine:
                    await self._guarded(flow, candidate, self.loop.time())

        await asyncio.gather(*(act(self.candidates[number::lines]) for number in range(lines)))
        self.finished = self.loop.time() - begin

    async def _connect(self) -> None:
        count, port = min(len(self.candidates), self.order["connections"]), self.order["port"]
        lines: list[Line] = []
        for start in range(0, count, CONNECTING_AT_ONCE):
            wanted = range(start, min(start + CONNECTING_AT_ONCE, count))
            made = [self.loop.create_connection(partial(Line, port), "127.0.0.1", port) for _one in wanted]
            lines += [protocol for _transport, protocol in await asyncio.gather(*made)]
        for number, candidate in enumerate(self.candidates):
            candidate.line = lines[number % count]

    def _moments(self) -> list[tuple[float, Candidate]]:
        window, every = self.order["window"], self.order.get("every")
        if every is None:
            return [(self.random.uniform(0, window), candidate) for candidate in self.candidates]
        moments = []
        for candidate in self.candidates:
            moment = self.random.uniform(0, every)
            while moment < window:
                moments.append((moment, candidate))
                moment += every
        return moments

    async def _guarded(self, flow: Flow, candidate: Candidate, due: float) -> None:
        try:
            await flow(candidate, due)
        except (OSError, TimeoutError, UnexpectedError) as error:
            self.errors.append(repr(error)[:300])

    def _seen(self, what: str, due: float) -> None:
        self.latencies.setdefault(what, []).append((self.loop.time() - due) * 1000)

    async def _save(self, candidate: Candidate, due: float) -> None:
        candidate.seq += 1
        seq, place, choice = candidate.seq, self.random.randint(1, 80), self.random.choice("AB")
        left = self.random.randint(60_000, 5_000_000)
        body = {"responses": [{"seq": seq, "place": place, "choice": choice, "left_ms": left}]}
        request = _json_request(f"/api/attempts/{candidate.attempt}/responses", candidate, body)
        status, _head, answer = await candidate.line.ask(request)
        _expect(status == 200 and json.loads(answer)["last_seq"] == seq, status, answer)
        self.acknowledged.append((candidate.attempt, seq, place, choice))
        self._seen("save", due)

    async def _ask(self, candidate: Candidate, due: float) -> None:
        """Ask how the attempt stands, as a page does between two answers."""
        path = f"/api/attempts/{candidate.attempt}/time?unsaved=0"
        request = f"GET {path} HTTP/1.1\r\n{_common(candidate)}Attempt-Token: {candidate.token}\r\n\r\n"
        status, _head, answer = await candidate.line.ask(request.encode())
        _expect(status == 200 and json.loads(answer)["state"] == "answering", status, answer)
        self._seen("ask", due)

    async def _save_and_ask(self, candidate: Candidate, due: float) -> None:
        await self._save(candidate, due)
        await asyncio.sleep(max(0.0, due + self.order["every"] / 2 - self.loop.time()))
        await self._ask(candidate, due + self.order["every"] / 2)

    async def _start(self, candidate: Candidate, due: float) -> None:
        status, head, answer = await candidate.line.ask(_form(candidate.start_path, candidate))
        _expect(status == 302, status, answer)
        self._seen("start", due)
        path = _location(head)
        candidate.attempt = path.rsplit("/", 1)[-1]
        status, _head, answer = await candidate.line.ask(_get(path, candidate))
        _expect(status == 200 and b"room-paper" in answer, status, answer)
        candidate.token = ""
        request = _json_request(f"/api/attempts/{candidate.attempt}/places", candidate, {"take_over": False})
        status, _head, answer = await candidate.line.ask(request)
        _expect(status == 200, status, answer)
        self._seen("storm", due)

    async def _look_up(self, candidate: Candidate, due: float) -> None:
        """Ask the lookup from an address of one's own; where a bare page is expected, its length is enough."""
        path, words = self._question(self.random.randrange(self.order["total"]))
        address = ".".join(str(self.random.randint(1, 254)) for _part in range(4))
        head = f"Host: 127.0.0.1\r\nUser-Agent: {AGENT}\r\nX-Forwarded-For: {address}\r\n"
        status, _head, answer = await candidate.line.ask(f"GET {path} HTTP/1.1\r\n{head}\r\n".encode())
        is_right = len(answer) == self.order.get("expected") or all(word.encode() in answer for word in words)
        _expect(status == 200 and is_right, status, answer)
        self._seen("look_up", due)

    def _question(self, place: int) -> tuple[str, tuple[str, ...]]:
        """Return what is asked and what must be answered: seven in ten by number, two by name, one for nothing."""
        way = self.random.random()
        if way < 0.1:
            return f"/lookup?q=7{place:010d}", ("未查询到",)
        told = (f">{word_of(place)}<", f">{number_of(place)}<", f">{name_of(place)}<")
        if way < 0.3:
            return f"/lookup?q={quote(name_of(place))}&unit={quote(unit_of(place))}", told
        return f"/lookup?q={number_of(place)}", told

    async def _hand_in(self, candidate: Candidate, due: float) -> None:
        request = _form(f"/attempts/{candidate.attempt}/hand-in", candidate)
        status, _head, answer = await candidate.line.ask(request)
        _expect(status == 302, status, answer)
        self._seen("hand_in", due)


def _expect(is_right: bool, status: int, answer: bytes) -> None:
    if not is_right:
        raise UnexpectedError(status, answer[:200])


def _common(candidate: Candidate) -> str:
    return f"Host: 127.0.0.1\r\nUser-Agent: {AGENT}\r\nCookie: session={candidate.cookie}\r\n"


def _json_request(path: str, candidate: Candidate, body: object) -> bytes:
    data = json.dumps(body, separators=(",", ":"))
    return (
        f"POST {path} HTTP/1.1\r\n{_common(candidate)}Attempt-Token: {candidate.token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n{data}"
    ).encode()


def _form(path: str, candidate: Candidate) -> bytes:
    data = f"csrf_token={candidate.csrf}"
    return (
        f"POST {path} HTTP/1.1\r\n{_common(candidate)}"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(data)}\r\n\r\n{data}"
    ).encode()


def _get(path: str, candidate: Candidate) -> bytes:
    return f"GET {path} HTTP/1.1\r\n{_common(candidate)}\r\n".encode()


def _location(head: bytes) -> str:
    at = head.lower().index(b"\r\nlocation:") + 11
    return head[at:].split(b"\r\n", 1)[0].strip().decode()


def main() -> None:
    """Carry out the order on standard input."""
    load = Load(json.load(sys.stdin))
    asyncio.run(load.run())
    used = resource.getrusage(resource.RUSAGE_SELF)
    json.dump(
        {
            "latencies": load.latencies,
            "errors": load.errors,
            "acknowledged": load.acknowledged,
            "finished": load.finished,
            "cpu": used.ru_utime + used.ru_stime,
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
