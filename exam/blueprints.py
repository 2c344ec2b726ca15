"""How a paper is made up: its cells, its total, and whether the bank can fill it.

It counts items and never looks at one. A blueprint the bank cannot fill is found before anybody sits.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from core.errors import Reason
from core.texts import Text, lazy_gettext as _
from questions.kinds import KIND_NAMES, SUBJECT_NAMES, ItemKind, Subject

TITLE_LENGTH = 80
MOST_ITEMS, MOST_MARKS, MOST_MINUTES = 300, 100, 480
ANY_SUBJECT = _("不限科目")


class MultipleRule(StrEnum):
    """What a multiple-choice item with some right options and no wrong one is worth."""

    ALL_OR_NOTHING = "all_or_nothing"
    HALF_FOR_SUBSET = "half_for_subset"


MULTIPLE_RULE_NAMES: dict[MultipleRule, Text] = {
    MultipleRule.ALL_OR_NOTHING: _("全部选对才得分"),
    MultipleRule.HALF_FOR_SUBSET: _("选对一部分且无错选，得一半分"),
}


@dataclass(frozen=True)
class Cell:
    """So many items of one kind, of one subject or (None) of any, at so many marks each."""

    kind: ItemKind
    subject: Subject | None
    item_count: int
    marks_each: int

    @property
    def marks(self) -> int:
        """Return what the whole cell is worth."""
        return self.item_count * self.marks_each

    @property
    def words(self) -> Text:
        """Return the cell's kind and subject in words."""
        return _("%(kind)s（%(subject)s）", kind=KIND_NAMES[self.kind], subject=subject_name(self.subject))


@dataclass(frozen=True)
class BlueprintDraft:
    """A blueprint as it is handed in: its cells in the order of the paper."""

    title: str
    cells: tuple[Cell, ...]
    duration_minutes: int
    cut_score: int
    multiple_rule: MultipleRule = MultipleRule.ALL_OR_NOTHING


@dataclass(frozen=True)
class Shortage:
    """One cell (by its position, from 1) that the bank cannot fill; ``available`` is what is left for it."""

    position: int
    kind: ItemKind
    subject: Subject | None
    wanted: int
    available: int


DEFAULT_CELLS = (
    Cell(ItemKind.TRUE_FALSE, None, 20, 1),
    Cell(ItemKind.SINGLE, None, 40, 1),
    Cell(ItemKind.MULTIPLE, None, 20, 2),
)
DEFAULT_MINUTES, DEFAULT_CUT_SCORE = 90, 60


def subject_name(subject: Subject | None) -> Text:
    """Return a subject in words, or that any will do."""
    return ANY_SUBJECT if subject is None else SUBJECT_NAMES[subject]


def total_marks(cells: Sequence[Cell]) -> int:
    """Return the full score of a paper."""
    return sum(cell.marks for cell in cells)


def total_items(cells: Sequence[Cell]) -> int:
    """Return how many items a paper has."""
    return sum(cell.item_count for cell in cells)


def shortages(cells: Sequence[Cell], bank_counts: Mapping[tuple[ItemKind, Subject], int]) -> list[Shortage]:
    """Return every cell the bank cannot fill, in the order of the paper.

    Cells with a subject are served first, because nothing else will do for them; cells with any subject
    draw from what remains of their kind.
    """
    left = Counter(dict(bank_counts))
    found: list[Shortage] = []
    for position, cell in sorted(enumerate(cells, start=1), key=lambda one: one[1].subject is None):
        available = _available(left, cell)
        if available < cell.item_count:
            found.append(Shortage(position, cell.kind, cell.subject, cell.item_count, available))
        _take(left, cell)
    return sorted(found, key=lambda shortage: shortage.position)


