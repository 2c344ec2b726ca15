"""Reads over circulars: the drafts and what stands against each step, what is issued, and the letter itself."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, defer, joinedload, undefer

from core.errors import NotFoundError
from core.paging import Page, page_of
from exam.circular_states import CircularLayout, CircularState
from exam.circular_texts import DRAFT_MARK, SAMPLE_MARK, Correction, Letter, letter
from exam.circulars import CircularDraft, CircularWords, StepFacts, Thresholds
from exam.models.circulars import Circular, CircularFile, FiguresSnapshot
from exam.queries.snapshots import figures_in
from exam.snapshots import changed_units
from people.queries import has_demo_officers

_WITHOUT_TABLES = joinedload(Circular.snapshot).options(defer(FiguresSnapshot.content))


def circular(session: Session, circular_id: UUID) -> Circular:
    """Return one circular, in whatever state."""
    found = session.get(Circular, circular_id)
    if found is None:
        raise NotFoundError
    return found


def issued_circular(session: Session, circular_id: UUID) -> Circular:
    """Return one circular that is public."""
    found = circular(session, circular_id)
    if found.state != CircularState.ISSUED:
        raise NotFoundError
    return found


def circulars(session: Session, number: int) -> Page[Circular]:
    """Return one page of all circulars, the newest draft first."""
    query = select(Circular).order_by(Circular.drafted_at.desc(), Circular.id.desc())
    return page_of(session, query.options(_WITHOUT_TABLES), number)


def issued_circulars(session: Session, number: int) -> Page[Circular]:
    """Return one page of issued circulars, the newest first; versions that were corrected stay among them."""
    query = select(Circular).where(Circular.state == CircularState.ISSUED)
    return page_of(session, query.order_by(Circular.issued_at.desc(), Circular.id).options(_WITHOUT_TABLES), number)


def circulars_of(session: Session, sitting_id: UUID) -> list[Circular]:
    """Return the circulars of a sitting that were not discarded, the newest first."""
    query = (
        select(Circular)
        .join(FiguresSnapshot, Circular.snapshot_id == FiguresSnapshot.id)
        .where(FiguresSnapshot.sitting_id == sitting_id, Circular.state != CircularState.DISCARDED)
        .order_by(Circular.drafted_at.desc(), Circular.id.desc())
    )
    return list(session.scalars(query.options(_WITHOUT_TABLES)))


def correction_for(session: Session, circular_id: UUID) -> Circular | None:
    """Return the next version of a circular, issued or not yet, if there is one."""
    query = select(Circular).where(Circular.corrects_id == circular_id, Circular.state != CircularState.DISCARDED)
    return session.scalar(query)


def corrected_ids(session: Session) -> set[UUID]:
    """Return the circulars that an issued version corrects."""
    query = select(Circular.corrects_id).where(
        Circular.state == CircularState.ISSUED, Circular.corrects_id.is_not(None)
    )
    return {one for one in session.scalars(query) if one is not None}


def newest_version(session: Session, found: Circular) -> Circular:
    """Return the last issued version that corrects a circular, or the circular itself."""
    while True:
        later = correction_for(session, found.id)
        if later is None or later.state != CircularState.ISSUED:
            return found
        found = later


def files_of(session: Session, circular_id: UUID) -> list[CircularFile]:
    """Return the files of an issued circular without their bytes, PDF first."""
    found = session.scalars(select(CircularFile).where(CircularFile.circular_id == circular_id))
    order = list(CircularLayout)
    return sorted(found, key=lambda one: order.index(CircularLayout(one.layout)))


def file_of(session: Session, circular_id: UUID, layout: CircularLayout) -> CircularFile:
    """Return one file with its bytes."""
    query = select(CircularFile).where(CircularFile.circular_id == circular_id, CircularFile.layout == layout)
    found = session.scalar(query.options(undefer(CircularFile.content)))
    if found is None:
        raise NotFoundError
    return found


def draft_of(row: Circular) -> CircularDraft:
    """Return a circular as its writer holds it."""
    return CircularDraft(
        title=row.title,
        document_no=row.document_no,
        dated_on=row.dated_on,
        words=CircularWords(**row.texts),
        thresholds=Thresholds(row.good_participation, row.good_pass, row.poor_not_completed, row.poor_pass),
    )


def letter_of(session: Session, row: Circular) -> Letter:
    """Return a circular as it reads now; until it is issued it bears a mark that says so."""
    made = final_letter_of(session, row)
    return made if made.mark or row.state == CircularState.ISSUED else replace(made, mark=DRAFT_MARK)


def final_letter_of(session: Session, row: Circular) -> Letter:
    """Return a circular as it is issued, from its frozen figures."""
    mark = SAMPLE_MARK if has_demo_officers(session) else ""
    figures = figures_in(row.snapshot)
    return letter(figures, row.snapshot.digest, draft_of(row), correction=correction_of(session, row), mark=mark)


def correction_of(session: Session, row: Circular) -> Correction | None:
    """Return what a version corrects, with the units whose figures are others now."""
    if row.corrects_id is None:
        return None
    before = session.get_one(Circular, row.corrects_id)
    old, new = figures_in(before.snapshot).table, figures_in(row.snapshot).table
    changes = changed_units(old, new)
    if old.total != new.total:
        changes.append(("全市", old.total, new.total))
    return Correction(before.title, before.document_no, before.dated_on, row.correction_reason, tuple(changes))


def is_number_taken(session: Session, document_no: str, circular_id: UUID | None) -> bool:
    """Say whether another circular that was not discarded bears the document number."""
    query = select(Circular.id).where(
        Circular.document_no == document_no, Circular.state != CircularState.DISCARDED, Circular.id != circular_id
    )
    return bool(document_no) and session.scalar(query.limit(1)) is not None


def step_facts(session: Session, row: Circular, account_id: UUID | None, revision: int | None) -> StepFacts:
    """Return what the steps of a circular rest on for one person who read a revision of it."""
    before = session.get(Circular, row.corrects_id) if row.corrects_id else None
    return StepFacts(
        state=CircularState(row.state),
        is_own_text=row.edited_by == account_id,
        is_current_revision=revision is None or revision == row.revision,
        has_number=bool(row.document_no),
        is_corrected=correction_for(session, row.id) is not None,
        corrected_is_issued=before is None or before.state == CircularState.ISSUED,
    )
