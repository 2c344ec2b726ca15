"""A roll of officers as a sheet: its columns, what each cell must say, and what may not repeat.

It decides on cells alone and touches no table; what the database knows is handed in.
"""

import re
from collections.abc import Mapping, Set
from dataclasses import dataclass, replace
from datetime import date

from core import person_names, resident_id
from core.errors import InvalidError
from core.imports import Column, ParsedRow, Problem, repeated
from core.sealing import matching_digest
from core.texts import Text, lazy_gettext as _
from people.posts import EMPLOYMENT_NAMES, POST_NAMES, DocumentKind, EmploymentType, PostState

NAME, DOCUMENT_KIND, DOCUMENT, UNIT = "姓名", "证件类型", "证件号码", "单位"
EMPLOYMENT, POST, SINCE, CATEGORY, AREA = "人员性质", "岗位状态", "变动日期", "执法类别", "执法区域"
DOCUMENT_WORDS = {"居民身份证": DocumentKind.RESIDENT_ID, "演示编号": DocumentKind.DEMO}
EMPLOYMENT_WORDS = {str(text): kind for kind, text in EMPLOYMENT_NAMES.items()}
POST_WORDS = {str(text): state for state, text in POST_NAMES.items()}
DEMO_NUMBER = re.compile(r"DEMO-\d{6}")


@dataclass(frozen=True)
class RollEntry:
    """One person as a roll names them."""

    name: str
    document_kind: DocumentKind
    document_number: str
    organisation_name: str
    employment: EmploymentType = EmploymentType.ESTABLISHMENT
    post: PostState = PostState.IN_POST
    post_since: date | None = None
    category: str = ""
    area: str = ""


def one_of(words: Mapping[str, object], cell: str) -> object:
    """Return what a word stands for, or name the words that are allowed."""
    if cell not in words:
        raise InvalidError(_("只能填写：%(words)s。", words="、".join(words)))
    return words[cell]


def parsed_name(cell: str) -> str:
    """Return a person's name in its one written form."""
    name = person_names.normalised(cell)
    for reason in person_names.reasons_against(name):
        raise InvalidError(reason.text)
    return name


def parsed_day(cell: str) -> date:
    """Return a day written like 2017-06-30."""
    try:
        return date.fromisoformat(cell.replace("/", "-").replace(".", "-"))
    except ValueError:
        raise InvalidError(_("日期请写成“2017-06-30”的格式。")) from None


COLUMNS = (
    Column(NAME, required=True, parse=parsed_name),
    Column(DOCUMENT_KIND, required=False, parse=lambda cell: one_of(DOCUMENT_WORDS, cell)),
    Column(DOCUMENT, required=True, parse=lambda cell: resident_id.normalised(cell)),
    Column(UNIT, required=True, parse=str),
    Column(EMPLOYMENT, required=False, parse=lambda cell: one_of(EMPLOYMENT_WORDS, cell)),
    Column(POST, required=False, parse=lambda cell: one_of(POST_WORDS, cell)),
    Column(SINCE, required=False, parse=parsed_day),
    Column(CATEGORY, required=False, parse=str),
    Column(AREA, required=False, parse=str),
)


@dataclass(frozen=True)
class RollFacts:
    """What the database knows that a roll is held against."""

    unit_names: Set[str]
    known_digests: Set[str]
    today: date


def problems_in(rows: list[ParsedRow], facts: RollFacts) -> list[Problem]:
    """Return what is wrong with rows beyond their single cells, in the order of the rows."""
    found = [problem for row in rows for problem in _row_problems(row, facts)]
    return sorted([*found, *repeated(rows, DOCUMENT)], key=lambda problem: problem.row)


def entry_of(row: ParsedRow) -> RollEntry:
    """Return the person a checked row names."""
    values = row.values
    return RollEntry(
        name=str(values[NAME]),
        document_kind=_document_kind(row),
        document_number=str(values[DOCUMENT]),
        organisation_name=str(values[UNIT]),
        employment=values.get(EMPLOYMENT) or EmploymentType.ESTABLISHMENT,  # type: ignore[arg-type]
        post=values.get(POST) or PostState.IN_POST,  # type: ignore[arg-type]
        post_since=values.get(SINCE),  # type: ignore[arg-type]
        category=str(values.get(CATEGORY) or ""),
        area=str(values.get(AREA) or ""),
    )


def checked_entry(entry: RollEntry, today: date) -> RollEntry:
    """Return an entry typed by hand in its one written form, or say what is wrong with it."""
    number = resident_id.normalised(entry.document_number)
    for text in document_reasons(entry.document_kind, number, today):
        raise InvalidError(text)
    return replace(entry, name=parsed_name(entry.name), document_number=number)


def document_reasons(kind: DocumentKind, number: str, today: date) -> list[Text]:
    """Return why a document number cannot be right."""
    if kind is DocumentKind.DEMO:
        ok = DEMO_NUMBER.fullmatch(number)
        return [] if ok else [_("演示编号请写成“DEMO-000001”的格式。")]
    return [reason.text for reason in resident_id.reasons_against(number, today)]


def _row_problems(row: ParsedRow, facts: RollFacts) -> list[Problem]:
    number, unit = str(row.values[DOCUMENT]), str(row.values[UNIT])
    found: list[tuple[str, str, Text]] = []
    if DOCUMENT_KIND not in row.unread:
        reasons = document_reasons(_document_kind(row), number, facts.today)
        found = [(DOCUMENT, number, text) for text in reasons]
    if not found and matching_digest(number) in facts.known_digests:
        found.append((DOCUMENT, number, _("该证件号码已在人员库中，不能重复录入。请从表中删去这一行。")))
    if unit not in facts.unit_names:
        text = _("没有名为“%(unit)s”的单位。请按单位名录中的全称填写。", unit=unit)
        found.append((UNIT, unit, text))
    since = row.values.get(SINCE)
    if isinstance(since, date) and since > facts.today:
        found.append((SINCE, since.isoformat(), _("变动日期不能晚于今天。请填写实际变动的日期。")))
    return [Problem(row.number, column, value, text) for column, value, text in found]


def _document_kind(row: ParsedRow) -> DocumentKind:
    return row.values.get(DOCUMENT_KIND) or DocumentKind.RESIDENT_ID  # type: ignore[return-value]
