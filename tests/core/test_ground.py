"""Small parts of the ground: clock, life cycles, sealing, addresses, pages, errors."""

from datetime import UTC, date, datetime
from enum import StrEnum

import pytest
from hypothesis import given, strategies as st
from sqlalchemy import select

from core import clock
from core.addresses import own_address
from core.errors import Reason, RefusedError, refuse_if
from core.lifecycle import Lifecycle, move
from core.paging import Page, page_of
from core.passwords import first_password, hashed, matches
from core.sealing import matching_digest, opened, sealed
from people.models import Organisation
from tests.factories import make_organisation


class Light(StrEnum):
    RED = "red"
    GREEN = "green"


LIGHTS = Lifecycle[Light](
    moves={"go": move({Light.RED}, Light.GREEN)}, words={Light.RED: "红灯", Light.GREEN: "绿灯"}
)


def test_a_day_begins_at_midnight_in_the_city():
    assert clock.day_of(datetime(2017, 6, 1, 15, 59, tzinfo=UTC)) == date(2017, 6, 1)
    assert clock.day_of(datetime(2017, 6, 1, 16, 0, tzinfo=UTC)) == date(2017, 6, 2)


def test_a_day_ends_where_the_next_begins():
    assert clock.end_of(date(2017, 6, 1)) == clock.at_city_time(date(2017, 6, 2), 0)


def test_another_instant_is_believed_only_inside():
    told = datetime(2017, 6, 1, tzinfo=UTC)
    with clock.at(told):
        assert clock.now() == told
    assert clock.now() > told


def test_a_move_leads_where_the_table_says():
    assert LIGHTS.after(Light.RED, "go") == Light.GREEN


def test_a_move_from_elsewhere_is_refused_in_words():
    with pytest.raises(RefusedError) as refusal:
        LIGHTS.after(Light.GREEN, "go")
    assert "绿灯" in str(refusal.value)


@given(st.text(), st.text(min_size=1, max_size=10))
def test_what_is_sealed_opens_in_its_place_alone(plain, place):
    assert opened(sealed(plain, place), place) == plain
    with pytest.raises(Exception):  # noqa: B017, PT011 - whatever the library raises, it must not open
        opened(sealed(plain, place), place + "x")


def test_the_same_number_is_sealed_differently_each_time_and_found_by_one_digest():
    assert sealed("DEMO-1", "a.b") != sealed("DEMO-1", "a.b")
    assert matching_digest("DEMO-1") == matching_digest("DEMO-1") != matching_digest("DEMO-2")


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example/", "evil", "/\\evil.example", ""])
def test_an_address_elsewhere_is_never_followed(target):
    assert own_address(target, "/home") == "/home"


def test_an_address_of_ours_is_followed():
    assert own_address("/officers/?page=2", "/home") == "/officers/?page=2"


def test_a_refusal_carries_every_reason():
    reasons = [Reason("one", "第一。"), Reason("two", "第二。")]
    with pytest.raises(RefusedError) as refusal:
        refuse_if(reasons)
    assert refusal.value.sentences == ("第一。", "第二。")
    refuse_if([])


def test_passwords_match_themselves_alone():
    stored = hashed("four words and a mountain")
    assert matches(stored, "four words and a mountain")
    assert not matches(stored, "four words and a hill")
    assert not matches(None, "four words and a mountain")
    assert not matches("no hash", "four words and a mountain")


def test_first_passwords_are_legible_and_never_the_same():
    made = {first_password() for _each in range(50)}
    assert len(made) == 50
    assert all(len(one) == 14 and not set(one) & set("0oil1") for one in made)


def test_a_page_past_the_end_is_the_last(session):
    for number in range(5):
        make_organisation(session, code=f"M{number}")
    page = page_of(session, select(Organisation).order_by(Organisation.code), 99, size=2)
    assert ([one.code for one in page.rows], page.number, page.first, page.last) == (["M4"], 3, 5, 5)


@given(st.integers(0, 5000), st.integers(1, 200))
def test_the_pages_offered_always_hold_the_first_the_last_and_this_one(total, number):
    page = Page([], min(number, max(1, -(-total // 50))), 50, total)
    assert {1, page.count, page.number} <= set(page.around)
