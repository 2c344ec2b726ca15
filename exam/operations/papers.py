"""The verbs of the draw: freeze the bank and the seed before the doors open, and draw every paper.

Papers are drawn ahead by a job, so that a start costs one read; whoever starts before their turn has
the paper drawn at that moment. Both give the same paper, because the seed and the bank are the same.
"""

import secrets
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from core import clock
from core.db import is_postgresql, new_key
from core.jobs import enqueue
from exam.blueprints import Cell
from exam.draws import bank_of, bank_rows, commitment_of
from exam.models.planning import Candidate, Sitting
from exam.models.room import Paper
from exam.papers import draw, paper_seed, rows_of
from exam.queries.planning import cells_of
from exam.states import Standing
from questions.bank import BankItem
from questions.queries import active_bank

DRAW_JOB = "exam:papers:draw"
DRAWN_AT_ONCE = 200


def freeze_draw(session: Session, sitting: Sitting) -> None:
    """Cast the sitting's seed, commit to it, and freeze the bank that papers are drawn from."""
    sitting.seed = secrets.token_hex(32)
    sitting.commitment = commitment_of(sitting.seed)
    sitting.bank = bank_rows(active_bank(session))


def ask_for_papers(session: Session, sitting: Sitting) -> None:
    """Let the papers of everybody on the list be drawn in the background."""
    enqueue(session, DRAW_JOB, {"sitting": str(sitting.id)})


def frozen_bank(session: Session, sitting: Sitting) -> list[BankItem]:
    """Return the bank that this sitting's papers are drawn from."""
    rows = session.scalar(select(Sitting.bank).where(Sitting.id == sitting.id))
    return bank_of(rows or [])


def draw_missing_papers(session: Session, sitting: Sitting, bank: Sequence[BankItem]) -> int:
    """Draw the papers of the next candidates who have none; return how many were drawn."""
    missing = (
        select(Candidate.id)
        .outerjoin(Paper, Paper.candidate_id == Candidate.id)
        .where(Candidate.sitting_id == sitting.id, Candidate.standing == Standing.REGISTERED, Paper.id.is_(None))
        .order_by(Candidate.id)
        .limit(DRAWN_AT_ONCE)
    )
    candidate_ids = list(session.scalars(missing))
    if candidate_ids:
        cells = cells_of(sitting.blueprint)
        _insert(session, [_paper_row(sitting, candidate_id, 1, cells, bank) for candidate_id in candidate_ids])
    return len(candidate_ids)


def paper_for(session: Session, sitting: Sitting, candidate_id: UUID, number: int) -> UUID:
    """Return the candidate's paper of that number; it is drawn now where it was not drawn ahead."""
    found = session.scalar(_paper_id(candidate_id, number))
    if found is None:
        cells, bank = cells_of(sitting.blueprint), frozen_bank(session, sitting)
        _insert(session, [_paper_row(sitting, candidate_id, number, cells, bank)])
        found = session.scalars(_paper_id(candidate_id, number)).one()
    return found


def _paper_id(candidate_id: UUID, number: int) -> Select[UUID]:
    return select(Paper.id).where(Paper.candidate_id == candidate_id, Paper.number == number)


def _paper_row(
    sitting: Sitting, candidate_id: UUID, number: int, cells: Sequence[Cell], bank: Sequence[BankItem]
) -> dict[str, object]:
    if sitting.seed is None:
        raise ValueError("an open sitting has its seed")
    seed = paper_seed(sitting.seed, candidate_id, number)
    return {
        "id": new_key(),
        "candidate_id": candidate_id,
        "number": number,
        "sitting_id": sitting.id,
        "seed": seed,
        "entries": rows_of(draw(cells, bank, seed)),
        "drawn_at": clock.now(),
    }


def _insert(session: Session, rows: list[dict[str, object]]) -> None:
    """Store papers; one that somebody else has just stored is the same paper and stays."""
    dialect = postgresql if is_postgresql(session) else sqlite
    session.execute(dialect.insert(Paper.__table__).on_conflict_do_nothing(), rows)
