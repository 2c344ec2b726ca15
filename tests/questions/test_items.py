import unicodedata
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given, strategies as st

from core.errors import InvalidError
from questions.items import (
    ItemDraft,
    compared,
    faults_in,
    normalised_code,
    parsed_key,
    reasons_against,
    reasons_against_change,
    same_stems,
    tidied,
    written_key,
)
from questions.kinds import OPTION_LETTERS, TRUE_FALSE_OPTIONS, ItemKind, Subject

SINGLE = ItemDraft(
    code="CF-001",
    kind=ItemKind.SINGLE,
    subject=Subject.PENALTY,
    stem="执法人员不得少于（ ）。",
    options=("一人", "两人", "三人", "四人"),
    key="B",
    law="中华人民共和国行政处罚法",
    article="第四十二条第一款",
)
MULTIPLE = replace(SINGLE, kind=ItemKind.MULTIPLE, key="AB")
VERDICT = replace(SINGLE, kind=ItemKind.TRUE_FALSE, options=TRUE_FALSE_OPTIONS, key="A")
ALL_KEYS = ["".join(key) for size in range(7) for key in combinations(OPTION_LETTERS, size)]


def found(draft):
    return [(fault.column, fault.reason.code) for fault in faults_in(draft)]


@pytest.mark.parametrize("draft", [SINGLE, MULTIPLE, VERDICT])
def test_a_sound_item_has_nothing_against_it(draft):
    assert reasons_against(draft) == []


@pytest.mark.parametrize("count", range(2, 7))
@pytest.mark.parametrize("kind", ItemKind)
def test_a_key_is_right_in_number_and_within_the_options(kind, count):
    options = TRUE_FALSE_OPTIONS if kind is ItemKind.TRUE_FALSE else tuple("甲乙丙丁戊己"[:count])
    for key in ALL_KEYS:
        is_within = set(key) <= set(OPTION_LETTERS[: len(options)])
        is_in_number = len(key) >= 2 if kind is ItemKind.MULTIPLE else len(key) == 1
        draft = replace(SINGLE, kind=kind, options=options, key=key)
        assert (reasons_against(draft) == []) is (is_within and is_in_number), key


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"code": ""}, ("题号", "code_empty")),
        ({"code": "X" * 31}, ("题号", "code_length")),
        ({"code": "CF 001"}, ("题号", "code_form")),
        ({"code": "-1"}, ("题号", "code_form")),
        ({"code": "É1"}, ("题号", "code_form")),
        ({"stem": ""}, ("题干", "stem_empty")),
        ({"stem": "长" * 601}, ("题干", "stem_length")),
        ({"stem": "=1+1"}, ("题干", "stem_formula")),
        ({"stem": "执法\x07人员"}, ("题干", "stem_control")),
        ({"law": ""}, ("法律", "law_empty")),
        ({"law": "长" * 121}, ("法律", "law_length")),
        ({"article": ""}, ("条款", "article_empty")),
        ({"article": "长" * 61}, ("条款", "article_length")),
        ({"explanation": "长" * 1001}, ("解析", "explanation_length")),
        ({"options": ("一人", "两人", "长" * 201)}, ("选项C", "option_length")),
        ({"options": ("一人", "两人", "=A1")}, ("选项C", "option_formula")),
        ({"options": ("一人", "两人", "", "四人")}, ("选项C", "option_gap")),
        ({"options": ("", "两人", "三人", "四人")}, ("选项A", "option_gap")),
        ({"options": ("甲", "乙", "丙", "丁", "戊", "己", "庚")}, ("选项F", "options_many")),
        ({"options": ("一人", "两人", "三人", "一人")}, ("选项D", "options_equal")),
        ({"options": ("一 人", "两人", "一人")}, ("选项C", "options_equal")),
        ({"options": ("3人", "两人", "３人")}, ("选项C", "options_equal")),
        ({"key": ""}, ("答案", "key_empty")),
        ({"key": "E"}, ("答案", "key_beyond")),
        ({"key": "AB"}, ("答案", "key_many")),
    ],
)
def test_each_reason_against_an_item_stands_in_its_column(changes, expected):
    assert found(replace(SINGLE, **changes)) == [expected]


def test_a_single_option_is_too_few():
    assert found(replace(SINGLE, options=("一人",), key="A")) == [("选项B", "options_few")]


def test_a_multiple_choice_needs_two_right_options():
    assert found(replace(MULTIPLE, key="A")) == [("答案", "key_few")]


