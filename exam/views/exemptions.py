"""Pages of exemptions from publication: proposing one for an officer, deciding, ending."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core.access import requires
from core.db import reading, transaction
from core.errors import DomainError
from core.texts import lazy_gettext as _
from exam.exemptions import reasons_against_decision
from exam.forms.planning import ConfirmForm
from exam.forms.publishing import ExemptionForm, RemarkForm
from exam.list_states import EXEMPTION, ExemptionState
from exam.models.publishing import PublicationExemption
from exam.operations import exemptions as operations
from exam.queries import exemptions as queries
from exam.queries.exemptions import ExemptionFilter
from exam.queries.list_drafts import names_of_accounts
from people.permissions import Permission
from people.queries import OfficerFilter, officer, officers

bp = Blueprint("exemptions", __name__, url_prefix="/exemptions")
MOVES = ("approve", "reject", "end")
DONE = {
    "approve": _("已批准，今后起草的名单不公开该人员的姓名。"),
    "reject": _("已退回，名单照常公开该人员的姓名。"),
    "end": _("已终止，今后起草的名单公开该人员的姓名。"),
}


@bp.get("/")
@requires(Permission.PASS_LIST_PUBLISH)
def index() -> str:
    args = request.args
    wanted = ExemptionFilter(args.get("text", "").strip(), args.get("state", type=ExemptionState))
    with reading() as session:
        return render_template(
            "exam/exemptions.html",
            page=queries.exemptions(session, wanted, args.get("page", 1, type=int)),
            wanted=wanted,
            words=EXEMPTION.words,
            is_narrowed=wanted != ExemptionFilter(),
        )


@bp.get("/officers")
@requires(Permission.PASS_LIST_PUBLISH)
def choose() -> str:
    text = request.args.get("text", "").strip()
    with reading() as session:
        number = request.args.get("page", 1, type=int)
        page = officers(session, current_user.scope, OfficerFilter(text=text), number) if text else None
        return render_template("exam/exemption_choose.html", page=page, text=text)


@bp.route("/officers/<uuid:officer_id>", methods=["GET", "POST"])
@requires(Permission.PASS_LIST_PUBLISH)
def propose(officer_id: UUID) -> str | Response:
    form = ExemptionForm()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                person = officer(session, officer_id, current_user.scope)
                made = operations.propose_exemption(session, person, form.reason.data or "", current_user.actor)
            flash(_("已提出，须由另一名管理员决定。"), "success")
            return redirect(url_for(".show", exemption_id=made.id))
        except DomainError as error:
            form.refuse(error)
    with reading() as session:
        person = officer(session, officer_id, current_user.scope)
        has_one = queries.has_standing(session, person.id)
        return render_template("exam/exemption_new.html", officer=person, has_one=has_one, form=form)


@bp.get("/<uuid:exemption_id>")
@requires(Permission.PASS_LIST_PUBLISH)
def show(exemption_id: UUID) -> str:
    with reading() as session:
        return _page(session, queries.exemption(session, exemption_id), RemarkForm(formdata=None))


@bp.post("/<uuid:exemption_id>/approve")
@requires(Permission.PASS_LIST_PUBLISH)
def approve(exemption_id: UUID) -> str | Response:
    return _decide(exemption_id, "approve")


@bp.post("/<uuid:exemption_id>/reject")
@requires(Permission.PASS_LIST_PUBLISH)
def reject(exemption_id: UUID) -> str | Response:
    return _decide(exemption_id, "reject")


@bp.post("/<uuid:exemption_id>/end")
@requires(Permission.PASS_LIST_PUBLISH)
def end(exemption_id: UUID) -> str | Response:
    return _decide(exemption_id, "end")


def _decide(exemption_id: UUID, verb: str) -> str | Response:
    form = RemarkForm()
    with transaction() as session:
        found = queries.exemption(session, exemption_id)
        if form.validate_on_submit():
            try:
                operations.decide_exemption(session, found, verb, form.remark.data or "", current_user.actor)
                flash(DONE[verb], "success")
                return redirect(url_for(".show", exemption_id=exemption_id))
            except DomainError as error:
                form.refuse(error)
        return _page(session, found, form)


def _page(session: Session, found: PublicationExemption, form: RemarkForm) -> str:
    facts = queries.decision_facts(found, current_user.account_id)
    reasons = {verb: [one.text for one in reasons_against_decision(facts, verb)] for verb in MOVES}
    return render_template(
        "exam/exemption.html",
        exemption=found,
        words=EXEMPTION.words,
        people=names_of_accounts(session, (found.proposed_by, found.decided_by)),
        reasons=reasons,
        confirm=ConfirmForm(formdata=None),
        form=form,
    )
