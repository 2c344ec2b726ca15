"""What the worker does for the exam: draw papers ahead, add up marks, draw lists, hand in what is over."""

import time
from uuid import UUID

from core import clock
from core.db import reading, transaction
from core.jobs import Interrupted, Run, every_tick, handles
from exam.documents.list_files import draw
from exam.list_states import ListLayout
from exam.models.planning import Sitting
from exam.models.results import PassList
from exam.operations.handing_in import finish_overdue
from exam.operations.papers import DRAW_JOB, draw_missing_papers, frozen_bank
from exam.operations.publishing import FILES_JOB, store_list_files
from exam.operations.tallying import TALLY_JOB, store_tally
from exam.queries.list_files import face_of
from exam.queries.papers import paper_counts
from exam.queries.pass_lists import public_list
from exam.queries.room import is_any_overdue
from exam.queries.subjects import tally

FINISHED_AT_ONCE = 10
TURN_SECONDS = 0.005


@handles(DRAW_JOB)
def draw_papers(run: Run) -> None:
    """Draw the papers of a sitting ahead, some in each transaction; what is drawn already stays."""
    sitting_id = UUID(run.arguments["sitting"])
    with reading() as session:
        bank = frozen_bank(session, session.get_one(Sitting, sitting_id))
    drawn = 1
    while drawn:
        if run.stopping.is_set():
            raise Interrupted
        with transaction() as session:
            drawn = draw_missing_papers(session, session.get_one(Sitting, sitting_id), bank)
            run.report(session, *paper_counts(session, sitting_id))


@handles(TALLY_JOB)
def tally_subjects(run: Run) -> None:
    """Add up a sitting's marks by subject; the long count only reads, so that nobody waits for it."""
    sitting_id = UUID(run.arguments["sitting"])
    with reading() as session:
        counted = tally(session, session.get_one(Sitting, sitting_id))
    with transaction() as session:
        store_tally(session, session.get_one(Sitting, sitting_id), counted)
        run.report(session, 1, 1)


@handles(FILES_JOB)
def draw_list_files(run: Run) -> None:
    """Draw, store and log the files of a published list; one that no longer counts keeps none."""
    pass_list_id = UUID(run.arguments["pass_list"])
    with reading() as session:
        shown = public_list(session, pass_list_id)
        if not shown.is_as_published:
            return
        face = face_of(session, shown)
    drawn = {layout: draw(face, layout) for layout in ListLayout}
    with transaction() as session:
        store_list_files(session, session.get_one(PassList, pass_list_id), drawn)
        run.report(session, len(drawn), len(drawn))


@every_tick
def finish_what_is_over() -> None:
    """Hand in every attempt whose time is over; where there is none, nothing is written or locked.

    Some in each transaction, and a moment between: whoever goes on answering must get a turn to write, and
    on SQLite one who gives the turn back and takes it again at once is faster than all who wait for it.
    """
    now = clock.now()
    with reading() as session:
        if not is_any_overdue(session, now):
            return
    finished = FINISHED_AT_ONCE
    while finished == FINISHED_AT_ONCE:
        with transaction() as session:
            finished = finish_overdue(session, now, limit=FINISHED_AT_ONCE)
        time.sleep(TURN_SECONDS)
