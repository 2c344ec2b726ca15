from dataclasses import replace
from uuid import UUID

import pytest

from certificates.exchange import Face, reasons_against_exchange

OLD = Face("张三", UUID(int=1), "公安", "示范市")
CHANGES = {
    "R3": {"organisation_id": UUID(int=2)},
    "R4": {"holder_name": "张叁"},
    "R5": {"category": "环境保护"},
}


def codes(ground, **changes):
    return [reason.code for reason in reasons_against_exchange(ground, OLD, replace(OLD, **changes))]


@pytest.mark.parametrize("ground", CHANGES)
def test_what_changes_must_be_what_the_ground_says(ground):
    assert codes(ground, **CHANGES[ground]) == []
    assert codes(ground) == ["unlike_ground"]
    for other in set(CHANGES) - {ground}:
        assert codes(ground, **CHANGES[other]) == ["unlike_ground"]


def test_another_unit_may_bring_another_category_along():
    assert codes("R3", **CHANGES["R3"], **CHANGES["R5"]) == []


@pytest.mark.parametrize("changes", CHANGES.values())
def test_a_damaged_card_is_exchanged_for_the_same(changes):
    assert codes("R6") == []
    assert codes("R6", **changes) == ["unlike_ground"]


@pytest.mark.parametrize("name", ["holder_name", "category", "area"])
def test_nothing_on_the_face_may_be_left_empty(name):
    assert codes("R4", **{"holder_name": "张叁", name: ""}) == ["empty"]


def test_what_does_not_fit_the_card_is_named():
    assert codes("R5", category="类" * 31, area="区" * 61) == ["too_long", "too_long"]
