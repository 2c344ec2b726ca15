from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, strategies as st
from sqlalchemy import func, select, update

from core import clock
from core.audit import Actor
from core.db import current, transaction
from core.models import Job
from exam.blueprints import MultipleRule
from exam.marking import score
from exam.models.planning import Sitting
from exam.models.results import Result, SubjectTally
from exam.operations.closing import close_sitting
from exam.operations.corrections import approve_correction, propose_correction
from exam.operations.tallying import TALLY_JOB, store_tally
from exam.papers import PaperEntry
from exam.queries.newest import newest_result
from exam.queries.room import paper_of
from exam.queries.subjects import subjects, tally
from exam.subjects import Answered, Marking, SubjectFigures, add_to, in_order
from people.permissions import Role
from people.scope import CITY, Scope
from questions.kinds import ItemKind, Subject
from tests.factories import (
    ACTOR,
    make_account,
    make_answered,
    make_candidate,
    make_city,
    make_item,
    make_officer,
    make_sitting,
)
from tests.settled import work_all

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
AFTER = NOW + timedelta(hours=9)
ITEMS = [UUID(int=number) for number in range(8)]
SUBJECTS = dict(zip(ITEMS, [*list(Subject)[:4]] * 2, strict=True))
MARKING = Marking(SUBJECTS, {one: frozenset({"AB"}) for one in ITEMS}, MultipleRule.HALF_FOR_SUBSET)
UNITS = [UUID(int=100), UUID(int=101)]


@st.composite
def answered(draw):
    items = draw(st.lists(st.sampled_from(ITEMS), unique=True, max_size=6))
    entries = [PaperEntry(one, "ABCD", draw(st.integers(1, 4))) for one in items]
    places = range(1, len(entries) + 1)
    choices = {
        place: draw(st.sampled_from(["A", "B", "AB", "C", "ABC"])) for place in places if draw(st.booleans())
    }
    return Answered(draw(st.sampled_from(UNITS)), entries, choices)


@given(st.lists(answered(), max_size=6))
def test_the_subjects_of_papers_add_up_to_their_scores(papers):
    counted = {}
    add_to(counted, papers, MARKING)
    made = [score(one.entries, one.choices, MARKING.accepted, MARKING.rule) for one in papers]
    assert sum(reached for reached, _full in counted.values()) == sum(one.score for one in made)
    assert sum(full for _reached, full in counted.values()) == sum(one.full_score for one in made)


def test_a_share_is_rounded_once_and_nothing_asked_has_none():
    assert str(SubjectFigures(Subject.PENALTY, 2, 3).share) == "66.7"
    assert SubjectFigures(Subject.PENALTY, 0, 0).share is None
    with pytest.raises(ValueError, match="more marks"):
        SubjectFigures(Subject.PENALTY, 4, 3)


def test_subjects_stand_in_their_own_order():
    made = in_order({Subject.CONSTITUTION: (1, 1), Subject.PENALTY: (1, 1)})
    assert [one.subject for one in made] == [Subject.PENALTY, Subject.CONSTITUTION]


@pytest.fixture
def place(database):
    """A closed sitting on two subjects with three people of two units, and another sitting as noise."""
    with clock.at(NOW), transaction() as session:
        city = make_city(session)
        for _copy in range(8):
            make_item(session, ItemKind.SINGLE, "C", subject=Subject.LICENSING)
        sitting, other = make_sitting(session), make_sitting(session)
        make_answered(session, make_candidate(session, other, make_officer(session, city.county)))
        attempts = []
        for unit in (city.county, city.county, city.department):
            candidate = make_candidate(session, sitting, make_officer(session, unit))
            attempts.append(make_answered(session, candidate))
        make_candidate(session, sitting, make_officer(session, city.county))
        with clock.at(AFTER):
            close_sitting(session, sitting, ACTOR)
    return sitting, city, attempts


def total(session, sitting):
    query = select(func.sum(Result.score)).where(Result.sitting_id == sitting.id, newest_result())
    return session.scalar(query)


def test_closing_has_the_subjects_added_up_in_the_background(place):
    sitting, city, _attempts = place
    with transaction() as session:
        assert subjects(session, sitting.id, CITY) == []
    work_all()
    with transaction() as session:
        found = subjects(session, sitting.id, CITY)
        assert sum(one.reached for one in found) == total(session, sitting) == 15
        assert sum(one.available for one in found) == 15
        assert {one.subject for one in found} <= {Subject.PENALTY, Subject.LICENSING}
        own = subjects(session, sitting.id, Scope(city.department.id))
        assert sum(one.available for one in own) == 5
        job = session.scalars(select(Job).where(Job.kind == TALLY_JOB)).one()
        assert (job.state, job.failure) == ("done", None)


def test_subjects_are_not_shown_while_they_do_not_add_up_to_the_scores(place):
    sitting, _city, _attempts = place
    work_all()
    with transaction() as session:
        session.execute(
            update(SubjectTally).values(reached=SubjectTally.reached - 1).where(SubjectTally.reached > 0)
        )
        assert subjects(session, sitting.id, CITY) == []


def test_a_corrected_key_is_counted_again(place):
    sitting, _city, attempts = place
    work_all()
    with clock.at(AFTER), transaction() as session:
        item = paper_of(session, attempts[0].paper_id)[0].version_id
        office = [Actor(make_account(session, Role.ADMINISTRATOR).id, name) for name in "甲乙"]
        kept = session.get_one(Sitting, sitting.id)
        made = propose_correction(session, kept, item, frozenset("B"), "法条已修改", actor=office[0])
        approve_correction(session, made, office[1])
        assert total(session, kept) < 15
        assert subjects(session, sitting.id, CITY) == []
    work_all()
    with transaction() as session:
        found = subjects(session, sitting.id, CITY)
        assert sum(one.reached for one in found) == total(session, sitting)
        assert sum(one.available for one in found) == 15


def test_what_was_counted_before_the_marks_changed_is_not_stored(place):
    sitting, _city, _attempts = place
    with transaction() as session:
        kept = session.get_one(Sitting, sitting.id)
        counted = tally(session, kept)
        first = next(iter(counted))
        assert not store_tally(session, kept, counted | {first: (0, counted[first][1])})
        assert session.scalar(select(func.count()).select_from(SubjectTally)) == 0
        assert store_tally(session, kept, counted)
        assert store_tally(session, kept, counted)
        assert session.scalar(select(func.count()).select_from(SubjectTally)) == len(counted)


def test_counting_twice_stores_the_same(place):
    sitting, _city, _attempts = place
    work_all()
    with current().reading() as session:
        once = subjects(session, sitting.id, CITY)
        kept = session.get_one(Sitting, sitting.id)
        counted = tally(session, kept)
    with transaction() as session:
        store_tally(session, session.get_one(Sitting, sitting.id), counted)
        assert subjects(session, sitting.id, CITY) == once
