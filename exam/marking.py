"""Marking: from the paper as shown, the log of responses and the keys to a score.

A multiple-choice item counts when every right option is chosen and no wrong one; a blueprint may give
half for some right ones and no wrong one. It reads nothing and remembers nothing, so the same log always
gets the same score.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from core.errors import Reason
from core.texts import lazy_gettext as _
from exam.blueprints import MultipleRule
from exam.papers import PaperEntry
from questions.kinds import OPTION_LETTERS

Accepted = frozenset[str]
"""The choices that are right for one item, each as the item's own letters, sorted; none at all is all."""


@dataclass(frozen=True)
class Given:
    """One line of the log: at place (from 1) these letters as shown, sorted; none takes the answer back.

    ``left_ms`` is the time that was left when it was written, as the candidate's page says.
    """

    seq: int
    place: int
    choice: str
    left_ms: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Score:
    """What a paper came to, in whole marks."""

    score: int
    full_score: int
    answered_count: int


def latest_choices(log: Iterable[Given]) -> dict[int, str]:
    """Return what stands at each place when the log ends; a place taken back or never answered is not in it."""
    latest: dict[int, Given] = {}
    for given in log:
        if given.place not in latest or given.seq > latest[given.place].seq:
            latest[given.place] = given
    return {place: given.choice for place, given in sorted(latest.items()) if given.choice}


def score(
    entries: Sequence[PaperEntry], choices: Mapping[int, str], keys: Mapping[UUID, Accepted], rule: MultipleRule
) -> Score:
    """Return the score of the choices, by place from 1, as letters shown."""
    answers = [(entry, choices.get(place, "")) for place, entry in enumerate(entries, start=1)]
    return Score(
        score=sum(marks_for(entry, choice, keys[entry.version_id], rule) for entry, choice in answers),
        full_score=sum(entry.marks for entry in entries),
        answered_count=sum(1 for _entry, choice in answers if choice),
    )


def marks_for(entry: PaperEntry, choice: str, accepted: Accepted, rule: MultipleRule) -> int:
    """Return the marks for the letters shown: all, none, or half for a part of a key and nothing else.

    Only a key of several letters can be answered in part. Where no key is accepted at all the item
    cannot be answered, and everybody gets its marks.
    """
    written = as_written(entry.order, choice)
    if not accepted or written in accepted:
        return entry.marks
    if rule is MultipleRule.HALF_FOR_SUBSET and any(_is_part(written, key) for key in accepted):
        return entry.marks // 2
    return 0


def keys_as_accepted(keys: Mapping[UUID, str]) -> dict[UUID, Accepted]:
    """Return keys as they were written as what is accepted: the one key of each item."""
    return {version_id: frozenset({key}) for version_id, key in keys.items()}


def as_written(order: str, choice: str) -> str:
    """Return the item's own letters for letters as shown, sorted."""
    return "".join(sorted(order[OPTION_LETTERS.index(letter)] for letter in choice))


def as_shown(order: str, letters: str) -> str:
    """Return the letters as shown for the item's own letters, sorted."""
    return "".join(sorted(OPTION_LETTERS[order.index(letter)] for letter in letters))


def reasons_against_response(entries: Sequence[PaperEntry], given: Given) -> list[Reason]:
    """Return why a response cannot be one to this paper; who sent it and when is not judged."""
    if given.seq < 1:
        return [Reason("seq", _("作答记录的序号无效，请刷新页面后继续作答。"))]
    if not 1 <= given.place <= len(entries):
        return [Reason("not_on_paper", _("试卷上没有第 %(place)s 题，请刷新页面后继续作答。", place=given.place))]
    offered = OPTION_LETTERS[: len(entries[given.place - 1].order)]
    if given.choice != "".join(letter for letter in offered if letter in given.choice):
        return [Reason("not_an_option", _("第 %(place)s 题没有这样的选项，请重新选择。", place=given.place))]
    return []


def _is_part(written: str, key: str) -> bool:
    return len(key) > 1 and bool(written) and set(written) < set(key)
