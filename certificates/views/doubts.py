"""Pages of doubts: reported by anybody, followed with a receipt, read and answered by the office."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, session as cookie, url_for
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from certificates.doubts import DOUBT, DoubtDraft, DoubtState
from certificates.forms import DoubtAnswerForm, DoubtForm, DoubtReceiptForm
from certificates.models import DoubtReport
from certificates.operations import doubts as operations
from certificates.queries import doubts as queries
from certificates.views.lookup_pages import asked_by
from core.access import requires
from core.audit import Actor
from core.db import reading, transaction
from core.errors import DomainError
from core.texts import lazy_gettext as _
from exam.objections import grouped
from exam.operations.objections import fresh_receipt
from people.permissions import ROLE_NAMES, Permission, Role

bp = Blueprint("doubts", __name__)
RECEIPT = "doubt_receipt"


@bp.route("/doubts/new", methods=["GET", "POST"])
@requires(Permission.LOOKUP_ASK)
def report() -> str | Response:
    form = DoubtForm()
    if form.validate_on_submit():
        try:
            cookie[RECEIPT] = _take(form)
            return redirect(url_for(".receipt"))
        except DomainError as error:
            form.refuse(error)
    elif request.method == "GET":
        form.cert_no.data = request.args.get("number", "")
    return render_template("certificates/doubt_new.html", form=form)


@bp.route("/doubts/receipt", methods=["GET", "POST"])
@requires(Permission.LOOKUP_ASK)
def receipt() -> str:
    """Show a fresh receipt once, or ask for one and say where its report stands."""
    fresh, form, standing = cookie.pop(RECEIPT, None), DoubtReceiptForm(), None
    if form.validate_on_submit():
        try:
            with reading() as session:
                standing = queries.standing_of(session, form.number.data or "", form.code.data or "")
        except DomainError as error:
            form.refuse(error)
    return render_template(
        "certificates/doubt_receipt.html",
        fresh=[grouped(one) for one in fresh] if fresh else None,
        standing=standing,
        words=DOUBT.words,
        grouped=grouped,
        form=form,
    )


@bp.get("/doubts/")
@requires(Permission.DOUBT_ANSWER)
def index() -> str:
    state = request.args.get("state", type=DoubtState)
    with reading() as session:
        return render_template(
            "certificates/doubts.html",
            page=queries.doubts(session, state, request.args.get("page", 1, type=int)),
            state=state,
            words=DOUBT.words,
            grouped=grouped,
        )


@bp.get("/doubts/<uuid:report_id>")
@requires(Permission.DOUBT_ANSWER)
def show(report_id: UUID) -> str:
    with reading() as session:
        return _page(session, queries.doubt(session, report_id), DoubtAnswerForm())


@bp.post("/doubts/<uuid:report_id>")
@requires(Permission.DOUBT_ANSWER)
def answer(report_id: UUID) -> str | Response:
    form = DoubtAnswerForm()
    with transaction() as session:
        found = queries.doubt(session, report_id)
        if form.validate_on_submit():
            try:
                operations.answer_doubt(session, found, form.answer.data or "", current_user.actor)
                flash(_("已答复。反映人凭回执可以看到。"), "success")
                return redirect(url_for(".show", report_id=report_id))
            except DomainError as error:
                form.refuse(error)
        return _page(session, found, form)


def _take(form: DoubtForm) -> list[str]:
    """Take a report; what fills in the field for machines is told that it was taken, and is not."""
    if form.website.data:
        receipt = fresh_receipt()
        return [receipt.number, receipt.code]
    draft = DoubtDraft(form.cert_no.data or "", form.text.data or "", form.contact.data or "")
    actor = Actor(current_user.account_id, current_user.display_name or str(ROLE_NAMES[Role.PUBLIC]))
    with transaction() as session:
        receipt = operations.report_doubt(session, draft, asked_by(), actor)
    return [receipt.number, receipt.code]


def _page(session: Session, found: DoubtReport, form: DoubtAnswerForm) -> str:
    return render_template(
        "certificates/doubt.html",
        opened=queries.opened_doubt(session, found),
        words=DOUBT.words,
        grouped=grouped,
        form=form,
    )
