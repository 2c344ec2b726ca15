"""Pages of the life of a credential: its acts, a new card in its place, the annual review, revocation by two."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from certificates.acts import ACT_NAMES, EFFECTS, GROUNDS_OF, NEEDS_PAPER, ActKind, Warrant, ground_text
from certificates.allowed import reasons_against
from certificates.exchange import Face
from certificates.forms import ConfirmForm, ExchangeForm, RejectionForm, SuspensionForm, WarrantForm, review_form
from certificates.models import Credential
from certificates.operations import life_acts, life_cards
from certificates.queries import life as queries, reviews
from certificates.queries.credentials import credential as credential_within
from certificates.queries.reviews import DueFilter
from certificates.review import (
    OUTCOME_NAMES,
    QUESTION_NAMES,
    REVIEW_NAMES,
    ReviewOutcome,
    ReviewQuestion,
    closes_on,
    opens_on,
)
from certificates.states import PROPOSAL
from core import clock
from core.access import requires
from core.db import reading, transaction
from core.errors import DomainError, NotFoundError
from core.texts import lazy_gettext as _
from people.permissions import Permission
from people.queries import organisations
from people.roll import parsed_name

bp = Blueprint("life", __name__, url_prefix="/credentials")

Verb = Callable[[Session, Credential, Warrant, Any], Any]
ACTS = (ActKind.SUSPEND, ActKind.EXTEND, ActKind.LIFT, ActKind.VOID, ActKind.CANCEL, ActKind.REVOKE)
CARDS = (ActKind.RENEW, ActKind.EXCHANGE, ActKind.REISSUE)
FILTERS = ("organisation", "page")


@bp.route("/<uuid:credential_id>/act/<kind>", methods=["GET", "POST"])
@requires(Permission.CREDENTIAL_DECIDE)
def act(credential_id: UUID, kind: str) -> str | Response:
    wanted = _kind_in(ACTS, kind)
    form = _act_form(wanted)
    if form.validate_on_submit():
        try:
            with transaction() as session:
                one = credential_within(session, credential_id, current_user.scope)
                _do(session, one, wanted, form)
            _say_done(wanted, one)
            return redirect(url_for("credentials.show", credential_id=credential_id))
        except NotFoundError:
            raise
        except DomainError as error:
            form.refuse(error)
    return _act_page(credential_id, wanted, form)


@bp.route("/<uuid:credential_id>/new/<kind>", methods=["GET", "POST"])
@requires(Permission.CREDENTIAL_ISSUE)
def card(credential_id: UUID, kind: str) -> str | Response:
    wanted = _kind_in(CARDS, kind)
    with reading() as session:
        form = _card_form(session, credential_within(session, credential_id, current_user.scope), wanted)
    if form.validate_on_submit():
        try:
            with transaction() as session:
                old = credential_within(session, credential_id, current_user.scope)
                new = _put_in_place(session, old, wanted, form)
            flash(_("已核发新证 %(number)s，原证 %(old)s 失效。", number=new.cert_no, old=old.cert_no), "success")
            return redirect(url_for("credentials.show", credential_id=new.id))
        except NotFoundError:
            raise
        except DomainError as error:
            form.refuse(error)
    return _act_page(credential_id, wanted, form)


@bp.route("/<uuid:credential_id>/review", methods=["GET", "POST"])
@requires(Permission.CREDENTIAL_ISSUE)
def review(credential_id: UUID) -> str | Response:
    with reading() as session:
        one = credential_within(session, credential_id, current_user.scope)
        form = review_form(reviews.known_answers(session, one, clock.today()))
    if form.validate_on_submit():
        try:
            answers = {question: form[question].data == "yes" for question in ReviewQuestion}
            with transaction() as session:
                one = credential_within(session, credential_id, current_user.scope)
                done = life_acts.review(session, one, answers, form["note"].data or "", current_user.actor)
            outcome = OUTCOME_NAMES[ReviewOutcome(done.outcome)]
            flash(_("%(name)s：%(outcome)s。", name=one.holder_name, outcome=outcome), "success")
            return redirect(url_for("credentials.show", credential_id=credential_id))
        except NotFoundError:
            raise
        except DomainError as error:
            form.refuse(error)
    return _act_page(credential_id, ActKind.REVIEW, form)


@bp.get("/reviews")
@requires(Permission.CREDENTIAL_READ)
def review_list() -> str:
    return _reviews_page(ConfirmForm(formdata=None))


@bp.post("/reviews")
@requires(Permission.CREDENTIAL_ISSUE)
def review_ticked() -> str | Response:
    form, ticked = ConfirmForm(), _ticked()
    try:
        with transaction() as session:
            chosen = reviews.passing(session, ticked, current_user.scope, clock.today())
            count = life_acts.review_all(session, chosen, current_user.actor)
        flash(_("已审验通过 %(count)s 本证件。", count=count), "success")
        return redirect(url_for(".review_list", **_filters()))
    except DomainError as error:
        form.refuse(error)
    return _reviews_page(form)


@bp.get("/revocations")
@requires(Permission.CREDENTIAL_DECIDE)
def revocations() -> str:
    with reading() as session:
        return render_template(
            "certificates/revocations.html",
            rows=queries.proposals(session),
            ground_text=ground_text,
            words=PROPOSAL.words,
        )


@bp.get("/revocations/<uuid:proposal_id>")
@requires(Permission.CREDENTIAL_DECIDE)
def revocation(proposal_id: UUID) -> str:
    return _revocation_page(proposal_id, RejectionForm(formdata=None))


@bp.post("/revocations/<uuid:proposal_id>/approve")
@requires(Permission.CREDENTIAL_DECIDE)
def approve(proposal_id: UUID) -> Response:
    with transaction() as session:
        one = queries.proposal(session, proposal_id, current_user.scope)
        life_acts.approve_revocation(session, one, current_user.actor)
    flash(_("已批准，证件 %(number)s 即时吊销。", number=one.credential.cert_no), "success")
    return redirect(url_for("credentials.show", credential_id=one.credential_id))


@bp.post("/revocations/<uuid:proposal_id>/reject")
@requires(Permission.CREDENTIAL_DECIDE)
def reject(proposal_id: UUID) -> str | Response:
    form = RejectionForm()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                one = queries.proposal(session, proposal_id, current_user.scope)
                life_acts.reject_revocation(session, one, form.reason.data or "", current_user.actor)
            flash(_("未批准吊销，证件状态不变。"), "success")
            return redirect(url_for(".revocations"))
        except NotFoundError:
            raise
        except DomainError as error:
            form.refuse(error)
    return _revocation_page(proposal_id, form)


def _reviews_page(form: ConfirmForm) -> str:
    today, scope, number = clock.today(), current_user.scope, request.args.get("page", 1, type=int)
    wanted = DueFilter(organisation_id=request.args.get("organisation", type=UUID))
    with reading() as session:
        return render_template(
            "certificates/reviews.html",
            page=reviews.due(session, scope, wanted, today, number),
            counts=reviews.review_counts(session, scope, today),
            wanted=wanted,
            units=organisations(session, scope),
            names=REVIEW_NAMES,
            questions=QUESTION_NAMES,
            first=opens_on(today.year),
            last=closes_on(today.year),
            may_review=current_user.may(Permission.CREDENTIAL_ISSUE) and today >= opens_on(today.year),
            filters=_filters(),
            tick_all=request.args.get("tick") == "all",
            chosen=set(request.form.getlist("credential")),
            form=form,
        )


def _act_page(credential_id: UUID, kind: ActKind, form: Any) -> str:
    with reading() as session:
        one = credential_within(session, credential_id, current_user.scope)
        facts, today = queries.card_facts(session, one, clock.today()), clock.today()
        return render_template(
            "certificates/act.html",
            credential=one,
            kind=kind,
            name=ACT_NAMES[kind],
            effect=EFFECTS[kind],
            reasons=reasons_against(kind, facts, today),
            optional=() if kind in NEEDS_PAPER else ("paper", "reason", "note"),
            facts=facts,
            form=form,
        )


def _revocation_page(proposal_id: UUID, form: RejectionForm) -> str:
    with reading() as session:
        one = queries.proposal(session, proposal_id, current_user.scope)
        return render_template(
            "certificates/revocation.html",
            proposal=one,
            ground=ground_text(one.ground),
            words=PROPOSAL.words,
            decider=queries.account_name(session, one.decided_by),
            reasons=life_acts.reasons_against_deciding(one, current_user.account_id),
            form=form,
            confirm=ConfirmForm(formdata=None),
        )


def _kind_in(kinds: tuple[ActKind, ...], kind: str) -> ActKind:
    if kind not in kinds:
        raise NotFoundError
    return ActKind(kind)


def _act_form(kind: ActKind) -> WarrantForm:
    has_day = kind in {ActKind.SUSPEND, ActKind.EXTEND}
    return _with_grounds(SuspensionForm() if has_day else WarrantForm(), kind)


def _card_form(session: Session, old: Credential, kind: ActKind) -> WarrantForm:
    if kind is not ActKind.EXCHANGE:
        return _with_grounds(WarrantForm(), kind)
    form = ExchangeForm(
        name=old.officer.name,
        organisation=str(old.officer.organisation_id),
        category=old.officer.enforcement_category or old.category,
        area=old.officer.enforcement_area or old.area,
    )
    form.organisation.choices = [(str(one.id), one.name) for one in organisations(session, current_user.scope)]
    return _with_grounds(form, kind)


def _with_grounds(form: WarrantForm, kind: ActKind) -> WarrantForm:
    codes = GROUNDS_OF[kind]
    first = [] if len(codes) == 1 else [("", _("请选择"))]
    form.ground.choices = [*first, *((code, ground_text(code)) for code in codes)]
    return form


def _warrant(form: WarrantForm) -> Warrant:
    return Warrant(form.ground.data or "", form.basis.data or "", form.paper.data or "", form.reason.data or "")


def _do(session: Session, one: Credential, kind: ActKind, form: Any) -> None:
    warrant, actor = _warrant(form), current_user.actor
    match kind:
        case ActKind.SUSPEND:
            life_acts.suspend(session, one, warrant, _day(form), actor)
        case ActKind.EXTEND:
            life_acts.extend(session, one, warrant, _day(form), actor)
        case ActKind.LIFT:
            life_acts.lift(session, one, warrant, actor)
        case ActKind.VOID:
            life_acts.void(session, one, warrant, actor)
        case ActKind.CANCEL:
            life_acts.cancel(session, one, warrant, actor)
        case _:
            life_acts.propose_revocation(session, one, warrant, actor)


def _day(form: SuspensionForm) -> date | None:
    day: date | None = form.until.data
    return day


def _say_done(kind: ActKind, one: Credential) -> None:
    if kind is ActKind.REVOKE:
        flash(_("已提请吊销，待另一人批准。批准前证件状态不变。"), "success")
    else:
        flash(_("%(act)s已办理，证件 %(number)s。", act=ACT_NAMES[kind], number=one.cert_no), "success")


def _put_in_place(session: Session, old: Credential, kind: ActKind, form: Any) -> Credential:
    warrant, actor = _warrant(form), current_user.actor
    public_url = current_app.config["PUBLIC_URL"]
    if kind is ActKind.RENEW:
        return life_cards.renew(session, old, warrant, public_url, actor)
    if kind is ActKind.REISSUE:
        return life_cards.reissue(session, old, warrant, public_url, actor)
    face = Face(
        parsed_name(form.name.data or ""),
        UUID(form.organisation.data),
        form.category.data or "",
        form.area.data or "",
    )
    return life_cards.exchange(session, old, warrant, face, public_url=public_url, actor=actor)


def _filters() -> dict[str, Any]:
    return {name: request.args[name] for name in FILTERS if name in request.args}


def _ticked() -> list[UUID]:
    try:
        return [UUID(key) for key in dict.fromkeys(request.form.getlist("credential"))]
    except ValueError:
        raise NotFoundError from None
