import threading
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select

from certificates import jobs
from certificates.layouts import Layout
from certificates.models import Credential, CredentialDocument
from certificates.operations.credentials import cancel_credential, issue_for_pass_list
from certificates.operations.documents import document_of
from certificates.queries.documents import draw_job, drawing, undrawn
from core import clock
from core.db import reading, transaction
from core.jobs import LEASE, Interrupted, work_once
from core.models import Job, JobState
from tests.factories import ACTOR, make_city, make_credential, make_officer, make_pass_list

URL = "http://localhost:8000"
PEOPLE = 7


@pytest.fixture
def pass_list(database, monkeypatch):
    """A list of seven with a credential each, beside a credential from elsewhere; drawn three at a time."""
    monkeypatch.setattr(jobs, "BATCH", 3)
    monkeypatch.setattr(jobs, "BREATH_SECONDS", 0)
    with transaction() as session:
        city = make_city(session)
        make_credential(session, make_officer(session, city.county))
        officers = [make_officer(session, city.county, name="张三") for _each in range(PEOPLE)]
        made = make_pass_list(session, officers)
        issue_for_pass_list(session, made, URL, ACTOR)
        return made


def stored():
    with reading() as session:
        rows = session.execute(select(CredentialDocument.credential_id, CredentialDocument.layout))
        return Counter(rows.all())


def job():
    with reading() as session:
        return session.scalars(select(Job)).one()


class StoppedMidway:
    """Draws so many documents and then fails, as if the power went."""

    def __init__(self, monkeypatch, after, error):
        self.left, self.error, self.real = after, error, jobs.draw
        monkeypatch.setattr(jobs, "draw", self)

    def __call__(self, *arguments):
        if self.left == 0:
            raise self.error
        self.left -= 1
        return self.real(*arguments)


def test_every_document_of_the_list_is_drawn_and_nothing_else(pass_list):
    assert work_once()
    assert len(stored()) == PEOPLE * 2
    assert set(stored().values()) == {1}
    done = job()
    assert (done.state, done.done_count, done.total_count) == (JobState.DONE, 14, 14)
    with reading() as session:
        assert {one.credential.pass_list_id for one in undrawn(session, pass_list.id, 99)} == set()


def test_a_run_that_dies_in_the_middle_goes_on_and_draws_each_once(pass_list, monkeypatch):
    midway = StoppedMidway(monkeypatch, after=8, error=OSError("no more power"))
    assert work_once()
    kept = stored()
    assert len(kept) == 6  # the batch that was cut off left nothing behind
    assert (job().state, job().done_count, job().total_count) == (JobState.QUEUED, 6, 14)
    with reading() as session:
        before = dict(session.execute(select(CredentialDocument.id, CredentialDocument.drawn_at)).all())
    monkeypatch.setattr(jobs, "draw", midway.real)
    assert work_once()
    assert len(stored()) == PEOPLE * 2
    assert set(stored().values()) == {1}
    with reading() as session:
        after = dict(session.execute(select(CredentialDocument.id, CredentialDocument.drawn_at)).all())
    assert before.items() <= after.items()


def test_a_worker_that_vanishes_loses_its_lease_and_another_goes_on(pass_list, monkeypatch):
    midway = StoppedMidway(monkeypatch, after=7, error=SystemExit())
    with pytest.raises(SystemExit):
        work_once()
    assert job().state == JobState.RUNNING
    monkeypatch.setattr(jobs, "draw", midway.real)
    assert not work_once()
    with clock.at(clock.now() + LEASE + timedelta(seconds=1)):
        assert work_once()
    assert set(stored().values()) == {1}
    assert len(stored()) == PEOPLE * 2


def test_a_worker_told_to_stop_leaves_the_rest_for_later(pass_list):
    stopping = threading.Event()
    stopping.set()
    work_once(stopping)
    assert (job().state, len(stored())) == (JobState.QUEUED, 0)
    work_once()
    assert len(stored()) == PEOPLE * 2


def test_stopping_is_noticed_between_two_documents(pass_list, monkeypatch):
    stopping = threading.Event()
    real = jobs.draw

    def draw_and_stop(*arguments):
        stopping.set()
        return real(*arguments)

    monkeypatch.setattr(jobs, "draw", draw_and_stop)
    run = jobs.Run(job().id, job().arguments, stopping)
    with pytest.raises(Interrupted):
        jobs.draw_list(run)
    assert len(stored()) == 0


def test_what_is_drawn_already_is_not_drawn_again(pass_list):
    with transaction() as session:
        first = session.scalars(select(Credential).where(Credential.pass_list_id == pass_list.id)).first()
        kept = document_of(session, first, Layout.CARD, URL)
    work_once()
    assert len(stored()) == PEOPLE * 2
    with reading() as session:
        assert session.get(CredentialDocument, kept.id) is not None


def test_nothing_is_drawn_of_a_credential_cancelled_meanwhile(pass_list):
    with transaction() as session:
        first = session.scalars(select(Credential).where(Credential.pass_list_id == pass_list.id)).first()
        cancel_credential(session, first, "O3", ACTOR)
    work_once()
    assert len(stored()) == (PEOPLE - 1) * 2
    with reading() as session:
        assert (drawing(session, pass_list.id).missing, draw_job(session, pass_list.id).state) == (0, JobState.DONE)


def test_a_job_run_twice_does_nothing_the_second_time(pass_list):
    work_once()
    before = stored()
    jobs.draw_list(jobs.Run(job().id, job().arguments, threading.Event()))
    assert stored() == before
