from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from core import clock
from core.audit import Actor
from core.errors import RefusedError
from exam.list_states import ExemptionState
from exam.models.publishing import PublicationExemption
from exam.operations.closing import close_sitting
from exam.operations.exemptions import decide_exemption, propose_exemption
from exam.queries.exemptions import ExemptionFilter, exemptions
from exam.queries.list_lines import differences_now
from exam.queries.pass_lists import entries, people_of, public_list, published
from people.permissions import Role
from tests.factories import (
    ACTOR,
    make_account,
    make_attempt,
    make_candidate,
    make_city,
    make_officer,
    make_sitting,
    publish_list,
)

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def spring():
    with clock.at(NOW):
        yield


@pytest.fixture
def office(session):
    return [Actor(make_account(session, Role.ADMINISTRATOR).id, f"管理员{number}") for number in range(2)]


@pytest.fixture
def officer(session):
    return make_officer(session, make_city(session).county, name="密甲")


@pytest.fixture
def sitting(session, officer):
    made = make_sitting(session)
    for number, person in enumerate((officer, make_officer(session, officer.organisation, name="明乙"))):
        make_attempt(session, make_candidate(session, made, person, candidate_no=f"2601{number}"), 80)
    with clock.at(NOW + timedelta(hours=9)):
        close_sitting(session, made, ACTOR)
    return made


def exempt(session, officer, office):
    made = propose_exemption(session, officer, "从事秘密工作，某批件", office[0])
    decide_exemption(session, made, "approve", "", office[1])
    return made


def codes(caught):
    return [reason.code for reason in caught.value.reasons]


def test_an_exempt_officer_counts_and_shows_neither_name_nor_number(session, sitting, officer, office):
    exempt(session, officer, office)
    made = publish_list(session, sitting)
    shown = public_list(session, made.id)
    first, second = people_of(session, shown)
    assert (first.name, first.candidate_no, first.unit_name, first.is_exempt) == ("", "", "海东区", True)
    assert second.name == "明乙"
    assert (shown.passed_count, shown.exempt_count, shown.figures.passed) == (2, 1, 2)
    assert "密甲" not in str(published(session, made))


@pytest.mark.parametrize("asked", ["密甲", "密", "26010"])
def test_searching_does_not_give_an_exempt_name_or_number_away(session, sitting, officer, office, asked):
    exempt(session, officer, office)
    shown = public_list(session, publish_list(session, sitting).id)
    assert entries(session, shown, "", asked, 1).total == 0


def test_an_exemption_after_publishing_asks_for_a_correction(session, sitting, officer, office):
    first = publish_list(session, sitting)
    exempt(session, officer, office)
    assert differences_now(session, first).changed == 1
    second = publish_list(session, sitting, reason="依法不公开")
    assert people_of(session, public_list(session, second.id))[0].name == ""


def test_a_second_person_decides_and_the_database_says_so_too(session, officer, office):
    made = propose_exemption(session, officer, "某批件", office[0])
    with pytest.raises(RefusedError) as caught:
        decide_exemption(session, made, "approve", "", office[0])
    assert codes(caught) == ["is_proposer"]
    decided = {"state": "approved", "decided_by": office[0].account_id, "decided_at": clock.now()}
    with pytest.raises(IntegrityError, match="second_person"), session.begin_nested():
        session.execute(update(PublicationExemption).values(**decided))


def test_a_proposal_alone_hides_nothing_and_a_rejected_one_neither(session, sitting, officer, office):
    made = propose_exemption(session, officer, "某批件", office[0])
    decide_exemption(session, made, "reject", "依据不足", office[1])
    shown = public_list(session, publish_list(session, sitting).id)
    assert people_of(session, shown)[0].name == "密甲"


def test_an_officer_has_one_at_a_time_and_a_reason_for_each_step(session, officer, office):
    with pytest.raises(RefusedError) as caught:
        propose_exemption(session, officer, " ", office[0])
    assert codes(caught) == ["no_reason"]
    made = exempt(session, officer, office)
    with pytest.raises(RefusedError) as caught:
        propose_exemption(session, officer, "某批件", office[0])
    assert codes(caught) == ["has_one"]
    with pytest.raises(RefusedError) as caught:
        decide_exemption(session, made, "end", "", office[0])
    assert codes(caught) == ["no_reason"]
    decide_exemption(session, made, "end", "已调离", office[0])
    assert propose_exemption(session, officer, "某批件", office[0]).state == ExemptionState.PROPOSED


def test_those_waiting_come_first_and_are_found_by_name(session, officer, office):
    older = exempt(session, officer, office)
    other = make_officer(session, officer.organisation, name="密丙")
    with clock.at(NOW - timedelta(days=1)):
        waiting = propose_exemption(session, other, "某批件", office[0])
    assert [one.id for one in exemptions(session, ExemptionFilter(), 1).rows] == [waiting.id, older.id]
    assert [one.id for one in exemptions(session, ExemptionFilter("丙"), 1).rows] == [waiting.id]
    approved = ExemptionFilter(state=ExemptionState.APPROVED)
    assert [one.id for one in exemptions(session, approved, 1).rows] == [older.id]
