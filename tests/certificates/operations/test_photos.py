import hashlib
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from certificates.operations.credentials import cancel_credential
from certificates.operations.photos import (
    ReadFile,
    confirm_intake,
    discard_intake,
    finish_reading,
    hand_in_archive,
    keep_read,
    refuse_archive,
    take_in_photo,
)
from certificates.queries.photos import check_intake, photo_of, photo_rows, unit_counts, without_photo
from core import clock
from core.db import transaction
from core.errors import InvalidError, NotFoundError, RefusedError
from core.models import AuditEntry, Job
from core.picture_guard import PictureFault
from core.sealing import opened_bytes
from people.models import OfficerPhoto, PhotoIntake, PhotoIntakeItem
from people.permissions import Role
from people.photo_states import IntakeState
from people.queries import identity_of
from people.scope import CITY, Scope
from tests.factories import ACTOR, make_account, make_city, make_credential, make_officer, make_pass_list
from tests.portraits import make_portrait

ONE, TWO = make_portrait(), make_portrait(size=(500, 700))


@pytest.fixture
def city(session):
    return make_city(session)


@pytest.fixture
def identity(session, city):
    return identity_of(make_account(session, Role.ADMINISTRATOR))


def ready(session, identity, *files):
    made = hand_in_archive(session, "照片.zip", b"the archive", identity)
    keep_read(
        session, made.id, [ReadFile(n, name, content, fault) for n, (name, content, fault) in enumerate(files)]
    )
    finish_reading(session, made.id)
    return made


def test_a_photo_is_kept_sealed_and_opens_as_it_was(session, city):
    officer, other = (make_officer(session, city.county) for _each in range(2))
    made = take_in_photo(session, officer.id, ONE, ACTOR)
    assert made.content_sealed != ONE
    assert ONE[:200] not in made.content_sealed
    assert made.digest == hashlib.sha256(ONE).hexdigest()
    assert photo_of(session, officer.id) == ONE
    assert photo_of(session, other.id) is None


def test_a_later_photo_succeeds_the_earlier_which_stays(session, city):
    officer = make_officer(session, city.county)
    first = take_in_photo(session, officer.id, ONE, ACTOR)
    sealed = first.content_sealed
    take_in_photo(session, officer.id, TWO, ACTOR)
    assert photo_of(session, officer.id) == TWO
    assert [row.number for row in photo_rows(session, officer.id)] == [2, 1]
    session.refresh(first)
    assert first.content_sealed == sealed
    take_in_photo(session, officer.id, ONE, ACTOR)  # back to the first picture is a third version
    assert photo_of(session, officer.id) == ONE


def test_the_same_picture_again_changes_nothing(session, city):
    officer = make_officer(session, city.county)
    take_in_photo(session, officer.id, ONE, ACTOR)
    assert take_in_photo(session, officer.id, ONE, ACTOR) is None
    assert len(photo_rows(session, officer.id)) == 1
    verbs = select(func.count()).where(AuditEntry.verb == "certificates:photo:take_in")
    assert session.scalar(verbs) == 1


def test_whoever_holds_or_is_to_be_given_a_credential_needs_a_photo(session, city):
    holder, passed, _neither, cancelled = (make_officer(session, city.county, name=name) for name in "甲乙丙丁")
    make_credential(session, holder)
    make_pass_list(session, [passed])
    cancel_credential(session, make_credential(session, cancelled), "O3", ACTOR)
    assert {one.name for one in without_photo(session, CITY)} == {"甲", "乙"}
    take_in_photo(session, holder.id, ONE, ACTOR)
    assert {one.name for one in without_photo(session, CITY)} == {"乙"}
    (count,) = unit_counts(session, CITY)
    assert (count.organisation.id, count.needed, count.missing) == (city.county.id, 2, 1)
    assert without_photo(session, Scope(city.department.id)) == []


def test_an_archive_waits_sealed_and_goes_once_it_is_read(session, identity):
    made = hand_in_archive(session, "照片.zip", b"the archive", identity)
    assert b"the archive" not in made.archive_sealed
    assert opened_bytes(made.archive_sealed, "photo_intake.archive") == b"the archive"
    assert session.scalars(select(Job)).one().arguments == {"intake_id": str(made.id)}
    finish_reading(session, made.id)
    session.refresh(made)
    assert (made.state, made.archive_sealed) == (IntakeState.READY, None)


