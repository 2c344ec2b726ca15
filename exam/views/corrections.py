"""Pages of corrected keys: how a sitting's items were answered, proposing another key, deciding on one."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core.access import requires
from core.db import reading, transaction
from core.errors import DomainError, NotFoundError, refuse_if
from core.queries import audit_of
from core.texts import lazy_gettext as _
from exam.corrections import reasons_against_decision, reasons_against_proposal, written_choices
from exam.forms.sittings import ConfirmForm, CorrectionForm, RejectionForm
from exam.marking import Accepted
from exam.models.planning import Sitting
from exam.models.results import KeyCorrection
from exam.operations import corrections as operations
from exam.queries import corrections as queries, planning
from exam.queries.item_figures import FiguresFilter, ItemFigures, ItemOrder, item_of_sitting, items_of_sitting
from exam.queries.keys import accepted_keys
from exam.states import CORRECTION
from people.models import Account
from people.permissions import Permission
from questions.items import written_key
from questions.kinds import KIND_NAMES, OPTION_LETTERS, SUBJECT_NAMES, ItemKind

bp = Blueprint("corrections", __name__)
MOST_OFFERED = 12
ORDER_NAMES = {
    ItemOrder.FACILITY: _("答对率从低到高"),
    ItemOrder.DRAWN: _("抽到次数从多到少"),
    ItemOrder.CODE: _("题号"),
}


@bp.get("/sittings/<uuid:sitting_id>/items")
@requires(Permission.EXAM_PLAN)
def items(sitting_id: UUID) -> str:
    args = request.args
    wanted = FiguresFilter(
        text=args.get("text", "").strip(),
        kind=args.get("kind", type=ItemKind),
        is_corrected=args.get("corrected") == "yes",
        order=args.get("order", ItemOrder.FACILITY, type=ItemOrder),
    )
    with reading() as session:
        sitting = planning.sitting(session, sitting_id)
        proposals = queries.corrections_of(session, sitting.id)
        return render_template(
            "exam/items.html",
            sitting=sitting,
            wanted=wanted,
            orders=ORDER_NAMES,
            page=items_of_sitting(session, sitting, wanted, args.get("page", 1, type=int)),
            corrections=[(one, _figures(session, sitting, one.version_id)) for one in proposals],
            **_names(),
        )


@bp.route("/sittings/<uuid:sitting_id>/items/<uuid:version_id>", methods=["GET", "POST"])
@requires(Permission.EXAM_PLAN)
def item(sitting_id: UUID, version_id: UUID) -> str | Response:
    with reading() as session:
        sitting = planning.sitting(session, sitting_id)
        figures = _figures(session, sitting, version_id)
        form = _form(figures)
    accepted = None
    if form.validate_on_submit():
        try:
            accepted = form.accepted_choices(figures.kind)
            if "confirmed" in request.form:
                return _propose(sitting_id, version_id, accepted, form.reason.data or "")
            with reading() as session:
                facts = queries.proposal_facts(session, sitting, version_id)
            refuse_if(reasons_against_proposal(facts, accepted, form.reason.data or ""))
        except DomainError as error:
            form.refuse(error)
            accepted = None
    return _item_page(sitting_id, version_id, form, accepted)


@bp.get("/corrections/<uuid:correction_id>")
@requires(Permission.EXAM_PLAN)
def show(correction_id: UUID) -> str:
    with reading() as session:
        return _correction_page(session, queries.correction(session, correction_id), RejectionForm())


@bp.post("/corrections/<uuid:correction_id>/approve")
@requires(Permission.EXAM_PLAN)
def approve(correction_id: UUID) -> Response:
    with transaction() as session:
        correction = queries.correction(session, correction_id)
        count = operations.approve_correction(session, correction, current_user.actor)
    flash(_("已批准更正，按新的答案重新计算了 %(count)s 份答卷的成绩，原成绩保留备查。", count=count), "success")
    return redirect(url_for(".show", correction_id=correction_id))


@bp.post("/corrections/<uuid:correction_id>/reject")
@requires(Permission.EXAM_PLAN)
def reject(correction_id: UUID) -> str | Response:
    form = RejectionForm()
    with transaction() as session:
        correction = queries.correction(session, correction_id)
        if form.validate_on_submit():
            try:
                operations.reject_correction(session, correction, form.reason.data or "", current_user.actor)
                flash(_("已决定不批准，成绩没有变动。"), "success")
                return redirect(url_for(".show", correction_id=correction_id))
            except DomainError as error:
                form.refuse(error)
        return _correction_page(session, correction, form)


def _propose(sitting_id: UUID, version_id: UUID, accepted: Accepted, reason: str) -> Response:
    with transaction() as session:
        sitting = planning.sitting(session, sitting_id)
        made = operations.propose_correction(
            session, sitting, version_id, accepted, reason, actor=current_user.actor
        )
    flash(_("已提交更正，须由另一名管理员批准后生效。"), "success")
    return redirect(url_for(".show", correction_id=made.id))


def _item_page(sitting_id: UUID, version_id: UUID, form: CorrectionForm, accepted: Accepted | None) -> str:
    with reading() as session:
        sitting = planning.sitting(session, sitting_id)
        figures = _figures(session, sitting, version_id)
        open_one = [one for one in queries.corrections_of(session, sitting.id) if one.state == "proposed"]
        return render_template(
            "exam/item.html",
            sitting=sitting,
            figures=figures,
            given=_given(figures),
            form=form,
            accepted=accepted,
            effect=None if accepted is None else queries.effect(session, sitting, version_id, accepted),
            proposal=next((one for one in open_one if one.version_id == version_id), None),
            **_names(),
        )


def _correction_page(session: Session, correction: KeyCorrection, form: RejectionForm) -> str:
    sitting = planning.sitting(session, correction.sitting_id)
    figures = _figures(session, sitting, correction.version_id)
    facts = queries.decision_facts(correction, current_user.actor.account_id)
    is_open = correction.state == "proposed"
    proposed = frozenset(correction.accepted)
    return render_template(
        "exam/correction.html",
        correction=correction,
        sitting=sitting,
        figures=figures,
        proposed=proposed,
        present=accepted_keys(session, sitting.id, [correction.version_id])[correction.version_id],
        effect=queries.effect(session, sitting, correction.version_id, proposed) if is_open else None,
        people={
            one: session.get_one(Account, one).display_name
            for one in (correction.proposed_by, correction.decided_by)
            if one
        },
        history=audit_of(session, correction.id),
        reasons=[reason.text for reason in reasons_against_decision(facts, "approve")],
        states=CORRECTION.words,
        form=form,
        confirm=ConfirmForm(formdata=None),
        **_names(),
    )


def _figures(session: Session, sitting: Sitting, version_id: UUID) -> ItemFigures:
    figures = item_of_sitting(session, sitting, version_id)
    if figures is None:
        raise NotFoundError
    return figures


def _given(figures: ItemFigures) -> list[tuple[str, int]]:
    """Return the choices that were given, the most frequent first; those left open last."""
    return sorted(figures.given.items(), key=lambda pair: (pair[0] == "", -pair[1], pair[0]))


def _form(figures: ItemFigures) -> CorrectionForm:
    """Offer every choice there is, or for many-lettered ones the keys and what was given most."""
    form = CorrectionForm()
    if figures.kind is ItemKind.MULTIPLE:
        often = [choice for choice, _count in _given(figures) if choice][:MOST_OFFERED]
        offered = list(dict.fromkeys([*sorted(figures.accepted), figures.version.key, *often]))
    else:
        offered = list(OPTION_LETTERS[: len(figures.version.options)])
    form.accepted.choices = [(choice, written_key(figures.kind, choice)) for choice in offered]
    return form


def _names() -> dict[str, object]:
    return {
        "kinds": KIND_NAMES,
        "subjects": SUBJECT_NAMES,
        "letters": OPTION_LETTERS,
        "written_key": written_key,
        "written_choices": written_choices,
    }
