import math
from collections import Counter
from uuid import UUID, uuid4

import pytest
from hypothesis import given, strategies as st

from core.errors import RefusedError
from exam.blueprints import Cell
from exam.papers import PaperEntry, draw, entries_of, paper_seed, rows_of
from questions.bank import BankItem
from questions.kinds import ItemKind, Subject

TRUE_FALSE, SINGLE, MULTIPLE = ItemKind.TRUE_FALSE, ItemKind.SINGLE, ItemKind.MULTIPLE


def bank_of(counts):
    """A bank with so many items of each kind and subject, every one known by its number."""
    numbers = iter(range(1, 10_000))
    return [
        BankItem(UUID(int=next(numbers)), kind, subject, 2 if kind is TRUE_FALSE else 4)
        for (kind, subject), count in counts.items()
        for _copy in range(count)
    ]


BANK = bank_of(
    {
        (TRUE_FALSE, Subject.PENALTY): 6,
        (SINGLE, Subject.PENALTY): 6,
        (SINGLE, Subject.LICENSING): 8,
        (MULTIPLE, Subject.DUTIES): 7,
    }
)
CELLS = (
    Cell(TRUE_FALSE, None, 3, 1),
    Cell(SINGLE, None, 5, 1),
    Cell(SINGLE, Subject.PENALTY, 4, 2),
    Cell(MULTIPLE, None, 3, 4),
)
PAPER_OF_ZEROS = [(3, "AB", 1), (5, "DBCA", 2), (4, "DBAC", 2)]
ITEMS = {item.version_id: item for item in BANK}
seeds = st.integers(min_value=0).map(lambda number: paper_seed("sitting", UUID(int=number % 2**128)))


@given(seeds, st.randoms(use_true_random=False))
def test_the_same_seed_and_bank_give_the_same_paper_in_whatever_order_the_bank_comes(seed, random):
    shuffled = random.sample(BANK, len(BANK))
    assert draw(CELLS, shuffled, seed) == draw(CELLS, BANK, seed)


@given(seeds)
def test_no_item_stands_on_a_paper_twice(seed):
    drawn = [entry.version_id for entry in draw(CELLS, BANK, seed)]
    assert len(set(drawn)) == len(drawn) == 15


@given(seeds)
def test_a_paper_has_what_its_cells_ask_for(seed):
    paper = draw(CELLS, BANK, seed)
    assert sum(entry.marks for entry in paper) == 3 + 5 + 8 + 12
    worth_two = [ITEMS[entry.version_id] for entry in paper if entry.marks == 2]
    assert Counter((item.kind, item.subject) for item in worth_two) == {(SINGLE, Subject.PENALTY): 4}


@given(seeds)
def test_sections_follow_the_order_of_the_cells(seed):
    kinds = [ITEMS[entry.version_id].kind for entry in draw(CELLS, BANK, seed)]
    assert kinds == [TRUE_FALSE] * 3 + [SINGLE] * 9 + [MULTIPLE] * 3


@given(seeds)
def test_options_are_shuffled_but_those_of_true_or_false(seed):
    for entry in draw(CELLS, BANK, seed):
        item = ITEMS[entry.version_id]
        assert sorted(entry.order) == list("ABCDEF"[: item.option_count])
        assert item.kind is not TRUE_FALSE or entry.order == "AB"


def test_every_order_of_the_options_occurs():
    one = [BankItem(UUID(int=1), SINGLE, Subject.PENALTY, 3)]
    orders = {draw([Cell(SINGLE, None, 1, 1)], one, paper_seed("s", uuid4()))[0].order for _draw in range(200)}
    assert len(orders) == math.factorial(3)


def test_every_item_is_drawn_and_nearly_as_often_as_every_other():
    """Five of 20 items over 4,000 papers: each is expected 1,000 times, with a deviation of 27."""
    bank = bank_of({(SINGLE, Subject.PENALTY): 10, (SINGLE, Subject.LICENSING): 10})
    cells = [Cell(SINGLE, None, 5, 1)]
    drawn = Counter(
        entry.version_id
        for number in range(4000)
        for entry in draw(cells, bank, paper_seed("exposure", UUID(int=number)))
    )
    assert len(drawn) == 20
    assert all(abs(count - 1000) < 5 * 27 for count in drawn.values())


def test_every_item_comes_at_every_place_of_its_section():
    bank = bank_of({(SINGLE, Subject.PENALTY): 4})
    cells = [Cell(SINGLE, None, 4, 1)]
    papers = [draw(cells, bank, paper_seed("places", UUID(int=number))) for number in range(2000)]
    places = Counter((entry.version_id, place) for paper in papers for place, entry in enumerate(paper))
    assert len(places) == 16
    assert all(abs(count - 500) < 5 * 20 for count in places.values())


def test_a_subject_is_served_before_those_who_take_any():
    bank = bank_of({(SINGLE, Subject.PENALTY): 2, (SINGLE, Subject.LICENSING): 3})
    cells = [Cell(SINGLE, None, 3, 1), Cell(SINGLE, Subject.PENALTY, 2, 1)]
    for number in range(50):
        assert len(draw(cells, bank, paper_seed("tight", UUID(int=number)))) == 5


def test_a_bank_that_is_short_is_refused_with_the_figures():
    with pytest.raises(RefusedError) as refused:
        draw([Cell(MULTIPLE, None, 8, 1)], BANK, "seed")
    assert [reason.code for reason in refused.value.reasons] == ["bank_short"]
    assert "需要 8 题，只有 7 题" in str(refused.value)


def test_each_candidate_has_a_seed_of_their_own():
    made = {paper_seed(sitting, UUID(int=number)) for sitting in ("a", "b") for number in range(100)}
    assert len(made) == 200
    assert all(len(seed) == 64 for seed in made)


def test_a_paper_drawn_once_is_drawn_the_same_for_ever():
    """A change of the draw would make every stored seed a lie; this paper is written down."""
    bank = bank_of({(TRUE_FALSE, Subject.PENALTY): 3, (SINGLE, Subject.PENALTY): 3})
    paper = draw([Cell(TRUE_FALSE, None, 1, 1), Cell(SINGLE, None, 2, 2)], bank, "0" * 64)
    assert [(entry.version_id.int, entry.order, entry.marks) for entry in paper] == PAPER_OF_ZEROS


@given(st.lists(st.builds(PaperEntry, st.uuids(), st.permutations("ABCD").map("".join), st.integers(1, 5))))
def test_a_stored_paper_comes_back_as_it_was(entries):
    assert entries_of(rows_of(entries)) == entries
