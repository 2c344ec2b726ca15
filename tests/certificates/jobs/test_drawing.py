import threading
from collections import Counter
from contextlib import nullcontext
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from certificates.bulk_states import RunState
from certificates.jobs import drawing as jobs
from certificates.layouts import Layout
from certificates.models import Credential, CredentialDocument, DrawingClaim, DrawingRun
from certificates.operations import drawing_process
from certificates.operations.credentials import cancel_credential, issue_for_pass_list
from certificates.operations.documents import document_of, face_of
from certificates.operations.drawing import claim, draw_missing, note_failure, pause_drawing, request_drawing
from certificates.operations.drawing_hands import BROKEN, Hands, Outcome
from certificates.operations.photos import take_in_photo
from certificates.queries.documents import MOST_TRIES, draw_job, drawing, drawing_failures, is_being_drawn, undrawn
from core import clock
from core.db import reading, transaction
from core.errors import RefusedError
from core.jobs import LEASE, Interrupted, work_once
from core.models import Job, JobState, LogEntry
from exam.models.results import PassList
from tests.factories import ACTOR, make_city, make_credential, make_officer, make_pass_list
from tests.portraits import make_portrait

URL = "http://localhost:8000"
PEOPLE = 7


@pytest.fixture(scope="module")
def hands():
    """Two processes that draw for all tests: each takes seconds to load its typefaces."""
    with Hands(2) as made:
        yield made


@pytest.fixture
def pass_list(database, monkeypatch, hands):
    """A list of seven with a credential each, beside a credential from elsewhere; drawn three at a time."""
    monkeypatch.setattr(jobs, "Hands", lambda _count: nullcontext(hands))
    monkeypatch.setattr(jobs, "BATCH", 3)
    monkeypatch.setattr(jobs, "WAIT_SECONDS", 0.05)
    with transaction() as session:
        city = make_city(session)
        make_credential(session, make_officer(session, city.county))
        officers = [make_officer(session, city.county, name="张三") for _each in range(PEOPLE)]
        made = make_pass_list(session, officers)
        issue_for_pass_list(session, made, URL, ACTOR)
        return made


def work():
    """Do every job there is; on PostgreSQL several share a list."""
    done = 0
    while work_once():
        done += 1
        assert done < 20
    return done


def stored():
    with reading() as session:
        rows = session.execute(select(CredentialDocument.credential_id, CredentialDocument.layout))
        return Counter(rows.all())


def jobs_of(pass_list):
    with reading() as session:
        return list(session.scalars(select(Job).order_by(Job.created_at)))


def claims():
    with reading() as session:
        return session.scalar(select(func.count()).select_from(DrawingClaim))


def cards(pass_list):
    with reading() as session:
        query = select(Credential).where(Credential.pass_list_id == pass_list.id)
        return list(session.scalars(query.order_by(Credential.cert_no)).unique())


class FailingOnce:
    """Does the real thing so many times and then fails once, as if the power went."""

    def __init__(self, monkeypatch, name, after, error):
        self.left, self.error, self.real = after, error, getattr(jobs, name)
        monkeypatch.setattr(jobs, name, self)

    def __call__(self, *arguments, **options):
        self.left -= 1
        if self.left == -1:
            raise self.error
        return self.real(*arguments, **options)


def test_every_document_of_the_list_is_drawn_and_nothing_else(pass_list):
    assert work()
    assert len(stored()) == PEOPLE * 2
    assert set(stored().values()) == {1}
    done = jobs_of(pass_list)[0]
    assert (done.state, done.done_count, done.total_count) == (JobState.DONE, 14, 14)
    assert claims() == 0
    with reading() as session:
        assert undrawn(session, pass_list.id, 99) == []


def test_each_document_is_logged_once(pass_list):
    work()
    with reading() as session:
        digests = session.scalars(select(CredentialDocument.digest)).all()
        logged = session.scalars(select(LogEntry.digest).where(LogEntry.digest.in_(digests))).all()
    assert sorted(logged) == sorted(digests)


def test_a_document_bears_the_photo_of_its_holder(pass_list):
    """The same card is larger with a picture in it, and only that card."""
    first, second = cards(pass_list)[:2]
    with transaction() as session:
        take_in_photo(session, first.officer_id, make_portrait(), ACTOR)
    work()
    with reading() as session:
        sizes = {
            key: session.scalar(
                select(func.length(CredentialDocument.content)).where(
                    CredentialDocument.credential_id == key, CredentialDocument.layout == Layout.CARD
                )
            )
            for key in (first.id, second.id)
        }
    assert sizes[first.id] > sizes[second.id] + 1000


