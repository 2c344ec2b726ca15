"""Pages of supervision cards: the list, one card with its steps, the answer, the verdict, the PDF."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core import clock
from core.access import requires
from core.db import reading, transaction
from core.downloads import as_file
from core.errors import DomainError
from core.texts import Text, lazy_gettext as _
from exam.documents.supervision_card import CardSheet, StepLine, supervision_card
from exam.forms.publishing import CardStepForm
from exam.models.duties import SupervisionCard
from exam.operations import supervision as operations
from exam.queries import supervision as queries
from exam.queries.supervision import CardFilter
from exam.supervision import CARD, STEP_NAMES, WAITING_FOR_UNIT, CardState, CardVerb
from people.permissions import Permission
from people.queries import organisation

bp = Blueprint("supervision", __name__, url_prefix="/supervision-cards")
PDF = "application/pdf"


@bp.get("/")
@requires(Permission.DUTY_READ)
def index() -> str:
    args, state = request.args, request.args.get("state", "")
    is_overdue = args.get("overdue") == "yes"
    wanted = CardFilter(
        text=args.get("text", "").strip(),
        organisation_id=args.get("organisation", type=UUID),
        state=CardState(state) if state in list(CardState) else None,
        overdue_on=clock.today() if is_overdue else None,
    )
    with reading() as session:
        if wanted.organisation_id is not None:
            organisation(session, wanted.organisation_id, current_user.scope)
        return render_template(
            "exam/supervision_cards.html",
            page=queries.cards(session, current_user.scope, wanted, args.get("page", 1, type=int)),
            units=queries.units_with_cards(session, current_user.scope),
            wanted=wanted,
            is_overdue=is_overdue,
            is_narrowed=wanted != CardFilter(),
            words=CARD.words,
            today=clock.today(),
        )


@bp.get("/<uuid:card_id>")
@requires(Permission.DUTY_READ)
def show(card_id: UUID) -> str:
    with reading() as session:
        card = queries.card(session, card_id, current_user.scope)
        return _page(card, CardStepForm(formdata=None))


@bp.post("/<uuid:card_id>/answer")
@requires(Permission.SUPERVISION_ANSWER)
def answer(card_id: UUID) -> str | Response:
    def take(session: Session, card: SupervisionCard, form: CardStepForm, identity: Any) -> None:
        operations.answer_card(session, card, form.text.data or "", identity)

    return _step(card_id, take, _("已提交答复，等待办结。"))


@bp.post("/<uuid:card_id>/send-back")
@requires(Permission.SUPERVISION_ISSUE)
def send_back(card_id: UUID) -> str | Response:
    def take(session: Session, card: SupervisionCard, form: CardStepForm, identity: Any) -> None:
        operations.send_card_back(session, card, form.text.data or "", form.due_on.data, identity)

    return _step(card_id, take, _("已退回单位重新答复。"))


@bp.post("/<uuid:card_id>/close")
@requires(Permission.SUPERVISION_ISSUE)
def close(card_id: UUID) -> str | Response:
    def take(session: Session, card: SupervisionCard, form: CardStepForm, identity: Any) -> None:
        operations.close_card(session, card, form.text.data or "", identity)

    return _step(card_id, take, _("已办结。"))


@bp.get("/<uuid:card_id>/card.pdf")
@requires(Permission.DUTY_READ)
def document(card_id: UUID) -> Response:
    with reading() as session:
        card = queries.card(session, card_id, current_user.scope)
        return as_file(supervision_card(_sheet_of(card)), PDF, f"{card.number}.pdf", "inline")


def _step(card_id: UUID, take: Callable[..., None], done: Text) -> str | Response:
    form = CardStepForm()
    with transaction() as session:
        card = queries.card(session, card_id, current_user.scope)
        if form.validate_on_submit():
            try:
                take(session, card, form, current_user._get_current_object())
                flash(done, "success")
                return redirect(url_for(".show", card_id=card_id))
            except DomainError as error:
                form.refuse(error)
        return _page(card, form)


def _page(card: SupervisionCard, form: CardStepForm) -> str:
    state = CardState(card.state)
    may_decide = current_user.may(Permission.SUPERVISION_ISSUE) and state is CardState.ANSWERED
    if may_decide:
        form.text.label.text = _("审核意见")
    return render_template(
        "exam/supervision_card.html",
        card=card,
        words=CARD.words,
        steps=STEP_NAMES,
        today=clock.today(),
        may_answer=current_user.may(Permission.SUPERVISION_ANSWER) and state in WAITING_FOR_UNIT,
        may_decide=may_decide,
        form=form,
    )


def _sheet_of(card: SupervisionCard) -> CardSheet:
    steps = [
        StepLine(CardVerb(step.verb), clock.day_of(step.at), step.actor_name, step.text)
        for step in card.steps
        if step.text
    ]
    return CardSheet(
        number=card.number,
        unit_name=card.unit_name,
        owner=f"{card.owner_name}　{card.owner_post}",
        issuer_name=card.issuer_name,
        issued_on=clock.day_of(card.issued_at),
        due_on=card.due_on,
        state=CardState(card.state),
        matter=card.matter,
        requirement=card.requirement,
        steps=steps,
        is_sample=card.is_sample,
    )
