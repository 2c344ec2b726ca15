"""The shapes of papers, each read once and then kept: a paper never changes, nor do an item's version and kind.

What is kept may be forgotten at any time and is read again; nothing is decided on it that could become
untrue.
"""

from collections import OrderedDict
from threading import Lock
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from exam.models.room import Attempt, Paper
from exam.queries.room import kinds_of
from exam.shapes import Shape, shape_of
from questions.kinds import ItemKind

KEPT = 65_536
_shapes: OrderedDict[UUID, Shape] = OrderedDict()
_takes_several: dict[str, bool] = {}
_lock = Lock()


def known_shape(attempt_id: UUID) -> Shape | None:
    """Return the shape of an attempt's paper if it was read before."""
    return _shapes.get(attempt_id)


def read_shape(session: Session, attempt_id: UUID) -> Shape | None:
    """Read the shape of an attempt's paper and keep it, or return None where there is no such attempt."""
    query = select(Paper.entries).join(Attempt, Attempt.paper_id == Paper.id).where(Attempt.id == attempt_id)
    rows = session.scalar(query)
    if rows is None:
        return None
    version_ids = [version_id for version_id, _order, _marks in rows]
    unknown = [UUID(version_id) for version_id in version_ids if version_id not in _takes_several]
    kinds = kinds_of(session, unknown) if unknown else {}
    with _lock:
        _takes_several.update({str(one): kind is ItemKind.MULTIPLE for one, kind in kinds.items()})
        shape = shape_of(rows, {version_id for version_id in version_ids if _takes_several[version_id]})
        _shapes[attempt_id] = shape
        while len(_shapes) > KEPT:
            _shapes.popitem(last=False)
    return shape
