from datetime import date, timedelta
from decimal import Decimal
from itertools import product

import pytest

from certificates.acts import ActKind
from certificates.allowed import OFFERED, CardFacts, reasons_against
from certificates.review import ReviewOutcome
from certificates.states import CredentialState, QualificationState

TODAY = date(2026, 3, 10)
LAST = TODAY + timedelta(days=60)


def facts(**changes):
    usual = {
        "state": CredentialState.ACTIVE,
        "suspended_until": None,
        "valid_from": date(2021, 5, 10),
        "valid_until": LAST,
        "registered_on": date(2021, 5, 10),
        "hours_done": Decimal(60),
    }
    if changes.get("state") is CredentialState.SUSPENDED:
        usual["suspended_until"] = TODAY
    return CardFacts(**{**usual, **changes})


def codes(kind, **changes):
    return [reason.code for reason in reasons_against(kind, facts(**changes), TODAY)]


# What is allowed in each state, of a card in date whose holder is qualified and in post.
ALLOWED = {
    CredentialState.RESERVED: set(),
    CredentialState.ACTIVE: {
        ActKind.REVIEW,
        ActKind.RENEW,
        ActKind.EXCHANGE,
        ActKind.SUSPEND,
        ActKind.VOID,
        ActKind.CANCEL,
        ActKind.REVOKE,
    },
    CredentialState.SUSPENDED: {
        ActKind.REVIEW,
        ActKind.EXTEND,
        ActKind.LIFT,
        ActKind.VOID,
        ActKind.CANCEL,
        ActKind.REVOKE,
    },
    CredentialState.CANCELLED: set(),
    CredentialState.REVOKED: set(),
    CredentialState.VOID: {ActKind.REISSUE},
}


@pytest.mark.parametrize(("state", "kind"), list(product(CredentialState, OFFERED)))
def test_each_state_allows_what_it_should(state, kind):
    assert (codes(kind, state=state) == []) == (kind in ALLOWED[state])


def test_a_suspension_that_is_over_allows_what_an_active_card_does():
    over = {"state": CredentialState.SUSPENDED, "suspended_until": TODAY - timedelta(days=1)}
    assert {kind for kind in OFFERED if codes(kind, **over) == []} == ALLOWED[CredentialState.ACTIVE]


@pytest.mark.parametrize(
    ("kind", "changes", "code"),
    [
        (ActKind.SUSPEND, {"valid_until": TODAY - timedelta(days=1)}, "expired"),
        (ActKind.EXTEND, {"state": CredentialState.SUSPENDED, "extensions": 1}, "extended"),
        (ActKind.REVOKE, {"is_proposed": True}, "proposed"),
        (ActKind.RENEW, {"hours_done": Decimal("59.5")}, "hours"),
        (ActKind.RENEW, {"valid_until": LAST + timedelta(days=31)}, "too_early"),
        (ActKind.RENEW, {"valid_until": TODAY - timedelta(days=1)}, "expired"),
        (ActKind.RENEW, {"roll_grounds": ("O3",)}, "ground_O3"),
        (ActKind.RENEW, {"qualification": QualificationState.DISQUALIFIED}, "not_qualified"),
        (ActKind.EXCHANGE, {"roll_grounds": ("O1",)}, "ground_O1"),
        (ActKind.EXCHANGE, {"state": CredentialState.SUSPENDED}, "not_valid"),
        (ActKind.REISSUE, {"state": CredentialState.VOID, "is_replaced": True}, "replaced"),
        (ActKind.REISSUE, {"state": CredentialState.VOID, "held_no": "N-2"}, "holds_one"),
        (ActKind.REISSUE, {"state": CredentialState.VOID, "valid_until": date(2026, 3, 9)}, "expired"),
        (
            ActKind.REISSUE,
            {"state": CredentialState.VOID, "qualification": QualificationState.DISQUALIFIED},
            "not_qualified",
        ),
        (ActKind.REVIEW, {"reviewed": ReviewOutcome.PASSED}, "reviewed"),
        (ActKind.REVIEW, {"valid_from": date(2026, 1, 2)}, "not_due"),
    ],
)
def test_what_stands_against_an_act_is_named(kind, changes, code):
    assert codes(kind, **changes) == [code]


def test_who_left_for_another_unit_may_exchange_but_not_renew():
    left = {"roll_grounds": ("O2",)}
    assert (codes(ActKind.EXCHANGE, **left), codes(ActKind.RENEW, **left)) == ([], ["ground_O2"])
