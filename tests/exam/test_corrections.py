from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from core import clock
from core.audit import Actor
from core.errors import ForbiddenError, InvalidError, RefusedError
from core.models import AuditEntry
from exam.blueprints import MultipleRule
from exam.corrections import (
    DecisionFacts,
    ProposalFacts,
    by_change,
    parsed_choices,
    reasons_against_decision,
    reasons_against_proposal,
    written_choices,
)
from exam.models.planning import ExamBlueprint, Sitting
from exam.models.results import KeyCorrection, Mark, Result
from exam.operations.closing import close_sitting
from exam.operations.corrections import approve_correction, propose_correction, reject_correction
from exam.operations.handing_in import hand_in
from exam.operations.room import start_attempt
from exam.operations.settling import settle_again
from exam.queries.corrections import changed_since, effect, effect_of
from exam.queries.item_figures import FiguresFilter, ItemOrder, item_of_sitting, items_of_sitting
from exam.queries.pass_lists import published
from exam.queries.planning import candidate_record
from exam.queries.replay import replay
from exam.queries.room import paper_of, questions_of
from exam.states import CorrectionState, MarkCause, Outcome, SittingState, Standing
from people.permissions import Role
from questions.kinds import ItemKind
from questions.models import Item
from questions.operations import revise_item
from questions.queries import draft_of, item as bank_item
from tests.factories import (
    ACTOR,
    make_account,
    make_answered,
    make_candidate,
    make_city,
    make_item,
    make_officer,
    make_sitting,
    publish_list,
)
from tests.statements import FEW, counted

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
AFTER = NOW + timedelta(hours=9)
LATER = AFTER + timedelta(days=1)
DEPARTED = AFTER + timedelta(days=2)
FACTS = ProposalFacts(
    state=SittingState.CLOSED,
    is_in_bank=True,
    has_open_proposal=False,
    kind=ItemKind.SINGLE,
    option_count=4,
    accepted=frozenset("C"),
)


def codes(caught):
    return [reason.code for reason in caught.value.reasons]


@pytest.fixture
def office(session):
    made = [make_account(session, Role.ADMINISTRATOR) for _copy in range(2)]
    return [Actor(one.id, one.display_name) for one in made]


@pytest.fixture
def place(session):
    """A closed sitting whose every paper has the same items: one right, one by a hair, one far off, one absent.

    Beside it is another sitting of the same items, which nothing here may touch.
    """
    with clock.at(NOW):
        city = make_city(session)
        sitting = make_sitting(session)
        few = list(one_of_each(sitting))
        sitting.bank = few
        session.flush()
        other = make_sitting(session, blueprint=sitting.blueprint, blueprint_id=sitting.blueprint_id, bank=few)
        people = {
            name: make_candidate(session, sitting, make_officer(session, unit, name=name))
            for name, unit in (
                ("全对", city.county),
                ("差一", city.county),
                ("全错", city.department),
                ("缺考", city.county),
            )
        }
        make_answered(session, people["全对"])
        singles = [item[0] for item in few if item[1] == "single"]
        wrong = {UUID(one) for one in singles} | {UUID(few[0][0])}
        make_answered(session, people["差一"], frozenset(wrong))
        make_answered(session, people["全错"], frozenset(UUID(item[0]) for item in few))
        noise = make_candidate(session, other, make_officer(session, city.county, name="别场"))
        make_answered(session, noise, frozenset(wrong))
    with clock.at(AFTER):
        close_sitting(session, sitting, ACTOR)
    return sitting, people, UUID(singles[0]), noise


def one_of_each(sitting):
    """As many items as a paper takes, so that every paper has them all."""
    taken = {"true_false": 1, "single": 2, "multiple": 1}
    for row in sitting.bank:
        if taken[row[1]]:
            taken[row[1]] -= 1
            yield row


def corrected(session, sitting, item, office, accepted=frozenset(), at=LATER):
    with clock.at(at):
        made = propose_correction(session, sitting, item, accepted, "法条已修改", actor=office[0])
        approve_correction(session, made, office[1])
    return made


def scores(session, people):
    return {
        name: (record.mark.score if record.mark else None, record.result.outcome)
        for name, record in ((name, candidate_record(session, one)) for name, one in people.items())
    }