def test_a_run_that_dies_in_the_middle_goes_on_and_draws_each_once(pass_list, monkeypatch):
    FailingOnce(monkeypatch, "store_drawn", after=1, error=OSError("no more power"))
    assert work_once()
    assert len(stored()) == 6  # the batch that was cut off left nothing behind
    assert claims() == 0
    failed = next(job for job in jobs_of(pass_list) if job.attempts)
    assert failed.state == JobState.QUEUED
    with reading() as session:
        before = dict(session.execute(select(CredentialDocument.id, CredentialDocument.drawn_at)).all())
    work()
    assert len(stored()) == PEOPLE * 2
    assert set(stored().values()) == {1}
    with reading() as session:
        after = dict(session.execute(select(CredentialDocument.id, CredentialDocument.drawn_at)).all())
    assert before.items() <= after.items()


def test_the_claims_of_a_worker_that_vanished_fall_to_the_next(pass_list):
    with transaction() as session:
        mine = claim(session, pass_list.id, uuid4(), 5)
    assert len(mine) == 5
    with transaction() as session:
        assert len(claim(session, pass_list.id, uuid4(), 9)) == 2
        assert claim(session, pass_list.id, uuid4(), 9) == []
    with clock.at(clock.now() + LEASE + timedelta(seconds=1)), transaction() as session:
        assert len(claim(session, pass_list.id, uuid4(), 9)) == 7


def test_a_worker_waits_for_what_another_has_claimed_and_draws_it_once_that_is_given_up(pass_list, monkeypatch):
    """A run is over when everything is drawn, not when everything is claimed by somebody."""
    with transaction() as session:
        claim(session, pass_list.id, uuid4(), 5)
    waited = []
    real = jobs._is_left

    def look(key):
        waited.append(len(stored()))
        if len(waited) == 3:
            with transaction() as session:
                session.query(DrawingClaim).delete()
        return real(key)

    monkeypatch.setattr(jobs, "_is_left", look)
    work_once()
    assert waited[:3] == [4, 4, 4]
    assert len(stored()) == PEOPLE * 2


