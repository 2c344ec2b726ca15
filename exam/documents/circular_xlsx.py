"""The tables of a snapshot as a workbook: real numbers, and formulas wherever something is added up or divided.

Every formula carries the value that the snapshot holds, so that a reader that does not calculate shows the same.
"""

from collections.abc import Sequence

from core.formulas import cell, percentage, sum_of_cells, sum_of_rows
from core.sheets import Cell, WorkbookSheet, write_workbook
from exam.circular_tables import (
    DEFINITION,
    HEADERS,
    MISSING_DEFINITION,
    MISSING_HEADERS,
    Line,
    RowKind,
    all_lines,
)
from exam.snapshots import Snapshot

RATES = {"参考率": ("participation_rate", 3, 2), "合格率": ("pass_rate", 5, 3)}
COUNTS = {2: "due", 3: "participated", 5: "passed", 6: "failed", 8: "not_completed"}
MISSING_COUNTS = {2: "due", 3: "not_completed", 4: "training_not_started", 5: "training_short", 6: "exam_absent"}


def draw_xlsx(snapshot: Snapshot, source: str) -> bytes:
    """Return the workbook: the figures of all units, who has not completed, and what the figures mean."""
    lines = all_lines(snapshot)
    strong = frozenset(place for place, line in enumerate(lines) if line.kind is not RowKind.UNIT)
    headers = [f"{name}（%）" if name in RATES else name for name in HEADERS]
    notes = [[source], [DEFINITION.removeprefix("注：")], [MISSING_DEFINITION.removeprefix("注：")]]
    return write_workbook(
        [
            WorkbookSheet("各单位培训考试情况统计表", headers, _rows(lines, HEADERS, COUNTS), strong=strong),
            WorkbookSheet(
                "未按要求完成人数统计表",
                MISSING_HEADERS,
                _rows(lines, MISSING_HEADERS, MISSING_COUNTS),
                strong=strong,
            ),
            WorkbookSheet("说明", ["说明"], notes),
        ]
    )


def _rows(lines: Sequence[Line], headers: Sequence[str], counts: dict[int, str]) -> list[list[Cell]]:
    """Return the rows; a subtotal adds up the units above it, the total adds up the subtotals."""
    rows: list[list[Cell]] = []
    subtotals: list[int] = []
    first = number = 0
    for place, line in enumerate(lines):
        number += line.kind is RowKind.UNIT
        row: list[Cell] = [number if line.kind is RowKind.UNIT else None, line.name, *[None] * (len(headers) - 2)]
        for column, figure in counts.items():
            value = getattr(line.figures, figure)
            row[column] = value
            if line.kind is RowKind.SUBTOTAL:
                row[column] = sum_of_rows(column, first, place - 1, value)
            elif line.kind is RowKind.TOTAL:
                row[column] = sum_of_cells([cell(column, one) for one in subtotals], value)
        for column, name in enumerate(headers):
            if name in RATES:
                figure, part, whole = RATES[name]
                row[column] = percentage(cell(part, place), cell(whole, place), getattr(line.figures, figure))
        row[-1] = line.note or None
        rows.append(row)
        if line.kind is RowKind.SUBTOTAL:
            first, subtotals = place + 1, [*subtotals, place]
    return rows
