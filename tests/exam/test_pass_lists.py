import hashlib
import json
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from exam.list_states import EffectMode, LineChange
from exam.pass_lists import (
    ListedPerson,
    PublishedList,
    SittingFigures,
    UnitCount,
    canonical,
    counts_only,
    digest_of,
    public_line,
)

AT = datetime(2026, 3, 20, 0, 30, tzinfo=UTC)
DAY = date(2026, 3, 20)
PEOPLE = (ListedPerson(1, "王𬀩", "海东区", "2601100100013"), ListedPerson(2, "李四", "海东区", "2601100100021"))
FIGURES = SittingFigures(5, 4, 2, 2, 1)
LIST = PublishedList("合格人员名单", 1, "法制办", AT, EffectMode.NOTICE, DAY, "条例", FIGURES, PEOPLE)


def test_the_digest_is_that_of_the_canonical_form():
    assert digest_of(LIST) == hashlib.sha256(canonical(LIST)).hexdigest()
    assert json.loads(canonical(LIST))["people"][0]["name"] == "王𬀩"


def test_the_same_instant_elsewhere_is_the_same_list():
    moved = replace(LIST, published_at=AT.astimezone(timezone(timedelta(hours=8))))
    assert canonical(moved) == canonical(LIST)


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "名单"},
        {"version": 2},
        {"issuer_name": "司法局"},
        {"published_at": AT + timedelta(microseconds=1)},
        {"mode": EffectMode.AT_ONCE},
        {"effective_on": DAY + timedelta(days=1)},
        {"notice_from": DAY},
        {"notice_until": DAY},
        {"legal_basis": "另一条例"},
        {"figures": replace(FIGURES, failed=3)},
        {"supersedes": "0" * 64},
        {"reason": "更正"},
        {"people": PEOPLE[:1]},
        {"people": PEOPLE[::-1]},
        {"people": (replace(PEOPLE[0], name="王五"), PEOPLE[1])},
        {"people": (replace(PEOPLE[0], unit_name="海西区"), PEOPLE[1])},
        {"people": (replace(PEOPLE[0], candidate_no="2601100100030"), PEOPLE[1])},
        {"people": (replace(PEOPLE[0], change=LineChange.ADDED), PEOPLE[1])},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_any_change_changes_the_digest(changes):
    assert digest_of(replace(LIST, **changes)) != digest_of(LIST)


def test_every_field_of_a_list_is_sealed():
    sealed = set(json.loads(canonical(LIST)))
    named = {"issuer_name": "issuer"}
    assert sealed == {named.get(field.name, field.name) for field in fields(PublishedList)}


def test_a_public_line_has_these_fields_and_no_more():
    assert [field.name for field in fields(ListedPerson)] == [
        "serial",
        "name",
        "unit_name",
        "candidate_no",
        "change",
        "withdrawn_on",
        "withdrawn_by",
        "is_exempt",
    ]
    assert {key for person in json.loads(canonical(LIST))["people"] for key in person} == {
        "serial",
        "name",
        "unit",
        "candidate_no",
    }


def test_a_tombstone_says_when_and_by_which_correction_and_no_name():
    line = public_line(1, "王五", "海东区", "2601", withdrawn_on=DAY, withdrawn_by=2)
    assert (line.name, line.candidate_no) == ("", "")
    (written,) = json.loads(canonical(replace(LIST, people=(line,))))["people"]
    assert written == {"serial": 1, "unit": "海东区", "withdrawn_on": "2026-03-20", "withdrawn_by": 2}


def test_an_exempt_line_shows_its_unit_alone():
    line = public_line(1, "王五", "海东区", "2601", is_exempt=True)
    (written,) = json.loads(canonical(replace(LIST, people=(line,))))["people"]
    assert written == {"serial": 1, "unit": "海东区", "exempt": True}


@pytest.mark.parametrize("hidden", [{"withdrawn_on": DAY}, {"is_exempt": True}])
@pytest.mark.parametrize("shown", [{"name": "王五"}, {"candidate_no": "2601"}])
def test_a_line_that_would_show_what_it_must_not_cannot_be_made(hidden, shown):
    fields_of_line = {"serial": 1, "name": "", "unit_name": "海东区", "candidate_no": "", **hidden, **shown}
    with pytest.raises(ValueError, match="neither name nor number"):
        ListedPerson(**fields_of_line)


def test_once_the_names_are_off_the_file_holds_counts_and_no_name():
    left = counts_only(LIST, [UnitCount("C01", "海东区", 2)], DAY)
    assert json.loads(left)["units"] == [{"unit": "海东区", "count": 2}]
    assert "people" not in json.loads(left)
    assert not any(text in left.decode() for one in PEOPLE for text in (one.name, one.candidate_no))
