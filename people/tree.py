"""The city's tree as a sheet: its columns and what may not be.

One row is one body; the city itself is a row too. A county's own body names its county, every other row
stands under the city.
"""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass

from core.errors import InvalidError
from core.imports import Column, ParsedRow, Problem, repeated
from core.texts import Text, lazy_gettext as _
from people.posts import DivisionKind, OrganisationKind

CODE, NAME, NAME_EN, KIND = "代码", "名称", "英文名称", "类型"
PARENT = "上级单位"
DIVISION, DIVISION_KIND, CATEGORY, RECORDER, ISSUER = "区划代码", "区划类别", "执法类别", "记录仪类别", "发布机关"
KIND_WORDS: Mapping[str, OrganisationKind] = {
    "市": OrganisationKind.CITY,
    "县区": OrganisationKind.COUNTY,
    "县区所属单位": OrganisationKind.COUNTY_BODY,
    "市直部门": OrganisationKind.DEPARTMENT,
}
DIVISION_WORDS: Mapping[str, DivisionKind] = {
    "行政区划": DivisionKind.ADMINISTRATIVE,
    "功能区": DivisionKind.FUNCTIONAL,
}


@dataclass(frozen=True)
class TreeFacts:
    """What the database knows that a tree is held against."""

    codes: Set[str]
    names: Set[str]
    has_city: bool
    counties: Set[str] = frozenset()


def parsed_code(cell: str) -> str:
    """Return a unit code: up to 12 letters and digits, upper-case."""
    if not (cell.isascii() and cell.isalnum() and len(cell) <= 12):
        raise InvalidError(_("代码请用不超过 12 位的字母和数字，例如 C01、M01。"))
    return cell.upper()


def parsed_division(cell: str) -> str:
    """Return a division code of six digits."""
    if not (cell.isdigit() and len(cell) == 6):
        raise InvalidError(_("区划代码请填 6 位数字，例如 130302。"))
    return cell


def parsed_kind(cell: str) -> OrganisationKind:
    """Return the kind a word stands for."""
    if cell not in KIND_WORDS:
        raise InvalidError(_("只能填写：%(words)s。", words="、".join(KIND_WORDS)))
    return KIND_WORDS[cell]


def parsed_division_kind(cell: str) -> DivisionKind:
    """Return the kind of division a word stands for."""
    if cell not in DIVISION_WORDS:
        raise InvalidError(_("只能填写：%(words)s。", words="、".join(DIVISION_WORDS)))
    return DIVISION_WORDS[cell]


COLUMNS = (
    Column(CODE, required=True, parse=parsed_code),
    Column(NAME, required=True, parse=str),
    Column(NAME_EN, required=True, parse=str),
    Column(KIND, required=True, parse=parsed_kind),
    Column(DIVISION, required=True, parse=parsed_division),
    Column(DIVISION_KIND, required=False, parse=parsed_division_kind),
    Column(CATEGORY, required=False, parse=str),
    Column(RECORDER, required=False, parse=str),
    Column(ISSUER, required=False, parse=str),
    Column(PARENT, required=False, parse=str),
)


def problems_in(rows: list[ParsedRow], facts: TreeFacts) -> list[Problem]:
    """Return what is wrong with rows beyond their single cells."""
    counties = facts.counties | counties_in(rows)
    taken = [problem for row in rows for problem in [*_row_problems(row, facts), *_parent_problems(row, counties)]]
    return [*taken, *repeated(rows, CODE), *repeated(rows, NAME), *_city_problems(rows, facts)]


def counties_in(rows: Iterable[ParsedRow]) -> frozenset[str]:
    """Return the names of the counties that a sheet itself founds."""
    return frozenset(str(row.values[NAME]) for row in rows if row.values.get(KIND) is OrganisationKind.COUNTY)


def _parent_problems(row: ParsedRow, counties: Set[str]) -> list[Problem]:
    """Return what is wrong with the county named: a county's body needs one, nothing else may have one."""
    if KIND in row.unread:
        return []
    parent = str(row.values.get(PARENT) or "")
    if row.values[KIND] is not OrganisationKind.COUNTY_BODY:
        text = _("只有类型为“县区所属单位”的才填上级单位，请留空。")
        return [Problem(row.number, PARENT, parent, text)] if parent else []
    if not parent:
        return [Problem(row.number, PARENT, "", _("请填写所属县区的全称，例如“海港区”。"))]
    if parent not in counties:
        text = _("没有名为“%(parent)s”的县区。请填写县区的全称；新县区可以列在同一张表中。", parent=parent)
        return [Problem(row.number, PARENT, parent, text)]
    return []


def _row_problems(row: ParsedRow, facts: TreeFacts) -> list[Problem]:
    found: list[tuple[str, Text]] = []
    if row.values[CODE] in facts.codes:
        found.append((CODE, _("该代码已有单位使用，代码不能重复。")))
    if row.values[NAME] in facts.names:
        found.append((NAME, _("已有同名单位，请核对是否重复。")))
    if row.values[KIND] is OrganisationKind.CITY and not row.values.get(ISSUER):
        found.append((ISSUER, _("请为市一行填写发布机关，例如“某某市人民政府法制办公室”。")))
    return [Problem(row.number, column, str(row.values.get(column) or ""), text) for column, text in found]


def _city_problems(rows: list[ParsedRow], facts: TreeFacts) -> list[Problem]:
    if any(KIND in row.unread for row in rows):
        return []
    cities = [row for row in rows if row.values[KIND] is OrganisationKind.CITY]
    allowed = 0 if facts.has_city else 1
    if len(cities) < allowed and rows:
        return [Problem(rows[0].number, KIND, "", _("表中要有一行类型为“市”，其他单位都归它。"))]
    extra = _("全市只能有一行类型为“市”。")
    return [Problem(row.number, KIND, "市", extra) for row in cities[allowed:]]
