"""Reads behind the check of a draw: what is public of it, and every stored paper drawn once more."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.errors import NotFoundError
from exam.draws import bank_digest, bank_of, cells_text, commitment_of
from exam.models.planning import Candidate, Sitting
from exam.models.room import Paper
from exam.papers import draw, paper_seed, rows_of
from exam.queries.planning import cells_of
from exam.states import SittingState

BATCH = 1000


@dataclass(frozen=True)
class PublicDraw:
    """What anybody may know of a sitting's draw; ``seed`` only once the sitting is closed."""

    sitting_id: UUID
    title: str
    commitment: str
    bank_digest: str
    bank_size: int
    cells: str
    committed_at: datetime
    opens_at: datetime
    papers: int
    closed_at: datetime | None
    seed: str | None


@dataclass(frozen=True)
class DrawCheck:
    """What came of drawing every paper of a sitting again."""

    is_committed: bool
    papers: int
    different: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        """Say whether the seed is the one committed to and every paper is what it gives."""
        return self.is_committed and not self.different


def public_draw(session: Session, sitting_id: UUID) -> PublicDraw:
    """Return what is public of a sitting's draw, from the moment it is committed to."""
    sitting = session.get(Sitting, sitting_id)
    if sitting is None or sitting.commitment is None or sitting.opened_at is None:
        raise NotFoundError
    rows = bank_rows_of(session, sitting_id)
    papers = session.scalar(select(func.count()).select_from(Paper).where(Paper.sitting_id == sitting_id))
    is_closed = SittingState(sitting.state) is SittingState.CLOSED
    return PublicDraw(
        sitting_id=sitting.id,
        title=sitting.title,
        commitment=sitting.commitment,
        bank_digest=bank_digest(rows),
        bank_size=len(rows),
        cells=cells_text(cells_of(sitting.blueprint)),
        committed_at=sitting.opened_at,
        opens_at=sitting.opens_at,
        papers=papers or 0,
        closed_at=sitting.closed_at if is_closed else None,
        seed=sitting.seed if is_closed else None,
    )


def bank_rows_of(session: Session, sitting_id: UUID) -> list[list[Any]]:
    """Return a sitting's frozen bank as it is stored, from the moment it is committed to."""
    row = session.execute(select(Sitting.bank, Sitting.commitment).where(Sitting.id == sitting_id)).one_or_none()
    if row is None or row.commitment is None:
        raise NotFoundError
    return row.bank or []


def committed_sittings(session: Session) -> list[Sitting]:
    """Return every sitting whose draw is committed to, the newest first."""
    query = select(Sitting).where(Sitting.commitment.is_not(None), Sitting.opened_at.is_not(None))
    return list(session.scalars(query.order_by(Sitting.opens_at.desc(), Sitting.id)))


def check_draw(session: Session, sitting: Sitting) -> DrawCheck:
    """Draw every stored paper of a sitting again from its seed and frozen bank, and compare."""
    if sitting.seed is None or sitting.commitment is None:
        raise NotFoundError
    cells, bank = cells_of(sitting.blueprint), bank_of(bank_rows_of(session, sitting.id))
    different, count = [], 0
    for candidate_id, candidate_no, number, seed, entries in _papers(session, sitting.id):
        count += 1
        again = paper_seed(sitting.seed, candidate_id, number)
        if seed != again or entries != rows_of(draw(cells, bank, again)):
            different.append(candidate_no if number == 1 else f"{candidate_no} ({number})")
    return DrawCheck(commitment_of(sitting.seed) == sitting.commitment, count, tuple(different))


def _papers(session: Session, sitting_id: UUID) -> Iterator[Any]:
    query = (
        select(Paper.candidate_id, Candidate.candidate_no, Paper.number, Paper.seed, Paper.entries)
        .join(Candidate, Paper.candidate_id == Candidate.id)
        .where(Paper.sitting_id == sitting_id)
        .order_by(Paper.id)
        .execution_options(yield_per=BATCH)
    )
    yield from session.execute(query)
