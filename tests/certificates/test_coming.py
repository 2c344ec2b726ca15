from datetime import date, timedelta
from decimal import Decimal

import pytest

from certificates.allowed import CardFacts
from certificates.coming import Urgency, coming
from certificates.review import ReviewOutcome
from certificates.states import CredentialState

TODAY = date(2026, 3, 10)


def told(today=TODAY, **changes):
    usual = {
        "state": CredentialState.ACTIVE,
        "suspended_until": None,
        "valid_from": date(2023, 5, 10),
        "valid_until": date(2028, 5, 9),
        "registered_on": date(2023, 5, 10),
        "hours_done": Decimal(20),
    }
    return coming(CardFacts(**{**usual, **changes}), today)


def test_a_holder_is_told_of_the_review_and_from_when_the_renewal_is_open():
    review, renewal = told()
    assert (review.urgency, renewal.urgency) == (Urgency.NOW, Urgency.LATER)
    assert "2026-03-31" in str(review.text)
    assert "2028-02-09" in str(renewal.text)
    assert "目前 20 学时" in str(renewal.text)


@pytest.mark.parametrize(
    ("today", "outcome", "urgency"),
    [
        (date(2026, 2, 1), None, Urgency.LATER),
        (date(2026, 4, 1), None, Urgency.LATE),
        (date(2026, 4, 1), ReviewOutcome.PASSED, Urgency.DONE),
        (date(2026, 4, 1), ReviewOutcome.FAILED, Urgency.LATE),
    ],
)
def test_the_review_is_as_pressing_as_it_is(today, outcome, urgency):
    assert told(today, reviewed=outcome)[0].urgency is urgency


@pytest.mark.parametrize(
    ("hours", "urgency", "says"), [(20, Urgency.LATE, "还差 40 学时"), (60, Urgency.NOW, "请通过所在单位办理换发")]
)
def test_shortly_before_the_end_what_is_missing_is_named(hours, urgency, says):
    renewal = told(valid_until=TODAY + timedelta(days=30), hours_done=Decimal(hours))[-1]
    assert renewal.urgency is urgency
    assert says in str(renewal.text)
    assert "30 天后到期" in str(renewal.text)


def test_a_suspension_comes_first_and_names_its_day():
    first = told(state=CredentialState.SUSPENDED, suspended_until=date(2026, 4, 1))[0]
    assert "2026-04-01" in str(first.text)


@pytest.mark.parametrize("state", [CredentialState.CANCELLED, CredentialState.REVOKED])
def test_nothing_is_to_come_of_a_card_that_ended(state):
    assert told(state=state) == []


def test_a_lost_card_is_to_be_reissued_until_it_is():
    [one] = told(state=CredentialState.VOID)
    assert one.urgency is Urgency.NOW
    assert told(state=CredentialState.VOID, is_replaced=True) == []
