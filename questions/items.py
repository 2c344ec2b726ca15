"""One item as it is written: its parts in their one form, and every reason why it cannot be asked.

It decides on one item alone, and on whether two of them ask the same. What the law says is not judged.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from core.errors import InvalidError, Reason
from core.texts import Text, lazy_gettext as _
from questions.kinds import FALSE, OPTION_LETTERS, TRUE, TRUE_FALSE_OPTIONS, ItemKind, Subject

FEWEST_OPTIONS, FEWEST_RIGHT = 2, 2
TRUE_WORDS = frozenset({"对", "正确", "√", "✓", "✔", TRUE})
FALSE_WORDS = frozenset({"错", "错误", "×", "✗", "✘", FALSE})
_BETWEEN_LETTERS = re.compile(r"[\s,、;/.|]+")
_SPACES = re.compile(r"\s+")
_UNSEEN = re.compile(r"[\u200b\u2060\ufeff]")
_CODE = re.compile(r"[A-Z0-9\u4e00-\u9fff][-._/A-Z0-9\u4e00-\u9fff]*")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class Part(StrEnum):
    """A part of an item; the value is the column of a sheet. Options have a column for each letter."""

    CODE = "题号"
    KIND = "题型"
    SUBJECT = "科目"
    STEM = "题干"
    OPTION = "选项"
    KEY = "答案"
    LAW = "法律"
    ARTICLE = "条款"
    EXPLANATION = "解析"


LIMITS: dict[Part, int] = {
    Part.CODE: 30,
    Part.STEM: 600,
    Part.OPTION: 200,
    Part.LAW: 120,
    Part.ARTICLE: 60,
    Part.EXPLANATION: 1000,
}


@dataclass(frozen=True)
class ItemDraft:
    """An item as it is handed in; ``options`` in the order of the letters, ``key`` the sorted letters."""

    code: str
    kind: ItemKind
    subject: Subject
    stem: str
    options: tuple[str, ...]
    key: str
    law: str
    article: str
    explanation: str = ""


@dataclass(frozen=True)
class Fault:
    """One reason against an item, and the column of a sheet it stands in."""

    column: str
    reason: Reason


def reasons_against(draft: ItemDraft) -> list[Reason]:
    """Return every reason why the item cannot stand in the bank, in the order of its parts."""
    return [fault.reason for fault in faults_in(draft)]


def faults_in(draft: ItemDraft) -> list[Fault]:
    """Return every reason against the item with the column it stands in."""
    return [*_text_faults(draft), *_option_faults(draft), *_key_faults(draft)]


def option_column(letter: str) -> str:
    """Return the column of one option."""
    return f"{Part.OPTION}{letter}"


def tidied(draft: ItemDraft) -> ItemDraft:
    """Return the draft in its one written form: no blanks around texts, no empty options at the end."""
    options = [_tidy(option) for option in draft.options]
    while options and not options[-1]:
        options.pop()
    if draft.kind is ItemKind.TRUE_FALSE and not options:
        options = list(TRUE_FALSE_OPTIONS)
    return replace(
        draft,
        code=normalised_code(draft.code),
        stem=_tidy(draft.stem),
        options=tuple(options),
        law=_tidy(draft.law),
        article=_tidy(draft.article),
        explanation=_tidy(draft.explanation),
    )


def normalised_code(code: str) -> str:
    """Return an item's code in its one written form: half-width capitals without blanks."""
    return _SPACES.sub("", unicodedata.normalize("NFKC", code)).upper()


def compared(text: str) -> str:
    """Return a text as it is compared: half-width and without blanks."""
    without_blanks = _SPACES.sub("", unicodedata.normalize("NFKC", text))
    return unicodedata.normalize("NFKC", without_blanks)  # a blank may have kept a sign from its letter


def parsed_key(kind: ItemKind, text: str) -> str:
    """Return the key a person wrote as sorted letters, or say how to write it."""
    if kind is ItemKind.TRUE_FALSE:
        return _parsed_verdict(text)
    letters = _BETWEEN_LETTERS.sub("", unicodedata.normalize("NFKC", text).upper().replace("、", ","))
    if not letters or set(letters) - set(OPTION_LETTERS):
        raise InvalidError(_("答案请填选项的字母，如 B 或 ABD。"))
    if len(set(letters)) < len(letters):
        raise InvalidError(_("答案中有重复的字母，请核对。"))
    return "".join(sorted(letters))


def written_key(kind: ItemKind, key: str) -> str:
    """Return a key as sheets and pages write it."""
    if kind is ItemKind.TRUE_FALSE:
        return "对" if key == TRUE else "错"
    return key


def same_stems(drafts: Sequence[ItemDraft], bank: Iterable[ItemDraft]) -> dict[int, str]:
    """Return which drafts (by place) ask what another code asks already, with that code.

    A bank item that is among the drafts counts as it will be, not as it was.
    """
    codes = {draft.code for draft in drafts}
    owners = {compared(item.stem): item.code for item in bank if item.code not in codes}
    found: dict[int, str] = {}
    for place, draft in enumerate(drafts):
        owner = owners.setdefault(compared(draft.stem), draft.code)
        if owner != draft.code:
            found[place] = owner
    return found


