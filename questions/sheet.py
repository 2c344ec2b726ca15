"""Items as a sheet: one row an item, the same columns in and out.

It decides on cells alone and touches no table; the bank is handed in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.errors import InvalidError
from core.imports import Column, ParsedRow, Problem, repeated
from core.texts import Text, lazy_gettext as _
from people.roll import one_of
from questions.items import (
    Fault,
    ItemDraft,
    Part,
    faults_in,
    normalised_code,
    option_column,
    parsed_key,
    reasons_against_change,
    same_stems,
    tidied,
    written_key,
)
from questions.kinds import KIND_WORDS, OPTION_LETTERS, ItemKind, Subject

SUBJECT_WORDS = {str(subject): subject for subject in Subject}
KIND_WRITTEN = {ItemKind.TRUE_FALSE: "判断", ItemKind.SINGLE: "单选", ItemKind.MULTIPLE: "多选"}

COLUMNS = (
    Column(Part.CODE, required=True, parse=normalised_code),
    Column(Part.KIND, required=True, parse=lambda cell: one_of(KIND_WORDS, cell)),
    Column(Part.SUBJECT, required=True, parse=lambda cell: one_of(SUBJECT_WORDS, cell)),
    Column(Part.STEM, required=True, parse=str),
    *(Column(option_column(letter), required=False, parse=str) for letter in OPTION_LETTERS),
    Column(Part.KEY, required=True, parse=str),
    Column(Part.LAW, required=True, parse=str),
    Column(Part.ARTICLE, required=True, parse=str),
    Column(Part.EXPLANATION, required=False, parse=str),
)


@dataclass(frozen=True)
class _Drafted:
    """A row whose item could be read."""

    row: ParsedRow
    draft: ItemDraft


def problems_in(rows: Sequence[ParsedRow], bank: Mapping[str, ItemDraft]) -> list[Problem]:
    """Return what is wrong with rows beyond their single cells; ``bank`` is by code."""
    problems = repeated(rows, Part.CODE)
    drafted: list[_Drafted] = []
    for row in rows:
        if row.unread & {Part.KIND, Part.SUBJECT}:
            continue
        try:
            draft = draft_of(row)
        except InvalidError as error:
            problems.append(_problem(row, Part.KEY, error.message))
            continue
        problems += [_problem(row, fault.column, fault.reason.text) for fault in _faults(draft, bank)]
        drafted.append(_Drafted(row, draft))
    return sorted([*problems, *_repeated_stems(drafted, bank)], key=lambda problem: problem.row)


def draft_of(row: ParsedRow) -> ItemDraft:
    """Return the item a row names; raises where the key cannot be read."""
    kind = row.values[Part.KIND]
    if not isinstance(kind, ItemKind):
        raise TypeError("the row was not read by these columns")
    texts = {name: str(value or "") for name, value in row.values.items()}
    draft = ItemDraft(
        code=texts[Part.CODE],
        kind=kind,
        subject=Subject(texts[Part.SUBJECT]),
        stem=texts[Part.STEM],
        options=tuple(texts[option_column(letter)] for letter in OPTION_LETTERS),
        key=parsed_key(kind, texts[Part.KEY]),
        law=texts[Part.LAW],
        article=texts[Part.ARTICLE],
        explanation=texts[Part.EXPLANATION],
    )
    return tidied(draft)


def written_row(draft: ItemDraft) -> list[str]:
    """Return an item as a row of the sheet; what is written comes back the same."""
    options = () if draft.kind is ItemKind.TRUE_FALSE else draft.options
    filled = [*options, *[""] * (len(OPTION_LETTERS) - len(options))]
    head = [draft.code, KIND_WRITTEN[draft.kind], str(draft.subject), draft.stem]
    return [*head, *filled, written_key(draft.kind, draft.key), draft.law, draft.article, draft.explanation]


def _faults(draft: ItemDraft, bank: Mapping[str, ItemDraft]) -> list[Fault]:
    faults = faults_in(draft)
    before = bank.get(draft.code)
    if before is not None:
        faults += [Fault(Part.KIND, reason) for reason in reasons_against_change(before, draft)]
    return faults


def _repeated_stems(drafted: Sequence[_Drafted], bank: Mapping[str, ItemDraft]) -> list[Problem]:
    found = same_stems([one.draft for one in drafted], bank.values())
    return [
        _problem(
            drafted[place].row,
            Part.STEM,
            _("题干与题号 %(code)s 相同。请核对，同一道题只保留一个题号。", code=code),
        )
        for place, code in found.items()
    ]


def _problem(row: ParsedRow, column: str, text: Text) -> Problem:
    return Problem(row.number, str(column), str(row.values[column] or ""), text)
