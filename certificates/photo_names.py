"""Whose portrait a file is, by the name of the file alone: a number given here, or unit and name.

A document number in a file name is refused: names of files are passed about and kept where nothing is
sealed. Nothing is guessed; what fits two people fits nobody.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from core import person_names, typed_numbers
from core.texts import Text, lazy_gettext as _

_ENDING = re.compile(r"\.(jpe?g|png)$", re.IGNORECASE)
_BETWEEN = re.compile(r"[\s_+\-－—–]+")
_RESIDENT_ID = re.compile(r"(?<!\d)\d{17}[\dX](?![\dX])")


@dataclass(frozen=True)
class Person:
    """One officer with all a file may be named after; ``numbers`` are of credentials and of exams."""

    officer_id: UUID
    name: str
    unit_code: str
    unit_name: str
    numbers: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Fit:
    """Whom a file belongs to, or why to nobody."""

    person: Person | None
    reason: Text | None = None


def fits(names: Sequence[str], people: Collection[Person]) -> list[Fit]:
    """Return for each file whom it belongs to, in the order of the names; one person has one picture."""
    index = _Index(people)
    found = [index.fit(name) for name in names]
    times = Counter(one.person.officer_id for one in found if one.person is not None)
    return [_alone(one, times) for one in found]


class _Index:
    """Everybody by each thing a file may be named after."""

    def __init__(self, people: Collection[Person]) -> None:
        self._by_number: dict[str, set[Person]] = defaultdict(set)
        self._by_name: dict[tuple[str, str], set[Person]] = defaultdict(set)
        self._names: set[str] = set()
        for one in people:
            self._names.add(one.name)
            for number in one.numbers:
                self._by_number[typed_numbers.written(number)].add(one)
            for unit in (one.unit_name, one.unit_code):
                self._by_name[unit.upper(), one.name].add(one)

    def fit(self, name: str) -> Fit:
        stem = unicodedata.normalize("NFKC", _ENDING.sub("", name)).strip()
        number = typed_numbers.written(stem)
        if _RESIDENT_ID.search(number):
            return Fit(None, _("文件名不能用身份证号码，请改用执法证号、准考证号，或“单位_姓名”。"))
        if number in self._by_number:
            return _only(self._by_number[number])
        parts = [part for part in _BETWEEN.split(stem) if part]
        for unit, person in ((parts[0], parts[1]), (parts[1], parts[0])) if len(parts) == 2 else ():
            key = unit.upper(), person_names.normalised(person)
            if key in self._by_name:
                return _only(self._by_name[key])
        return Fit(None, self._unknown(stem, parts))

    def _unknown(self, stem: str, parts: Sequence[str]) -> Text:
        if person_names.normalised(stem) in self._names:
            return _("只有姓名，不能确定是谁。请在姓名前加上单位，如“海港区_张三”。")
        if len(parts) == 2 and self._names & {person_names.normalised(part) for part in parts}:
            return _("该单位没有这个人。请核对单位全称和姓名，或改用执法证号、准考证号。")
        return _("不知道是谁。请用执法证号、准考证号，或“单位_姓名”作文件名。")


def _alone(fit: Fit, times: Counter[UUID]) -> Fit:
    if fit.person is None or times[fit.person.officer_id] == 1:
        return fit
    count = times[fit.person.officer_id]
    return Fit(None, _("%(name)s有 %(count)s 张照片，请只保留一张。", name=fit.person.name, count=count))


def _only(found: Collection[Person]) -> Fit:
    if len(found) == 1:
        return Fit(next(iter(found)))
    return Fit(None, _("单位里有 %(count)s 人同名。请改用执法证号或准考证号作文件名。", count=len(found)))
