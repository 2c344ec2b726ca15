"""The verbs of a circular: draft it from a snapshot, edit, approve as a second person, issue, correct.

Issuing stores the very bytes that were drawn and enters their digests in the public log in the same
transaction. What is issued is never edited: a correction is a further version that names it.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from core import clock
from core.audit import Actor
from core.db import new_key
from core.errors import ForbiddenError, Reason, refuse_if
from core.operations import append_to_log, record_audit
from core.texts import lazy_gettext as _
from exam.circular_figures import places, reasons_against_words
from exam.circular_states import CIRCULAR, CircularLayout, CircularState
from exam.circular_texts import Letter, default_draft
from exam.circulars import (
    CircularDraft,
    reasons_against_draft,
    reasons_against_reason,
    reasons_against_step,
)
from exam.documents.circular_docx import draw_docx
from exam.documents.circular_pdf import draw_pdf
from exam.documents.circular_xlsx import draw_xlsx
from exam.documents.official_layout import refuse_unprintable
from exam.models.circulars import Circular, CircularFile, FiguresSnapshot
from exam.queries.circulars import draft_of, is_number_taken, letter_of, step_facts
from exam.queries.snapshots import figures_in
from exam.snapshots import Snapshot

LOG_KIND = "circular"


@dataclass(frozen=True)
class Drawn:
    """The bytes of a circular's files, and the revision they were drawn from."""

    revision: int
    files: Mapping[CircularLayout, bytes]


def draw_circular(letter: Letter, snapshot: Snapshot, revision: int) -> Drawn:
    """Draw every file of a circular; needs no session, so that nobody who writes has to wait for it."""
    refuse_unprintable(letter)
    files = {
        CircularLayout.PDF: draw_pdf(letter),
        CircularLayout.DOCX: draw_docx(letter),
        CircularLayout.XLSX: draw_xlsx(snapshot, letter.source),
    }
    return Drawn(revision, files)


def draft_circular(session: Session, snapshot: FiguresSnapshot, actor: Actor) -> Circular:
    """Begin a circular from a snapshot, with the usual words."""
    draft = default_draft(figures_in(snapshot), clock.today())
    made = _new(snapshot, draft, actor)
    session.add(made)
    session.flush()
    record_audit(session, actor, "exam:circular:draft", made.id, {"snapshot": snapshot.digest})
    return made


def correct_circular(
    session: Session, circular: Circular, snapshot: FiguresSnapshot, reason: str, actor: Actor
) -> Circular:
    """Begin the next version of an issued circular, from its own words and the snapshot named."""
    _take_turns(session, circular)
    facts = step_facts(session, circular, actor.account_id, None)
    names = places(figures_in(snapshot))
    refuse_if(
        [
            *reasons_against_step(facts, "correct"),
            *reasons_against_reason(reason),
            *reasons_against_words(str(_("更正原因")), reason, names, frozenset()),
        ]
    )
    made = _new(snapshot, draft_of(circular), actor)
    made.document_no, made.dated_on = "", clock.today()
    made.version, made.corrects_id, made.correction_reason = circular.version + 1, circular.id, reason.strip()
    session.add(made)
    session.flush()
    detail = {"corrects": str(circular.id), "reason": made.correction_reason, "snapshot": snapshot.digest}
    record_audit(session, actor, "exam:circular:correct", made.id, detail)
    return made


def edit_circular(
    session: Session,
    circular: Circular,
    draft: CircularDraft,
    snapshot: FiguresSnapshot,
    *,
    revision: int,
    actor: Actor,
) -> None:
    """Write the words down once they hold no figure of their own and nobody else has edited meanwhile."""
    _take_turns(session, circular)
    facts = step_facts(session, circular, actor.account_id, revision)
    reasons = reasons_against_step(facts, "edit")
    if not reasons:
        reasons = reasons_against_draft(draft, figures_in(snapshot))
        if is_number_taken(session, draft.document_no, circular.id):
            reasons.append(Reason("number_taken", _("发文字号已被另一份通报使用，请核对。")))
    refuse_if(reasons)
    _write(circular, draft)
    circular.snapshot, circular.snapshot_id = snapshot, snapshot.id
    circular.revision += 1
    circular.edited_by, circular.edited_at = _account(actor), clock.now()
    session.flush()
    detail = {"revision": circular.revision, "snapshot": snapshot.digest}
    record_audit(session, actor, "exam:circular:edit", circular.id, detail)


