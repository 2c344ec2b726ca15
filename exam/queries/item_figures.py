"""How the items of a sitting were answered: how often each was drawn, given which choice, and right.

The database counts; a sitting of any size costs one query.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Select, Text, cast, func, select
from sqlalchemy.orm import Session

from core.db import is_postgresql
from core.paging import PAGE_SIZE, Page
from exam.marking import Accepted, as_written
from exam.models.planning import Sitting
from exam.models.results import KeyCorrection
from exam.models.room import Attempt, Paper, Response
from exam.pass_rates import rate
from exam.queries.keys import accepted_keys
from exam.states import AttemptState, CorrectionState
from questions.kinds import ItemKind, Subject
from questions.models import Item, ItemVersion
from questions.queries import shown_versions


class ItemOrder(StrEnum):
    """What a list of items is ordered by; the hardest come first, because a wrong key looks hard."""

    FACILITY = "facility"
    CODE = "code"
    DRAWN = "drawn"


@dataclass(frozen=True)
class FiguresFilter:
    """What the list is narrowed to and ordered by."""

    text: str = ""
    kind: ItemKind | None = None
    is_corrected: bool = False
    order: ItemOrder = ItemOrder.FACILITY


@dataclass(frozen=True)
class ItemFigures:
    """One item of a sitting: the wording as asked, what is accepted, and how it was answered.

    ``given`` counts the choices, as the item's own letters, of every paper handed in; an item left open is
    the empty choice.
    """

    version: ItemVersion
    code: str
    kind: ItemKind
    subject: Subject
    accepted: Accepted
    correction: CorrectionState | None
    given: Mapping[str, int]

    @property
    def drawn(self) -> int:
        """Return on how many papers handed in the item stands."""
        return sum(self.given.values())

    @property
    def right(self) -> int:
        """Return how many got the full marks."""
        return sum(count for choice, count in self.given.items() if not self.accepted or choice in self.accepted)

    @property
    def facility(self) -> Decimal | None:
        """Return right ÷ drawn, in per cent."""
        return rate(self.right, self.drawn)


def items_of_sitting(session: Session, sitting: Sitting, wanted: FiguresFilter, number: int) -> Page[ItemFigures]:
    """Return one page of the items that a sitting's papers are drawn from."""
    rows = [one for one in _figures(session, sitting) if _fits(one, wanted)]
    rows.sort(key=lambda one: _place(one, wanted.order))
    number = min(max(1, number), max(1, -(-len(rows) // PAGE_SIZE)))
    return Page(rows[(number - 1) * PAGE_SIZE : number * PAGE_SIZE], number, PAGE_SIZE, len(rows))


def item_of_sitting(session: Session, sitting: Sitting, version_id: UUID) -> ItemFigures | None:
    """Return one item of a sitting, or None where its bank does not have it."""
    found = _figures(session, sitting, version_id)
    return found[0] if found else None


def version_ids_of(session: Session, sitting_id: UUID) -> list[UUID]:
    """Return the items in a sitting's frozen bank."""
    rows = session.scalar(select(Sitting.bank).where(Sitting.id == sitting_id)) or []
    return [UUID(row[0]) for row in rows]


def _figures(session: Session, sitting: Sitting, version_id: UUID | None = None) -> list[ItemFigures]:
    listed = version_ids_of(session, sitting.id)
    wanted = listed if version_id is None else [one for one in listed if one == version_id]
    given = _given(session, sitting.id, version_id) if wanted else {}
    accepted, corrections = accepted_keys(session, sitting.id, wanted), _corrections(session, sitting.id)
    versions = shown_versions(session, wanted)
    items = {row.id: row for row in session.scalars(select(Item))}
    return [
        ItemFigures(
            version=versions[one],
            code=items[versions[one].item_id].code,
            kind=ItemKind(items[versions[one].item_id].kind),
            subject=Subject(items[versions[one].item_id].subject),
            accepted=accepted[one],
            correction=corrections.get(one),
            given=given.get(one, Counter()),
        )
        for one in wanted
    ]


def _given(session: Session, sitting_id: UUID, version_id: UUID | None) -> dict[UUID, Counter[str]]:
    found: dict[UUID, Counter[str]] = {}
    for version, order, choice, count in session.execute(_counts(session, sitting_id, version_id)):
        found.setdefault(UUID(version), Counter())[as_written(order, choice or "")] += count
    return found


def _counts(session: Session, sitting_id: UUID, version_id: UUID | None) -> Select[Any]:
    """Return the query: item, order of its options, letters shown that stand at the end, how often."""
    is_handed_in = [Attempt.sitting_id == sitting_id, Attempt.state == AttemptState.HANDED_IN]
    if version_id is not None:
        is_handed_in.append(cast(Paper.entries, Text).contains(str(version_id)))
    newest_first = func.row_number().over(
        partition_by=(Response.attempt_id, Response.place), order_by=Response.seq.desc()
    )
    latest = (
        select(Response.attempt_id, Response.place, Response.choice, newest_first.label("rank"))
        .join(Attempt, Attempt.id == Response.attempt_id)
        .join(Paper, Paper.id == Attempt.paper_id)
        .where(*is_handed_in)
        .subquery()
    )
    entry, place = _entries(session)
    version, order = entry.c.value.op("->>")(0), entry.c.value.op("->>")(1)
    stands = (latest.c.attempt_id == Attempt.id) & (latest.c.place == place) & (latest.c.rank == 1)
    query = (
        select(version.label("version"), order.label("shown"), latest.c.choice, func.count())
        .select_from(Attempt)
        .join(Paper, Paper.id == Attempt.paper_id)
        .join(entry, entry.c.value.is_not(None))
        .outerjoin(latest, stands)
        .where(*is_handed_in)
        .group_by("version", "shown", latest.c.choice)
    )
    return query if version_id is None else query.where(version == str(version_id))


def _entries(session: Session) -> tuple[Any, Any]:
    """Return the entries of a paper as rows, and the place of each from 1."""
    if is_postgresql(session):
        entry = func.json_array_elements(Paper.entries).table_valued(
            "value", with_ordinality="ordinality", name="entry"
        )
        return entry, entry.c.ordinality
    entry = func.json_each(Paper.entries).table_valued("key", "value", name="entry")
    return entry, cast(entry.c.key, Integer) + 1


def _corrections(session: Session, sitting_id: UUID) -> dict[UUID, CorrectionState]:
    """Return where the newest correction of each item stands; a rejected one is as if there were none."""
    query = select(KeyCorrection.version_id, KeyCorrection.state).where(
        KeyCorrection.sitting_id == sitting_id, KeyCorrection.state != CorrectionState.REJECTED
    )
    rows = session.execute(query.order_by(KeyCorrection.proposed_at, KeyCorrection.id))
    return {row.version_id: CorrectionState(row.state) for row in rows}


def _fits(one: ItemFigures, wanted: FiguresFilter) -> bool:
    text = wanted.text.casefold()
    return (
        (wanted.kind is None or one.kind is wanted.kind)
        and (not wanted.is_corrected or one.correction is not None)
        and (not text or text in one.code.casefold() or text in one.version.stem.casefold())
    )


def _place(one: ItemFigures, order: ItemOrder) -> tuple[Any, ...]:
    if order is ItemOrder.CODE:
        return (one.code,)
    if order is ItemOrder.DRAWN:
        return (-one.drawn, one.code)
    return (one.facility is None, one.facility or 0, -one.drawn, one.code)
