"""Pages of circulars in the making: writing, reading, approving, issuing, correcting."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core.access import requires
from core.audit import Actor
from core.db import reading, transaction
from core.errors import DomainError, NotFoundError, refuse_if
from core.queries import audit_of
from core.texts import Text, lazy_gettext as _
from exam.circular_figures import kept_numbers, places
from exam.circular_states import CIRCULAR, LAYOUT_NAMES
from exam.circulars import reasons_against_step
from exam.cut_offs import CUT_NAMES
from exam.models.circulars import Circular, FiguresSnapshot
from exam.operations import circulars as operations
from exam.queries import circulars as queries
from exam.queries.snapshots import figures_in, snapshot, snapshots_of
from exam.ranking import SMALLEST_RANKED
from exam.views.circular_forms import CircularCorrectionForm, CircularForm, StepForm
from exam.views.circulars import as_download, layout_named
from people.models import Account
from people.permissions import Permission

bp = Blueprint("circular_drafts", __name__, url_prefix="/circular-drafts")
VERBS = ("edit", "approve", "send_back", "issue", "discard", "correct")
Step = Callable[[Session, Circular, int, Actor], None]


@bp.get("/")
@requires(Permission.CIRCULAR_PREPARE)
def index() -> str:
    with reading() as session:
        page = queries.circulars(session, request.args.get("page", 1, type=int))
        return render_template("exam/circular_drafts.html", page=page, states=CIRCULAR.words)


@bp.post("/from/<uuid:snapshot_id>")
@requires(Permission.CIRCULAR_PREPARE)
def create(snapshot_id: UUID) -> Response:
    with transaction() as session:
        made = operations.draft_circular(session, snapshot(session, snapshot_id), current_user.actor)
    flash(_("已按快照起草通报。请修改文字、填写发文字号后送批。"), "success")
    return redirect(url_for(".edit", circular_id=made.id))


@bp.get("/<uuid:circular_id>")
@requires(Permission.CIRCULAR_PREPARE)
def show(circular_id: UUID) -> str:
    with reading() as session:
        circular = queries.circular(session, circular_id)
        facts = queries.step_facts(session, circular, current_user.actor.account_id, None)
        people = {one for one in (circular.edited_by, circular.approved_by, circular.issued_by) if one}
        return render_template(
            "exam/circular_draft.html",
            circular=circular,
            letter=queries.letter_of(session, circular),
            reasons={verb: [one.text for one in reasons_against_step(facts, verb)] for verb in VERBS},
            kept=sorted(kept_numbers(circular.texts["kept_numbers"])),
            later=queries.correction_for(session, circular.id),
            before=queries.circular(session, circular.corrects_id) if circular.corrects_id else None,
            people={one: session.get_one(Account, one).display_name for one in people},
            history=audit_of(session, circular.id),
            states=CIRCULAR.words,
            layouts=LAYOUT_NAMES,
            cuts=CUT_NAMES,
            form=StepForm(),
        )


@bp.route("/<uuid:circular_id>/edit", methods=["GET", "POST"])
@requires(Permission.CIRCULAR_PREPARE)
def edit(circular_id: UUID) -> str | Response:
    with _opened() as session:
        circular = queries.circular(session, circular_id)
        facts = queries.step_facts(session, circular, current_user.actor.account_id, None)
        refuse_if(reasons_against_step(facts, "edit"))
        form = CircularForm()
        form.snapshot.choices = _choices(session, circular)
        if not form.is_submitted():
            form.fill(queries.draft_of(circular))
            form.snapshot.data, form.revision.data = str(circular.snapshot_id), str(circular.revision)
        elif form.validate():
            try:
                _write(session, circular, form)
                flash(_("已保存。请阅读全文，无误后请另一名管理员批准。"), "success")
                return redirect(url_for(".show", circular_id=circular.id))
            except DomainError as error:
                form.refuse(error)
        names = places(figures_in(circular.snapshot))
        return render_template(
            "exam/circular_edit.html", circular=circular, form=form, names=names, least=SMALLEST_RANKED
        )


@bp.post("/<uuid:circular_id>/approve")
@requires(Permission.CIRCULAR_ISSUE)
def approve(circular_id: UUID) -> Response:
    return _step(circular_id, operations.approve_circular, _("已批准，可以印发。"))


@bp.post("/<uuid:circular_id>/send-back")
@requires(Permission.CIRCULAR_PREPARE)
def send_back(circular_id: UUID) -> Response:
    return _step(circular_id, operations.send_back, _("已退回修改。"))


@bp.post("/<uuid:circular_id>/discard")
@requires(Permission.CIRCULAR_PREPARE)
def discard(circular_id: UUID) -> Response:
    return _step(circular_id, operations.discard_circular, _("草稿已作废，记录保留。"))


@bp.post("/<uuid:circular_id>/issue")
@requires(Permission.CIRCULAR_ISSUE)
def issue(circular_id: UUID) -> Response:
    """Draw outside the transaction, then store what was drawn if nothing has changed meanwhile."""
    revision = StepForm().read_revision
    with reading() as session:
        circular = queries.circular(session, circular_id)
        facts = queries.step_facts(session, circular, current_user.actor.account_id, revision)
        refuse_if(reasons_against_step(facts, "issue"))
        letter, figures = queries.final_letter_of(session, circular), figures_in(circular.snapshot)
    drawn = operations.draw_circular(letter, figures, revision)
    with transaction() as session:
        operations.issue_circular(session, queries.circular(session, circular_id), drawn, current_user.actor)
    flash(_("通报已印发，任何人都可以查看和下载。"), "success")
    return redirect(url_for("circulars.show", circular_id=circular_id))


@bp.route("/<uuid:circular_id>/correct", methods=["GET", "POST"])
@requires(Permission.CIRCULAR_PREPARE)
def correct(circular_id: UUID) -> str | Response:
    with _opened() as session:
        circular = queries.circular(session, circular_id)
        facts = queries.step_facts(session, circular, current_user.actor.account_id, None)
        refuse_if(reasons_against_step(facts, "correct"))
        form = CircularCorrectionForm()
        form.snapshot.choices = _choices(session, circular)
        if form.validate_on_submit():
            try:
                chosen = _chosen(session, circular, form.snapshot.data)
                made = operations.correct_circular(
                    session, circular, chosen, form.reason.data or "", current_user.actor
                )
                return redirect(url_for(".edit", circular_id=made.id))
            except DomainError as error:
                form.refuse(error)
        return render_template("exam/circular_correct.html", circular=circular, form=form)


@bp.get("/<uuid:circular_id>/preview.<layout>")
@requires(Permission.CIRCULAR_PREPARE)
def preview(circular_id: UUID, layout: str) -> Response:
    chosen = layout_named(layout)
    with reading() as session:
        circular = queries.circular(session, circular_id)
        letter, figures = queries.letter_of(session, circular), figures_in(circular.snapshot)
    drawn = operations.draw_circular(letter, figures, circular.revision)
    return as_download(drawn.files[chosen], chosen, circular.title)


def _opened() -> AbstractContextManager[Session]:
    """Open what the request needs: looking at a form keeps nobody who writes waiting."""
    return transaction() if request.method == "POST" else reading()


def _step(circular_id: UUID, verb: Step, done: Text) -> Response:
    with transaction() as session:
        verb(session, queries.circular(session, circular_id), StepForm().read_revision, current_user.actor)
    flash(done, "success")
    return redirect(url_for(".show", circular_id=circular_id))


def _write(session: Session, circular: Circular, form: CircularForm) -> None:
    chosen = _chosen(session, circular, form.snapshot.data)
    operations.edit_circular(
        session, circular, form.draft(), chosen, revision=form.read_revision, actor=current_user.actor
    )


def _choices(session: Session, circular: Circular) -> list[tuple[str, Text]]:
    """Offer every snapshot of the same sitting, the newest first."""
    return [
        (
            str(row.id),
            _("第 %(number)s 号（%(cut)s）", number=row.number, cut=CUT_NAMES[row.cut]),
        )
        for row in snapshots_of(session, circular.snapshot.sitting_id)
    ]


def _chosen(session: Session, circular: Circular, snapshot_id: str) -> FiguresSnapshot:
    found = snapshot(session, UUID(snapshot_id))
    if found.sitting_id != circular.snapshot.sitting_id:
        raise NotFoundError
    return found
