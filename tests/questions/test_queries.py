from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import select

from core.errors import NotFoundError
from questions import queries
from questions.items import ItemDraft
from questions.kinds import TRUE_FALSE_OPTIONS, ItemKind, Subject
from questions.models import Item
from questions.operations import import_items, retire_item, revise_item
from questions.queries import ItemFilter
from questions.states import ItemState
from tests.factories import ACTOR

SINGLE = ItemDraft(
    "CF-002", ItemKind.SINGLE, Subject.PENALTY, "处罚题", ("甲", "乙", "丙"), "B", "行政处罚法", "第一条"
)
VERDICT = replace(
    SINGLE, code="CF-001", kind=ItemKind.TRUE_FALSE, stem="判断题", options=TRUE_FALSE_OPTIONS, key="A"
)
DUTY = replace(SINGLE, code="TY-001", subject=Subject.DUTIES, stem="职责题", law="公务员法", article="第六十条")
GONE = replace(SINGLE, code="CF-003", stem="停用题")


@pytest.fixture
def bank(session):
    """Four items, one of them retired and one of them revised."""
    import_items(session, [SINGLE, VERDICT, DUTY, GONE], ACTOR)
    made = {row.code: queries.item(session, row.id) for row in session.scalars(select(Item))}
    retire_item(session, made["CF-003"], ACTOR)
    revise_item(session, made["CF-002"], replace(SINGLE, options=("甲", "乙", "丙", "丁"), key="D"), ACTOR)
    return made


def found(session, **wanted):
    return [row.item.code for row in queries.items(session, ItemFilter(**wanted), 1).rows]


def test_items_are_listed_by_code_once_with_their_newest_version(session, bank):
    rows = queries.items(session, ItemFilter(), 1).rows
    assert [(row.item.code, row.version.number) for row in rows] == [
        ("CF-001", 1),
        ("CF-002", 2),
        ("CF-003", 1),
        ("TY-001", 1),
    ]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"kind": ItemKind.TRUE_FALSE}, ["CF-001"]),
        ({"subject": Subject.DUTIES}, ["TY-001"]),
        ({"state": ItemState.RETIRED}, ["CF-003"]),
        ({"state": ItemState.ACTIVE, "subject": Subject.PENALTY}, ["CF-001", "CF-002"]),
        ({"text": "cf-00"}, ["CF-001", "CF-002", "CF-003"]),
        ({"text": "职责"}, ["TY-001"]),
        ({"text": "公务员法"}, ["TY-001"]),
        ({"text": "第六十条"}, ["TY-001"]),
        ({"text": "%"}, []),
    ],
)
def test_a_list_can_be_narrowed(session, bank, wanted, expected):
    assert found(session, **wanted) == expected


def test_an_item_that_is_not_there_is_not_found(session, bank):
    with pytest.raises(NotFoundError):
        queries.item(session, uuid4())


def test_counts_are_of_active_items(session, bank):
    assert queries.bank_counts(session) == {
        (ItemKind.TRUE_FALSE, Subject.PENALTY): 1,
        (ItemKind.SINGLE, Subject.PENALTY): 1,
        (ItemKind.SINGLE, Subject.DUTIES): 1,
    }


def test_the_active_bank_holds_the_newest_versions_by_code(session, bank):
    items = queries.active_bank(session)
    newest = [bank[code].versions[0].id for code in ("CF-001", "CF-002", "TY-001")]
    assert [item.version_id for item in items] == newest
    assert [item.option_count for item in items] == [2, 4, 3]
    assert [item.kind for item in items] == [ItemKind.TRUE_FALSE, ItemKind.SINGLE, ItemKind.SINGLE]
    assert [item.subject for item in items] == [Subject.PENALTY, Subject.PENALTY, Subject.DUTIES]


def test_an_old_version_keeps_its_key_and_wording(session, bank):
    new, old = bank["CF-002"].versions
    asked = [old.id, new.id, bank["CF-003"].versions[0].id]
    assert queries.keys_of(session, asked) == {old.id: "B", new.id: "D", asked[2]: "B"}
    shown = queries.shown_versions(session, asked)
    assert shown[old.id].options == ["甲", "乙", "丙"]
    assert queries.keys_of(session, []) == {}


def test_a_long_list_of_versions_is_asked_for_in_parts(session, bank, monkeypatch):
    asked = [version.id for item in bank.values() for version in item.versions]
    whole = queries.keys_of(session, asked)
    monkeypatch.setattr(queries, "ASKED_AT_ONCE", 2)
    assert queries.keys_of(session, asked) == whole
    assert len(whole) == 5
