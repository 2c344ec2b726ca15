"""Verbs on the drawing of a whole list: ask for it, pause it, go on, claim a part of it, note what failed.

Several workers draw one list at once. Each claims the credentials it is about to draw; a claim that is
not kept up falls to the next, so that nothing is drawn twice and nothing is left when a worker dies.
"""

import os
from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from certificates.bulk_states import RUN, RunState
from certificates.models import Credential, DrawingClaim, DrawingFailure, DrawingRun
from certificates.operations.documents import Drawn, keep_documents
from certificates.queries.documents import (
    DRAW,
    MOST_TRIES,
    Undrawn,
    drawing,
    drawing_failures,
    drawing_run,
    is_being_drawn,
    unclaimed,
    undrawn_of,
)
from core import clock
from core.audit import Actor
from core.db import is_postgresql
from core.errors import Reason, RefusedError, refuse_if
from core.jobs import LEASE, enqueue
from core.operations import record_audit
from core.texts import Text, lazy_gettext as _
from exam.models.results import PassList

CLAIM = LEASE
LONGEST_REASON = 500
# On PostgreSQL each serving process has a worker, and so many of them share one list.
WORKERS = 2


def request_drawing(session: Session, pass_list: PassList, public_url: str) -> None:
    """Ask for the documents of a list that are missing; they are drawn in the background."""
    run = drawing_run(session, pass_list.id)
    if run is None:
        run = DrawingRun(pass_list_id=pass_list.id, public_url=public_url, began_at=clock.now())
        session.add(run)
    run.state, run.public_url, run.began_at = RunState.GOING, public_url, clock.now()
    run.drawn_before = drawing(session, pass_list.id).drawn
    session.flush()
    for _worker in range(WORKERS if is_postgresql(session) else 1):
        enqueue(session, DRAW, {"pass_list_id": str(pass_list.id), "public_url": public_url})


def hands_of_a_worker(session: Session) -> int:
    """Return how many processes one worker lets draw, so that all of them together fill the machine."""
    workers = WORKERS if is_postgresql(session) else 1
    return max(1, (os.cpu_count() or 1) // workers)


def draw_missing(session: Session, pass_list: PassList, public_url: str, actor: Actor) -> None:
    """Go on with a list: after a pause, or once more for what could not be drawn."""
    _take_turns(session, pass_list)
    run = drawing_run(session, pass_list.id)
    if run is not None and run.state == RunState.PAUSED:
        run.state = RUN.after(RunState(run.state), "continue")
    elif is_being_drawn(session, pass_list.id):
        raise RefusedError([Reason("drawing", _("正在生成，请稍候。"))])
    if not drawing(session, pass_list.id).missing:
        raise RefusedError([Reason("all_drawn", _("电子证书已全部生成。"))])
    forget_failures(session, [credential.id for credential, _failure in drawing_failures(session, pass_list.id)])
    request_drawing(session, pass_list, public_url)
    record_audit(session, actor, "certificates:document:draw", pass_list.id)


def pause_drawing(session: Session, pass_list: PassList, actor: Actor) -> None:
    """Let the workers stop after what they are just drawing; numbers and finished documents stay as they are."""
    _take_turns(session, pass_list)
    run = drawing_run(session, pass_list.id)
    if run is None or not drawing(session, pass_list.id).left:
        raise RefusedError([Reason("nothing_to_pause", _("没有正在生成的电子证书。"))])
    refuse_if(RUN.reasons_against(RunState(run.state), "pause"))
    run.state = RUN.after(RunState(run.state), "pause")
    record_audit(session, actor, "certificates:document:pause", pass_list.id)


def claim(session: Session, pass_list_id: UUID, worker: UUID, limit: int) -> list[Undrawn]:
    """Claim the next credentials of a list for a worker; none where the list is paused or all are claimed.

    Two workers may see the same one as free; the second finds the first one's claim in the table, and does
    not get it.
    """
    run = drawing_run(session, pass_list_id)
    if run is not None and run.state == RunState.PAUSED:
        return []
    now = clock.now()
    wanted = unclaimed(session, pass_list_id, now, limit)
    if not wanted:
        return []
    rows = [{"credential_id": key, "worker": worker, "until": now + CLAIM} for key in wanted]
    dialect = postgresql if is_postgresql(session) else sqlite
    mine = dialect.insert(DrawingClaim).values(rows)
    taken = mine.on_conflict_do_update(
        index_elements=[DrawingClaim.credential_id],
        set_={"worker": mine.excluded.worker, "until": mine.excluded.until},
        where=DrawingClaim.until < now,
    )
    got = session.scalars(taken.returning(DrawingClaim.credential_id)).all()
    return undrawn_of(session, select(Credential).where(Credential.id.in_(got)))


def store_drawn(session: Session, drawn: Sequence[Drawn], worker: UUID) -> None:
    """Store what a worker drew and give its claims back."""
    keep_documents(session, drawn)
    _give_back(session, {one.credential_id for one in drawn}, worker)


def forget_failures(session: Session, credential_ids: Collection[UUID]) -> None:
    """Forget why these credentials were not drawn: they are, or are to be tried again."""
    session.execute(delete(DrawingFailure).where(DrawingFailure.credential_id.in_(credential_ids)))


def note_failure(session: Session, credential_id: UUID, reason: Text, worker: UUID, *, is_final: bool) -> None:
    """Note why a credential was not drawn; what is not final is tried again a few times by itself."""
    found = session.get(DrawingFailure, credential_id)
    tries = MOST_TRIES if is_final else (found.tries + 1 if found else 1)
    values = {"reason": str(reason)[:LONGEST_REASON], "tries": tries, "failed_at": clock.now()}
    session.merge(DrawingFailure(credential_id=credential_id, **values))
    _give_back(session, {credential_id}, worker)
    session.flush()


def give_back_claims(session: Session, worker: UUID) -> None:
    """Give back everything a worker claimed and did not draw."""
    session.execute(delete(DrawingClaim).where(DrawingClaim.worker == worker))


def _give_back(session: Session, credential_ids: set[UUID], worker: UUID) -> None:
    mine = DrawingClaim.credential_id.in_(credential_ids) & (DrawingClaim.worker == worker)
    session.execute(delete(DrawingClaim).where(mine))


def _take_turns(session: Session, pass_list: PassList) -> None:
    session.execute(select(PassList.id).where(PassList.id == pass_list.id).with_for_update())
