"""Reads over the question bank."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, selectinload

from core.errors import NotFoundError
from core.paging import Page, page_of
from questions.bank import BankItem
from questions.items import ItemDraft
from questions.kinds import ItemKind, Subject
from questions.models import Item, ItemVersion
from questions.states import ItemState

ASKED_AT_ONCE = 500


@dataclass(frozen=True)
class ItemFilter:
    """What a list of items is narrowed to; empty means everything."""

    text: str = ""
    kind: ItemKind | None = None
    subject: Subject | None = None
    state: ItemState | None = None


@dataclass(frozen=True)
class ItemRow:
    """One item with its newest version."""

    item: Item
    version: ItemVersion


def items(session: Session, wanted: ItemFilter, number: int) -> Page[ItemRow]:
    """Return one page of items, by code."""
    page = page_of(session, _newest(wanted), number)
    rows = [ItemRow(item, version) for item, version in page.rows]
    return Page(rows, page.number, page.size, page.total)


def drafts(session: Session, wanted: ItemFilter) -> list[ItemDraft]:
    """Return the newest version of every item as it would be handed in, by code."""
    return [draft_of(item, version) for item, version in session.execute(_newest(wanted))]


def item(session: Session, item_id: UUID) -> Item:
    """Return one item with its versions, the newest first."""
    found = session.get(Item, item_id, options=[selectinload(Item.versions)])
    if found is None:
        raise NotFoundError
    return found


def draft_of(item: Item, version: ItemVersion) -> ItemDraft:
    """Return an item and one of its versions as it would be handed in."""
    return ItemDraft(
        code=item.code,
        kind=ItemKind(item.kind),
        subject=Subject(item.subject),
        stem=version.stem,
        options=tuple(version.options),
        key=version.key,
        law=version.law,
        article=version.article,
        explanation=version.explanation,
    )


def bank_counts(session: Session) -> dict[tuple[ItemKind, Subject], int]:
    """Return how many active items there are of each kind and subject; a pair with none is not in it."""
    query = select(Item.kind, Item.subject, func.count()).where(Item.state == ItemState.ACTIVE)
    counted = session.execute(query.group_by(Item.kind, Item.subject))
    return {(ItemKind(kind), Subject(subject)): count for kind, subject, count in counted}


def active_bank(session: Session) -> list[BankItem]:
    """Return every active item as a draw sees it, by code: the same bank always comes in the same order."""
    query = (
        select(Item.code, Item.kind, Item.subject, ItemVersion.id, _option_count().label("option_count"))
        .join(ItemVersion, _is_newest())
        .where(Item.state == ItemState.ACTIVE)
    )
    # Sorted here, because databases differ in how they order texts.
    rows = sorted(session.execute(query), key=lambda row: str(row.code))
    return [BankItem(row.id, ItemKind(row.kind), Subject(row.subject), row.option_count) for row in rows]


def keys_of(session: Session, version_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the key of each of these versions."""
    wanted = list(dict.fromkeys(version_ids))
    found: dict[UUID, str] = {}
    for start in range(0, len(wanted), ASKED_AT_ONCE):
        query = select(ItemVersion.id, ItemVersion.key).where(ItemVersion.id.in_(_part(wanted, start)))
        found |= dict(session.execute(query).all())
    return found


def shown_versions(session: Session, version_ids: Iterable[UUID]) -> dict[UUID, ItemVersion]:
    """Return these versions by id: the wording that stood on a paper, whatever became of the item."""
    wanted = list(dict.fromkeys(version_ids))
    found: dict[UUID, ItemVersion] = {}
    for start in range(0, len(wanted), ASKED_AT_ONCE):
        query = select(ItemVersion).where(ItemVersion.id.in_(_part(wanted, start)))
        found |= {version.id: version for version in session.scalars(query)}
    return found


def _part(wanted: Sequence[UUID], start: int) -> Sequence[UUID]:
    return wanted[start : start + ASKED_AT_ONCE]


def _option_count() -> ColumnElement[int]:
    """Count the options in the database: a draw has no use for their texts."""
    return func.json_array_length(ItemVersion.options)


def _is_newest() -> ColumnElement[bool]:
    return (ItemVersion.item_id == Item.id) & (ItemVersion.number == Item.version_number)


def _newest(wanted: ItemFilter) -> Select[*tuple[Any, ...]]:
    query: Select[*tuple[Any, ...]] = select(Item, ItemVersion).join(ItemVersion, _is_newest())
    if wanted.kind is not None:
        query = query.where(Item.kind == wanted.kind)
    if wanted.subject is not None:
        query = query.where(Item.subject == wanted.subject)
    if wanted.state is not None:
        query = query.where(Item.state == wanted.state)
    if wanted.text:
        places = (Item.code, ItemVersion.stem, ItemVersion.law, ItemVersion.article)
        query = query.where(or_(*(place.icontains(wanted.text, autoescape=True) for place in places)))
    return query.order_by(Item.code)
