"""The figures inside a circular's own words: named places that the snapshot fills, and nothing typed by hand.

Who writes the words cannot write a figure of the exam: a number of people or a share that is typed is found,
and refused where its clause speaks of the exam's figures. Any other number is kept only if the writer lists it
as having nothing to do with them, which the second person then reads.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from core.errors import Reason
from core.texts import lazy_gettext as _
from exam.pass_rates import UnitFigures
from exam.snapshots import Snapshot

NO_RATE = "—"
_CITY_ZONE = ZoneInfo("Asia/Shanghai")
_PLACE = re.compile(r"[{｛]([^{}｛｝]*)[}｝]")
# A comma between two digits parts thousands and no clauses.
_CLAUSE_END = re.compile(r"(?<![0-9])[,，]|[,，](?![0-9])|[。；;！!？?：:\n]")
_DIGITS = r"[0-9][0-9,.]*+"
_CHINESE = r"[〇零一二两三四五六七八九十百千万]*[十百千万][〇零一二两三四五六七八九十百千万]*"
_COUNTED = r"\s*(?:余|多|来)?\s*(?:人次|人|名|位|个单位|家单位|个县区|个部门|个市直部门)"
_SHARE = r"\s*(?:余|多)?\s*(?:%|‰|个百分点|成(?!立|为|员|绩|果|效|功|本|长))"
_TYPED = re.compile(
    rf"百分之[〇零一二三四五六七八九十百点0-9.]+|(?:{_DIGITS}|{_CHINESE})(?:{_COUNTED}|{_SHARE})"
    r"|[一二两三四五六七八九](?:个)?成(?=[，,。；;、以左的]|$)"
)
_ABOUT_FIGURES = re.compile(
    r"应参加|应考|参加考试|参加了考试|参考|参训|实考|合格|通过|及格|未按要求|缺考|学时不足|率"
)
_BARE = re.compile(
    r"(?:合格|通过|及格|参考率|应参加|参加考试|缺考|未按要求完成)[^，,。；;：:\n0-9]{0,6}"
    rf"({_DIGITS})(?!\s*(?:年|月|日|号|分|时|点|天|个|学时|周|届|次|期))"
)

Counted = Callable[[UnitFigures], str]


@dataclass(frozen=True)
class Run:
    """A stretch of text; ``is_figure`` where the snapshot says it and nobody may write it."""

    text: str
    is_figure: bool = False


@dataclass(frozen=True)
class Typed:
    """A number that somebody typed; ``place`` is the named place that holds the same figure, if any."""

    text: str
    is_about_figures: bool
    place: str | None


def written_rate(rate: Decimal | None) -> str:
    """Return a rate as a circular prints it."""
    return NO_RATE if rate is None else f"{rate}%"


def chinese_date(day: date) -> str:
    """Return a day as official documents write it."""
    return f"{day.year}年{day.month}月{day.day}日"


def city_day(instant: datetime) -> date:
    """Return the day an instant falls on in the city."""
    return instant.astimezone(_CITY_ZONE).date()


def written_period(opens_at: datetime, closes_at: datetime) -> str:
    """Return the days of an exam, saying year and month once where they are the same."""
    first, last = city_day(opens_at), city_day(closes_at)
    if first == last:
        return chinese_date(first)
    end = chinese_date(last)
    if first.year == last.year:
        end = f"{last.day}日" if first.month == last.month else f"{last.month}月{last.day}日"
    return f"{chinese_date(first)}至{end}"


def places(snapshot: Snapshot) -> dict[str, str]:
    """Return every named place with what the snapshot fills it with."""
    figures, head = snapshot.table, snapshot.head
    parts = {"": figures.total, "县区": figures.county_subtotal, "市直部门": figures.department_subtotal}
    counts = {f"{part}{name}": count(one) for part, one in parts.items() for name, count in _COUNTS.items()}
    return counts | {
        "县区数": str(len(figures.counties)),
        "市直部门数": str(len(figures.departments)),
        "考试名称": head.sitting_title,
        "考试时间": written_period(head.opens_at, head.closes_at),
        "统计日期": chinese_date(city_day(head.taken_at)),
        "合格分数线": str(head.cut_score),
        "发文机关": head.issuer_name,
    }


def filled(text: str, names: Mapping[str, str]) -> tuple[Run, ...]:
    """Return the text with its named places filled; an unknown place stands as it was typed."""
    runs, end = [], 0
    for match in _PLACE.finditer(text):
        name = match[1].strip()
        if name in names:
            runs += [Run(text[end : match.start()]), Run(names[name], is_figure=True)]
            end = match.end()
    return tuple(run for run in (*runs, Run(text[end:])) if run.text)


def unknown_places(text: str, names: Mapping[str, str]) -> list[str]:
    """Return the places in the text that no snapshot can fill, each once."""
    return list(dict.fromkeys(match[0] for match in _PLACE.finditer(text) if match[1].strip() not in names))


def typed_figures(text: str, names: Mapping[str, str]) -> list[Typed]:
    """Return every number of people, units or per cent that was typed instead of being filled in."""
    plain = _PLACE.sub("□", unicodedata.normalize("NFKC", text))
    found: dict[str, Typed] = {}
    for clause in _CLAUSE_END.split(plain):
        is_about = bool(_ABOUT_FIGURES.search(clause))
        for match in _TYPED.finditer(clause):
            _note(found, match[0].strip(), is_about, names)
        for match in _BARE.finditer(clause):
            if not any(match[1] in typed for typed in found):
                _note(found, match[1], True, names)
    return list(found.values())


def kept_numbers(text: str) -> frozenset[str]:
    """Return the numbers that the writer lists as having nothing to do with the exam's figures."""
    return frozenset(re.split(r"[\s、，,；;]+", unicodedata.normalize("NFKC", text).strip())) - {""}


