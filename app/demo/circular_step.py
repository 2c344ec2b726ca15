"""The demo city's circular on its first sitting: snapshot, draft, a second person's approval, issue."""

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.demo.exam_step import SITTING
from app.demo.stage import Stage, acting
from core import clock
from core.db import reading, transaction
from exam.cut_offs import Cut
from exam.models.circulars import Circular
from exam.models.planning import Sitting
from exam.operations import circulars, snapshots
from exam.queries.circulars import draft_of, final_letter_of
from exam.queries.snapshots import figures_in

COPY_TO = "市人民政府办公室。"


def report(stage: Stage) -> None:
    """Freeze the figures, write the circular, approve it as the second administrator, issue it."""
    with clock.at(stage.morning(-11)), transaction() as session:
        author = acting(session, "guanli").actor
        sitting = session.scalars(select(Sitting).where(Sitting.title == SITTING)).one()
        frozen = snapshots.take_snapshot(session, sitting, Cut.FIRST, author)
        made = circulars.draft_circular(session, frozen, author)
        draft = draft_of(made)
        words = replace(draft.words, copy_to=COPY_TO)
        draft = replace(draft, document_no=f"×法治办〔{draft.dated_on.year}〕8号", words=words)
        circulars.edit_circular(session, made, draft, frozen, revision=made.revision, actor=author)
    stage.advance(1)
    with clock.at(stage.morning(-11)), transaction() as session:
        circulars.approve_circular(session, circular_of(session), made.revision, acting(session, "fuhe").actor)
    with clock.at(stage.morning(-11)), reading() as session:
        approved = circular_of(session)
        letter, figures = final_letter_of(session, approved), figures_in(approved.snapshot)
    drawn = circulars.draw_circular(letter, figures, approved.revision)
    with clock.at(stage.morning(-11)), transaction() as session:
        circulars.issue_circular(session, circular_of(session), drawn, acting(session, "guanli").actor)
    stage.advance(499)


def circular_of(session: Session) -> Circular:
    """Return the demo city's circular."""
    return session.scalars(select(Circular)).one()
