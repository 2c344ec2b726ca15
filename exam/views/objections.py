"""Pages of objections: made by anybody, followed with a receipt, answered by the office."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, session as cookie, url_for
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core import clock
from core.access import requires
from core.audit import Actor
from core.db import reading, transaction
from core.errors import DomainError
from core.texts import lazy_gettext as _
from exam.forms.publishing import ObjectionAnswerForm, ObjectionForm, ObjectionReceiptForm
from exam.list_states import OBJECTION, ObjectionState
from exam.models.publishing import Objection
from exam.objections import ObjectionDraft, grouped, reasons_against_answering, reasons_against_making
from exam.operations import objections as operations
from exam.queries import objections as queries, pass_lists
from exam.queries.objections import QueueFilter
from people.permissions import ROLE_NAMES, Permission, Role

bp = Blueprint("objections", __name__)
RECEIPT = "objection_receipt"


@bp.route("/pass-lists/<uuid:pass_list_id>/objections/<int:serial>", methods=["GET", "POST"])
@requires(Permission.OBJECTION_MAKE)
def make(pass_list_id: UUID, serial: int) -> str | Response:
    form = ObjectionForm()
    if form.validate_on_submit():
        try:
            receipt = _take(pass_list_id, serial, form)
            cookie[RECEIPT] = [receipt.number, receipt.code]
            return redirect(url_for(".receipt"))
        except DomainError as error:
            form.refuse(error)
    with reading() as session:
        return _form_page(session, pass_list_id, serial, form)


@bp.route("/objections/receipt", methods=["GET", "POST"])
@requires(Permission.OBJECTION_MAKE)
def receipt() -> str:
    """Show a fresh receipt once, or ask for one and say where its objection stands."""
    fresh, form, standing = cookie.pop(RECEIPT, None), ObjectionReceiptForm(), None
    if form.validate_on_submit():
        try:
            with reading() as session:
                standing = queries.standing(session, form.number.data or "", form.code.data or "")
        except DomainError as error:
            form.refuse(error)
    return render_template(
        "exam/objection_receipt.html",
        fresh=[grouped(one) for one in fresh] if fresh else None,
        standing=standing,
        words=OBJECTION.words,
        grouped=grouped,
        form=form,
    )


@bp.get("/objections/")
@requires(Permission.OBJECTION_ANSWER)
def index() -> str:
    args = request.args
    wanted = QueueFilter(args.get("text", "").strip(), args.get("state", type=ObjectionState))
    with reading() as session:
        return render_template(
            "exam/objections.html",
            page=queries.queue(session, wanted, args.get("page", 1, type=int)),
            wanted=wanted,
            words=OBJECTION.words,
            grouped=grouped,
            today=clock.today(),
            is_narrowed=wanted != QueueFilter(),
        )


@bp.get("/objections/<uuid:objection_id>")
@requires(Permission.OBJECTION_ANSWER)
def show(objection_id: UUID) -> str:
    with reading() as session:
        return _answer_page(session, queries.objection(session, objection_id), ObjectionAnswerForm())


@bp.post("/objections/<uuid:objection_id>")
@requires(Permission.OBJECTION_ANSWER)
def answer(objection_id: UUID) -> str | Response:
    form = ObjectionAnswerForm()
    with transaction() as session:
        found = queries.objection(session, objection_id)
        if form.validate_on_submit():
            try:
                finding = ObjectionState(form.finding.data)
                operations.answer_objection(session, found, finding, form.answer.data or "", current_user.actor)
                return _answered(session, found, finding)
            except DomainError as error:
                form.refuse(error)
        return _answer_page(session, found, form)


def _take(pass_list_id: UUID, serial: int, form: ObjectionForm) -> operations.ObjectionReceipt:
    """Take an objection; what fills in the field for machines is told that it was taken, and is not."""
    if form.website.data:
        return operations.fresh_receipt()
    draft = ObjectionDraft(form.name.data or "", form.contact.data or "", form.text.data or "")
    actor = Actor(current_user.account_id, current_user.display_name or str(ROLE_NAMES[Role.PUBLIC]))
    with transaction() as session:
        pass_list = pass_lists.pass_list(session, pass_list_id)
        address = request.remote_addr or ""
        return operations.make_objection(session, pass_list, serial, draft, address=address, actor=actor)


def _form_page(session: Session, pass_list_id: UUID, serial: int, form: ObjectionForm) -> str:
    shown = pass_lists.public_list(session, pass_list_id)
    row = pass_lists.pass_list(session, pass_list_id)
    line = operations.line_objected_to(session, row, serial)
    facts = queries.making_facts(session, row, line, request.remote_addr or "")
    return render_template(
        "exam/objection_new.html",
        shown=shown,
        line=pass_lists.line_of(session, shown, serial),
        reasons=[reason.text for reason in reasons_against_making(facts)],
        form=form,
    )


def _answered(session: Session, found: Objection, finding: ObjectionState) -> Response:
    if finding is ObjectionState.DISMISSED:
        flash(_("已答复，异议不成立，该人员恢复办理。"), "success")
        return redirect(url_for(".show", objection_id=found.id))
    flash(_("已答复，异议成立。请起草更正，把该人员从名单上撤下。"), "warning")
    sitting_id = queries.opened_objection(session, found).pass_list.sitting_id
    return redirect(url_for("pass_lists.preview", sitting_id=sitting_id))


def _answer_page(session: Session, found: Objection, form: ObjectionAnswerForm) -> str:
    facts = queries.answering_facts(found, current_user.account_id)
    return render_template(
        "exam/objection.html",
        opened=queries.opened_objection(session, found),
        reasons=[reason.text for reason in reasons_against_answering(facts)],
        words=OBJECTION.words,
        grouped=grouped,
        today=clock.today(),
        form=form,
    )
