from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from exam.blueprints import (
    DEFAULT_CELLS,
    BlueprintDraft,
    Cell,
    Shortage,
    reason_of,
    reasons_against,
    reasons_against_draft,
    shortages,
    total_items,
    total_marks,
)
from questions.kinds import ItemKind, Subject

SINGLE, MULTIPLE = ItemKind.SINGLE, ItemKind.MULTIPLE
PENALTY, LICENSING = Subject.PENALTY, Subject.LICENSING


def codes(reasons):
    return [reason.code for reason in reasons]


def test_the_default_paper_has_eighty_items_and_a_hundred_marks():
    assert (total_items(DEFAULT_CELLS), total_marks(DEFAULT_CELLS)) == (80, 100)
    assert reasons_against(DEFAULT_CELLS, 60, 90) == []


def test_a_bank_that_is_just_enough_is_enough():
    bank = {
        (ItemKind.TRUE_FALSE, PENALTY): 20,
        (SINGLE, PENALTY): 30,
        (SINGLE, LICENSING): 10,
        (MULTIPLE, PENALTY): 20,
    }
    assert shortages(DEFAULT_CELLS, bank) == []


def test_each_short_cell_says_what_it_wants_and_what_is_left():
    bank = {(ItemKind.TRUE_FALSE, PENALTY): 19, (SINGLE, PENALTY): 40}
    assert shortages(DEFAULT_CELLS, bank) == [
        Shortage(1, ItemKind.TRUE_FALSE, None, 20, 19),
        Shortage(3, MULTIPLE, None, 20, 0),
    ]


def test_cells_with_a_subject_are_served_first_wherever_they_stand():
    cells = [Cell(SINGLE, None, 4, 1), Cell(SINGLE, PENALTY, 3, 1)]
    assert shortages(cells, {(SINGLE, PENALTY): 3, (SINGLE, LICENSING): 3}) == [Shortage(1, SINGLE, None, 4, 3)]
    assert shortages(cells, {(SINGLE, PENALTY): 3, (SINGLE, LICENSING): 4}) == []


def test_a_subject_is_not_filled_with_another():
    assert shortages([Cell(SINGLE, PENALTY, 2, 1)], {(SINGLE, LICENSING): 9, (MULTIPLE, PENALTY): 9}) == [
        Shortage(1, SINGLE, PENALTY, 2, 0)
    ]


@given(
    st.lists(
        st.tuples(
            st.sampled_from([SINGLE, MULTIPLE]), st.sampled_from([None, PENALTY, LICENSING]), st.integers(1, 9)
        ),
        unique_by=lambda cell: cell[:2],
    ),
    st.dictionaries(
        st.tuples(st.sampled_from([SINGLE, MULTIPLE]), st.sampled_from([PENALTY, LICENSING])), st.integers(0, 9)
    ),
)
def test_a_blueprint_is_short_exactly_where_no_allotment_exists(shapes, bank):
    cells = [Cell(kind, subject, count, 1) for kind, subject, count in shapes]
    enough = all(
        sum(max(0, bank.get((kind, s), 0) - _asked(cells, kind, s)) for s in (PENALTY, LICENSING))
        >= _asked(cells, kind, None)
        and all(bank.get((kind, s), 0) >= _asked(cells, kind, s) for s in (PENALTY, LICENSING))
        for kind in (SINGLE, MULTIPLE)
    )
    assert (shortages(cells, bank) == []) is enough


def _asked(cells, kind, subject):
    return sum(cell.item_count for cell in cells if (cell.kind, cell.subject) == (kind, subject))


def test_a_shortage_names_kind_subject_wanted_available_and_missing():
    text = str(reason_of(Shortage(2, SINGLE, PENALTY, 40, 12)).text)
    assert "单选题（行政处罚法）需要 40 道，可用 12 道，还差 28 道" in text
    assert "判断题（不限科目）" in str(reason_of(Shortage(1, ItemKind.TRUE_FALSE, None, 2, 0)).text)


@pytest.mark.parametrize(
    ("cells", "cut_score", "duration", "code"),
    [
        ((), 60, 90, "no_cells"),
        (DEFAULT_CELLS, 101, 90, "cut_above_total"),
        (DEFAULT_CELLS, 0, 90, "cut_score"),
        (DEFAULT_CELLS, 60, 0, "duration"),
        (DEFAULT_CELLS, 60, 481, "duration"),
        ((*DEFAULT_CELLS, Cell(SINGLE, None, 1, 1)), 60, 90, "equal_cells"),
        ((Cell(SINGLE, None, 0, 1),), 1, 90, "not_positive"),
        ((Cell(SINGLE, None, 1, 0),), 1, 90, "not_positive"),
        ((Cell(SINGLE, None, 301, 1),), 1, 90, "too_many_items"),
        ((Cell(SINGLE, None, 1, 101),), 1, 90, "marks_each"),
    ],
)
def test_what_cannot_be_a_blueprint_is_refused(cells, cut_score, duration, code):
    assert code in codes(reasons_against(cells, cut_score, duration))


def test_the_highest_cut_score_is_the_full_score():
    assert reasons_against(DEFAULT_CELLS, 100, 90) == []


def test_equal_cells_are_named_once():
    cells = (Cell(SINGLE, PENALTY, 1, 1), Cell(SINGLE, PENALTY, 2, 2), Cell(SINGLE, PENALTY, 3, 3))
    assert codes(reasons_against(cells, 1, 90)) == ["equal_cells"]
    assert reasons_against((cells[0], replace(cells[0], subject=None)), 1, 90) == []


@pytest.mark.parametrize("title", ["", "长" * 81])
def test_a_blueprint_needs_a_title(title):
    assert codes(reasons_against_draft(BlueprintDraft(title, DEFAULT_CELLS, 90, 60))) == ["title_length"]