def test_an_archive_that_is_refused_goes_and_says_why(session, identity):
    made = hand_in_archive(session, "照片.zip", b"the archive", identity)
    refuse_archive(session, made.id, "压缩包设有密码。")
    session.refresh(made)
    assert (made.state, made.archive_sealed, made.refusal) == (IntakeState.REFUSED, None, "压缩包设有密码。")


def test_an_archive_is_too_large_before_it_is_stored(session, identity):
    with pytest.raises(InvalidError):
        hand_in_archive(session, "照片.zip", bytes(100 * 1024 * 1024 + 1), identity)
    assert session.scalar(select(func.count()).select_from(PhotoIntake)) == 0


def test_the_dry_run_says_what_fits_what_does_not_and_who_is_missing_and_writes_nothing(session, city, identity):
    names = {name: make_officer(session, city.county, name=name) for name in ("张三", "李四", "王五")}
    make_pass_list(session, list(names.values()))
    take_in_photo(session, names["李四"].id, ONE, ACTOR)
    made = ready(
        session,
        identity,
        ("海东区_张三.jpg", ONE, None),
        ("海东区_李四.jpg", TWO, None),
        ("海东区_赵六.jpg", ONE, None),
        ("海东区_王五.jpg", None, PictureFault.TOO_SMALL),
    )
    check = check_intake(session, made.id, CITY)
    assert [(one.person.name, one.replaces) for one in check.fitting] == [("张三", False), ("李四", True)]
    assert [one.name for one in check.unfit] == ["海东区_赵六.jpg", "海东区_王五.jpg"]
    assert "太小" in str(check.unfit[1].reason)
    assert [one.name for one in check.missing] == ["王五"]
    assert check.replacing == 1
    assert session.scalar(select(func.count()).select_from(OfficerPhoto)) == 1


def test_confirming_takes_in_what_fits_and_throws_the_rest_away(session, city, identity):
    zhang = make_officer(session, city.county, name="张三")
    made = ready(session, identity, ("海东区_张三.jpg", ONE, None), ("谁.jpg", TWO, None))
    assert confirm_intake(session, made, CITY, ACTOR) == 1
    assert photo_of(session, zhang.id) == ONE
    assert session.scalar(select(func.count()).select_from(PhotoIntakeItem)) == 0
    assert session.scalar(select(func.count()).select_from(PhotoIntake)) == 0


def test_what_changed_since_the_dry_run_is_seen_when_it_is_confirmed(session, city, identity):
    zhang = make_officer(session, city.county, name="张三")
    made = ready(session, identity, ("海东区_张三.jpg", ONE, None))
    make_officer(session, city.county, name="张三")
    with pytest.raises(RefusedError):
        confirm_intake(session, made, CITY, ACTOR)
    assert photo_of(session, zhang.id) is None


def test_nothing_is_confirmed_before_it_is_read(session, identity):
    made = hand_in_archive(session, "照片.zip", b"the archive", identity)
    with pytest.raises(RefusedError):
        confirm_intake(session, made, CITY, ACTOR)


def test_a_unit_takes_in_photos_of_its_own_people_alone(session, city, identity):
    stranger = make_officer(session, city.department, name="张三")
    made = ready(session, identity, ("市公安局_张三.jpg", ONE, None))
    assert check_intake(session, made.id, Scope(city.county.id)).fitting == []
    with pytest.raises(RefusedError):
        confirm_intake(session, made, Scope(city.county.id), ACTOR)
    assert photo_of(session, stranger.id) is None


def test_what_is_discarded_leaves_nothing(session, city, identity):
    made = ready(session, identity, ("海东区_张三.jpg", ONE, None))
    discard_intake(session, made, ACTOR)
    assert session.scalar(select(func.count()).select_from(PhotoIntakeItem)) == 0


def test_what_nobody_confirmed_for_a_day_is_thrown_away(session, city, identity):
    old = ready(session, identity, ("海东区_张三.jpg", ONE, None))
    with clock.at(clock.now() + timedelta(hours=25)):
        hand_in_archive(session, "新.zip", b"x", identity)
    assert session.scalar(select(func.count()).where(PhotoIntakeItem.intake_id == old.id)) == 0
    assert session.scalars(select(PhotoIntake.filename)).all() == ["新.zip"]


def test_a_photo_of_nobody_is_not_found(database):
    from certificates.queries.photos import photo
    from core.db import new_key

    with transaction() as session, pytest.raises(NotFoundError):
        photo(session, new_key(), CITY)
