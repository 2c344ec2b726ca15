"""Background work: done once, taken over when a worker dies, put aside when it keeps failing."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core import clock, jobs
from core.db import reading, transaction
from core.models import Job, JobState


@pytest.fixture
def handlers(monkeypatch):
    kept = {}
    monkeypatch.setattr(jobs, "_handlers", kept)
    return kept


def put(kind="test:do", **arguments):
    with transaction() as session:
        return jobs.enqueue(session, kind, arguments).id


def state_of(job_id):
    with reading() as session:
        return session.get_one(Job, job_id)


def test_a_job_is_done_once(database, handlers):
    done = []
    handlers["test:do"] = lambda run: done.append(dict(run.arguments))
    job_id = put(number="1")
    assert jobs.work_once()
    assert not jobs.work_once()
    assert done == [{"number": "1"}]
    assert state_of(job_id).state == JobState.DONE


def test_jobs_are_done_in_the_order_they_came(database, handlers):
    done = []
    handlers["test:do"] = lambda run: done.append(run.arguments["number"])
    for number in range(3):
        put(number=str(number))
    while jobs.work_once():
        pass
    assert done == ["0", "1", "2"]


def test_a_job_whose_cause_was_rolled_back_does_not_exist(database, handlers):
    handlers["test:do"] = lambda run: None

    def fail():
        with transaction() as session:
            jobs.enqueue(session, "test:do", {})
            raise ValueError("refused")

    with pytest.raises(ValueError, match="refused"):
        fail()
    assert not jobs.work_once()


def test_a_failing_job_is_tried_again_and_then_put_aside_with_what_went_wrong(database, handlers):
    def fail(run):
        raise RuntimeError("out of paper")

    handlers["test:do"] = fail
    job_id = put()
    for _try in range(jobs.MAX_ATTEMPTS):
        assert jobs.work_once()
    assert not jobs.work_once()
    job = state_of(job_id)
    assert (job.state, job.attempts) == (JobState.FAILED, jobs.MAX_ATTEMPTS)
    assert "out of paper" in job.failure


def test_a_job_left_by_a_dead_worker_is_taken_when_its_lease_is_over(database, handlers):
    done = []
    handlers["test:do"] = lambda run: done.append(1)
    job_id = put()
    with transaction() as session:
        job = session.get_one(Job, job_id)
        job.state, job.lease_until = JobState.RUNNING, clock.now() + timedelta(minutes=1)
    assert not jobs.work_once()
    with clock.at(clock.now() + timedelta(minutes=2)):
        assert jobs.work_once()
    assert done == [1]


def test_a_job_that_is_interrupted_waits_for_the_next_worker(database, handlers):
    def stop(run):
        raise jobs.Interrupted

    handlers["test:do"] = stop
    job_id = put()
    jobs.work_once()
    assert state_of(job_id).state == JobState.QUEUED


def test_progress_can_be_seen_while_the_job_runs(database, handlers):
    seen = []

    def work(run):
        with transaction() as session:
            run.report(session, 3, 10)
        with reading() as session:
            job = session.scalars(select(Job)).one()
            seen.append((job.done_count, job.total_count))

    handlers["test:do"] = work
    put()
    jobs.work_once()
    assert seen == [(3, 10)]


def test_a_job_nobody_here_can_do_is_left_alone(database, handlers):
    job_id = put(kind="other:do")
    assert not jobs.work_once()
    assert state_of(job_id).state == JobState.QUEUED