def test_two_workers_at_once_never_claim_the_same(pass_list):
    taken, gate = [], threading.Barrier(4)

    def take():
        gate.wait()
        for _round in range(4):
            with transaction() as session:
                got = [one.credential.id for one in claim(session, pass_list.id, uuid4(), 2)]
            taken.extend(got)

    threads = [threading.Thread(target=take) for _worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == PEOPLE


def test_a_worker_told_to_stop_leaves_the_rest_for_later(pass_list):
    stopping = threading.Event()
    stopping.set()
    work_once(stopping)
    assert jobs_of(pass_list)[0].state == JobState.QUEUED
    assert len(stored()) < PEOPLE * 2
    work()
    assert len(stored()) == PEOPLE * 2


def test_a_paused_list_stops_after_what_is_in_hand_and_goes_on_when_it_is_told_to(pass_list, monkeypatch):
    real = jobs.store_drawn

    def store_and_pause(session, drawn, worker):
        real(session, drawn, worker)
        if session.get(DrawingRun, pass_list.id).state == RunState.GOING:
            pause_drawing(session, session.get_one(PassList, pass_list.id), ACTOR)

    monkeypatch.setattr(jobs, "store_drawn", store_and_pause)
    work()
    kept = len(stored())
    assert 0 < kept < PEOPLE * 2
    with reading() as session:
        assert not is_being_drawn(session, pass_list.id)
    assert not work_once()
    monkeypatch.setattr(jobs, "store_drawn", real)
    with transaction() as session:
        draw_missing(session, session.get_one(PassList, pass_list.id), URL, ACTOR)
    work()
    assert len(stored()) == PEOPLE * 2


def test_what_is_drawn_is_not_paused_and_what_is_paused_is_not_paused_again(pass_list):
    with transaction() as session:
        pause_drawing(session, session.get_one(PassList, pass_list.id), ACTOR)
    with transaction() as session, pytest.raises(RefusedError):
        pause_drawing(session, session.get_one(PassList, pass_list.id), ACTOR)
    with transaction() as session:
        draw_missing(session, session.get_one(PassList, pass_list.id), URL, ACTOR)
    work()
    for act in (
        lambda session, one: pause_drawing(session, one, ACTOR),
        lambda session, one: draw_missing(session, one, URL, ACTOR),
    ):
        with transaction() as session, pytest.raises(RefusedError):
            act(session, session.get_one(PassList, pass_list.id))


def test_a_list_that_is_being_drawn_is_not_asked_for_again(pass_list):
    with transaction() as session, pytest.raises(RefusedError):
        draw_missing(session, session.get_one(PassList, pass_list.id), URL, ACTOR)


def spoil(pass_list):
    """Let one card bear a name that no typeface holds, as if it had come from elsewhere."""
    with transaction() as session:
        first = session.get_one(Credential, cards(pass_list)[0].id)
        first.holder_name = "张\U00021757"
    return first


def test_one_that_cannot_be_drawn_is_listed_with_the_reason_and_the_others_are_drawn(pass_list):
    spoilt = spoil(pass_list)
    work()
    assert len(stored()) == (PEOPLE - 1) * 2
    with reading() as session:
        ((credential, failure),) = drawing_failures(session, pass_list.id)
        progress = drawing(session, pass_list.id)
    assert credential.id == spoilt.id
    assert "U+21757" in failure.reason
    assert (progress.failed, progress.left) == (2, 0)
    assert jobs_of(pass_list)[0].state == JobState.DONE


def test_what_failed_is_drawn_once_it_is_mended_and_tried_again(pass_list):
    spoilt = spoil(pass_list)
    work()
    with transaction() as session:
        session.get_one(Credential, spoilt.id).holder_name = "张三"
        draw_missing(session, session.get_one(PassList, pass_list.id), URL, ACTOR)
    work()
    assert len(stored()) == PEOPLE * 2
    with reading() as session:
        assert drawing_failures(session, pass_list.id) == []


class Unlucky(Hands):
    """Hands that break over the first card each time, and draw all others."""

    def _drawn(self, commission):
        if commission.face.cert_no.endswith("00001"):
            return Outcome(None, str(BROKEN), is_final=False)
        return super()._drawn(commission)


def test_what_breaks_the_process_is_tried_a_few_times_and_then_left_to_people(pass_list, monkeypatch):
    monkeypatch.setattr(jobs, "Hands", Unlucky)
    work()
    assert len(stored()) == (PEOPLE - 1) * 2
    with reading() as session:
        ((_credential, failure),) = drawing_failures(session, pass_list.id)
    assert failure.tries >= MOST_TRIES
    assert str(BROKEN) in failure.reason


def test_a_process_that_dies_over_a_document_is_replaced(pass_list):
    with reading() as session:
        face = face_of(session.get_one(Credential, cards(pass_list)[0].id), URL)
    good = drawing_process.Commission(Layout.CARD, face, clock.now())
    with Hands(1) as hands:
        (first,) = hands.draw([good])
        assert first.result().content.startswith(b"%PDF")
        (broken,) = hands.draw(["no commission"])
        assert (broken.result().content, broken.result().is_final) == (None, False)
        (again,) = hands.draw([good])
        assert again.result().content == first.result().content


def test_a_failure_that_may_pass_is_forgotten_with_the_document(pass_list):
    first = cards(pass_list)[0]
    with transaction() as session:
        note_failure(session, first.id, "生成程序异常退出。", uuid4(), is_final=False)
    work()
    assert len(stored()) == PEOPLE * 2
    with reading() as session:
        assert drawing_failures(session, pass_list.id) == []


def test_stopping_is_noticed_between_two_batches(pass_list, monkeypatch):
    stopping = threading.Event()
    real = jobs.store_drawn

    def store_and_stop(*arguments):
        stopping.set()
        return real(*arguments)

    monkeypatch.setattr(jobs, "store_drawn", store_and_stop)
    first = jobs_of(pass_list)[0]
    with pytest.raises(Interrupted):
        jobs.draw_list(jobs.Run(first.id, first.arguments, stopping))
    assert len(stored()) == 6
    assert claims() == 0


def test_what_is_drawn_already_is_not_drawn_again(pass_list):
    with transaction() as session:
        first = session.scalars(select(Credential).where(Credential.pass_list_id == pass_list.id)).first()
        kept = document_of(session, first, Layout.CARD, URL)
    work()
    assert len(stored()) == PEOPLE * 2
    with reading() as session:
        assert session.get(CredentialDocument, kept.id) is not None


def test_nothing_is_drawn_of_a_credential_cancelled_meanwhile(pass_list):
    with transaction() as session:
        first = session.scalars(select(Credential).where(Credential.pass_list_id == pass_list.id)).first()
        cancel_credential(session, first, "O3", ACTOR)
    work()
    assert len(stored()) == (PEOPLE - 1) * 2
    with reading() as session:
        assert (drawing(session, pass_list.id).missing, draw_job(session, pass_list.id).state) == (0, JobState.DONE)


def test_a_job_run_twice_does_nothing_the_second_time(pass_list):
    work()
    before = stored()
    first = jobs_of(pass_list)[0]
    jobs.draw_list(jobs.Run(first.id, first.arguments, threading.Event()))
    assert stored() == before


def test_the_rest_takes_as_long_as_the_pace_so_far_says(pass_list):
    work()
    with transaction() as session:
        request_drawing(session, session.get_one(PassList, pass_list.id), URL)
        run = session.get_one(DrawingRun, pass_list.id)
        assert run.drawn_before == PEOPLE * 2
        progress = drawing(session, pass_list.id)
    began = run.began_at
    assert progress.seconds_left(began, PEOPLE * 2, began + timedelta(seconds=9)) is None
    assert progress.seconds_left(began, 0, began + timedelta(seconds=9)) == 0
