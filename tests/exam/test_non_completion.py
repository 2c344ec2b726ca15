from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import product

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from core import clock
from core.errors import ForbiddenError, InvalidError, NotFoundError, RefusedError
from core.models import AuditEntry
from exam.models.duties import NonCompletionAnswer
from exam.models.results import Result
from exam.non_completion import (
    WORDS_LENGTH,
    AbsenceReason,
    AnswerDraft,
    AnswerFacts,
    reasons_against_answer,
    reasons_against_answering,
)
from exam.operations.closing import close_sitting
from exam.operations.non_completion import answer_for_people
from exam.queries.non_completion import (
    AnswerCounts,
    AnswerFilter,
    all_missing_people,
    answer_end,
    answers_by_unit,
    answers_of,
    last_day,
    missing_people,
    missing_person,
    unanswered_counts,
)
from exam.states import Outcome, Shortfall, SittingState
from people.permissions import Role
from people.queries import identity_of
from people.scope import CITY, Scope
from tests.factories import (
    ACTOR,
    make_account,
    make_answered,
    make_candidate,
    make_city,
    make_course,
    make_hours,
    make_officer,
    make_sitting,
)
from training.models import Course

MONDAY = datetime(2026, 3, 2, 1, tzinfo=UTC)
CLOSED = MONDAY + timedelta(hours=9)
IN_TIME, LATE = CLOSED + timedelta(days=2), CLOSED + timedelta(days=8)
ILL = AnswerDraft(AbsenceReason.ILLNESS, "住院治疗", "参加补考", date(2026, 4, 1))
TODAY = date(2026, 3, 4)


def codes(caught):
    return [reason.code for reason in caught.value.reasons]


@pytest.fixture
def place(session):
    """A closed sitting that asks for 24 hours. County: nothing done, 20 hours, absent; department: one absent.

    Noise: somebody who passed, and another sitting with somebody who stayed away.
    """
    with clock.at(MONDAY):
        city, course = make_city(session), make_course(session)
        sitting, other = make_sitting(session, course_id=course.id), make_sitting(session)
        hours = (
            ("县甲", city.county, 0),
            ("县乙", city.county, 20),
            ("县丙", city.county, 24),
            ("局丁", city.department, 24),
        )
        people = []
        for number, (name, unit, done) in enumerate(hours):
            officer = make_officer(session, unit, name=name)
            if done:
                make_hours(session, course, officer, done)
            people.append(make_candidate(session, sitting, officer, candidate_no=f"26{number:06d}"))
        passed = make_officer(session, city.county, name="合格者")
        make_hours(session, course, passed, 24)
        make_answered(session, make_candidate(session, sitting, passed, candidate_no="26000009"))
        make_candidate(session, other, make_officer(session, city.county, name="别场缺考"))
        accounts = [make_account(session, Role.UNIT_ADMINISTRATOR, unit) for unit in (city.county, city.department)]
    with clock.at(CLOSED):
        close_sitting(session, sitting, ACTOR)
        close_sitting(session, other, ACTOR)
    return sitting, people, [identity_of(one) for one in accounts], city


def answer(session, sitting, people, identity, draft=ILL, at=IN_TIME, seen=0):
    with clock.at(at):
        return answer_for_people(session, sitting, {one.id: seen for one in people}, draft, identity)


def test_a_unit_sees_its_own_people_with_why_and_how_many_hours_are_missing(session, place):
    sitting, _people, (county, _department), _city = place
    rows = missing_people(session, sitting, county.scope, AnswerFilter(), 1).rows
    shown = [(one.candidate.officer.name, one.result.shortfall, one.hours.missing) for one in rows]
    assert shown == [
        ("县甲", Shortfall.TRAINING_NOT_STARTED, Decimal(24)),
        ("县乙", Shortfall.TRAINING_SHORT, Decimal(4)),
        ("县丙", Shortfall.EXAM_ABSENT, Decimal(0)),
    ]
    everybody = missing_people(session, sitting, CITY, AnswerFilter(), 1)
    assert everybody.total == 4


def test_hours_are_those_of_the_closing_whatever_is_recorded_later(session, place):
    sitting, people, (county, _department), _city = place
    with clock.at(LATE):
        make_hours(session, session.get_one(Course, sitting.course_id), people[1].officer, 4)
    assert missing_person(session, sitting, people[1].id, county.scope).hours.missing == 4


def test_many_are_answered_for_at_once_and_the_list_and_the_counts_say_so(session, place):
    sitting, people, (county, department), city = place
    answer(session, sitting, people[:2], county)
    answer(session, sitting, people[3:], department, at=LATE)
    counts = {one.organisation.id: one.counts for one in answers_by_unit(session, sitting, CITY)}
    assert counts == {
        city.county.id: AnswerCounts(missing=3, answered=2, late=0),
        city.department.id: AnswerCounts(missing=1, answered=1, late=1),
    }
    waiting = missing_people(session, sitting, CITY, AnswerFilter(is_answered=False), 1).rows
    assert [one.candidate.officer.name for one in waiting] == ["县丙"]
    assert unanswered_counts(session, Scope(city.department.id)) == {}
    ordered = [one.candidate.officer.name for one in all_missing_people(session, sitting, CITY, AnswerFilter())]
    assert ordered == ["县丙", "县甲", "县乙", "局丁"]