def test_the_effect_is_shown_before_anything_is_stored(session, place, office):
    sitting, people, item, _noise = place
    found = {one.candidate_id: one for one in effect_of(session, sitting, item, frozenset("A"))}
    names = {people[name].id: name for name in people}
    assert {names[one]: (found[one].score_before, found[one].score_after) for one in found} == {
        "全对": (5, 4),
        "差一": (2, 3),
        "全错": (0, 1),
    }
    shown = effect(session, sitting, item, frozenset("A"))
    assert [candidate.officer.name for candidate, _row in shown.to_passed] == ["差一"]
    assert shown.from_passed == ()
    assert [(one.change, one.attempts) for one in shown.changes] == [(1, 2), (-1, 1)]
    assert [(unit.code, row.attempts, row.raised, row.lowered, row.to_passed) for unit, row in shown.units] == [
        ("C01", 2, 1, 1, 1),
        ("M01", 1, 1, 0, 0),
    ]
    with clock.at(LATER):
        propose_correction(session, sitting, item, frozenset("A"), "法条已修改", actor=office[0])
    assert session.scalar(select(func.count()).select_from(Mark)) == 4
    assert {row.number for row in session.scalars(select(Result))} == {1}


def test_approving_marks_again_and_settles_again_and_edits_nothing(session, place, office):
    sitting, people, item, noise = place
    before = [(row.id, row.score, row.marked_at) for row in session.scalars(select(Mark).order_by(Mark.id))]
    results = [(row.id, row.outcome, row.score) for row in session.scalars(select(Result).order_by(Result.id))]
    made = corrected(session, sitting, item, office, frozenset("A"))
    session.expire_all()
    assert scores(session, people) == {
        "全对": (4, Outcome.PASSED),
        "差一": (3, Outcome.PASSED),
        "全错": (1, Outcome.FAILED),
        "缺考": (None, Outcome.NOT_COMPLETED),
    }
    stored = {row.id: (row.id, row.score, row.marked_at) for row in session.scalars(select(Mark))}
    assert [stored[one[0]] for one in before] == before
    kept = {row.id: (row.id, row.outcome, row.score) for row in session.scalars(select(Result))}
    assert [kept[one[0]] for one in results] == results
    again = session.scalars(select(Result).where(Result.number == 2)).all()
    assert {row.cause for row in again} == {MarkCause.KEY_CORRECTION}
    assert {row.settled_at for row in again} == {LATER}
    assert candidate_record(session, noise).mark.number == 1
    assert (made.state, made.decided_by) == (CorrectionState.APPROVED, office[1].account_id)
    verbs = [row.verb for row in session.scalars(select(AuditEntry).where(AuditEntry.subject_id == made.id))]
    assert verbs == ["exam:correction:propose", "exam:correction:approve"]
    assert replay(session, sitting).differences == []


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [(frozenset(), (5, 3, 1)), (frozenset("CA"), (5, 3, 1)), (frozenset("B"), (4, 2, 0))],
    ids=["everybody", "two_keys", "another"],
)
def test_a_key_can_be_one_or_several_or_nobodys(session, place, office, accepted, expected):
    sitting, people, item, _noise = place
    corrected(session, sitting, item, office, accepted)
    found = scores(session, people)
    assert tuple(found[name][0] for name in ("全对", "差一", "全错")) == expected


def test_somebody_else_approves(session, place, office):
    sitting, _people, item, _noise = place
    made = propose_correction(session, sitting, item, frozenset("A"), "法条已修改", actor=office[0])
    with pytest.raises(RefusedError) as caught:
        approve_correction(session, made, office[0])
    assert codes(caught) == ["own_proposal"]
    with pytest.raises(ForbiddenError):
        approve_correction(session, made, ACTOR)
    assert session.scalar(select(func.count()).select_from(Mark)) == 4


def test_the_database_too_asks_for_a_second_person(session, place, office):
    sitting, _people, item, _noise = place
    made = propose_correction(session, sitting, item, frozenset("A"), "法条已修改", actor=office[0])
    alone = update(KeyCorrection).values(state="approved", decided_by=made.proposed_by, decided_at=LATER)
    with pytest.raises(IntegrityError, match="second_person"):
        session.execute(alone)


def test_a_rejected_proposal_changes_nothing_and_another_may_follow(session, place, office):
    sitting, people, item, _noise = place
    made = propose_correction(session, sitting, item, frozenset("A"), "法条已修改", actor=office[0])
    with pytest.raises(RefusedError) as caught:
        propose_correction(session, sitting, item, frozenset("B"), "另一种", actor=office[1])
    assert codes(caught) == ["is_open"]
    with pytest.raises(RefusedError) as caught:
        reject_correction(session, made, " ", office[1])
    assert codes(caught) == ["reason_missing"]
    reject_correction(session, made, "原答案无误", office[1])
    assert scores(session, people)["差一"] == (2, Outcome.FAILED)
    with pytest.raises(RefusedError) as caught:
        approve_correction(session, made, office[1])
    assert codes(caught) == ["wrong_state"]
    propose_correction(session, sitting, item, frozenset("B"), "另一种", actor=office[1])


