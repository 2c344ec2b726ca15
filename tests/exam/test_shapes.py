"""What a save knows of a paper agrees with what the marking says of it (exam/shapes.py)."""

from uuid import UUID

import pytest
from hypothesis import given, strategies as st

from exam.marking import Given, reasons_against_response
from exam.operations.room import start_attempt
from exam.papers import PaperEntry, rows_of
from exam.queries import shapes
from exam.queries.shapes import known_shape, read_shape
from exam.shapes import fits, shape_of
from questions.kinds import ItemKind
from tests.factories import ACTOR, make_candidate, make_city, make_officer, make_sitting

ENTRIES = [
    PaperEntry(UUID(int=number), order, 1) for number, order in enumerate(("AB", "CADB", "BADC", "FEDCBA"), start=1)
]
ROWS = rows_of(ENTRIES)
KINDS = {
    UUID(int=1): ItemKind.TRUE_FALSE,
    UUID(int=2): ItemKind.SINGLE,
    UUID(int=3): ItemKind.MULTIPLE,
    UUID(int=4): ItemKind.MULTIPLE,
}

SEVERAL = {str(version_id) for version_id, kind in KINDS.items() if kind is ItemKind.MULTIPLE}


@given(st.integers(-1, 3), st.integers(-1, 6), st.text("ABCDEFGa \ud800", max_size=7))
def test_a_shape_takes_what_the_marking_takes_and_one_letter_where_one_is_asked(seq, place, choice):
    one = Given(seq, place, choice)
    is_several = str(UUID(int=max(place, 0))) in SEVERAL
    expected = not reasons_against_response(ENTRIES, one) and (len(choice) < 2 or is_several)
    assert fits(shape_of(ROWS, SEVERAL), one) is expected


@pytest.mark.parametrize("choice", ["", "A", "ABCDEF"])
def test_what_can_be_chosen_fits(choice):
    assert fits(shape_of(ROWS, SEVERAL), Given(1, 4, choice))


def test_a_shape_is_read_once_and_the_oldest_is_forgotten(session, monkeypatch):
    sitting, county = make_sitting(session), make_city(session).county
    first, second = (
        start_attempt(session, make_candidate(session, sitting, make_officer(session, county)), ACTOR).id
        for _each in range(2)
    )
    monkeypatch.setattr(shapes, "KEPT", 1)
    assert known_shape(first) is None
    shape = read_shape(session, first)
    assert known_shape(first) == shape
    assert len(shape) == 4
    read_shape(session, second)
    assert known_shape(first) is None
    assert read_shape(session, UUID(int=0)) is None
