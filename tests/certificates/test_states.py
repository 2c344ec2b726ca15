from datetime import date, timedelta
from itertools import product

import pytest

from certificates.states import (
    CASE,
    CREDENTIAL,
    ROUND,
    CaseState,
    CredentialState,
    CredentialStatus,
    RoundState,
    status_on,
)
from core.errors import RefusedError

DAY = date(2026, 6, 1)
CYCLES = {"credential": (CREDENTIAL, CredentialState), "case": (CASE, CaseState), "round": (ROUND, RoundState)}
MOVES = {
    ("credential", CredentialState.RESERVED, "issue"): CredentialState.ACTIVE,
    ("credential", CredentialState.ACTIVE, "cancel"): CredentialState.CANCELLED,
    ("case", CaseState.OPEN, "keep"): CaseState.KEPT,
    ("case", CaseState.OPEN, "remove"): CaseState.REMOVED,
    ("round", RoundState.OPEN, "close"): RoundState.CLOSED,
}
EVERY = [
    (name, state, verb) for name, (cycle, states) in CYCLES.items() for state, verb in product(states, cycle.moves)
]


@pytest.mark.parametrize(("name", "state", "verb"), EVERY)
def test_every_state_knows_every_verb(name, state, verb):
    cycle, _states = CYCLES[name]
    target = MOVES.get((name, state, verb))
    if target is None:
        with pytest.raises(RefusedError):
            cycle.after(state, verb)
    else:
        assert cycle.after(state, verb) is target


@pytest.mark.parametrize("state", CredentialState)
@pytest.mark.parametrize("begins", [-1, 0, 1])
@pytest.mark.parametrize("ends", [-1, 0, 1])
def test_what_a_credential_is_worth_on_a_day(state, begins, ends):
    if ends < begins:
        return
    first, last = DAY + timedelta(days=begins), DAY + timedelta(days=ends)
    expected = CredentialStatus.VALID
    if ends < 0:
        expected = CredentialStatus.EXPIRED
    if begins > 0 or state is CredentialState.RESERVED:
        expected = CredentialStatus.NOT_ISSUED
    if state is CredentialState.CANCELLED:
        expected = CredentialStatus.CANCELLED
    assert status_on(DAY, state, first, last) is expected