def approve_circular(session: Session, circular: Circular, revision: int, actor: Actor) -> None:
    """Approve the revision that was read, as a second person."""
    _refuse_step(session, circular, "approve", revision, actor)
    refuse_if(reasons_against_draft(draft_of(circular), figures_in(circular.snapshot)))
    refuse_unprintable(letter_of(session, circular))
    _move(circular, "approve")
    circular.approved_by, circular.approved_at = _account(actor), clock.now()
    session.flush()
    record_audit(session, actor, "exam:circular:approve", circular.id, {"revision": circular.revision})


def send_back(session: Session, circular: Circular, revision: int, actor: Actor) -> None:
    """Take an approval back, so that the words can be edited again."""
    _refuse_step(session, circular, "send_back", revision, actor)
    _move(circular, "send_back")
    circular.approved_by = circular.approved_at = None
    session.flush()
    record_audit(session, actor, "exam:circular:send_back", circular.id, {"revision": circular.revision})


def discard_circular(session: Session, circular: Circular, revision: int, actor: Actor) -> None:
    """Give a draft up; it stays on record and is never issued."""
    _refuse_step(session, circular, "discard", revision, actor)
    _move(circular, "discard")
    session.flush()
    record_audit(session, actor, "exam:circular:discard", circular.id, {"revision": circular.revision})


def issue_circular(session: Session, circular: Circular, drawn: Drawn, actor: Actor) -> list[CircularFile]:
    """Make the files public as they were drawn, and enter each digest in the log."""
    _refuse_step(session, circular, "issue", drawn.revision, actor)
    figures_in(circular.snapshot)
    _move(circular, "issue")
    circular.issued_by, circular.issued_at = _account(actor), clock.now()
    files = [_file(circular.id, layout, content) for layout, content in drawn.files.items()]
    session.add_all(files)
    session.flush()
    for file in files:
        append_to_log(session, LOG_KIND, circular.id, file.digest)
    digests = {str(file.layout): file.digest for file in files}
    record_audit(session, actor, "exam:circular:issue", circular.id, {"revision": circular.revision, **digests})
    return files


def _new(snapshot: FiguresSnapshot, draft: CircularDraft, actor: Actor) -> Circular:
    account_id, now = _account(actor), clock.now()
    made = Circular(
        id=new_key(),
        snapshot=snapshot,
        snapshot_id=snapshot.id,
        state=CircularState.DRAFT,
        revision=1,
        version=1,
        correction_reason="",
        drafted_at=now,
        edited_by=account_id,
        edited_at=now,
    )
    _write(made, draft)
    return made


def _write(circular: Circular, draft: CircularDraft) -> None:
    limits = draft.thresholds
    circular.title, circular.document_no, circular.dated_on = draft.title, draft.document_no, draft.dated_on
    circular.texts = asdict(draft.words)
    circular.good_participation, circular.good_pass = limits.good_participation, limits.good_pass
    circular.poor_not_completed, circular.poor_pass = limits.poor_not_completed, limits.poor_pass


def _refuse_step(session: Session, circular: Circular, verb: str, revision: int, actor: Actor) -> None:
    _take_turns(session, circular)
    refuse_if(reasons_against_step(step_facts(session, circular, _account(actor), revision), verb))


def _take_turns(session: Session, circular: Circular) -> None:
    session.flush()
    session.refresh(circular, with_for_update={"of": Circular})


def _move(circular: Circular, verb: str) -> None:
    circular.state = CIRCULAR.after(CircularState(circular.state), verb)


def _file(circular_id: UUID, layout: CircularLayout, content: bytes) -> CircularFile:
    digest = hashlib.sha256(content).hexdigest()
    return CircularFile(
        id=new_key(), circular_id=circular_id, layout=layout, content=content, size=len(content), digest=digest
    )


def _account(actor: Actor) -> UUID:
    if actor.account_id is None:
        raise ForbiddenError
    return actor.account_id
