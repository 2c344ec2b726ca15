"""Background work: a job is a row written with what caused it, leased by one worker at a time.

A worker that dies loses its lease and the job runs again, so every job must be restartable and do
each of its steps at most once. The same code runs on SQLite and PostgreSQL.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from core import clock
from core.db import is_postgresql, transaction
from core.models import Job, JobState

LEASE = timedelta(seconds=30)
POLL_SECONDS = 1.0
MAX_ATTEMPTS = 5
log = structlog.get_logger()


@dataclass(frozen=True)
class Run:
    """One run of a job, in the hands of its worker."""

    job_id: UUID
    arguments: Mapping[str, str]
    stopping: threading.Event

    def report(self, session: Session, done: int, total: int) -> None:
        """Store the progress and hold the lease for another while."""
        values = {"done_count": done, "total_count": total, "lease_until": clock.now() + LEASE}
        session.execute(update(Job).where(Job.id == self.job_id).values(values))

    def hold(self, session: Session) -> None:
        """Hold the lease for another while without any progress."""
        values = {"lease_until": clock.now() + LEASE}
        session.execute(update(Job).where(Job.id == self.job_id).values(values))

    def breathe(self) -> None:
        """Do what is due at each tick; a long job calls it between two steps, outside of any transaction.

        An exam whose time is over is handed in at a tick, and must not wait for a list to be drawn.
        """
        tick()


Handler = Callable[[Run], None]
_handlers: dict[str, Handler] = {}
_ticks: list[Callable[[], None]] = []


class Interrupted(Exception):  # noqa: N818 - it is no error: the worker was told to stop
    """The worker is stopping; the job goes on where it was when the next worker takes it."""


def handles(kind: str) -> Callable[[Handler], Handler]:
    """Register the function that does jobs of one kind."""

    def register(handler: Handler) -> Handler:
        _handlers[kind] = handler
        return handler

    return register


def every_tick(action: Callable[[], None]) -> Callable[[], None]:
    """Register something to do each time the worker looks for work; it must cost next to nothing."""
    _ticks.append(action)
    return action


def tick() -> None:
    """Do everything that is due each time the worker looks for work; what fails is tried at the next tick."""
    for action in _ticks:
        try:
            action()
        except Exception:
            log.exception("tick failed", action=action.__name__)


def enqueue(session: Session, kind: str, arguments: Mapping[str, str]) -> Job:
    """Store a job in the caller's transaction; it runs once that is committed."""
    job = Job(kind=kind, arguments=dict(arguments), created_at=clock.now())
    session.add(job)
    session.flush()
    return job


def work_once(stopping: threading.Event | None = None) -> bool:
    """Do one job if there is one to do; say whether there was."""
    job = _claim()
    if job is None:
        return False
    run = Run(job.id, job.arguments, stopping or threading.Event())
    try:
        _handlers[job.kind](run)
    except Interrupted:
        _settle(job.id, JobState.QUEUED)
    except Exception as error:
        log.exception("job failed", kind=job.kind, job=str(job.id))
        _settle(job.id, JobState.FAILED if job.attempts >= MAX_ATTEMPTS else JobState.QUEUED, repr(error))
    else:
        _settle(job.id, JobState.DONE)
    return True


class Worker(threading.Thread):
    """The background thread of an embedded server."""

    def __init__(self) -> None:
        super().__init__(name="worker", daemon=True)
        self.stopping = threading.Event()

    def run(self) -> None:
        """Work until told to stop."""
        while not self.stopping.is_set():
            tick()
            try:
                busy = work_once(self.stopping)
            except Exception:
                log.exception("worker could not reach its work")
                busy = False
            if not busy:
                self.stopping.wait(POLL_SECONDS)


def _claim() -> Job | None:
    now = clock.now()
    with transaction() as session:
        query = (
            select(Job)
            .where(
                Job.kind.in_(_handlers),
                or_(Job.state == JobState.QUEUED, (Job.state == JobState.RUNNING) & (Job.lease_until < now)),
            )
            .order_by(Job.created_at)
            .limit(1)
        )
        job = session.scalar(query.with_for_update(skip_locked=True) if is_postgresql(session) else query)
        if job is not None:
            job.state, job.lease_until, job.attempts = JobState.RUNNING, now + LEASE, job.attempts + 1
        return job


def _settle(job_id: UUID, state: JobState, failure: str | None = None) -> None:
    finished = clock.now() if state in {JobState.DONE, JobState.FAILED} else None
    values = {"state": state, "failure": failure, "lease_until": None, "finished_at": finished}
    with transaction() as session:
        session.execute(update(Job).where(Job.id == job_id).values(values))
