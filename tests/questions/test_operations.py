from dataclasses import replace

import pytest
from sqlalchemy import func, select

from core.errors import RefusedError
from core.models import AuditEntry
from questions.items import ItemDraft
from questions.kinds import TRUE_FALSE_OPTIONS, ItemKind, Subject
from questions.models import Item, ItemVersion
from questions.operations import ImportCount, import_items, restore_item, retire_item, revise_item
from questions.queries import ItemFilter, draft_of, drafts, item
from questions.states import ItemState
from tests.factories import ACTOR
from tests.statements import FEW, counted

DRAFT = ItemDraft(
    "CF-001", ItemKind.SINGLE, Subject.PENALTY, "题干一", ("甲", "乙", "丙"), "B", "行政处罚法", "第一条", "解析"
)
VERDICT = replace(
    DRAFT, code="CF-002", kind=ItemKind.TRUE_FALSE, stem="题干二", options=TRUE_FALSE_OPTIONS, key="A"
)


@pytest.fixture
def bank(session):
    import_items(session, [DRAFT, VERDICT], ACTOR)
    return {row.code: item(session, row.id) for row in session.scalars(select(Item))}


def verbs(session):
    return list(session.scalars(select(AuditEntry.verb).order_by(AuditEntry.seq)))


def codes(caught):
    return [reason.code for reason in caught.value.reasons]


def test_new_items_are_added_active_with_a_first_version(session, bank):
    made = bank["CF-001"]
    assert (made.state, made.version_number) == (ItemState.ACTIVE, 1)
    assert draft_of(made, made.versions[0]) == DRAFT
    assert verbs(session) == ["questions:bank:import"]


def test_what_is_known_is_counted_and_only_what_differs_gets_a_version(session, bank):
    changed = replace(DRAFT, key="C")
    new = replace(DRAFT, code="CF-003", stem="题干三")
    assert import_items(session, [changed, VERDICT, new], ACTOR) == ImportCount(1, 1, 1)
    session.expire_all()
    made = item(session, bank["CF-001"].id)
    assert [(version.number, version.key) for version in made.versions] == [(2, "C"), (1, "B")]
    assert item(session, bank["CF-002"].id).version_number == 1
    assert verbs(session) == ["questions:bank:import"] * 2


def test_a_retired_item_stays_retired_when_it_is_imported_again(session, bank):
    retire_item(session, bank["CF-001"], ACTOR)
    import_items(session, [replace(DRAFT, key="C")], ACTOR)
    assert bank["CF-001"].state == ItemState.RETIRED


@pytest.mark.parametrize(
    ("handed_in", "code"),
    [
        ([replace(DRAFT, code="CF-003", stem="新", key="")], "key_empty"),
        ([replace(DRAFT, code="CF-003")], "stem_repeated"),
        ([replace(DRAFT, kind=ItemKind.MULTIPLE, key="AB")], "kind_changed"),
        ([replace(DRAFT, code="CF-003", stem="新"), replace(DRAFT, code="CF-003", stem="更新")], "code_repeated"),
    ],
)
def test_one_wrong_item_keeps_all_out(session, bank, handed_in, code):
    with pytest.raises(RefusedError) as caught:
        import_items(session, [replace(DRAFT, code="CF-100", stem="好题"), *handed_in], ACTOR)
    assert codes(caught) == [code]
    assert session.scalar(select(func.count()).select_from(Item)) == 2


def test_a_revision_succeeds_the_version_before(session, bank):
    made = bank["CF-001"]
    first = made.versions[0].id
    version = revise_item(session, made, replace(DRAFT, stem="改过的题干", subject=Subject.DUTIES), ACTOR)
    assert (version.number, made.version_number, made.subject) == (2, 2, Subject.DUTIES)
    assert made.versions[0] is version
    assert session.get_one(ItemVersion, first).stem == "题干一"
    assert verbs(session)[-1] == "questions:item:revise"


@pytest.mark.parametrize(
    ("draft", "code"),
    [
        (DRAFT, "no_change"),
        (replace(DRAFT, code="CF-009"), "code_changed"),
        (replace(DRAFT, key="D"), "key_beyond"),
        (replace(DRAFT, stem="题 干 二"), "stem_repeated"),
        (replace(DRAFT, kind=ItemKind.MULTIPLE, key="AB"), "kind_changed"),
    ],
)
def test_a_revision_that_cannot_be_is_refused(session, bank, draft, code):
    with pytest.raises(RefusedError) as caught:
        revise_item(session, bank["CF-001"], draft, ACTOR)
    assert codes(caught) == [code]
    assert bank["CF-001"].version_number == 1


MOVES = [(ItemState.ACTIVE, retire_item), (ItemState.RETIRED, restore_item)]


@pytest.mark.parametrize("state", ItemState)
@pytest.mark.parametrize(("source", "move"), MOVES)
def test_an_item_is_retired_and_restored_from_the_other_state_alone(session, bank, state, source, move):
    made = bank["CF-001"]
    made.state = state
    if state is source:
        move(session, made, ACTOR)
        assert made.state is not source
        assert verbs(session)[-1] == f"questions:item:{'retire' if source is ItemState.ACTIVE else 'restore'}"
    else:
        with pytest.raises(RefusedError):
            move(session, made, ACTOR)


def test_five_hundred_items_come_in_in_a_few_statements(session, bank):
    many = [replace(DRAFT, code=f"ZY-{number:03d}", stem=f"第{number}题") for number in range(500)]
    with counted(session) as sent:
        assert import_items(session, many, ACTOR).added == 500
    assert len(sent) < FEW
    assert len(drafts(session, ItemFilter())) == 502
