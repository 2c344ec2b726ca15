from datetime import date

import pypdfium2
import pytest

from core.errors import InvalidError
from core.fonts import SONG, text_width
from exam.documents.supervision_card import CardSheet, StepLine, supervision_card, wrapped
from exam.supervision import CardState, CardVerb

CARD = CardSheet(
    number="督办〔2026〕3号",
    unit_name="海东区",
    owner="王芳　副局长",
    issuer_name="示范市人民政府法制办公室",
    issued_on=date(2026, 3, 2),
    due_on=date(2026, 3, 9),
    state=CardState.ANSWERED,
    matter="逐人说明未完成的原因。",
    requirement="各单位应当在考试结束后 5 个工作日内，逐人说明原因。",
    steps=[StepLine(CardVerb.ANSWER, date(2026, 3, 4), "海东区管理员", "已逐人答复，共 3 人。")],
    is_sample=False,
)


def changed(**changes):
    return CardSheet(**(vars(CARD) | changes))


def text_of(content):
    pages = pypdfium2.PdfDocument(content)
    return "".join(page.get_textpage().get_text_range() for page in pages), len(pages)


def test_everything_that_was_decided_stands_on_the_page():
    words, pages = text_of(supervision_card(CARD))
    assert pages == 1
    for part in (
        CARD.number,
        "海东区",
        "王芳",
        "副局长",
        "2026年3月9日",
        CARD.matter,
        "已逐人答复，共 3 人。",
        "已答复，待办结",
    ):
        assert part in words
    assert "演示样稿" not in words
    assert "SAMPLE" not in words


def test_a_made_up_card_says_so():
    words, _pages = text_of(supervision_card(changed(is_sample=True)))
    assert "演示样稿" in words
    assert "SAMPLE" in words


def test_equal_cards_give_equal_bytes_and_others_do_not():
    assert supervision_card(CARD) == supervision_card(CARD)
    assert supervision_card(CARD) != supervision_card(changed(due_on=date(2026, 3, 10)))


def test_a_long_story_goes_on_overleaf_and_nothing_is_lost():
    told = [StepLine(CardVerb.ANSWER, date(2026, 3, 4), "管理员", f"第{n}次说明" + "情况" * 200) for n in range(9)]
    words, pages = text_of(supervision_card(changed(steps=told)))
    assert pages > 2
    for n in range(9):
        assert f"第{n}次说明" in words
    assert words.count("情况") >= 9 * 200 * 0.9
    assert words.replace("\r", "").replace("\n", "").count("情况" * 10) > 0
    assert "已答复，待办结" in words


def test_a_character_no_typeface_holds_is_refused_by_name():
    with pytest.raises(InvalidError, match=r"U\+2[0-9A-F]{4}"):
        supervision_card(changed(matter="督办𡝗"))


def test_no_line_is_wider_than_its_place_and_none_begins_with_a_closing_mark():
    text = "各单位应当逐人说明原因，不得遗漏。" * 20 + "\n" + "A" * 300
    lines = wrapped(text, SONG, 12, 300)
    assert "".join(lines) == text.replace("\n", "")
    assert max(text_width(line, SONG, 12) for line in lines) <= 300 + 2 * 12
    assert not any(line.startswith(("，", "。")) for line in lines)