def test_a_second_correction_of_the_same_item_goes_before_the_first(session, place, office):
    sitting, people, item, _noise = place
    corrected(session, sitting, item, office, frozenset("A"))
    corrected(session, sitting, item, office, frozenset("C"), at=DEPARTED)
    assert scores(session, people)["差一"] == (2, Outcome.FAILED)
    record = candidate_record(session, people["差一"])
    assert (record.mark.number, record.result.number) == (3, 3)
    assert replay(session, sitting).differences == []


def test_whoever_is_still_answering_is_marked_by_the_new_key_at_hand_in(session, office):
    with clock.at(NOW):
        sitting, city = make_sitting(session), make_city(session)
        over, running = (make_candidate(session, sitting, make_officer(session, city.county)) for _copy in range(2))
        sitting.bank = list(one_of_each(sitting))
        item = UUID(next(row[0] for row in sitting.bank if row[1] == "single"))
        session.flush()
        make_answered(session, over, frozenset([item]))
        attempt = start_attempt(session, running, ACTOR)
    corrected(session, sitting, item, office, at=NOW + timedelta(minutes=5))
    with clock.at(NOW + timedelta(minutes=6)):
        hand_in(session, attempt, ACTOR)
    assert candidate_record(session, over).mark.score == 5
    assert candidate_record(session, running).mark.score == 1
    assert candidate_record(session, running).mark.number == 1
    assert session.scalar(select(func.count()).select_from(Result)) == 0
    assert replay(session, sitting).differences == []


def test_hours_that_came_after_the_closing_turn_nobodys_result(session, place, office):
    """The result of a correction looks at training as it stood when the sitting closed."""
    sitting, people, item, _noise = place
    people["差一"].standing = Standing.REGISTERED
    corrected(session, sitting, item, office, frozenset("A"))
    assert (
        settle_again(session, sitting, [one.id for one in people.values()], MarkCause.KEY_CORRECTION, DEPARTED) == 0
    )


def test_a_published_list_stays_and_the_difference_is_counted(session, place, office):
    sitting, _people, item, _noise = place
    with clock.at(AFTER + timedelta(hours=1)):
        pass_list = publish_list(session, sitting)
    listed, digest = published(session, pass_list), pass_list.digest
    assert changed_since(session, pass_list) == (0, 0)
    corrected(session, sitting, item, office, frozenset("A"))
    assert changed_since(session, pass_list) == (3, 1)
    assert (published(session, pass_list), pass_list.digest) == (listed, digest)


def test_half_marks_follow_the_blueprint_when_marked_again(session, office):
    with clock.at(NOW):
        sitting, city = make_sitting(session), make_city(session)
        session.execute(update(ExamBlueprint).values(multiple_rule=MultipleRule.HALF_FOR_SUBSET))
        session.expire_all()
        sitting.bank = list(one_of_each(sitting))
        session.flush()
        candidate = make_candidate(session, sitting, make_officer(session, city.county))
        make_answered(session, candidate)
        item = UUID(next(row[0] for row in sitting.bank if row[1] == "multiple"))
    corrected(session, sitting, item, office, frozenset(["ABD"]), at=NOW + timedelta(minutes=5))
    assert candidate_record(session, candidate).mark.score == 4


@pytest.mark.parametrize(
    ("changes", "accepted", "reason", "expected"),
    [
        ({}, "B", "理由", []),
        ({}, "", "理由", []),
        ({"state": SittingState.DRAFT}, "B", "理由", ["is_draft"]),
        ({"is_in_bank": False}, "B", "理由", ["not_in_bank"]),
        ({"has_open_proposal": True}, "B", "理由", ["is_open"]),
        ({}, "C", "理由", ["no_change"]),
        ({}, "E", "理由", ["not_an_option"]),
        ({}, "B", "  ", ["reason_missing"]),
        ({}, "B", "长" * 1001, ["reason_length"]),
    ],
)
def test_what_cannot_be_proposed_is_refused_with_the_reason(changes, accepted, reason, expected):
    found = reasons_against_proposal(replace(FACTS, **changes), frozenset(accepted), reason)
    assert [one.code for one in found] == expected


