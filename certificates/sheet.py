"""Credentials from before the platform as a sheet: its columns and what each row must agree with.

It decides on cells alone and touches no table; what the database knows is handed in. A credential that
has run out may be taken over: that it has is for the lookup to say and for the clean-up to act on.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from certificates import numbers
from certificates.numbers import Profile
from core import resident_id
from core.errors import InvalidError
from core.imports import Column, ParsedRow, Problem, repeated
from core.sealing import matching_digest
from core.texts import Text, lazy_gettext as _
from people.roll import parsed_day, parsed_name

NAME, DOCUMENT, UNIT, NUMBER = "姓名", "证件号码", "单位", "执法证号"
CATEGORY, AREA, FROM, UNTIL = "执法类别", "执法区域", "发证日期", "有效期至"
LONGEST_CATEGORY, LONGEST_AREA = 30, 60


@dataclass(frozen=True)
class Holder:
    """An officer on the roll, as the sheet has to name them."""

    officer_id: UUID
    name: str
    organisation_id: UUID
    unit_name: str
    is_sample: bool


@dataclass(frozen=True)
class SheetFacts:
    """What the database knows that a sheet is held against; holders by the digest of their document."""

    holders: Mapping[str, Holder]
    taken_numbers: Set[str]
    today: date
    disqualified: Set[UUID] = frozenset()


@dataclass(frozen=True)
class OldCredential:
    """One credential to be taken over."""

    holder: Holder
    cert_no: str
    category: str
    area: str
    valid_from: date
    valid_until: date


def parsed_number(cell: str) -> str:
    """Return a credential's number in its one written form."""
    number = numbers.normalised(cell)
    for reason in numbers.reasons_against(number, Profile.HEBEI_2007):
        raise InvalidError(reason.text)
    return number


def _text_up_to(longest: int, cell: str) -> str:
    if len(cell) > longest:
        raise InvalidError(_("超过 %(limit)s 个字，请写得短一些。", limit=longest))
    return cell


COLUMNS = (
    Column(NAME, required=True, parse=parsed_name),
    Column(DOCUMENT, required=True, parse=lambda cell: resident_id.normalised(cell)),
    Column(UNIT, required=True, parse=str),
    Column(NUMBER, required=True, parse=parsed_number),
    Column(CATEGORY, required=True, parse=lambda cell: _text_up_to(LONGEST_CATEGORY, cell)),
    Column(AREA, required=True, parse=lambda cell: _text_up_to(LONGEST_AREA, cell)),
    Column(FROM, required=True, parse=parsed_day),
    Column(UNTIL, required=True, parse=parsed_day),
)


def problems_in(rows: list[ParsedRow], facts: SheetFacts) -> list[Problem]:
    """Return what is wrong with rows beyond their single cells, in the order of the rows."""
    found = [problem for row in rows for problem in _row_problems(row, facts)]
    return sorted([*found, *repeated(rows, NUMBER)], key=lambda problem: problem.row)


def old_credential(row: ParsedRow, facts: SheetFacts) -> OldCredential:
    """Return the credential that a checked row names."""
    values = row.values
    return OldCredential(
        holder=facts.holders[matching_digest(str(values[DOCUMENT]))],
        cert_no=str(values[NUMBER]),
        category=str(values[CATEGORY]),
        area=str(values[AREA]),
        valid_from=_day(row, FROM),
        valid_until=_day(row, UNTIL),
    )


def _row_problems(row: ParsedRow, facts: SheetFacts) -> list[Problem]:
    found = [*_holder_problems(row, facts), *_day_problems(row, facts.today)]
    if row.values[NUMBER] in facts.taken_numbers:
        found.append((NUMBER, _("该执法证号已在证件库中，不能重复录入。请从表中删去这一行。")))
    return [Problem(row.number, column, _shown(row, column), text) for column, text in found]


def _holder_problems(row: ParsedRow, facts: SheetFacts) -> list[tuple[str, Text]]:
    holder = facts.holders.get(matching_digest(str(row.values[DOCUMENT])))
    if holder is None:
        return [(DOCUMENT, _("人员库中没有这个证件号码。请核对，或先导入人员名册。"))]
    found: list[tuple[str, Text]] = []
    if row.values[NAME] != holder.name:
        found.append((NAME, _("与人员库中这个证件号码的姓名不一致。请核对是否写错了人。")))
    if row.values[UNIT] != holder.unit_name:
        found.append((UNIT, _("该人员在名册中的单位是“%(unit)s”。请按名册填写。", unit=holder.unit_name)))
    if holder.officer_id in facts.disqualified:
        found.append((DOCUMENT, _("该人员的执法资格已取消，不能录入原有证件。请从表中删去这一行。")))
    return found


def _day_problems(row: ParsedRow, today: date) -> list[tuple[str, Text]]:
    found: list[tuple[str, Text]] = []
    if FROM not in row.unread and _day(row, FROM) > today:
        found.append((FROM, _("发证日期不能晚于今天。")))
    if not row.unread & {FROM, UNTIL} and _day(row, UNTIL) < _day(row, FROM):
        found.append((UNTIL, _("有效期至不能早于发证日期。")))
    return found


def _day(row: ParsedRow, column: str) -> date:
    day = row.values[column]
    if not isinstance(day, date):
        raise TypeError(f"{column} holds no day")
    return day


def _shown(row: ParsedRow, column: str) -> str:
    return str(row.values[column])
