import threading

import pytest
from sqlalchemy import select

from certificates.jobs import photos as jobs
from certificates.operations.photos import hand_in_archive
from certificates.queries.photos import check_intake
from core.db import reading, transaction
from core.jobs import work_once
from core.models import Job, JobState
from people.models import PhotoIntake, PhotoIntakeItem
from people.permissions import Role
from people.photo_states import IntakeState
from people.queries import identity_of
from people.scope import CITY
from tests.factories import make_account, make_city, make_officer
from tests.portraits import make_archive, make_portrait, png_bomb, with_everything_a_camera_adds

PORTRAIT = make_portrait()


@pytest.fixture
def people(database):
    with transaction() as session:
        county = make_city(session).county
        return [make_officer(session, county, name=name) for name in ("张三", "李四", "王五")]


def handed_in(archive):
    with transaction() as session:
        return hand_in_archive(
            session, "照片.zip", archive, identity_of(make_account(session, Role.ADMINISTRATOR))
        ).id


def read_intake(intake_id):
    with reading() as session:
        return session.get_one(PhotoIntake, intake_id)


def stored(intake_id):
    with reading() as session:
        query = select(PhotoIntakeItem.place, PhotoIntakeItem.name, PhotoIntakeItem.fault)
        return session.execute(
            query.where(PhotoIntakeItem.intake_id == intake_id).order_by(PhotoIntakeItem.place)
        ).all()


def test_an_archive_is_read_picture_by_picture(people):
    files = {
        "海东区_张三.jpg": with_everything_a_camera_adds(6, (579, 413)),
        "海东区_李四.png": make_portrait("PNG"),
        "海东区_王五.jpg": png_bomb(20_000, 28_000),
        "说明.txt": b"text",
    }
    intake_id = handed_in(make_archive(files))
    assert work_once()
    assert read_intake(intake_id).state == IntakeState.READY
    assert [(name, fault) for _place, name, fault in stored(intake_id)] == [
        ("海东区_张三.jpg", ""),
        ("海东区_李四.png", ""),
        ("海东区_王五.jpg", "too_many_pixels"),
        ("说明.txt", "not_a_picture"),
    ]
    with reading() as session:
        assert {one.person.name for one in check_intake(session, intake_id, CITY).fitting} == {"张三", "李四"}
        job = session.scalars(select(Job)).one()
    assert (job.state, job.done_count, job.total_count) == (JobState.DONE, 4, 4)


def test_an_archive_with_paths_is_refused_whole(people):
    intake_id = handed_in(make_archive({"海东区_张三.jpg": PORTRAIT, "../../etc/cron.d/x": PORTRAIT}))
    assert work_once()
    found = read_intake(intake_id)
    assert found.state == IntakeState.REFUSED
    assert "不要压缩文件夹" in found.refusal
    assert stored(intake_id) == []


def test_a_reading_that_is_cut_off_goes_on_and_reads_each_once(people, monkeypatch):
    monkeypatch.setattr(jobs, "BATCH", 2)
    intake_id = handed_in(make_archive({f"{n}.jpg": PORTRAIT for n in range(5)}))
    real, calls = jobs.keep_read, []

    def twice(session, key, files):
        calls.append([one.place for one in files])
        if len(calls) == 2:
            raise OSError("no more power")
        real(session, key, files)

    monkeypatch.setattr(jobs, "keep_read", twice)
    assert work_once()
    assert [place for place, *_rest in stored(intake_id)] == [0, 1]
    assert work_once()
    assert calls == [[0, 1], [2, 3], [2, 3], [4]]
    assert [place for place, *_rest in stored(intake_id)] == [0, 1, 2, 3, 4]
    assert read_intake(intake_id).state == IntakeState.READY


def test_a_worker_told_to_stop_leaves_the_rest_for_later(people):
    intake_id = handed_in(make_archive({"a.jpg": PORTRAIT}))
    stopping = threading.Event()
    stopping.set()
    work_once(stopping)
    assert stored(intake_id) == []
    assert work_once()
    assert len(stored(intake_id)) == 1