def test_several_letters_at_once_are_for_multiple_choice_alone():
    assert [one.code for one in reasons_against_proposal(FACTS, frozenset({"AB"}), "理由")] == ["one_letter"]
    many = replace(FACTS, kind=ItemKind.MULTIPLE, accepted=frozenset({"AB"}))
    assert reasons_against_proposal(many, frozenset({"ABD", "ACD", "A"}), "理由") == []
    assert [one.code for one in reasons_against_proposal(many, frozenset({"BA"}), "理由")] == ["not_an_option"]


@pytest.mark.parametrize("state", list(CorrectionState))
@pytest.mark.parametrize("verb", ["approve", "reject"])
@pytest.mark.parametrize("is_own", [True, False])
def test_only_what_is_proposed_is_decided_on_and_by_another(state, verb, is_own):
    found = {reason.code for reason in reasons_against_decision(DecisionFacts(state, is_own), verb)}
    assert ("wrong_state" in found) is (state is not CorrectionState.PROPOSED)
    assert ("own_proposal" in found) is is_own


def test_keys_are_written_apart_and_read_back():
    assert parsed_choices(ItemKind.MULTIPLE, " abd，ＡＣ  ") == {"ABD", "AC"}
    assert parsed_choices(ItemKind.TRUE_FALSE, "对 错") == {"A", "B"}
    assert parsed_choices(ItemKind.SINGLE, "") == frozenset()
    assert written_choices(ItemKind.MULTIPLE, {"ABD", "AC"}) == "AC、ABD"
    with pytest.raises(InvalidError):
        parsed_choices(ItemKind.SINGLE, "Z")


def test_changes_of_nobody_are_none():
    assert by_change([]) == []


def test_an_item_that_the_sitting_does_not_have_is_refused(session, place, office):
    sitting, _people, _item, _noise = place
    strange = make_item(session, ItemKind.SINGLE, "A")
    assert item_of_sitting(session, sitting, strange.id) is None
    with pytest.raises(RefusedError) as caught:
        propose_correction(session, sitting, strange.id, frozenset("B"), "理由", actor=office[0])
    assert codes(caught) == ["not_in_bank"]


def test_each_item_is_listed_with_how_it_was_answered(session, place):
    sitting, _people, item, _noise = place
    page = items_of_sitting(session, sitting, FiguresFilter(), 1)
    found = {one.version.id: one for one in page.rows}
    assert page.total == 4
    assert (found[item].drawn, found[item].right, str(found[item].facility)) == (3, 1, "33.3")
    assert found[item].given == {"C": 1, "A": 2}
    drawn = [one.facility for one in page.rows]
    assert drawn == sorted(drawn)
    assert item_of_sitting(session, sitting, item).given == {"C": 1, "A": 2}
    named = items_of_sitting(session, sitting, FiguresFilter(text=found[item].code, order=ItemOrder.CODE), 1)
    assert [one.version.id for one in named.rows] == [item]
    assert items_of_sitting(session, sitting, FiguresFilter(is_corrected=True), 1).rows == []


def test_a_place_left_open_counts_as_drawn_and_an_answer_taken_back_as_open(session):
    with clock.at(NOW):
        sitting, city = make_sitting(session), make_city(session)
        sitting.bank = list(one_of_each(sitting))
        session.flush()
        attempt = start_attempt(
            session, make_candidate(session, sitting, make_officer(session, city.county)), ACTOR
        )
        hand_in(session, attempt, ACTOR)
        first = paper_of(session, attempt.paper_id)[0].version_id
    assert item_of_sitting(session, sitting, first).given == {"": 1}


def test_many_are_marked_again_in_a_few_statements(session, place, office):
    sitting, _people, item, _noise = place
    made = propose_correction(session, sitting, item, frozenset("A"), "法条已修改", actor=office[0])
    with counted(session) as sent:
        approve_correction(session, made, office[1])
    assert len(sent) < FEW


def test_a_later_edit_of_an_item_changes_no_mark_and_no_shown_paper(session, place):
    sitting, people, version_id, _noise = place
    attempt = candidate_record(session, people["全对"]).attempt
    shown = questions_of(session, attempt.paper_id)
    row = session.scalars(select(Item).join(Item.versions).where(Item.versions.any(id=version_id))).first()
    found = bank_item(session, row.id)
    draft = replace(draft_of(found, found.versions[0]), stem="全新的题干", key="A")
    revise_item(session, found, draft, ACTOR)
    session.expire_all()
    assert questions_of(session, attempt.paper_id) == shown
    assert replay(session, sitting).differences == []
    assert session.get_one(Sitting, sitting.id).state == SittingState.CLOSED
