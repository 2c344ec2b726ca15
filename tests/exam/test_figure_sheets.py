"""The sheets of figures: every sum and rate calculated again as a spreadsheet would, and held against its value."""

import re
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from hypothesis import given, settings, strategies as st

from core.formulas import Formula
from core.sheets import read_sheet, write_workbook
from exam.distributions import spread
from exam.endings import End
from exam.figure_sheets import HEADERS, definitions_sheet, lines_sheet, scores_sheet, subjects_sheet, units_sheet
from exam.pass_rates import DEFINITIONS, UnitRow, figures_of, table
from exam.subjects import SubjectFigures
from people.posts import OrganisationKind
from questions.kinds import Subject

COUNTS = st.dictionaries(st.sampled_from(End), st.integers(0, 300))
KINDS = st.sampled_from([OrganisationKind.COUNTY, OrganisationKind.DEPARTMENT])
RATE = re.compile(r'=IF\((\w+)=0,"—",ROUND\((\w+)\*100/(\w+),1\)\)')


def row(number, kind, counts):
    return UnitRow(UUID(int=number), f"U{number:02d}", f"单位{number}", "", kind, figures_of(counts))


def calculated(rows):
    """Return every formula's own result beside the value written with it."""
    cells = {
        f"{chr(65 + column)}{line + 2}": cell for line, row in enumerate(rows) for column, cell in enumerate(row)
    }

    def result(name):
        cell = cells.get(name)
        if not isinstance(cell, Formula):
            return cell or 0
        rate = RATE.fullmatch(cell.text)
        if rate:
            part, whole = Decimal(result(rate[2])), Decimal(result(rate[3]))
            assert rate[1] == rate[3]
            return "—" if not whole else (part * 100 / whole).quantize(Decimal("0.1"), ROUND_HALF_UP)
        summed = re.fullmatch(r"=SUM\((\w)(\d+):\w(\d+)\)", cell.text)
        if summed:
            return sum(result(f"{summed[1]}{line}") for line in range(int(summed[2]), int(summed[3]) + 1))
        return sum(result(part) for part in cell.text.removeprefix("=").split("+"))

    return [(result(name), cell.value) for name, cell in cells.items() if isinstance(cell, Formula)]


@given(st.lists(st.tuples(KINDS, COUNTS), max_size=8))
def test_every_formula_comes_to_the_value_that_our_rules_came_to(parts):
    figures = table([row(place, kind, counts) for place, (kind, counts) in enumerate(parts)])
    sheet = units_sheet("表", figures, lambda one: one.name)
    rows = list(sheet.rows)
    assert {len(one) for one in rows} <= {len(HEADERS), len(HEADERS) - 1}
    pairs = calculated(rows)
    assert len(pairs) >= 3 * 3 + 9
    for again, value in pairs:
        assert again == value


@given(st.lists(COUNTS, max_size=5))
def test_lines_of_employments_are_added_up_too(parts):
    lines = [(str(place), figures_of(counts)) for place, counts in enumerate(parts)]
    for again, value in calculated(list(lines_sheet("表", "人员性质", lines).rows)):
        assert again == value


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=5))
def test_subjects_are_added_up_too(parts):
    named = [
        (str(place), SubjectFigures(Subject.PENALTY, min(pair), max(pair))) for place, pair in enumerate(parts)
    ]
    for again, value in calculated(list(subjects_sheet("表", named).rows)):
        assert again == value


@settings(max_examples=20)
@given(st.lists(st.tuples(KINDS, COUNTS), min_size=1, max_size=4))
def test_a_reader_that_does_not_calculate_sees_the_same_figures(parts):
    figures = table([row(place, kind, counts) for place, (kind, counts) in enumerate(parts)])
    read = read_sheet("t.xlsx", write_workbook([units_sheet("表", figures, lambda one: one.name)]))
    last = read.rows[-1].cells
    assert last[:3] == ("合计", str(figures.total.due), str(figures.total.participated))
    assert last[4] == str(figures.total.passed)
    assert Decimal(last[6]) == figures.total.pass_rate if figures.total.pass_rate is not None else last[6] == "—"


def test_few_participants_have_a_dash_for_a_rank():
    kind = OrganisationKind.COUNTY
    figures = table([row(1, kind, {End.PASSED: 4}), row(2, kind, {End.PASSED: 5})])
    assert [one[-1] for one in list(units_sheet("表", figures, lambda one: one.name).rows)[:2]] == ["—", 1]


def test_scores_and_definitions_are_sheets_too():
    rows = list(scores_sheet("表", spread({61: 2, 3: 1}, 100, 60)).rows)
    assert rows[-1][2].value == 3
    assert [one[0] for one in definitions_sheet("说明", ["考试"]).rows] == ["考试", *map(str, DEFINITIONS)]