@pytest.mark.parametrize("key", ["BA", "AAB"])
def test_the_letters_of_a_key_stand_in_order_and_once(key):
    assert found(replace(MULTIPLE, key=key)) == [("答案", "key_form")]


@pytest.mark.parametrize("options", [("对", "错"), ("正确",), ("错误", "正确"), ()])
def test_a_true_false_item_has_its_own_two_options(options):
    assert ("选项A", "options_of_true_false") in found(replace(VERDICT, options=options))


@pytest.mark.parametrize(
    "text", ["ABD", "A,B,D", "A、B、D", "abd", "ＡＢＤ", "d b a", "A，B，D", "B;A;D", "A\nB\nD"]
)
def test_keys_are_read_as_people_write_them(text):
    assert parsed_key(ItemKind.MULTIPLE, text) == "ABD"


@pytest.mark.parametrize("text", ["", "G", "AG", "对", "1", "A和B", "-"])
def test_what_is_no_letter_of_an_option_is_refused(text):
    with pytest.raises(InvalidError, match="答案请填选项的字母"):
        parsed_key(ItemKind.SINGLE, text)


def test_a_letter_twice_is_refused_rather_than_guessed():
    with pytest.raises(InvalidError, match="重复的字母"):
        parsed_key(ItemKind.MULTIPLE, "AAB")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("对", "A"),
        ("正确", "A"),
        ("√", "A"),
        ("A", "A"),
        ("ａ", "A"),
        ("错", "B"),
        ("错误", "B"),
        ("×", "B"),
        ("b", "B"),
    ],
)
def test_verdicts_are_read_as_people_write_them(text, key):
    assert parsed_key(ItemKind.TRUE_FALSE, text) == key


@pytest.mark.parametrize("text", ["", "C", "AB", "是", "不对", "对错"])
def test_what_is_no_verdict_is_refused(text):
    with pytest.raises(InvalidError, match="“对”或“错”"):
        parsed_key(ItemKind.TRUE_FALSE, text)


@pytest.mark.parametrize("kind", ItemKind)
def test_a_written_key_is_read_back(kind):
    for key in ("A", "B") if kind is ItemKind.TRUE_FALSE else ALL_KEYS[1:]:
        assert parsed_key(kind, written_key(kind, key)) == key


def test_a_draft_has_one_written_form():
    typed = replace(SINGLE, code=" cf－001 ", stem=" 题干\r\n第二行 ", options=("一人 ", "两人", "", " "))
    assert tidied(typed) == replace(SINGLE, stem="题干\n第二行", options=("一人", "两人"))
    assert tidied(replace(VERDICT, options=("", "", "", "", "", ""))) == VERDICT


@given(st.text(max_size=30))
def test_tidying_twice_changes_nothing(text):
    once = tidied(replace(SINGLE, stem=text, options=(text, text, ""), law=text))
    assert tidied(once) == once


@given(st.text(max_size=20))
def test_compared_texts_know_no_blanks_and_no_width(text):
    assert compared(compared(text)) == compared(text) == compared(unicodedata.normalize("NFKC", text))
    assert compared(f" {text}　") == compared(text)


@given(st.text("aZ9-_./题Ｂ１－ ", min_size=1))
def test_a_sound_code_has_one_written_form(text):
    code = normalised_code(text)
    assert normalised_code(code) == code


def test_codes_know_no_width_case_or_blanks():
    assert normalised_code(" cf－001 ") == normalised_code("CF-001")


def test_the_same_stem_under_another_code_is_found_in_sheet_and_bank():
    other = replace(SINGLE, code="CF-002")
    wide = replace(SINGLE, code="CF-003", stem="执法人员不得少于( )。 ")
    bank = [replace(SINGLE, code="CF-009"), replace(SINGLE, code="CF-010", stem="另一题")]
    assert same_stems([SINGLE, other, wide], []) == {1: "CF-001", 2: "CF-001"}
    assert same_stems([SINGLE], bank) == {0: "CF-009"}
    assert same_stems([SINGLE], [SINGLE]) == {}


def test_a_stem_that_its_owner_gives_up_in_the_same_sheet_is_free():
    renamed = replace(SINGLE, code="CF-009", stem="换了题干")
    assert same_stems([renamed, SINGLE], [replace(SINGLE, code="CF-009")]) == {}


def test_the_kind_of_an_item_never_changes():
    assert reasons_against_change(SINGLE, replace(SINGLE, stem="新题干")) == []
    assert [reason.code for reason in reasons_against_change(SINGLE, MULTIPLE)] == ["kind_changed"]