def reason_of(shortage: Shortage) -> Reason:
    """Return why a blueprint with this shortage cannot be used, and what to do."""
    text = _(
        "题库不足：%(kind)s（%(subject)s）需要 %(wanted)s 道，可用 %(available)s 道，还差 %(missing)s 道。"
        "请补充试题或改用其他组卷方案。",
        kind=KIND_NAMES[shortage.kind],
        subject=subject_name(shortage.subject),
        wanted=shortage.wanted,
        available=shortage.available,
        missing=shortage.wanted - shortage.available,
    )
    return Reason("bank_short", text)


def reasons_against(cells: Sequence[Cell], cut_score: int, duration: int) -> list[Reason]:
    """Return every reason why a blueprint cannot be made up like this, in the order of the form."""
    reasons = []
    if not 1 <= duration <= MOST_MINUTES:
        text = _("考试时长应为 1 到 %(limit)s 分钟。", limit=MOST_MINUTES)
        reasons.append(Reason("duration", text))
    reasons += _reasons_against_cells(cells)
    if cut_score < 1:
        reasons.append(Reason("cut_score", _("合格分数线至少为 1 分。")))
    elif cells and cut_score > total_marks(cells):
        text = _(
            "合格分数线 %(cut)s 分超过了满分 %(total)s 分。请调整分数线或题量。",
            cut=cut_score,
            total=total_marks(cells),
        )
        reasons.append(Reason("cut_above_total", text))
    return reasons


def reasons_against_draft(draft: BlueprintDraft) -> list[Reason]:
    """Return every reason against a whole blueprint, its title included."""
    reasons = reasons_against(draft.cells, draft.cut_score, draft.duration_minutes)
    reasons += _reasons_against_halves(draft)
    if 0 < len(draft.title) <= TITLE_LENGTH:
        return reasons
    text = _("请填写方案名称，不超过 %(limit)s 个字。", limit=TITLE_LENGTH)
    return [Reason("title_length", text), *reasons]


def _reasons_against_halves(draft: BlueprintDraft) -> list[Reason]:
    """Marks are whole: where half of them can be given, they are even."""
    if draft.multiple_rule is MultipleRule.ALL_OR_NOTHING:
        return []
    if all(cell.marks_each % 2 == 0 for cell in draft.cells if cell.kind is ItemKind.MULTIPLE):
        return []
    text = _("多选题选对一部分得一半分时，多选题每题分值应为偶数。")
    return [Reason("odd_marks", text)]


def _reasons_against_cells(cells: Sequence[Cell]) -> list[Reason]:
    if not cells:
        return [Reason("no_cells", _("请至少填写一行题型、题数和每题分值。"))]
    reasons = []
    if any(cell.item_count < 1 or cell.marks_each < 1 for cell in cells):
        reasons.append(Reason("not_positive", _("题数和每题分值都应是大于 0 的整数。")))
    if any(cell.marks_each > MOST_MARKS for cell in cells):
        reasons.append(Reason("marks_each", _("每题分值不超过 %(limit)s 分。", limit=MOST_MARKS)))
    if total_items(cells) > MOST_ITEMS:
        reasons.append(Reason("too_many_items", _("一份试卷不超过 %(limit)s 道题。", limit=MOST_ITEMS)))
    counts = Counter((cell.kind, cell.subject) for cell in cells)
    doubled = [cell for cell in cells if counts.pop((cell.kind, cell.subject), 1) > 1]
    reasons += [Reason("equal_cells", _("%(cell)s出现了不止一行，请合并。", cell=cell.words)) for cell in doubled]
    return reasons


def _available(left: Counter[tuple[ItemKind, Subject]], cell: Cell) -> int:
    if cell.subject is not None:
        return left[cell.kind, cell.subject]
    return sum(count for (kind, _subject), count in left.items() if kind is cell.kind)


def _take(left: Counter[tuple[ItemKind, Subject]], cell: Cell) -> None:
    wanted = cell.item_count
    subjects = [cell.subject] if cell.subject is not None else list(Subject)
    for subject in subjects:
        taken = min(wanted, left[cell.kind, subject])
        left[cell.kind, subject] -= taken
        wanted -= taken
