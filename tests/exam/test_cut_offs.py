from collections import Counter
from uuid import UUID

import pytest
from hypothesis import given, strategies as st

from exam.cut_offs import Cell, Move, by_employment, by_unit, moved
from exam.endings import PARTICIPATED, End, best

UNITS = [UUID(int=number) for number in range(3)]
EMPLOYMENTS = ["establishment", "contract"]


@st.composite
def people(draw):
    """Everybody of a first sitting: unit, employment, end, and the best end in make-ups, or None."""
    person = st.tuples(
        st.sampled_from(UNITS),
        st.sampled_from(EMPLOYMENTS),
        st.sampled_from(End),
        st.none() | st.sampled_from(End),
    )
    return draw(st.lists(person, max_size=30))


def counted(people):
    cells = Counter((unit, employment, end) for unit, employment, end, _later in people)
    moves = Counter(one for one in people if one[3] is not None)
    return [Cell(*key, count) for key, count in cells.items()], [Move(*key, count) for key, count in moves.items()]


@given(people())
def test_everybody_counts_once_by_the_best_end(people):
    cells, moves = counted(people)
    expected = Counter(
        (unit, employment, end if later is None else best((end, later))) for unit, employment, end, later in people
    )
    assert {(one.organisation_id, one.employment, one.end): one.people for one in moved(cells, moves)} == expected


@given(people())
def test_make_ups_neither_add_nor_lose_anybody_in_any_unit(people):
    cells, moves = counted(people)
    before, after = by_unit(cells), by_unit(moved(cells, moves))
    assert {unit: sum(ends.values()) for unit, ends in before.items()} == {
        unit: sum(ends.values()) for unit, ends in after.items()
    }


@given(people())
def test_make_ups_make_no_unit_worse(people):
    cells, moves = counted(people)
    before, after = by_unit(cells), by_unit(moved(cells, moves))
    for unit, ends in before.items():
        assert after[unit].get(End.PASSED, 0) >= ends.get(End.PASSED, 0)
        sat = [sum(one.get(end, 0) for end in PARTICIPATED) for one in (ends, after[unit])]
        assert sat[1] + after[unit].get(End.PASSED_PENDING_TRAINING, 0) >= sat[0]


@given(people())
def test_units_and_employments_add_up_to_the_same_whole(people):
    cells, _moves = counted(people)
    wholes = []
    for parts in (by_unit(cells), by_employment(cells)):
        whole = Counter()
        for ends in parts.values():
            whole.update(ends)
        wholes.append(whole)
    assert wholes[0] == wholes[1]


def test_more_people_in_a_make_up_than_there_were_are_refused():
    unit = UNITS[0]
    with pytest.raises(ValueError, match="more people"):
        moved([Cell(unit, "", End.FAILED, 1)], [Move(unit, "", End.FAILED, End.PASSED, 2)])
