import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from core import clock
from core.audit import Actor
from core.errors import ForbiddenError, NotFoundError, RefusedError
from core.models import AuditEntry, LogEntry
from exam.models.results import PassListEntry
from exam.operations.closing import close_sitting
from exam.operations.publishing import publish_pass_list
from exam.pass_lists import canonical
from exam.queries.pass_lists import (
    entries,
    pass_list,
    pass_list_of,
    pass_lists,
    published,
    recent_pass_lists,
    units_listed,
)
from people.models import Officer
from people.permissions import Role
from tests.factories import (
    ACTOR,
    make_account,
    make_attempt,
    make_candidate,
    make_city,
    make_officer,
    make_organisation,
    make_pass_list,
    make_sitting,
)

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
LATER = NOW + timedelta(days=10)
SCORES = (("局乙", 1, 80), ("局甲", 1, 60), ("区丙", 0, 99), ("区丁", 0, 59), ("区戊", 0, None))


@pytest.fixture(autouse=True)
def spring():
    with clock.at(NOW):
        yield


@pytest.fixture
def actor(session):
    return Actor(make_account(session, Role.ADMINISTRATOR).id, "管理员")


@pytest.fixture
def sitting(session):
    """A closed sitting: three passed in two units, one failed, one stayed away; noise beside it."""
    city = make_city(session)
    made, noise = make_sitting(session, title="春季考试"), make_sitting(session)
    for number, (name, unit, score) in enumerate(SCORES):
        officer = make_officer(session, (city.county, city.department)[unit], name=name)
        candidate = make_candidate(session, made, officer, candidate_no=f"26010000{number}")
        if score is not None:
            make_attempt(session, candidate, score)
    other = make_candidate(session, noise, make_officer(session, city.county, name="别场合格"))
    make_attempt(session, other, 100)
    with clock.at(NOW + timedelta(hours=9)):
        close_sitting(session, made, ACTOR)
        close_sitting(session, noise, ACTOR)
    return made


def publish(session, sitting, actor):
    with clock.at(LATER):
        return publish_pass_list(session, sitting, actor)


def test_a_list_is_logged_as_it_is_published(session, sitting, actor):
    made = publish(session, sitting, actor)
    (entry,) = session.scalars(select(LogEntry))
    assert (entry.kind, entry.subject_id, entry.digest) == ("pass_list", made.id, made.digest)
    assert entry.logged_at == LATER


def codes(caught):
    return [reason.code for reason in caught.value.reasons]


def test_those_who_passed_are_listed_by_unit_and_number(session, sitting, actor):
    made = publish(session, sitting, actor)
    rows = session.scalars(select(PassListEntry).order_by(PassListEntry.serial)).all()
    assert [(row.serial, row.name, row.unit_code, row.unit_name, row.candidate_no) for row in rows] == [
        (1, "区丙", "C01", "海东区", "260100002"),
        (2, "局乙", "M01", "市公安局", "260100000"),
        (3, "局甲", "M01", "市公安局", "260100001"),
    ]
    assert (made.passed_count, made.title, made.published_at) == (3, "春季考试合格人员名单", LATER)
    assert made.issuer_name == "示范市人民政府法制办公室"


def test_the_digest_can_be_computed_again_from_what_is_stored(session, sitting, actor):
    made = publish(session, sitting, actor)
    session.expire_all()
    again = canonical(published(session, pass_list(session, made.id)))
    assert hashlib.sha256(again).hexdigest() == made.digest
    row = session.scalars(select(AuditEntry).where(AuditEntry.verb == "exam:pass_list:publish")).one()
    assert row.detail == {"passed": 3, "digest": made.digest}


def test_the_list_stays_as_it_read_on_that_day(session, sitting, actor):
    made = publish(session, sitting, actor)
    person = session.scalars(select(Officer).where(Officer.name == "区丙")).one()
    make_city(session).county.name, person.name = "改名区", "改名人"
    session.flush()
    first = published(session, made).people[0]
    assert (first.name, first.unit_name) == ("区丙", "海东区")


def test_a_list_is_published_once(session, sitting, actor):
    publish(session, sitting, actor)
    with pytest.raises(RefusedError) as caught:
        publish(session, sitting, actor)
    assert codes(caught) == ["is_published"]


def test_an_open_sitting_is_not_published(session, actor):
    running = make_sitting(session)
    make_attempt(session, make_candidate(session, running, make_officer(session, make_city(session).county)), 100)
    with pytest.raises(RefusedError) as caught:
        publish(session, running, actor)
    assert codes(caught) == ["wrong_state"]


def test_a_sitting_nobody_passed_has_no_list(session, actor):
    sitting = make_sitting(session)
    make_attempt(session, make_candidate(session, sitting, make_officer(session, make_city(session).county)), 10)
    close_sitting(session, sitting, ACTOR)
    with pytest.raises(RefusedError) as caught:
        publish(session, sitting, actor)
    assert codes(caught) == ["nobody_passed"]


def test_somebody_publishes_never_the_system(session, sitting):
    with pytest.raises(ForbiddenError):
        publish(session, sitting, ACTOR)


def test_entries_are_found_by_unit_name_or_whole_number(session, sitting, actor):
    made = publish(session, sitting, actor)
    make_pass_list(session, [make_officer(session, make_city(session).county, name="区丙")])

    def names(unit, text):
        return [row.name for row in entries(session, made.id, unit, text, 1).rows]

    assert names("", "") == ["区丙", "局乙", "局甲"]
    assert names("M01", "") == ["局乙", "局甲"]
    assert names("", "丙") == ["区丙"]
    assert names("", "260100001") == ["局甲"]
    assert names("", "26010000") == []
    assert names("", "%") == []
    assert names("C01", "局") == []
    assert units_listed(session, made.id) == [("C01", "海东区", 1), ("M01", "市公安局", 2)]


def test_lists_are_found_the_newest_first(session, sitting, actor):
    older = make_pass_list(session, [], published_at=NOW)
    made = publish(session, sitting, actor)
    assert recent_pass_lists(session, 1) == [made]
    assert list(pass_lists(session, 1).rows) == [made, older]
    assert pass_list_of(session, sitting.id) == made
    assert pass_list_of(session, make_organisation(session).id) is None
    with pytest.raises(NotFoundError):
        pass_list(session, sitting.id)
