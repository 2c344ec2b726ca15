from dataclasses import replace

import pytest
from hypothesis import given, settings, strategies as st

from core.imports import of_read_cells, read_rows
from core.sheets import Sheet, SheetRow, WorkbookSheet, read_sheet, write_csv, write_workbook
from questions.items import ItemDraft, faults_in, tidied
from questions.kinds import OPTION_LETTERS, TRUE_FALSE_OPTIONS, ItemKind, Subject
from questions.sheet import COLUMNS, draft_of, problems_in, written_row

HEADERS = tuple(column.name for column in COLUMNS)
SOUND = {
    "题号": "CF-001",
    "题型": "单选",
    "科目": "行政处罚法",
    "题干": "执法人员不得少于（ ）。",
    "选项A": "一人",
    "选项B": "两人",
    "答案": "B",
    "法律": "中华人民共和国行政处罚法",
    "条款": "第四十二条",
}
BANK_ITEM = ItemDraft(
    "CF-001", ItemKind.SINGLE, Subject.PENALTY, "旧题干", ("一人", "两人"), "B", "行政处罚法", "第四十二条"
)


def rows_of(*changes):
    cells = [tuple({**SOUND, **change}.get(name, "") for name in HEADERS) for change in changes]
    return read_rows(Sheet(HEADERS, tuple(SheetRow(place, row) for place, row in enumerate(cells, 2))), COLUMNS)


def found(*changes, bank=()):
    rows, problems = rows_of(*changes)
    problems += of_read_cells(rows, problems_in(rows, {draft.code: draft for draft in bank}))
    return [(problem.row, problem.column) for problem in problems]


def test_the_columns_are_those_of_the_files_that_ship_with_it():
    assert (
        *("题号", "题型", "科目", "题干"),
        *("选项A", "选项B", "选项C", "选项D", "选项E", "选项F"),
        *("答案", "法律", "条款", "解析"),
    ) == HEADERS


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"题型": "填空"}, "题型"),
        ({"科目": "刑法"}, "科目"),
        ({"题干": ""}, "题干"),
        ({"选项B": "", "答案": "A"}, "选项B"),
        ({"选项D": "四人"}, "选项C"),
        ({"选项C": "一 人"}, "选项C"),
        ({"答案": ""}, "答案"),
        ({"答案": "C"}, "答案"),
        ({"答案": "AB"}, "答案"),
        ({"答案": "两人"}, "答案"),
        ({"题型": "多选"}, "答案"),
        ({"题型": "判断", "答案": "对"}, "选项A"),
        ({"题型": "判断", "选项A": "", "选项B": "", "答案": "C"}, "答案"),
        ({"法律": ""}, "法律"),
        ({"条款": ""}, "条款"),
        ({"解析": "长" * 1001}, "解析"),
    ],
)
def test_each_problem_stands_in_its_column(change, column):
    assert found(change) == [(2, column)]


def test_a_cell_that_cannot_be_read_hides_no_other_problem_of_its_row():
    assert found({"解析": "长" * 1001, "答案": "C"}) == [(2, "解析"), (2, "答案")]


def test_a_code_and_a_stem_stand_in_a_sheet_once():
    assert found({}, {"题干": "另一题"}) == [(3, "题号")]
    assert found({}, {"题号": "cf-001", "题干": "另一题"}) == [(3, "题号")]
    assert found({}, {"题号": "CF-002"}) == [(3, "题干")]


def test_a_stem_of_the_bank_belongs_to_its_code():
    same = replace(BANK_ITEM, stem=SOUND["题干"])
    assert found({}, bank=[same]) == []
    assert found({"题号": "CF-002"}, bank=[same]) == [(2, "题干")]


def test_a_known_code_keeps_its_kind():
    assert found({}, bank=[BANK_ITEM]) == []
    assert found({"题型": "多选", "答案": "AB"}, bank=[BANK_ITEM]) == [(2, "题型")]


def test_a_true_false_row_gets_its_options():
    (row,), _problems = rows_of({"题型": "判断题", "选项A": "", "选项B": "", "答案": "×"})
    draft = draft_of(row)
    assert (draft.kind, draft.options, draft.key) == (ItemKind.TRUE_FALSE, TRUE_FALSE_OPTIONS, "B")


def texts(longest):
    letters = st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Cs", "Co", "Cn"))
    return st.text(letters, min_size=1, max_size=longest)


@st.composite
def sound_drafts(draw):
    kind = draw(st.sampled_from(ItemKind))
    options = TRUE_FALSE_OPTIONS
    if kind is not ItemKind.TRUE_FALSE:
        options = tuple(draw(st.lists(texts(20), min_size=2, max_size=6)))
    fewest, most = (2, len(options)) if kind is ItemKind.MULTIPLE else (1, 1)
    key = draw(st.sets(st.sampled_from(OPTION_LETTERS[: len(options)]), min_size=fewest, max_size=most))
    draft = ItemDraft(
        code=draw(st.text("ABZ019-./题号", min_size=1, max_size=10)),
        kind=kind,
        subject=draw(st.sampled_from(Subject)),
        stem=draw(texts(40)),
        options=options,
        key="".join(sorted(key)),
        law=draw(texts(20)),
        article=draw(texts(20)),
        explanation=draw(st.just("") | texts(20)),
    )
    return tidied(draft)


sound_items = sound_drafts().filter(lambda draft: faults_in(draft) == [])


def read_back(name, data):
    rows, problems = read_rows(read_sheet(name, data), COLUMNS)
    assert problems == []
    return [draft_of(row) for row in rows]


@given(sound_items)
def test_a_row_written_as_csv_comes_back_the_same(draft):
    assert read_back("a.csv", write_csv(HEADERS, [written_row(draft)])) == [draft]


@settings(max_examples=8, deadline=None)
@given(st.lists(sound_items, min_size=5, max_size=12))
def test_rows_written_as_a_workbook_come_back_the_same(drafts):
    data = write_workbook([WorkbookSheet("题库", HEADERS, map(written_row, drafts))])
    assert read_back("a.xlsx", data) == drafts
