import pytest

from certificates.acts import (
    ACT_NAMES,
    CARD_ONLY,
    EFFECTS,
    GROUNDS_OF,
    NEEDS_PAPER,
    OWN_GROUNDS,
    ActKind,
    Warrant,
    ground_text,
    reasons_against_warrant,
)
from certificates.allowed import OFFERED
from certificates.grounds import GROUNDS, Measure


def whole(kind):
    return Warrant(GROUNDS_OF[kind][0], "某办法第一条", "×法治办〔2026〕8号", "经核实")


def codes(kind, warrant):
    return [reason.code for reason in reasons_against_warrant(kind, warrant)]


def test_every_act_has_a_name_and_grounds_with_words():
    assert set(ACT_NAMES) == set(GROUNDS_OF) == set(ActKind)
    assert set(EFFECTS) == set(OFFERED)
    for grounds in GROUNDS_OF.values():
        assert all(str(ground_text(code)) for code in grounds)
    assert not set(OWN_GROUNDS) & set(GROUNDS)


def test_a_ground_is_offered_for_the_act_it_leads_to():
    suspending = {Measure.SUSPEND, Measure.SUSPEND_THEN_REVOKE, Measure.SUSPEND_OR_REVOKE}
    revoking = {Measure.REVOKE, Measure.SUSPEND_THEN_REVOKE, Measure.SUSPEND_OR_REVOKE}
    cancelling = {Measure.CANCEL, Measure.CANCEL_OR_EXCHANGE, Measure.CANCEL_EXTRA}
    measures = {code: ground.measure for code, ground in GROUNDS.items()}
    assert set(GROUNDS_OF[ActKind.SUSPEND]) == {code for code, one in measures.items() if one in suspending}
    assert set(GROUNDS_OF[ActKind.REVOKE]) == {code for code, one in measures.items() if one in revoking}
    assert set(GROUNDS_OF[ActKind.CANCEL]) == {code for code, one in measures.items() if one in cancelling}
    assert {code for code, one in measures.items() if one in {Measure.VOID, Measure.CANCEL_EXTRA}} == CARD_ONLY


@pytest.mark.parametrize("kind", ActKind)
def test_an_act_cites_what_it_must(kind):
    warrant = whole(kind)
    assert codes(kind, warrant) == []
    assert codes(kind, Warrant("??", warrant.basis, warrant.paper, warrant.reason)) == ["no_ground"]
    assert codes(kind, Warrant(warrant.ground, "", warrant.paper, warrant.reason)) == ["no_basis"]
    bare = codes(kind, Warrant(warrant.ground, warrant.basis))
    assert bare == (["no_paper", "no_reason"] if kind in NEEDS_PAPER else [])


def test_what_does_not_fit_the_register_is_named():
    warrant = Warrant("O3", "依" * 201, "文" * 61, "因" * 501)
    assert codes(ActKind.CANCEL, warrant) == ["too_long"] * 3
    assert codes(ActKind.CANCEL, Warrant("O3", "依" * 200, "文" * 60, "因" * 500)) == []


def test_blanks_alone_cite_nothing():
    warrant = Warrant("O3", "  ", "　", "\n").stripped
    assert codes(ActKind.CANCEL, warrant) == ["no_basis", "no_paper", "no_reason"]
