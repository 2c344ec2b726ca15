"""The tables attached to a circular: every unit with its figures, subtotals and the total, and their notes.

The figures come from a snapshot alone, and a rate is printed with its definition below the table.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from exam.circular_figures import written_rate
from exam.pass_rates import UnitFigures, UnitRow
from exam.ranking import SMALLEST_RANKED, is_ranked
from exam.snapshots import Snapshot

COUNTY_SUBTOTAL, DEPARTMENT_SUBTOTAL, TOTAL = "县区小计", "市直部门小计", "合计"
SMALL_NOTE = "不评价"
DEFINITION = (
    "注：参考率＝参加考试人数÷应参加人数；合格率＝合格人数÷参加考试人数；"
    "应参加人数＝合格人数＋未合格人数＋未按要求完成培训考试人数，免考和经批准退出的不计在内。"
    "各率保留一位小数，四舍五入；小计、合计的率由人数重新计算。"
    f"参加考试不足{SMALLEST_RANKED}人的单位不作评价。"
)
MISSING_DEFINITION = (
    "注：未按要求完成培训考试，是指应参加人员未参加培训、学时不足（含考试已合格而学时未满），"
    "或者学时已满但未参加考试。"
)


class RowKind(StrEnum):
    """What a row of a table is: one unit, the sum of its part, or the sum of all."""

    UNIT = "unit"
    SUBTOTAL = "subtotal"
    TOTAL = "total"


@dataclass(frozen=True)
class Line:
    """One row before it is printed: what it is called and its figures."""

    kind: RowKind
    name: str
    figures: UnitFigures
    note: str = ""


@dataclass(frozen=True)
class TableRow:
    """One printed row."""

    kind: RowKind
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Attachment:
    """One attached table: its number and title, its columns with their widths in millimetres, its rows."""

    number: int
    title: str
    headers: tuple[str, ...]
    widths: tuple[float, ...]
    rows: tuple[TableRow, ...]
    note: str


TITLES = ("各县区培训考试情况统计表", "市直部门培训考试情况统计表", "未按要求完成培训考试人数统计表")
HEADERS = (
    "序号",
    "单位",
    "应参加人数",
    "参加考试人数",
    "参考率",
    "合格人数",
    "未合格人数",
    "合格率",
    "未按要求完成培训考试人数",
    "备注",
)
MISSING_HEADERS = (
    "序号",
    "单位",
    "应参加人数",
    "未按要求完成培训考试人数",
    "其中未参加培训",
    "其中学时不足",
    "其中学时已满未参加考试",
    "备注",
)
WIDTHS = (9.0, 38.0, 14.0, 14.0, 15.0, 13.0, 13.0, 15.0, 15.0, 10.0)
MISSING_WIDTHS = (9.0, 42.0, 17.0, 22.0, 18.0, 18.0, 20.0, 10.0)


def attachments(snapshot: Snapshot) -> tuple[Attachment, ...]:
    """Return the three tables in their order."""
    counties, departments, everybody = county_lines(snapshot), department_lines(snapshot), all_lines(snapshot)
    return (
        Attachment(1, TITLES[0], HEADERS, WIDTHS, _printed(counties, _full), DEFINITION),
        Attachment(2, TITLES[1], HEADERS, WIDTHS, _printed(departments, _full), DEFINITION),
        Attachment(
            3, TITLES[2], MISSING_HEADERS, MISSING_WIDTHS, _printed(everybody, _missing), MISSING_DEFINITION
        ),
    )


def county_lines(snapshot: Snapshot) -> list[Line]:
    """Return the counties with their subtotal."""
    rows = [_line(row) for row in snapshot.table.counties]
    return [*rows, Line(RowKind.SUBTOTAL, COUNTY_SUBTOTAL, snapshot.table.county_subtotal)]


def department_lines(snapshot: Snapshot) -> list[Line]:
    """Return the departments with their subtotal and the total of all units."""
    rows = [_line(row) for row in snapshot.table.departments]
    subtotal = Line(RowKind.SUBTOTAL, DEPARTMENT_SUBTOTAL, snapshot.table.department_subtotal)
    return [*rows, subtotal, Line(RowKind.TOTAL, TOTAL, snapshot.table.total)]


def all_lines(snapshot: Snapshot) -> list[Line]:
    """Return counties and departments with both subtotals and the total."""
    return [*county_lines(snapshot), *department_lines(snapshot)]


def _line(row: UnitRow) -> Line:
    note = "" if is_ranked(row.figures) else SMALL_NOTE
    return Line(RowKind.UNIT, row.name, row.figures, note)


def _printed(lines: Iterable[Line], cells: Callable[[Line], tuple[str, ...]]) -> tuple[TableRow, ...]:
    rows, number = [], 0
    for line in lines:
        number += line.kind is RowKind.UNIT
        serial = str(number) if line.kind is RowKind.UNIT else ""
        rows.append(TableRow(line.kind, (serial, line.name, *cells(line), line.note)))
    return tuple(rows)


def _full(line: Line) -> tuple[str, ...]:
    one = line.figures
    return (
        str(one.due),
        str(one.participated),
        written_rate(one.participation_rate),
        str(one.passed),
        str(one.failed),
        written_rate(one.pass_rate),
        str(one.not_completed),
    )


def _missing(line: Line) -> tuple[str, ...]:
    one = line.figures
    counts = (one.due, one.not_completed, one.training_not_started, one.training_short, one.exam_absent)
    return tuple(map(str, counts))
