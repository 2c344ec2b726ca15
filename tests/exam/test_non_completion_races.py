"""Two administrators of one unit who answer for the same person at the same moment, with real connections."""

import threading

import pytest
from sqlalchemy import select

from core.db import reading, transaction
from core.errors import RefusedError
from exam.models.duties import NonCompletionAnswer
from exam.models.planning import Sitting
from exam.non_completion import AbsenceReason, AnswerDraft
from exam.operations.closing import close_sitting
from exam.operations.non_completion import answer_for_people
from people.permissions import Role
from people.queries import identity_of
from tests.factories import ACTOR, make_account, make_candidate, make_city, make_officer, make_sitting

ROUNDS, WRITERS = 5, 4


@pytest.fixture
def place(database):
    with transaction() as session:
        city, sitting = make_city(session), make_sitting(session)
        people = [make_candidate(session, sitting, make_officer(session, city.county)) for _one in range(ROUNDS)]
        accounts = [make_account(session, Role.UNIT_ADMINISTRATOR, city.county) for _one in range(WRITERS)]
        sitting.opens_at, sitting.closes_at = (
            sitting.opens_at.replace(year=2020),
            sitting.closes_at.replace(year=2021),
        )
        close_sitting(session, sitting, ACTOR)
        return sitting.id, [one.id for one in people], [identity_of(one) for one in accounts]


def test_one_answer_is_kept_and_every_other_writer_is_told(place):
    sitting_id, people, identities = place
    for candidate_id in people:
        gate, told = threading.Barrier(WRITERS), []

        def write(identity, candidate_id=candidate_id, gate=gate, told=told):
            draft = AnswerDraft(AbsenceReason.OTHER, f"由 {identity.account_id} 填写")
            gate.wait()
            try:
                with transaction() as session:
                    sitting = session.get_one(Sitting, sitting_id)
                    answer_for_people(session, sitting, {candidate_id: 0}, draft, identity)
            except RefusedError as error:
                told.append([reason.code for reason in error.reasons])

        threads = [threading.Thread(target=write, args=(one,)) for one in identities]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with reading() as session:
            query = select(NonCompletionAnswer.number).where(NonCompletionAnswer.candidate_id == candidate_id)
            assert session.scalars(query).all() == [1]
        assert told == [["answered_meanwhile"]] * (WRITERS - 1)
