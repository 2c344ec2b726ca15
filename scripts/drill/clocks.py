"""Clocks that are wrong, and deadlines at which nobody is there: an attempt ends at its deadline alone."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import select, text

from core import db
from exam.models.room import Attempt, Response
from scripts.drill.client import Page, at_work, finish
from scripts.drill.databases import database
from scripts.drill.findings import Findings, breaches_of_closing, count_running
from scripts.drill.room import Seat, connected, furnish, sit_down
from scripts.drill.server import Server

AN_HOUR = 3600.0
SKEWS = (0.0, AN_HOUR, -AN_HOUR)
CANDIDATES = 9
CLOSING_SECONDS = 40
STANDARD, SUMMER = timedelta(hours=8), timedelta(hours=9)
# A planted fault in the database itself: an attempt is finished when the job gets to it.
FINISH_AT_JOB_TIME = """
create trigger drill_job_time after update of state on attempt when new.state = 'handed_in'
begin update attempt set finished_at = strftime('%Y-%m-%d %H:%M:%f000', 'now') where id = new.id; end
"""


def away(kind: str, *, finishes_at_job_time: bool = False) -> Findings:
    """Let the server be away at every deadline, device clocks be an hour off, and half of the browsers be gone."""
    found = Findings("server away at the deadline, device clocks an hour off", kind, CANDIDATES)
    with database(kind) as (url, folder):
        people = furnish(url, CANDIDATES)
        if finishes_at_job_time:
            _plant(url, FINISH_AT_JOB_TIME)
        with Server(url, folder) as server:
            seats = sit_down(url, people, [timedelta(seconds=3 + n / 4) for n in range(CANDIDATES)])
            pages = [Page(server, seat, skew=SKEWS[n % 3]) for n, seat in enumerate(seats)]
            with at_work(pages):
                _sleep_until(seats[0].deadline - timedelta(seconds=1))
                for page in pages[::2]:
                    page.leaving.set()
                _sleep_until(seats[0].deadline - timedelta(seconds=0.2))
                server.kill()
                _sleep_until(seats[-1].deadline + timedelta(seconds=1))
                server.start()
                server.wait()
                _wait_until_handed_in(url, seats)
                time.sleep(0.5)
        _compare(found, url, pages)
    return found


def summer_time(kind: str, fault: str = "", *, ahead_seconds: int = 9) -> Findings:
    """Let the zone of the server and of its database change to summer time amid an exam."""
    found = Findings("server's zone changes to summer time", kind, 1)
    with database(kind) as (url, folder):
        people = furnish(url, CANDIDATES)
        shift = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=ahead_seconds)
        server = Server(url, folder, fault)
        server.environment |= {"TZ": zone_that_changes(shift), "PGTZ": zone_that_changes(shift)}
        with server:
            if datetime.now(UTC) > shift - timedelta(seconds=2):
                server.kill()
                return summer_time(kind, fault, ahead_seconds=2 * ahead_seconds)
            seats = sit_down(url, people, _times_left(shift))
            pages = [Page(server, seat) for seat in seats]
            with at_work(pages):
                _sleep_until(shift + timedelta(seconds=4))
                _wait_until_handed_in(url, seats[2:])
                running = count_running(url, [seat.attempt_id for seat in seats[:2]])
                late = [page for page in pages[:2] if page.last_acknowledged() < shift.timestamp() + 3]
                finish(pages[:2], 10)
        if running < 2 or late:
            found.breaches.append("an attempt with half an hour left was ended by the change")
        _compare(found, url, pages[2:])
        found.compare(url, pages[:2])
        found.expect_all_taken(pages[:2])
    return found


def zone_that_changes(shift: datetime) -> str:
    """Return a zone (POSIX form) that goes from UTC+8 to UTC+9 at this instant, and back a hundred days later."""
    local = shift + STANDARD
    day = int(local.replace(year=2025).strftime("%j"))  # days are counted without a 29 February
    return f"CST-8CDT-9,J{day}/{local:%H:%M:%S},J{(day + 100) % 365 + 1}/0"


def _times_left(shift: datetime) -> list[timedelta]:
    """Two have half an hour; the deadlines of the others lie around the change."""
    around = [shift + timedelta(seconds=n / 2) - datetime.now(UTC) for n in range(-1, CANDIDATES - 3)]
    return [timedelta(minutes=30), timedelta(minutes=30), *around]


def _compare(found: Findings, url: str, pages: Sequence[Page]) -> None:
    found.compare(url, pages)
    found.breaches += breaches_of_closing(url, [page.seat.attempt_id for page in pages])
    with connected(url), db.reading() as session:
        for page in pages:
            attempt = session.get_one(Attempt, page.seat.attempt_id)
            if attempt.finished_at != page.seat.deadline:
                found.breaches.append(f"due at {page.seat.deadline}, finished at {attempt.finished_at}")
            query = select(Response).where(Response.attempt_id == attempt.id)
            rows = session.scalars(query).all()
            if any(row.received_at > page.seat.deadline or row.seq in page.held for row in rows):
                found.breaches.append("an answer from after the deadline is in the log")


def _wait_until_handed_in(url: str, seats: Sequence[Seat]) -> None:
    until = time.monotonic() + CLOSING_SECONDS
    while count_running(url, [seat.attempt_id for seat in seats]) and time.monotonic() < until:
        time.sleep(0.3)


def _plant(url: str, statement: str) -> None:
    with connected(url), db.transaction() as session:
        session.execute(text(statement))


def _sleep_until(instant: datetime) -> None:
    time.sleep(max(0.0, (instant - datetime.now(UTC)).total_seconds()))
