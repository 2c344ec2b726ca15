"""People who draft, approve, publish and discard the same list at the same moment, with real connections."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from core import clock
from core.audit import Actor
from core.db import reading, transaction
from core.errors import RefusedError
from core.models import LogEntry
from exam.list_states import PassListState
from exam.models.planning import Sitting
from exam.models.results import PassList
from exam.operations.closing import close_sitting
from exam.operations.publishing import (
    approve_pass_list,
    discard_pass_list,
    draft_pass_list,
    publish_pass_list,
)
from people.permissions import Role
from tests.factories import (
    ACTOR,
    draft_list,
    make_account,
    make_attempt,
    make_candidate,
    make_city,
    make_officer,
    make_sitting,
    make_terms,
)

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
PEOPLE = 5


@pytest.fixture
def place(database):
    """A closed sitting that somebody passed, and so many administrators."""
    with clock.at(NOW), transaction() as session:
        sitting = make_sitting(session)
        make_attempt(
            session, make_candidate(session, sitting, make_officer(session, make_city(session).county)), 80
        )
        with clock.at(NOW + timedelta(hours=9)):
            close_sitting(session, sitting, ACTOR)
        return sitting.id, [Actor(make_account(session, Role.ADMINISTRATOR).id, "管理员") for _one in range(PEOPLE)]


def at_once(acts):
    """Do all acts at the same moment, each in a transaction of its own; return how many were refused."""
    gate, refused = threading.Barrier(len(acts)), []

    def run(act):
        gate.wait()
        try:
            with clock.at(NOW + timedelta(days=1)), transaction() as session:
                act(session)
        except RefusedError as error:
            refused.append(error)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(refused)


def drafting(sitting_id, actor):
    return lambda session: draft_pass_list(session, session.get_one(Sitting, sitting_id), make_terms(), actor)


def publishing(pass_list_id, actor):
    return lambda session: publish_pass_list(session, session.get_one(PassList, pass_list_id), actor)


def test_of_many_who_draft_at_once_one_does(place):
    sitting_id, actors = place
    assert at_once([drafting(sitting_id, one) for one in actors]) == PEOPLE - 1
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(PassList)) == 1


def test_a_list_that_many_publish_and_one_discards_ends_one_way_and_is_logged_once_at_most(place):
    sitting_id, actors = place
    with transaction() as session:
        drafted = draft_list(session, session.get_one(Sitting, sitting_id))
        approve_pass_list(session, drafted, actors[0])

    def discard(session):
        discard_pass_list(session, session.get_one(PassList, drafted.id), "有误", actors[1])

    assert at_once([*(publishing(drafted.id, one) for one in actors[2:]), discard]) == PEOPLE - 2
    with reading() as session:
        found = session.get_one(PassList, drafted.id)
        entries = session.scalars(select(LogEntry).where(LogEntry.subject_id == drafted.id)).all()
        assert len(entries) == (1 if found.state == PassListState.PUBLISHED else 0)
        assert found.state in {PassListState.PUBLISHED, PassListState.DISCARDED}
