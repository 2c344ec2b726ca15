"""Background work on credentials: drawing and signing the documents of everybody on a published list.

The work left is read from the tables each time, so a run that is cut off goes on where it was. The drawing
itself is done by processes of their own, so that the server goes on answering.
"""

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import count
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from certificates.bulk_states import RunState
from certificates.layouts import Layout
from certificates.operations.documents import Drawn, face_of
from certificates.operations.drawing import (
    claim,
    forget_failures,
    give_back_claims,
    hands_of_a_worker,
    note_failure,
    store_drawn,
)
from certificates.operations.drawing_hands import Hands, Outcome
from certificates.operations.drawing_process import Commission
from certificates.queries.documents import DRAW, drawing, drawing_run, is_any_left
from certificates.queries.photos import photos_by_officer
from core import clock
from core.db import reading, transaction
from core.jobs import Interrupted, Run, handles

BATCH = 20
# Counting what is drawn takes longer than storing a batch, so it is not done at each.
REPORT_EVERY = 4
# So long a worker waits before it looks again whether another one left something behind.
WAIT_SECONDS = 0.5


@dataclass(frozen=True)
class InHand:
    """One document that is being drawn."""

    credential_id: UUID
    layout: Layout
    coming: Future[Outcome]


@handles(DRAW)
def draw_list(run: Run) -> None:
    """Draw and store every document that is missing, a batch to a transaction, always one batch ahead."""
    pass_list_id, worker = UUID(run.arguments["pass_list_id"]), uuid4()
    try:
        with Hands(_hands()) as hands:
            _draw_all(run, pass_list_id, worker, hands)
    finally:
        with transaction() as session:
            give_back_claims(session, worker)
            _report(session, run, pass_list_id)


def _draw_all(run: Run, pass_list_id: UUID, worker: UUID, hands: Hands) -> None:
    ahead = _begin(run, worker, hands)
    for round_ in count():
        following = _begin(run, worker, hands)
        _store(ahead, worker)
        if round_ % REPORT_EVERY == 0:
            with transaction() as session:
                _report(session, run, pass_list_id)
        if not following:
            if not _is_left(pass_list_id):
                return
            run.stopping.wait(WAIT_SECONDS)
        if run.stopping.is_set():
            raise Interrupted
        run.breathe()
        ahead = following


def _hands() -> int:
    with reading() as session:
        return hands_of_a_worker(session)


def _is_left(pass_list_id: UUID) -> bool:
    """Say whether something is left that another worker may have claimed and never finish."""
    with reading() as session:
        run = drawing_run(session, pass_list_id)
        is_paused = run is not None and run.state == RunState.PAUSED
        return not is_paused and is_any_left(session, pass_list_id)


def _begin(run: Run, worker: UUID, hands: Hands) -> list[InHand]:
    """Claim a batch and let it be drawn."""
    with transaction() as session:
        batch = claim(session, UUID(run.arguments["pass_list_id"]), worker, BATCH)
        photos = photos_by_officer(session, [one.credential.officer_id for one in batch])
        run.hold(session)
    public_url, now = run.arguments["public_url"], clock.now()
    wanted = []
    for one in batch:
        face = face_of(one.credential, public_url, photos.get(one.credential.officer_id))
        wanted += [(one.credential.id, Commission(layout, face, now)) for layout in one.layouts]
    coming = hands.draw([commission for _key, commission in wanted])
    return [
        InHand(key, commission.layout, future) for (key, commission), future in zip(wanted, coming, strict=True)
    ]


def _store(in_hand: Sequence[InHand], worker: UUID) -> None:
    """Store what was drawn; a credential of which one document fails keeps the other, and is tried again."""
    if not in_hand:
        return
    outcomes = [(one, one.coming.result()) for one in in_hand]
    failed = {one.credential_id for one, made in outcomes if made.content is None}
    drawn = [Drawn(one.credential_id, one.layout, made.content) for one, made in outcomes if made.content]
    with transaction() as session:
        store_drawn(session, drawn, worker)
        forget_failures(session, {one.credential_id for one in drawn} - failed)
        for one, made in outcomes:
            if made.content is None:
                note_failure(session, one.credential_id, made.reason, worker, is_final=made.is_final)


def _report(session: Session, run: Run, pass_list_id: UUID) -> None:
    progress = drawing(session, pass_list_id)
    run.report(session, progress.drawn, progress.total)
