"""The items that ship with the platform, through the same import an administrator uses."""

from collections import Counter
from pathlib import Path

import pytest

from core.import_kinds import dry_run, import_sheet
from people.identity import Identity
from people.permissions import Role
from questions.items import compared
from questions.kinds import ItemKind, Subject
from questions.operations import ITEMS
from questions.queries import ItemFilter, bank_counts, drafts

FILES = sorted((Path(__file__).resolve().parents[2] / "questions" / "sample_items").glob("*.csv"))
PAPER = {ItemKind.TRUE_FALSE: 20, ItemKind.SINGLE: 40, ItemKind.MULTIPLE: 20}
ROOM = 3
OFFICE = Identity(None, Role.ADMINISTRATOR, "测试", None, None, 0, False)


@pytest.fixture
def bank(session):
    for path in FILES:
        run = dry_run(session, ITEMS, path.name, path.read_bytes(), OFFICE)
        problems = [(problem.row, problem.column, str(problem.message)) for problem in run.problems]
        assert problems == [], path.name
        import_sheet(session, ITEMS, path.name, path.read_bytes(), OFFICE)
    return drafts(session, ItemFilter())


def keys(bank, kind):
    return Counter(draft.key for draft in bank if draft.kind is kind)


def test_there_are_enough_items_of_every_kind_and_subject(session, bank):
    assert len(bank) >= 400
    kinds, subjects = Counter(draft.kind for draft in bank), Counter(draft.subject for draft in bank)
    assert all(kinds[kind] >= ROOM * count for kind, count in PAPER.items()), kinds
    assert set(subjects) == set(Subject) - {Subject.SPECIAL}
    assert all((kind, subject) in bank_counts(session) for kind in ItemKind for subject in subjects)


def test_every_item_names_its_law_and_article_and_says_why(bank):
    assert [draft.code for draft in bank if not (draft.law and draft.article and draft.explanation)] == []


def test_no_two_items_ask_the_same(bank):
    stems = Counter(compared(draft.stem) for draft in bank)
    assert [stem for stem, count in stems.items() if count > 1] == []


def test_keys_are_balanced(bank):
    """Nobody gains by always giving the same letter."""
    verdicts, singles = keys(bank, ItemKind.TRUE_FALSE), keys(bank, ItemKind.SINGLE)
    assert 0.35 <= verdicts["A"] / verdicts.total() <= 0.65, verdicts
    assert all(0.15 <= singles[letter] / singles.total() <= 0.35 for letter in "ABCD"), singles
    multiples = Counter(letter for key in keys(bank, ItemKind.MULTIPLE).elements() for letter in key)
    count = keys(bank, ItemKind.MULTIPLE).total()
    assert all(0.4 <= multiples[letter] / count <= 0.9 for letter in "ABCD"), multiples
    assert max(keys(bank, ItemKind.MULTIPLE).values()) / count <= 0.35


def test_the_right_option_does_not_give_itself_away_by_its_length(bank):
    singles = [draft for draft in bank if draft.kind is ItemKind.SINGLE]
    longest = [max(draft.options, key=len) == draft.options["ABCDEF".index(draft.key)] for draft in singles]
    assert sum(longest) / len(longest) <= 0.45


def test_importing_the_same_files_again_changes_nothing(session, bank):
    for path in FILES:
        sentence = str(import_sheet(session, ITEMS, path.name, path.read_bytes(), OFFICE))
        assert "新增 0 道，更新 0 道" in sentence
    assert drafts(session, ItemFilter()) == bank
