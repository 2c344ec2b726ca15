from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given, strategies as some

from certificates.acts import CARD_ONLY, ActKind
from certificates.grounds import GROUNDS
from certificates.life import (
    BEGINS,
    MOVES,
    Authority,
    DayBounds,
    Standing,
    Step,
    Validity,
    after,
    answer_on,
    barred_through,
    disqualifies,
)
from certificates.states import STANDING, CredentialState, CredentialStatus, QualificationState
from core.errors import RefusedError

DAY = date(2026, 6, 1)
FIRST = datetime(2026, 1, 1, tzinfo=UTC)
FACE = Validity(date(2026, 1, 1), date(2026, 12, 31))
ACTIVE = Standing(CredentialState.ACTIVE, None, QualificationState.QUALIFIED)


def bounds(day):
    begins = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return DayBounds(day, begins, begins + timedelta(days=1))


def at(day, hour=9):
    return bounds(day).begins_at + timedelta(hours=hour)


@pytest.mark.parametrize(("kind", "state"), list(product(ActKind, CredentialState)))
def test_every_act_from_every_state_leads_where_it_should_or_is_refused(kind, state):
    targets = {
        ActKind.SUSPEND: ({CredentialState.ACTIVE}, CredentialState.SUSPENDED),
        ActKind.EXTEND: ({CredentialState.SUSPENDED}, CredentialState.SUSPENDED),
        ActKind.LIFT: ({CredentialState.SUSPENDED}, CredentialState.ACTIVE),
        ActKind.VOID: (set(STANDING), CredentialState.VOID),
        ActKind.CANCEL: (set(STANDING), CredentialState.CANCELLED),
        ActKind.REVOKE: (set(STANDING), CredentialState.REVOKED),
    } | {begun: ({CredentialState.RESERVED}, CredentialState.ACTIVE) for begun in BEGINS}
    until = DAY + timedelta(days=5) if state is CredentialState.SUSPENDED else None
    before = Standing(state, until, QualificationState.QUALIFIED)
    if kind is ActKind.REVIEW:
        assert after(kind, before, DAY) == before
        return
    if kind is ActKind.REPLACE:
        expected = CredentialState.CANCELLED if state in STANDING else state
        assert after(kind, before, DAY).state is expected
        return
    sources, target = targets[kind]
    if state not in sources:
        with pytest.raises(RefusedError):
            after(kind, before, DAY, "O3", DAY)
        return
    stands = after(kind, before, DAY, "O3", DAY + timedelta(days=9))
    assert stands.state is target
    assert (stands.suspended_until is None) == (target is not CredentialState.SUSPENDED)


def test_every_act_that_moves_a_card_is_in_the_table():
    assert set(MOVES) | {ActKind.REVIEW, ActKind.REPLACE} == set(ActKind)


@pytest.mark.parametrize("ground", GROUNDS)
def test_cancelling_on_a_ground_that_concerns_the_person_ends_the_qualification_without_a_bar(ground):
    stands = after(ActKind.CANCEL, ACTIVE, DAY, ground)
    keeps = ground in CARD_ONLY
    expected = QualificationState.QUALIFIED if keeps else QualificationState.DISQUALIFIED
    assert (stands.qualification, stands.barred_until) == (expected, None)
    assert disqualifies(ActKind.CANCEL, ground) is not keeps


def test_revoking_bars_for_two_years_and_a_lost_card_bars_nobody():
    revoked = after(ActKind.REVOKE, ACTIVE, DAY, "M4")
    assert (revoked.qualification, revoked.barred_until) == (QualificationState.DISQUALIFIED, date(2028, 6, 1))
    lost = after(ActKind.VOID, ACTIVE, DAY, "D2")
    assert (lost.state, lost.qualification) == (CredentialState.VOID, QualificationState.QUALIFIED)


def test_a_bar_from_the_29th_of_february_ends_on_the_28th():
    assert barred_through(date(2028, 2, 29)) == date(2030, 2, 28)


def test_a_suspension_that_ran_out_can_be_followed_by_another_but_not_be_lifted():
    over = Standing(CredentialState.SUSPENDED, DAY, QualificationState.QUALIFIED)
    next_day = DAY + timedelta(days=1)
    assert after(ActKind.SUSPEND, over, next_day, "U2", next_day).suspended_until == next_day
    with pytest.raises(RefusedError):
        after(ActKind.LIFT, over, next_day, "L1")


