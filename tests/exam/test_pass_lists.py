import hashlib
import json
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from exam.pass_lists import ListedPerson, PublishedList, canonical, digest_of

AT = datetime(2026, 3, 20, 0, 30, tzinfo=UTC)
PEOPLE = (ListedPerson(1, "王𬀩", "海东区", "2601100100013"), ListedPerson(2, "李四", "海东区", "2601100100021"))
LIST = PublishedList("合格人员名单", "法制办", AT, PEOPLE)


def test_the_digest_is_that_of_the_canonical_form():
    assert digest_of(LIST) == hashlib.sha256(canonical(LIST)).hexdigest()
    assert json.loads(canonical(LIST))["people"][0]["name"] == "王𬀩"


def test_the_same_instant_elsewhere_is_the_same_list():
    moved = replace(LIST, published_at=AT.astimezone(timezone(timedelta(hours=8))))
    assert canonical(moved) == canonical(LIST)


@pytest.mark.parametrize(
    "changed",
    [
        replace(LIST, title="名单"),
        replace(LIST, issuer_name="司法局"),
        replace(LIST, published_at=AT + timedelta(microseconds=1)),
        replace(LIST, people=PEOPLE[:1]),
        replace(LIST, people=PEOPLE[::-1]),
        replace(LIST, people=(replace(PEOPLE[0], name="王五"), PEOPLE[1])),
        replace(LIST, people=(replace(PEOPLE[0], unit_name="海西区"), PEOPLE[1])),
        replace(LIST, people=(replace(PEOPLE[0], candidate_no="2601100100030"), PEOPLE[1])),
    ],
)
def test_any_change_changes_the_digest(changed):
    assert digest_of(changed) != digest_of(LIST)


def test_a_public_line_has_four_fields_and_no_more():
    assert [field.name for field in fields(ListedPerson)] == ["serial", "name", "unit_name", "candidate_no"]
    assert {key for person in json.loads(canonical(LIST))["people"] for key in person} == {
        "serial",
        "name",
        "unit",
        "candidate_no",
    }