def reasons_against_change(before: ItemDraft, after: ItemDraft) -> list[Reason]:
    """Return why an item cannot be succeeded by this version; marks given for the old one must stand."""
    if before.kind is after.kind:
        return []
    text = _("题号 %(code)s 在题库中是另一种题型。题型不能改，请换一个题号。", code=after.code)
    return [Reason("kind_changed", text)]


def _text_faults(draft: ItemDraft) -> list[Fault]:
    required = (
        (Part.CODE, draft.code),
        (Part.STEM, draft.stem),
        (Part.LAW, draft.law),
        (Part.ARTICLE, draft.article),
    )
    faults = [
        _fault(part, f"{part.name.lower()}_empty", _("此项必填，请补充。")) for part, text in required if not text
    ]
    if draft.code and not _CODE.fullmatch(draft.code):
        sentence = _("题号只用字母、数字、汉字和连字符，如 CF-001。")
        faults.append(_fault(Part.CODE, "code_form", sentence))
    texts = (*required, (Part.EXPLANATION, draft.explanation))
    return [*faults, *(fault for part, text in texts for fault in _form_faults(part, part, text))]


def _form_faults(column: str, part: Part, text: str) -> list[Fault]:
    """Return why a text cannot be kept, or could not come back from a sheet as it went."""
    faults = []
    if len(text) > LIMITS[part]:
        sentence = _("超过 %(limit)s 个字，请精简。", limit=LIMITS[part])
        faults.append(_fault(column, f"{part.name.lower()}_length", sentence))
    if text.startswith("="):
        sentence = _("不能以“=”开头，电子表格会把它当作公式。")
        faults.append(_fault(column, f"{part.name.lower()}_formula", sentence))
    if _CONTROL.search(text):
        sentence = _("有不可见的控制字符，请删去后重新输入。")
        faults.append(_fault(column, f"{part.name.lower()}_control", sentence))
    return faults


def _option_faults(draft: ItemDraft) -> list[Fault]:
    if draft.kind is ItemKind.TRUE_FALSE:
        if draft.options == TRUE_FALSE_OPTIONS:
            return []
        return [_fault(option_column("A"), "options_of_true_false", _("判断题不填选项，请清空选项各列。"))]
    if len(draft.options) < FEWEST_OPTIONS:
        return [_fault(option_column("B"), "options_few", _("至少要有两个选项，请补充。"))]
    if len(draft.options) > len(OPTION_LETTERS):
        return [_fault(option_column("F"), "options_many", _("最多六个选项，请删减。"))]
    lettered = list(zip(OPTION_LETTERS, draft.options, strict=False))
    gaps = [letter for letter, option in lettered if not option]
    faults = [
        _fault(option_column(letter), "option_gap", _("选项中间不能空缺，请补充或把后面的选项前移。"))
        for letter in gaps
    ]
    faults += [fault for one, option in lettered for fault in _form_faults(option_column(one), Part.OPTION, option)]
    return [*faults, *_equal_options(lettered)]


def _equal_options(lettered: Sequence[tuple[str, str]]) -> list[Fault]:
    first: dict[str, str] = {}
    faults = []
    for letter, option in lettered:
        earlier = first.setdefault(compared(option), letter)
        if option and earlier != letter:
            text = _("与选项 %(letter)s 相同，请改正。", letter=earlier)
            faults.append(_fault(option_column(letter), "options_equal", text))
    return faults


def _key_faults(draft: ItemDraft) -> list[Fault]:
    beyond = [letter for letter in draft.key if letter not in OPTION_LETTERS[: len(draft.options)]]
    if not draft.key:
        return [_fault(Part.KEY, "key_empty", _("请填写答案。"))]
    if beyond:
        text = _("答案 %(letters)s 没有对应的选项。请核对。", letters="、".join(beyond))
        return [_fault(Part.KEY, "key_beyond", text)]
    if list(draft.key) != sorted(set(draft.key)):
        return [_fault(Part.KEY, "key_form", _("答案的字母要按顺序写，并且不能重复。"))]
    if draft.kind is ItemKind.MULTIPLE:
        if len(draft.key) < FEWEST_RIGHT:
            return [_fault(Part.KEY, "key_few", _("多选题至少有两个正确选项。只有一个的，请改为单选题。"))]
    elif len(draft.key) > 1:
        return [_fault(Part.KEY, "key_many", _("这种题型只能有一个正确选项。有多个的，请改为多选题。"))]
    return []


def _parsed_verdict(text: str) -> str:
    word = compared(text).upper()
    if word in TRUE_WORDS:
        return TRUE
    if word in FALSE_WORDS:
        return FALSE
    raise InvalidError(_("判断题的答案请填“对”或“错”。"))


def _fault(column: str, code: str, text: Text) -> Fault:
    return Fault(str(column), Reason(code, text))


def _tidy(text: str) -> str:
    return _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
