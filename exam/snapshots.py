"""A frozen snapshot of a sitting's figures: what it holds, its canonical text, and the digest that seals it.

Only figures that add up can be written down, and a text that does not match its digest is never read: whoever
prints from a snapshot prints what was counted on that day.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from core.canonical import canonical_json
from core.errors import Reason, RefusedError
from core.texts import lazy_gettext as _
from exam.cut_offs import Cut
from exam.pass_rates import FiguresTable, UnitFigures, UnitRow, table
from exam.states import Outcome, SittingKind, SittingState
from people.posts import OrganisationKind

FORMAT = 1
CONTRADICTS = Reason("contradicts", _("快照中的数字互相矛盾，不能使用。请联系系统管理员核查。"))
_FIGURES = tuple(one.name for one in fields(UnitFigures))


@dataclass(frozen=True)
class SnapshotHead:
    """Which sitting, up to where, which number, and when; ``number`` counts the snapshots of the sitting."""

    sitting_id: UUID
    sitting_title: str
    opens_at: datetime
    closes_at: datetime
    cut_score: int
    full_score: int
    issuer_name: str
    cut: Cut
    number: int
    taken_at: datetime


@dataclass(frozen=True)
class PastSitting:
    """The figures of one sitting of the trend; ``with_make_up`` is None where no make-up of it is over."""

    title: str
    closed_at: datetime
    first: UnitFigures
    with_make_up: UnitFigures | None


@dataclass(frozen=True)
class Snapshot:
    """All the figures of a sitting as they stood; ``scores`` is how many got each score, lowest first.

    ``trend`` is this sitting after those before it, the oldest first; empty where it is the first of all.
    """

    head: SnapshotHead
    table: FiguresTable
    scores: tuple[tuple[int, int], ...] = ()
    trend: tuple[PastSitting, ...] = ()

    @property
    def units(self) -> tuple[UnitRow, ...]:
        """Return every unit, counties first."""
        return (*self.table.counties, *self.table.departments)


@dataclass(frozen=True)
class SnapshotFacts:
    """What taking a snapshot rests on; ``counted`` are people by best outcome, counted without regard to units."""

    state: SittingState
    kind: SittingKind
    table: FiguresTable
    counted: Mapping[Outcome, int]
    newest: FiguresTable | None
    has_cut: bool = True


def reasons_against_snapshot(facts: SnapshotFacts) -> list[Reason]:
    """Return every reason why no snapshot can be taken.

    The tables are held against a count of their own: a result whose unit were missing from the tables would
    otherwise be missing from the circular without a word.
    """
    if facts.kind is SittingKind.MOCK:
        return [Reason("is_mock", _("模拟考试不计成绩，没有数字可以固定。"))]
    if facts.kind is SittingKind.MAKE_UP:
        return [Reason("is_make_up", _("补考的结果并入首次考试统计，请在首次考试中生成快照。"))]
    if facts.state is not SittingState.CLOSED:
        return [Reason("is_open", _("考试结束、成绩确定后才能生成快照。"))]
    if not facts.has_cut:
        return [Reason("no_make_up", _("还没有已结束的补考，不能按“含补考”统计。"))]
    if facts.table.total.due == 0:
        return [Reason("is_empty", _("本场考试没有应参加的人员，没有数字可以固定。"))]
    if not _agrees(facts.table.total, facts.counted):
        return [Reason("do_not_add_up", _("各单位数字之和与总数不符，不能生成快照。请联系系统管理员核查。"))]
    if facts.newest is not None and same_figures(facts.newest, facts.table):
        return [Reason("is_unchanged", _("数字与最近一份快照完全相同，不必重新生成。"))]
    return []


def same_figures(one: FiguresTable, other: FiguresTable) -> bool:
    """Say whether two tables hold the same units with the same figures, whatever the units are called by now."""
    return _by_code(one) == _by_code(other)


def changed_units(before: FiguresTable, after: FiguresTable) -> list[tuple[str, UnitFigures, UnitFigures]]:
    """Return the name and both figures of every unit whose figures differ, by code."""
    old, new = _by_code(before), _by_code(after)
    names = {row.code: row.name for part in (before, after) for row in (*part.counties, *part.departments)}
    nothing = UnitFigures()
    return [
        (names[code], old.get(code, nothing), new.get(code, nothing))
        for code in sorted(names)
        if old.get(code, nothing) != new.get(code, nothing)
    ]


def canonical(snapshot: Snapshot) -> str:
    """Return the snapshot as canonical JSON: sorted keys, no blanks; equal snapshots give equal texts."""
    figures = snapshot.table
    body = {
        "format": FORMAT,
        "head": _head(snapshot.head),
        "counties": [_row(row) for row in figures.counties],
        "county_subtotal": _figures(figures.county_subtotal),
        "departments": [_row(row) for row in figures.departments],
        "department_subtotal": _figures(figures.department_subtotal),
        "total": _figures(figures.total),
        "scores": [list(pair) for pair in snapshot.scores],
    }
    if snapshot.trend:
        body["trend"] = [_past(one) for one in snapshot.trend]
    return canonical_json(body)


def digest_of(text: str) -> str:
    """Return the SHA-256 of a canonical text, as 64 hex digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def opened(text: str, digest: str) -> Snapshot:
    """Return what a stored text says, or refuse it where it was changed or does not add up."""
    if digest_of(text) != digest:
        sentence = _("快照内容与校验值不符，可能被改动过，不能使用。请联系系统管理员核查。")
        raise RefusedError([Reason("is_changed", sentence)])
    try:
        body = json.loads(text)
        made = Snapshot(
            _head_in(body["head"]),
            table([_row_in(row) for row in (*body["counties"], *body["departments"])]),
            tuple((score, count) for score, count in body["scores"]),
            tuple(_past_in(one) for one in body.get("trend", ())),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise RefusedError([CONTRADICTS]) from error
    if canonical(made) != text:
        raise RefusedError([CONTRADICTS])
    return made


def _agrees(total: UnitFigures, counted: Mapping[Outcome, int]) -> bool:
    figures = {
        Outcome.PASSED: total.passed,
        Outcome.FAILED: total.failed,
        Outcome.NOT_COMPLETED: total.not_completed,
    }
    return all(figures[outcome] == counted.get(outcome, 0) for outcome in Outcome)


def _by_code(figures: FiguresTable) -> dict[str, UnitFigures]:
    return {row.code: row.figures for row in (*figures.counties, *figures.departments)}


def _head(head: SnapshotHead) -> dict[str, Any]:
    return {
        "sitting": str(head.sitting_id),
        "title": head.sitting_title,
        "opens_at": _instant(head.opens_at),
        "closes_at": _instant(head.closes_at),
        "cut_score": head.cut_score,
        "full_score": head.full_score,
        "issuer": head.issuer_name,
        "cut": str(head.cut),
        "number": head.number,
        "taken_at": _instant(head.taken_at),
    }


def _head_in(body: Mapping[str, Any]) -> SnapshotHead:
    return SnapshotHead(
        sitting_id=UUID(body["sitting"]),
        sitting_title=body["title"],
        opens_at=datetime.fromisoformat(body["opens_at"]),
        closes_at=datetime.fromisoformat(body["closes_at"]),
        cut_score=body["cut_score"],
        full_score=body["full_score"],
        issuer_name=body["issuer"],
        cut=Cut(body["cut"]),
        number=body["number"],
        taken_at=datetime.fromisoformat(body["taken_at"]),
    )


def _row(row: UnitRow) -> dict[str, Any]:
    named = {"id": str(row.organisation_id), "code": row.code, "name": row.name, "name_en": row.name_en}
    return {**named, "kind": str(row.kind), "figures": _figures(row.figures)}


def _row_in(body: Mapping[str, Any]) -> UnitRow:
    figures = UnitFigures(**body["figures"])
    kind = OrganisationKind(body["kind"])
    return UnitRow(UUID(body["id"]), body["code"], body["name"], body["name_en"], kind, figures)


def _past(past: PastSitting) -> dict[str, Any]:
    later = _figures(past.with_make_up) if past.with_make_up else None
    named = {"title": past.title, "closed_at": _instant(past.closed_at)}
    return {**named, "first": _figures(past.first), "with_make_up": later}


def _past_in(body: Mapping[str, Any]) -> PastSitting:
    later = UnitFigures(**body["with_make_up"]) if body["with_make_up"] else None
    return PastSitting(
        body["title"], datetime.fromisoformat(body["closed_at"]), UnitFigures(**body["first"]), later
    )


def _figures(figures: UnitFigures) -> dict[str, int]:
    return {name: getattr(figures, name) for name in _FIGURES}


def _instant(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="microseconds")
