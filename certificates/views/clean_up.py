"""Pages of the clean-up: rounds, the queue, one case, the figures, flagging by hand."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from certificates.forms import ConfirmForm, DecisionForm, FlagForm, RoundForm
from certificates.grounds import CLASS_NAMES, GROUNDS, MEASURE_NAMES, GroundClass
from certificates.models import CleanupCase, CleanupRound, Credential
from certificates.operations import clean_up as operations
from certificates.queries import clean_up as queries
from certificates.queries.clean_up import CaseFilter
from certificates.queries.clean_up_totals import round_totals
from certificates.queries.credentials import credential as credential_within, credential_status
from certificates.removals import COUNTED
from certificates.states import CASE, ROUND, STATUS_NAMES, CaseState
from core import clock
from core.access import requires
from core.db import reading, transaction
from core.errors import DomainError, InvalidError, NotFoundError
from core.texts import lazy_gettext as _
from people.permissions import Permission
from people.posts import EMPLOYMENT_NAMES, POST_NAMES
from people.queries import organisations

bp = Blueprint("cleanup", __name__, url_prefix="/cleanup")
FILTERS = ("text", "organisation", "class", "ground", "state", "page")


@bp.get("/")
@requires(Permission.CLEANUP_READ)
def index() -> str:
    with reading() as session:
        return _index_page(session, RoundForm())


@bp.post("/")
@requires(Permission.CLEANUP_DECIDE)
def open_round() -> str | Response:
    form = RoundForm()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                opened = operations.open_round(session, form.title.data or "", current_user.actor)
            flash(_("已开始“%(title)s”。", title=opened.title), "success")
            return redirect(url_for(".round", round_id=opened.id))
        except DomainError as error:
            form.refuse(error)
    with reading() as session:
        return _index_page(session, form)


@bp.get("/<uuid:round_id>")
@requires(Permission.CLEANUP_READ)
def round(round_id: UUID) -> str:
    with reading() as session:
        return _round_page(session, round_id, DecisionForm(formdata=None))


@bp.post("/<uuid:round_id>/check")
@requires(Permission.CLEANUP_DECIDE)
def check(round_id: UUID) -> Response:
    with transaction() as session:
        round_ = queries.cleanup_round(session, round_id)
        count = operations.flag_lapsed(session, round_, current_user.actor, clock.today())
    flash(_("检查完毕，新列入 %(count)s 人。", count=count), "success")
    return redirect(url_for(".round", round_id=round_id))


@bp.post("/<uuid:round_id>/decide")
@requires(Permission.CLEANUP_DECIDE)
def decide(round_id: UUID) -> str | Response:
    form = DecisionForm()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                cases = queries.cases_in(session, round_id, _chosen())
                _verb_for_several()(session, cases, form.reason.data or "", current_user.actor)
            flash(_("已处理 %(count)s 人。", count=len(cases)), "success")
            return redirect(url_for(".round", round_id=round_id, **_filters()))
        except NotFoundError:
            raise
        except DomainError as error:
            form.refuse(error)
    with reading() as session:
        return _round_page(session, round_id, form)


@bp.post("/<uuid:round_id>/close")
@requires(Permission.CLEANUP_DECIDE)
def close(round_id: UUID) -> Response:
    with transaction() as session:
        round_ = queries.cleanup_round(session, round_id)
        operations.close_round(session, round_, current_user.actor)
    flash(_("本批次清理已结束。"), "success")
    return redirect(url_for(".totals", round_id=round_id))


@bp.get("/<uuid:round_id>/totals")
@requires(Permission.CLEANUP_READ)
def totals(round_id: UUID) -> str:
    with reading() as session:
        return render_template(
            "certificates/cleanup_totals.html",
            row=queries.round_row(session, round_id),
            totals=round_totals(session, round_id),
            classes=[(group, CLASS_NAMES[group]) for group in COUNTED],
            class_names=CLASS_NAMES,
            round_words=ROUND.words,
        )


@bp.get("/cases/<uuid:case_id>")
@requires(Permission.CLEANUP_READ)
def case(case_id: UUID) -> str:
    with reading() as session:
        return _case_page(session, queries.cleanup_case(session, case_id), DecisionForm(formdata=None))


@bp.post("/cases/<uuid:case_id>")
@requires(Permission.CLEANUP_DECIDE)
def decide_case(case_id: UUID) -> str | Response:
    form = DecisionForm()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                one = queries.cleanup_case(session, case_id)
                _verb_for_one()(session, one, form.reason.data or "", current_user.actor)
                following = queries.neighbours(session, one)
            _say(one)
            return redirect(_next_page(one, following))
        except NotFoundError:
            raise
        except DomainError as error:
            form.refuse(error)
    with reading() as session:
        return _case_page(session, queries.cleanup_case(session, case_id), form)


@bp.route("/flag/<uuid:credential_id>", methods=["GET", "POST"])
@requires(Permission.CLEANUP_DECIDE)
def flag(credential_id: UUID) -> str | Response:
    with reading() as session:
        credential = credential_within(session, credential_id, current_user.scope)
        form = _flag_form(queries.open_rounds(session))
    if form.validate_on_submit():
        try:
            return redirect(url_for(".case", case_id=_flag(credential_id, form)))
        except DomainError as error:
            form.refuse(error)
    return render_template("certificates/cleanup_flag.html", credential=credential, form=form)


def _index_page(session: Session, form: RoundForm) -> str:
    rows = queries.rounds(session)
    return render_template("certificates/cleanup.html", rows=rows, form=form, round_words=ROUND.words)


def _round_page(session: Session, round_id: UUID, form: DecisionForm) -> str:
    wanted = _wanted()
    row = queries.round_row(session, round_id)
    return render_template(
        "certificates/cleanup_round.html",
        row=row,
        page=queries.queue(session, round_id, wanted, request.args.get("page", 1, type=int)),
        wanted=wanted,
        filters=_filters(),
        tick_all=request.args.get("tick") == "all",
        units=organisations(session, current_user.scope),
        classes=CLASS_NAMES,
        grounds=GROUNDS,
        case_words=CASE.words,
        round_words=ROUND.words,
        reasons=operations.reasons_against_closing(row.waiting),
        may_decide=_may_decide(row.round),
        chosen=set(request.form.getlist("case")),
        form=form,
        confirm=ConfirmForm(formdata=None),
    )


def _case_page(session: Session, one: CleanupCase, form: DecisionForm) -> str:
    return render_template(
        "certificates/cleanup_case.html",
        case=one,
        officer=one.credential.officer,
        status=STATUS_NAMES[credential_status(one.credential, clock.today())],
        neighbours=queries.neighbours(session, one),
        names=queries.names_of(session, one),
        grounds=GROUNDS,
        classes=CLASS_NAMES,
        measures=MEASURE_NAMES,
        case_words=CASE.words,
        posts=POST_NAMES,
        employments=EMPLOYMENT_NAMES,
        may_decide=_may_decide(one.round) and one.state == CaseState.OPEN,
        form=form,
    )


def _wanted() -> CaseFilter:
    state, group = request.args.get("state", CaseState.OPEN), request.args.get("class", "")
    ground = request.args.get("ground", "")
    return CaseFilter(
        text=request.args.get("text", "").strip(),
        organisation_id=request.args.get("organisation", type=UUID),
        state=CaseState(state) if state in list(CaseState) else None,
        ground=ground if ground in GROUNDS else "",
        group=GroundClass(group) if group in list(GroundClass) else None,
    )


def _filters() -> dict[str, Any]:
    """Return what the queue is narrowed to as it stands in the address, to come back to the same place."""
    return {name: request.args[name] for name in FILTERS if name in request.args}


def _may_decide(round_: CleanupRound) -> bool:
    return bool(current_user.may(Permission.CLEANUP_DECIDE)) and round_.closed_at is None


def _chosen() -> list[UUID]:
    try:
        return [UUID(key) for key in dict.fromkeys(request.form.getlist("case"))]
    except ValueError:
        raise NotFoundError from None


def _verb_for_one() -> Any:
    return {"keep": operations.keep_case, "remove": operations.remove_case}[_decision()]


def _verb_for_several() -> Any:
    return {"keep": operations.keep_cases, "remove": operations.remove_cases}[_decision()]


def _decision() -> str:
    decision = request.form.get("decision", "")
    if decision not in {"keep", "remove"}:
        raise InvalidError(_("请选择“予以清理”或“予以保留”。"))
    return decision


def _say(one: CleanupCase) -> None:
    name = one.credential.holder_name
    if one.state == CaseState.REMOVED:
        flash(_("已清理 %(name)s，其证件即时注销。", name=name), "success")
    else:
        flash(_("已保留 %(name)s。", name=name), "success")


def _next_page(one: CleanupCase, neighbours: queries.Neighbours) -> str:
    following = neighbours.following or neighbours.previous
    if following is None:
        return url_for(".round", round_id=one.round_id)
    return url_for(".case", case_id=following)


def _flag_form(rounds: list[CleanupRound]) -> FlagForm:
    form = FlagForm()
    form.round.choices = [(str(one.id), one.title) for one in rounds]
    form.ground.choices = [(code, f"{code} {ground.text}") for code, ground in GROUNDS.items()]
    return form


def _flag(credential_id: UUID, form: FlagForm) -> UUID:
    with transaction() as session:
        credential: Credential = credential_within(session, credential_id, current_user.scope)
        round_ = queries.cleanup_round(session, UUID(form.round.data))
        case = operations.flag_by_hand(
            session, round_, credential, form.ground.data, form.evidence.data or "", current_user.actor
        )
        flash(_("已将 %(name)s 列入清理。", name=credential.holder_name), "success")
        return case.id
