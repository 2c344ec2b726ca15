"""The workbook of a sitting's figures: every table of its pages as a sheet, with what each figure means."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from core import clock
from core.sheets import WorkbookSheet, write_workbook
from core.texts import lazy_gettext as _
from exam.cut_offs import Cell, by_employment
from exam.distributions import Step
from exam.figure_sheets import definitions_sheet, lines_sheet, scores_sheet, subjects_sheet, units_sheet
from exam.models.planning import Sitting
from exam.pass_rates import UnitRow, figures_of, table
from exam.queries.trend import SittingFigures
from exam.states import SITTING_KIND_NAMES
from exam.subjects import SubjectFigures
from exam.views.figure_lines import name_of
from people.posts import EMPLOYMENT_NAMES, EmploymentType, OrganisationKind
from questions.kinds import SUBJECT_NAMES


@dataclass(frozen=True)
class Contents:
    """Everything the workbook of one sitting holds."""

    sitting: Sitting
    cut_name: str
    as_of: datetime | None
    rows: Sequence[UnitRow]
    cells: Sequence[Cell]
    subjects: Sequence[SubjectFigures]
    steps: Sequence[Step]
    sittings: Sequence[SittingFigures]


def written(contents: Contents) -> bytes:
    """Return the workbook."""
    sheets = [units_sheet(_("培训考试情况统计表"), table(contents.rows), name_of), *_bodies(contents.rows)]
    ends = by_employment(contents.cells)
    employments = [(str(EMPLOYMENT_NAMES[one]), figures_of(ends[one])) for one in EmploymentType if one in ends]
    sheets.append(lines_sheet(_("按人员性质"), _("人员性质"), employments))
    if contents.subjects:
        named = [(str(SUBJECT_NAMES[one.subject]), one) for one in contents.subjects]
        sheets.append(subjects_sheet(_("按科目"), named))
    sheets.append(scores_sheet(_("成绩分布"), contents.steps))
    sheets += _sittings(contents.sittings)
    return write_workbook([*sheets, definitions_sheet(_("口径说明"), _about(contents))])


def _bodies(rows: Sequence[UnitRow]) -> Iterable[WorkbookSheet]:
    """Yield one sheet for each county that has bodies of its own, and nothing else would say what is in it."""
    for county in rows:
        inside = [row for row in rows if row.parent_id == county.organisation_id]
        if county.kind is OrganisationKind.COUNTY and inside:
            lines = [(name_of(row), row.figures) for row in inside]
            if county.figures.due:
                lines.append((str(_("%(county)s（直接登记的人员）", county=name_of(county))), county.figures))
            yield lines_sheet(name_of(county), _("单位"), lines)


def _sittings(sittings: Sequence[SittingFigures]) -> Iterable[WorkbookSheet]:
    """Yield the sheet of all sittings; they are not added up, for the same people may have sat in several."""
    rows = []
    for one in sittings:
        first = [str(one.title), str(SITTING_KIND_NAMES[one.kind]), clock.day_of(one.closed_at)]
        figures = one.first
        counts = [figures.due, figures.participated, figures.participation_rate, figures.passed, figures.pass_rate]
        later = one.with_make_up
        rows.append([*first, *counts, *([later.passed, later.pass_rate] if later else [None, None])])
    headers = (
        _("考试"),
        _("性质"),
        _("结束日期"),
        _("应参加人数"),
        _("参加考试人数"),
        _("参考率（%）"),
        _("合格人数"),
        _("合格率（%）"),
        _("含补考合格人数"),
        _("含补考合格率（%）"),
    )
    yield WorkbookSheet(_("历次考试"), headers, rows)


def _about(contents: Contents) -> list[str]:
    day = f"{clock.day_of(contents.as_of):%Y-%m-%d}" if contents.as_of else "—"
    cut = _("统计口径：%(cut)s，截至 %(day)s。", cut=contents.cut_name, day=day)
    scope = _("按科目、成绩分布两表只统计本场考试，不含补考。")
    return [contents.sitting.title, str(cut), str(scope)]
