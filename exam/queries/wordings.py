"""What item versions say, as candidates read it; a version is never edited, so each is read once and kept.

The key is not among it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from questions.kinds import ItemKind
from questions.models import Item, ItemVersion


@dataclass(frozen=True)
class Wording:
    """The kind, the stem and the options of one item version, in its own order."""

    kind: ItemKind
    stem: str
    options: tuple[str, ...]


_known: dict[UUID, Wording] = {}


def wordings_of(session: Session, version_ids: Iterable[UUID]) -> dict[UUID, Wording]:
    """Return what these versions say."""
    wanted = list(version_ids)
    unknown = [one for one in wanted if one not in _known]
    if unknown:
        query = select(ItemVersion.id, Item.kind, ItemVersion.stem, ItemVersion.options)
        rows = session.execute(query.join(Item, ItemVersion.item_id == Item.id).where(ItemVersion.id.in_(unknown)))
        _known.update({row.id: Wording(ItemKind(row.kind), row.stem, tuple(row.options)) for row in rows})
    return {one: _known[one] for one in wanted}
