"""Background work on credentials: drawing the documents of everybody on a published list.

The work left is read from the tables each time, so a run that is cut off goes on where it was.
"""

import time
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from certificates.operations.documents import Drawn, draw, keep_documents
from certificates.queries.documents import DRAW, Undrawn, drawing, undrawn
from core.db import reading, transaction
from core.jobs import Interrupted, Run, handles

BATCH = 10
# The server answers requests in the same process; after each document it gets its turn.
BREATH_SECONDS = 0.005


@handles(DRAW)
def draw_list(run: Run) -> None:
    """Draw and store every document that is missing, a batch to a transaction."""
    pass_list_id, public_url = UUID(run.arguments["pass_list_id"]), run.arguments["public_url"]
    while batch := _next(pass_list_id):
        drawn = _draw(batch, public_url, run)
        with transaction() as session:
            keep_documents(session, drawn)
            _report(session, run, pass_list_id)
    with transaction() as session:
        _report(session, run, pass_list_id)


def _next(pass_list_id: UUID) -> list[Undrawn]:
    with reading() as session:
        return undrawn(session, pass_list_id, BATCH)


def _draw(batch: Sequence[Undrawn], public_url: str, run: Run) -> list[Drawn]:
    drawn = []
    for one in batch:
        for layout in one.layouts:
            if run.stopping.is_set():
                raise Interrupted
            drawn.append(draw(one.credential, layout, public_url))
            time.sleep(BREATH_SECONDS)
    return drawn


def _report(session: Session, run: Run, pass_list_id: UUID) -> None:
    progress = drawing(session, pass_list_id)
    run.report(session, progress.drawn, progress.total)
