from datetime import date, timedelta
from itertools import product

import pytest

from certificates.states import (
    CASE,
    CREDENTIAL,
    PROPOSAL,
    QUALIFICATION,
    ROUND,
    STATUS_NAMES,
    CaseState,
    CredentialState,
    CredentialStatus,
    ProposalState,
    QualificationState,
    RoundState,
    state_on,
    status_on,
)
from core.errors import RefusedError

DAY = date(2026, 6, 1)
CYCLES = {
    "credential": (CREDENTIAL, CredentialState),
    "qualification": (QUALIFICATION, QualificationState),
    "proposal": (PROPOSAL, ProposalState),
    "case": (CASE, CaseState),
    "round": (ROUND, RoundState),
}
MOVES = {
    ("credential", CredentialState.RESERVED, "issue"): CredentialState.ACTIVE,
    ("credential", CredentialState.ACTIVE, "suspend"): CredentialState.SUSPENDED,
    ("credential", CredentialState.SUSPENDED, "extend"): CredentialState.SUSPENDED,
    ("credential", CredentialState.SUSPENDED, "lift"): CredentialState.ACTIVE,
    ("credential", CredentialState.ACTIVE, "cancel"): CredentialState.CANCELLED,
    ("credential", CredentialState.SUSPENDED, "cancel"): CredentialState.CANCELLED,
    ("credential", CredentialState.ACTIVE, "revoke"): CredentialState.REVOKED,
    ("credential", CredentialState.SUSPENDED, "revoke"): CredentialState.REVOKED,
    ("credential", CredentialState.ACTIVE, "void"): CredentialState.VOID,
    ("credential", CredentialState.SUSPENDED, "void"): CredentialState.VOID,
    ("qualification", QualificationState.APPLICANT, "qualify"): QualificationState.QUALIFIED,
    ("qualification", QualificationState.QUALIFIED, "qualify"): QualificationState.QUALIFIED,
    ("qualification", QualificationState.DISQUALIFIED, "qualify"): QualificationState.QUALIFIED,
    ("qualification", QualificationState.APPLICANT, "disqualify"): QualificationState.DISQUALIFIED,
    ("qualification", QualificationState.QUALIFIED, "disqualify"): QualificationState.DISQUALIFIED,
    ("qualification", QualificationState.DISQUALIFIED, "disqualify"): QualificationState.DISQUALIFIED,
    ("proposal", ProposalState.PROPOSED, "approve"): ProposalState.APPROVED,
    ("proposal", ProposalState.PROPOSED, "reject"): ProposalState.REJECTED,
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
@pytest.mark.parametrize("suspended", [-1, 0, 1])
def test_what_a_credential_is_worth_on_a_day(state, begins, ends, suspended):
    if ends < begins:
        return
    first, last = DAY + timedelta(days=begins), DAY + timedelta(days=ends)
    until = DAY + timedelta(days=suspended) if state is CredentialState.SUSPENDED else None
    expected = CredentialStatus.VALID
    if state is CredentialState.SUSPENDED and suspended >= 0:
        expected = CredentialStatus.SUSPENDED
    if ends < 0:
        expected = CredentialStatus.EXPIRED
    if begins > 0 or state is CredentialState.RESERVED:
        expected = CredentialStatus.NOT_ISSUED
    if state in {CredentialState.CANCELLED, CredentialState.REVOKED, CredentialState.VOID}:
        expected = CredentialStatus(state)
    assert status_on(DAY, state, first, last, until) is expected


@pytest.mark.parametrize("state", CredentialState)
@pytest.mark.parametrize("later", [-1, 0, 1])
def test_a_suspension_is_over_after_its_last_day(state, later):
    until = DAY if state is CredentialState.SUSPENDED else None
    lifted = state is CredentialState.SUSPENDED and later > 0
    expected = CredentialState.ACTIVE if lifted else state
    assert state_on(DAY + timedelta(days=later), state, until) is expected


def test_every_status_has_a_word():
    assert set(STATUS_NAMES) == set(CredentialStatus)
