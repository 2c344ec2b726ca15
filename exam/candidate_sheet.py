"""A list of candidates as a sheet: its columns, and what a row must agree with before it is registered.

A person is found by the document number, and is refused when name or unit say somebody else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from core import resident_id
from core.errors import Reason
from core.imports import Column, ParsedRow, Problem
from core.sealing import matching_digest
from core.texts import Text, lazy_gettext as _
from exam.registration import ApplicantFacts, reasons_against_applicant
from people.posts import EmploymentType, PostState
from people.roll import parsed_name

SITTING, NAME, DOCUMENT, UNIT = "考试批次", "姓名", "证件号码", "单位"
COLUMNS = (
    Column(SITTING, required=True, parse=str, aliases=("考试名称",)),
    Column(NAME, required=True, parse=parsed_name),
    Column(DOCUMENT, required=True, parse=resident_id.normalised),
    Column(UNIT, required=True, parse=str),
)


@dataclass(frozen=True)
class KnownSitting:
    """A sitting as a row may name it: who is on its list, and why the list may be closed."""

    sitting_id: UUID
    registered: frozenset[UUID]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class KnownPerson:
    """A person on the roll, as a row must name them."""

    officer_id: UUID
    name: str
    unit: str
    employment: EmploymentType
    post: PostState


@dataclass(frozen=True)
class ListSheetFacts:
    """What the database knows that a sheet is held against: sittings by title, people by digest."""

    sittings: Mapping[str, KnownSitting]
    people: Mapping[str, KnownPerson]


def problems_in(rows: list[ParsedRow], facts: ListSheetFacts) -> list[Problem]:
    """Return what is wrong with rows beyond their single cells, in the order of the rows."""
    seen: dict[tuple[str, str], int] = {}
    problems: list[Problem] = []
    for row in rows:
        first = seen.setdefault((str(row.values[SITTING]), str(row.values[DOCUMENT])), row.number)
        found = _row_problems(row, facts)
        if first != row.number and not row.unread & {SITTING, DOCUMENT}:
            found = [(DOCUMENT, _("与第 %(row)s 行重复。请核对后只保留一行。", row=first))]
        problems += [Problem(row.number, column, str(row.values[column]), text) for column, text in found]
    return problems


def named(row: ParsedRow, facts: ListSheetFacts) -> tuple[UUID, UUID]:
    """Return the sitting and the officer that a checked row names."""
    return facts.sittings[str(row.values[SITTING])].sitting_id, _person(row, facts).officer_id


def _row_problems(row: ParsedRow, facts: ListSheetFacts) -> list[tuple[str, Text]]:
    sitting = facts.sittings.get(str(row.values[SITTING]))
    found: list[tuple[str, Text]] = [(SITTING, reason.text) for reason in sitting.reasons] if sitting else []
    if sitting is None:
        found.append((SITTING, _("没有这场考试。请按考试页面上的名称填写。")))
    if matching_digest(str(row.values[DOCUMENT])) not in facts.people:
        return [*found, (DOCUMENT, _("名册上没有这个证件号码。请核对，或先把人员录入名册。"))]
    person = _person(row, facts)
    if person.name != row.values[NAME]:
        found.append((NAME, _("姓名与该证件号码在名册上的姓名不一致。请核对。")))
    if person.unit != row.values[UNIT]:
        found.append((UNIT, _("单位与该人员在名册上的单位不一致。请填写单位全称。")))
    is_registered = sitting is not None and person.officer_id in sitting.registered
    applicant = ApplicantFacts(person.name, person.employment, person.post, is_registered)
    return found + [(DOCUMENT, reason.text) for reason in reasons_against_applicant(applicant)]


def _person(row: ParsedRow, facts: ListSheetFacts) -> KnownPerson:
    return facts.people[matching_digest(str(row.values[DOCUMENT]))]