def test_a_later_answer_succeeds_and_the_first_stays_and_nobody_becomes_late_by_it(session, place):
    sitting, people, (county, _department), city = place
    (first,) = answer(session, sitting, people[:1], county)
    left = AnswerDraft(AbsenceReason.LEFT_UNIT, "三月调出")
    answer(session, sitting, people[:1], county, left, at=LATE, seen=1)
    history = answers_of(session, people[0].id)
    assert [(one.number, one.reason) for one in history] == [(2, "left_unit"), (1, "illness")]
    assert (first.words, first.plan_until) == ("住院治疗", date(2026, 4, 1))
    assert missing_person(session, sitting, people[0].id, CITY).answer.reason == AbsenceReason.LEFT_UNIT
    counts = next(one.counts for one in answers_by_unit(session, sitting, Scope(city.county.id)))
    assert (counts.answered, counts.late) == (1, 0)
    verbs = session.scalars(select(AuditEntry.verb).where(AuditEntry.subject_id == people[0].id)).all()
    assert verbs.count("exam:non_completion:answer") == 2


def test_whoever_has_not_seen_the_newest_answer_does_not_bury_it(session, place):
    sitting, people, (county, _department), _city = place
    answer(session, sitting, people[:1], county)
    with pytest.raises(RefusedError) as caught:
        answer(session, sitting, people[:2], county)
    assert codes(caught) == ["answered_meanwhile"]
    assert answers_of(session, people[1].id) == []


def test_a_unit_answers_for_nobody_elses_people(session, place):
    sitting, people, (county, _department), _city = place
    for strangers in ([people[3]], [people[0], people[3]]):
        with pytest.raises(NotFoundError):
            answer(session, sitting, strangers, county)
    with pytest.raises(NotFoundError):
        missing_person(session, sitting, people[3].id, county.scope)
    assert session.scalars(select(NonCompletionAnswer)).all() == []


def test_nobody_is_answered_for_who_has_completed_or_before_the_closing(session, place):
    sitting, people, (county, _department), _city = place
    passed = session.scalars(select(Result).where(Result.outcome == Outcome.PASSED)).one().candidate
    with pytest.raises(RefusedError) as caught:
        answer(session, sitting, [passed], county)
    assert codes(caught) == ["is_completed"]
    with pytest.raises(InvalidError):
        answer(session, sitting, [], county)
    nobody = make_account(session, Role.UNIT_ADMINISTRATOR, people[0].organisation)
    nameless = identity_of(nobody)
    with pytest.raises(ForbiddenError):
        answer(session, sitting, people[:1], type(nameless)(None, *list(vars(nameless).values())[1:]))


def test_a_result_that_was_corrected_takes_the_person_off_the_list(session, place):
    sitting, people, (county, _department), _city = place
    session.execute(
        update(Result)
        .where(Result.candidate_id == people[0].id)
        .values(outcome=Outcome.PASSED, shortfall=None, score=4)
    )
    names = [
        one.candidate.officer.name for one in all_missing_people(session, sitting, county.scope, AnswerFilter())
    ]
    assert names == ["县乙", "县丙"]


def test_the_deadline_is_five_working_days_after_the_closing(session, place):
    sitting, _people, _accounts, _city = place
    assert last_day(session, sitting) == date(2026, 3, 9)
    assert answer_end(session, sitting) == datetime(2026, 3, 9, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("state", "outcome", "given", "seen"),
    list(product(SittingState, (None, *Outcome), (0, 2), (0, 1, 2))),
)
def test_answering_is_open_exactly_for_who_has_not_completed_a_closed_sitting_and_was_seen(
    state, outcome, given, seen
):
    reasons = reasons_against_answering(AnswerFacts("张三", state, outcome, given, seen))
    is_open = state is SittingState.CLOSED and outcome is Outcome.NOT_COMPLETED and given == seen
    assert (reasons == []) == is_open


@pytest.mark.parametrize(
    ("draft", "wrong"),
    [
        (ILL, []),
        (AnswerDraft(AbsenceReason.LEAVE), []),
        (AnswerDraft(AbsenceReason.OTHER), ["words_missing"]),
        (AnswerDraft(AbsenceReason.OTHER, "抽调外地"), []),
        (AnswerDraft(AbsenceReason.DUTY, "长" * (WORDS_LENGTH + 1)), ["words_length"]),
        (AnswerDraft(AbsenceReason.DUTY, plan_until=TODAY), ["plan_missing"]),
        (AnswerDraft(AbsenceReason.DUTY, "", "补考", TODAY - timedelta(days=1)), ["plan_past"]),
        (AnswerDraft(AbsenceReason.DUTY, "", "补考", TODAY), []),
    ],
)
def test_an_answer_says_what_is_missing(draft, wrong):
    assert [reason.code for reason in reasons_against_answer(draft, TODAY)] == wrong


@pytest.mark.parametrize("changes", [{"reason": "other", "words": ""}, {"plan": "", "plan_until": TODAY}])
def test_the_database_says_the_rule_too(session, place, changes):
    sitting, people, (county, _department), _city = place
    (given,) = answer(session, sitting, people[:1], county)
    with pytest.raises(IntegrityError):
        session.execute(update(NonCompletionAnswer).where(NonCompletionAnswer.id == given.id).values(**changes))
    session.rollback()


def test_the_chain_keeps_that_was_answered_and_not_why(session, place):
    sitting, people, (county, _department), _city = place
    answer(session, sitting, people[:1], county)
    entry = session.scalars(select(AuditEntry).where(AuditEntry.verb == "exam:non_completion:answer")).one()
    assert entry.detail == {"number": 1}