def reasons_against_words(label: str, text: str, names: Mapping[str, str], kept: frozenset[str]) -> list[Reason]:
    """Return why a field's words cannot stand: unknown places, and figures that were typed."""
    typed = typed_figures(text, names)
    refused = [one for one in typed if one.is_about_figures or one.text not in kept]
    return [*_reasons_against_places(label, text, names), *(_reason(label, one) for one in refused)]


def reasons_against_aims(label: str, text: str, names: Mapping[str, str], kept: frozenset[str]) -> list[Reason]:
    """Return why words about the future cannot stand: there a rate may be an aim, once it is listed as kept."""
    aims = [replace(one, is_about_figures=False) for one in typed_figures(text, names) if one.text not in kept]
    return [*_reasons_against_places(label, text, names), *(_reason(label, one) for one in aims)]


def _reasons_against_places(label: str, text: str, names: Mapping[str, str]) -> list[Reason]:
    return [
        Reason(
            "unknown_place",
            _("“%(label)s”中的 %(place)s 不是可用的数字占位，请对照页面下方的列表改正。", label=label, place=place),
        )
        for place in unknown_places(text, names)
    ]


def _reason(label: str, typed: Typed) -> Reason:
    given = {"label": label, "typed": typed.text}
    if typed.place:
        words = _(
            "“%(label)s”中的“%(typed)s”是手工填写的数字。请改用占位 {%(place)s}，由快照填入。",
            **given,
            place=typed.place,
        )
        return Reason("typed_figure", words)
    if typed.is_about_figures:
        words = _("“%(label)s”中的“%(typed)s”与快照不符。考试数字只能由快照填入，请删去或改用占位。", **given)
        return Reason("contradicts", words)
    words = _(
        "“%(label)s”中的“%(typed)s”是手工填写的数字。与考试统计无关、确需保留的，请填入“与统计无关的数字”一栏；"
        "否则请删去或改用占位。",
        **given,
    )
    return Reason("unlisted_number", words)


def _note(found: dict[str, Typed], text: str, is_about: bool, names: Mapping[str, str]) -> None:
    before = found.get(text)
    number = re.match(_DIGITS, text)
    value = number[0].replace(",", "").rstrip(".") if number else ""
    wanted = f"{value}%" if "%" in text else value
    place = next((name for name, filling in names.items() if value and filling == wanted), None)
    found[text] = Typed(text, is_about or (before is not None and before.is_about_figures), place)


_COUNTS: dict[str, Counted] = {
    "应参加人数": lambda one: str(one.due),
    "参加考试人数": lambda one: str(one.participated),
    "参考率": lambda one: written_rate(one.participation_rate),
    "合格人数": lambda one: str(one.passed),
    "未合格人数": lambda one: str(one.failed),
    "合格率": lambda one: written_rate(one.pass_rate),
    "总体合格率": lambda one: written_rate(one.overall_rate),
    "未按要求完成人数": lambda one: str(one.not_completed),
    "未参加培训人数": lambda one: str(one.training_not_started),
    "学时不足人数": lambda one: str(one.training_short),
    "缺考人数": lambda one: str(one.exam_absent),
}
