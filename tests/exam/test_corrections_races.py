"""A corrected key that is approved at the very moment somebody hands in, with real connections."""

import threading
from uuid import UUID

import pytest
from sqlalchemy import select

from core.audit import Actor
from core.db import reading, transaction
from exam.models.planning import Candidate, Sitting
from exam.models.results import KeyCorrection, Mark
from exam.models.room import Attempt
from exam.operations.corrections import approve_correction, propose_correction
from exam.operations.handing_in import hand_in
from exam.operations.room import start_attempt
from exam.queries.replay import replay
from people.permissions import Role
from tests.factories import ACTOR, make_account, make_candidate, make_city, make_officer, make_sitting

ROUNDS, PEOPLE = 6, 8


@pytest.fixture
def rounds(database):
    """Sittings with a proposal that gives everybody a mark, and people who are about to hand in nothing."""
    found = []
    for _round in range(ROUNDS):
        with transaction() as session:
            sitting, county = make_sitting(session), make_city(session).county
            proposer, decider = (make_account(session, Role.ADMINISTRATOR) for _copy in range(2))
            singles = [row for row in sitting.bank if row[1] == "single"]
            sitting.bank = [row for row in sitting.bank if row[1] != "single"] + singles[:2]
            session.flush()
            candidates = [make_candidate(session, sitting, make_officer(session, county)) for _one in range(PEOPLE)]
            attempts = [start_attempt(session, session.get_one(Candidate, one.id), ACTOR).id for one in candidates]
            item = UUID(singles[0][0])
            made = propose_correction(
                session, sitting, item, frozenset(), "题目有误", actor=Actor(proposer.id, proposer.display_name)
            )
            found.append((sitting.id, attempts, made.id, Actor(decider.id, decider.display_name)))
    return found


def test_nobody_who_hands_in_while_a_key_is_corrected_keeps_the_old_key(rounds):
    for sitting_id, attempts, correction_id, decider in rounds:
        gate = threading.Barrier(len(attempts) + 1)

        def approve(correction_id=correction_id, decider=decider, gate=gate):
            gate.wait()
            with transaction() as session:
                approve_correction(session, session.get_one(KeyCorrection, correction_id), decider)

        def finish(attempt_id, gate=gate):
            gate.wait()
            with transaction() as session:
                hand_in(session, session.get_one(Attempt, attempt_id), ACTOR)

        threads = [threading.Thread(target=finish, args=(one,)) for one in attempts]
        threads.append(threading.Thread(target=approve))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with reading() as session:
            rows = session.scalars(select(Mark).where(Mark.sitting_id == sitting_id).order_by(Mark.number)).all()
            newest = {row.attempt_id: row.score for row in rows}
            assert newest == dict.fromkeys(attempts, 1)
            assert replay(session, session.get_one(Sitting, sitting_id)).differences == []
