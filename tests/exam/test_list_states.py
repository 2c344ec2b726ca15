import pytest

from core.errors import RefusedError
from exam.list_states import (
    CHANGE_NAMES,
    EXEMPTION,
    MODE_NAMES,
    OBJECTION,
    PASS_LIST,
    EffectMode,
    ExemptionState,
    LineChange,
    ObjectionState,
    PassListState,
)

# Written by hand: every move that exists. Whatever is not here must be refused.
MOVES = {
    "pass_list": (
        PASS_LIST,
        PassListState,
        {
            ("draft", "approve"): "approved",
            ("draft", "discard"): "discarded",
            ("approved", "put_back"): "draft",
            ("approved", "discard"): "discarded",
            ("approved", "publish"): "published",
        },
    ),
    "objection": (
        OBJECTION,
        ObjectionState,
        {("open", "uphold"): "upheld", ("open", "dismiss"): "dismissed"},
    ),
    "exemption": (
        EXEMPTION,
        ExemptionState,
        {
            ("proposed", "approve"): "approved",
            ("proposed", "reject"): "rejected",
            ("approved", "end"): "ended",
        },
    ),
}


@pytest.mark.parametrize("name", MOVES)
def test_every_state_makes_the_moves_of_the_table_and_no_other(name):
    cycle, states, moves = MOVES[name]
    for state in states:
        for verb in cycle.moves:
            expected = moves.get((str(state), verb))
            if expected is None:
                with pytest.raises(RefusedError):
                    cycle.after(state, verb)
            else:
                assert cycle.after(state, verb) == expected


def test_nothing_leads_out_of_what_was_published():
    assert all(PASS_LIST.reasons_against(PassListState.PUBLISHED, verb) for verb in PASS_LIST.moves)


def test_everything_has_words():
    for name in MOVES:
        cycle, states, _moves = MOVES[name]
        assert set(cycle.words) == set(states)
    assert set(MODE_NAMES) == set(EffectMode)
    assert set(CHANGE_NAMES) == set(LineChange)
