"""The tables of figures as sheets of a workbook: integers as numbers, every sum and rate as a formula.

A formula carries the value that our own rules came to, so what is shown is the same wherever it is opened.
"""

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from core.formulas import Formula, cell, percentage, sum_of_cells, sum_of_rows
from core.sheets import Cell, WorkbookSheet
from core.texts import Text, lazy_gettext as _
from exam.distributions import Step
from exam.pass_rates import DEFINITIONS, FiguresTable, UnitFigures, UnitRow, added, rate
from exam.ranking import ranks
from exam.subjects import SubjectFigures

Names = Callable[[UnitRow], str]
HEADERS: tuple[Text, ...] = (
    _("单位"),
    _("应参加人数"),
    _("参加考试人数"),
    _("参考率（%）"),
    _("合格人数"),
    _("未合格人数"),
    _("合格率（%）"),
    _("未按要求完成人数"),
    _("其中未参加培训"),
    _("其中学时不足"),
    _("其中学时已满未参加考试"),
    _("学时不足中考试已合格"),
    _("总体合格率（%）"),
    _("名次"),
)
# Which figure stands in which column, and which rate is which column over which other.
_COUNTS: Mapping[int, str] = {
    1: "due",
    2: "participated",
    4: "passed",
    5: "failed",
    7: "not_completed",
    8: "training_not_started",
    9: "training_short",
    10: "exam_absent",
    11: "passed_pending_training",
}
_RATES: Mapping[int, tuple[str, int, int]] = {
    3: ("participation_rate", 2, 1),
    6: ("pass_rate", 4, 2),
    12: ("overall_rate", 4, 1),
}
_RANK = 13


def units_sheet(title: Text, figures: FiguresTable, names: Names) -> WorkbookSheet:
    """Return the table of counties and departments, each part with its subtotal, and the total."""
    rows = _unit_rows(figures.counties, names, first=0)
    subtotal = len(rows)
    rows.append(_sum_row(str(_("县区小计")), figures.county_subtotal, subtotal, (0, subtotal - 1)))
    rows += _unit_rows(figures.departments, names, first=subtotal + 1)
    last = len(rows)
    rows.append(_sum_row(str(_("市直部门小计")), figures.department_subtotal, last, (subtotal + 1, last - 1)))
    rows.append(_total_row(str(_("合计")), figures.total, last + 1, (subtotal, last)))
    return WorkbookSheet(title, HEADERS, rows, strong=frozenset({subtotal, last, last + 1}))


def lines_sheet(title: Text, head: Text, lines: Sequence[tuple[str, UnitFigures]]) -> WorkbookSheet:
    """Return a table of lines without ranks, with their total."""
    rows = [_row(name, figures, place) for place, (name, figures) in enumerate(lines)]
    last = len(rows)
    rows.append(_sum_row(str(_("合计")), added(figures for _name, figures in lines), last, (0, last - 1)))
    return WorkbookSheet(title, (head, *HEADERS[1:_RANK]), rows, strong=frozenset({last}))


def subjects_sheet(title: Text, subjects: Sequence[tuple[str, SubjectFigures]]) -> WorkbookSheet:
    """Return the marks by subject, with their total."""
    rows: list[list[Cell]] = [
        [name, one.reached, one.available, percentage(cell(1, place), cell(2, place), one.share)]
        for place, (name, one) in enumerate(subjects)
    ]
    last = len(rows)
    reached, available = sum(one.reached for _n, one in subjects), sum(one.available for _n, one in subjects)
    sums: list[Cell] = [sum_of_rows(1, 0, last - 1, reached), sum_of_rows(2, 0, last - 1, available)]
    share = percentage(cell(1, last), cell(2, last), rate(reached, available))
    rows.append([str(_("合计")), *sums, share])
    headers = (_("科目"), _("得分合计"), _("满分合计"), _("得分率（%）"))
    return WorkbookSheet(title, headers, rows, strong=frozenset({last}))


def scores_sheet(title: Text, steps: Sequence[Step]) -> WorkbookSheet:
    """Return how many people's scores lie in each step, and whether these pass."""
    passing = (str(_("未合格")), str(_("合格")))
    rows: list[list[Cell]] = [[one.low, one.high, one.count, passing[one.is_passing]] for one in steps]
    last = len(rows)
    rows.append([str(_("合计")), None, sum_of_rows(2, 0, last - 1, sum(one.count for one in steps)), None])
    headers = (_("最低分"), _("最高分"), _("人数"), _("是否达到合格分数线"))
    return WorkbookSheet(title, headers, rows, strong=frozenset({last}))


def definitions_sheet(title: Text, lines: Sequence[str]) -> WorkbookSheet:
    """Return what the figures are of and how each is defined."""
    return WorkbookSheet(title, (_("说明"),), [[text] for text in (*lines, *map(str, DEFINITIONS))])


def _unit_rows(rows: Sequence[UnitRow], names: Names, first: int) -> list[list[Cell]]:
    ranked: Mapping[UUID, int] = ranks(rows)
    return [
        [*_row(names(row), row.figures, place), ranked.get(row.organisation_id, "—")]
        for place, row in enumerate(rows, start=first)
    ]


def _row(name: str, figures: UnitFigures, place: int) -> list[Cell]:
    counts: dict[int, Cell] = {column: getattr(figures, figure) for column, figure in _COUNTS.items()}
    return [name, *_in_columns(counts | _rates(figures, place))]


def _sum_row(name: str, figures: UnitFigures, place: int, summed: tuple[int, int]) -> list[Cell]:
    counts: dict[int, Cell] = {
        column: sum_of_rows(column, *summed, getattr(figures, figure)) for column, figure in _COUNTS.items()
    }
    return [name, *_in_columns(counts | _rates(figures, place))]


def _total_row(name: str, figures: UnitFigures, place: int, summed: tuple[int, int]) -> list[Cell]:
    counts: dict[int, Cell] = {
        column: sum_of_cells([cell(column, row) for row in summed], getattr(figures, figure))
        for column, figure in _COUNTS.items()
    }
    return [name, *_in_columns(counts | _rates(figures, place))]


def _rates(figures: UnitFigures, place: int) -> dict[int, Formula]:
    return {
        column: percentage(cell(part, place), cell(whole, place), getattr(figures, figure))
        for column, (figure, part, whole) in _RATES.items()
    }


def _in_columns(cells: Mapping[int, Cell]) -> list[Cell]:
    return [cells[column] for column in sorted(cells)]