def steps(*acts):
    """Return the steps of one card whose holder holds no other, from (day, hour, kind, until)."""
    standing, found = Standing(), []
    for place, (day, hour, kind, until) in enumerate(acts):
        ground = "M4" if kind is ActKind.REVOKE else "O3"
        standing = after(kind, standing, day, ground, until)
        found.append(Step(at(day, hour), standing, place))
    return found


def answered(day, card, person=None):
    return answer_on(bounds(day), FACE, card, card if person is None else person)


def test_a_day_on_which_nothing_changed_has_one_answer():
    card = steps((FACE.valid_from, 0, ActKind.ISSUE, None))
    answer = answered(DAY, card)
    assert (answer.authority, len(answer.spans)) == (Authority.YES, 1)
    assert answer.last.step == card[0]


def test_the_day_of_a_suspension_is_answered_in_parts():
    card = steps((FACE.valid_from, 0, ActKind.ISSUE, None), (DAY, 15, ActKind.SUSPEND, DAY + timedelta(days=2)))
    answer = answered(DAY, card)
    assert answer.authority is Authority.PART
    assert [(one.from_at, one.status) for one in answer.spans] == [
        (at(DAY, 0), CredentialStatus.VALID),
        (at(DAY, 15), CredentialStatus.SUSPENDED),
    ]
    assert answered(DAY + timedelta(days=2), card).authority is Authority.NO
    assert answered(DAY + timedelta(days=3), card).authority is Authority.YES


def test_before_it_was_issued_and_after_it_ran_out_a_card_authorises_nobody():
    card = steps((date(2026, 2, 1), 9, ActKind.ISSUE, None))
    assert answered(date(2026, 1, 31), card).last.status is CredentialStatus.NOT_ISSUED
    assert answered(date(2027, 1, 1), card).last.status is CredentialStatus.EXPIRED
    assert answered(date(2026, 1, 31), card).authority is answered(date(2027, 1, 1), card).authority is Authority.NO


def test_a_valid_card_of_somebody_disqualified_by_another_card_authorises_nobody():
    card = steps((FACE.valid_from, 0, ActKind.ISSUE, None))
    other = steps((FACE.valid_from, 1, ActKind.ISSUE, None), (DAY, 0, ActKind.REVOKE, None))
    answer = answered(DAY + timedelta(days=1), card, sorted([*card, *other], key=lambda one: one.at))
    assert answer.last.status is CredentialStatus.VALID
    assert answer.authority is Authority.NO


LATER = (
    ActKind.SUSPEND,
    ActKind.EXTEND,
    ActKind.LIFT,
    ActKind.VOID,
    ActKind.CANCEL,
    ActKind.REVOKE,
    ActKind.REVIEW,
)
# How many hours after the one before an act is tried, which it is, on which ground, how long it suspends.
TRIED = some.tuples(
    some.integers(1, 24 * 40), some.sampled_from(LATER), some.sampled_from(["D1", "O3", "M4"]), some.integers(0, 90)
)


def lived(tried):
    """Return the steps of a life: of what is tried only what the life cycle allows."""
    card = steps((FACE.valid_from, 1, ActKind.ISSUE, None))
    moment = card[0].at
    for hours, kind, ground, days in tried:
        moment += timedelta(hours=hours)
        day = moment.date()
        try:
            stands = after(kind, card[-1].standing, day, ground, day + timedelta(days=days))
        except RefusedError:
            continue
        card.append(Step(moment, stands, len(card)))
    return card


@given(tried=some.lists(TRIED, max_size=12))
def test_nobody_is_ever_said_to_be_authorised_without_a_qualification_and_a_card_in_force(tried):
    card = lived(tried)
    for number in range(400):
        day = FACE.valid_from + timedelta(days=number - 10)
        answer = answered(day, card)
        for span in answer.spans:
            if not span.authorises:
                continue
            said = span.step.standing
            assert said.qualification is QualificationState.QUALIFIED
            assert FACE.valid_from <= day <= FACE.valid_until
            assert said.state is CredentialState.ACTIVE or (
                said.state is CredentialState.SUSPENDED and said.suspended_until < day
            )
        assert (answer.authority is Authority.NO) == (not any(span.authorises for span in answer.spans))


@given(tried=some.lists(TRIED, max_size=12), known=some.integers(1, 13))
def test_what_was_answered_for_a_past_day_is_answered_the_same_after_every_later_act(tried, known):
    card = lived(tried)
    earlier = card[:known]
    if len(earlier) == len(card):
        return
    first_later = card[known].at
    day = FACE.valid_from - timedelta(days=5)
    while bounds(day).ends_at <= first_later:
        assert answered(day, card) == answered(day, earlier)
        day += timedelta(days=1)
