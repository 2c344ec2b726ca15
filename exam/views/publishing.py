"""Pages on which the office drafts, approves, publishes, puts back, discards and corrects a pass list."""

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core import clock
from core.access import requires
from core.calendars import working_calendar
from core.db import reading, transaction
from core.errors import DomainError, Reason
from core.texts import Text, lazy_gettext as _
from exam.forms.planning import ConfirmForm
from exam.forms.publishing import ListForm, RemarkForm
from exam.line_changes import differences
from exam.list_drafts import DraftingFacts, reasons_against_drafting, reasons_against_move
from exam.list_states import CHANGE_NAMES, MODE_NAMES, PASS_LIST, EffectMode, PassListState
from exam.models.planning import Sitting
from exam.models.results import PassList
from exam.notices import DEFAULT_NOTICE_DAYS, dates_of
from exam.operations import publishing as operations
from exam.queries import list_drafts as queries, list_lines, planning
from exam.queries.pass_lists import publishing_facts, versions_of
from exam.sittings import reasons_against_publishing
from people.permissions import Permission
from people.queries import city

bp = Blueprint("publishing", __name__, url_prefix="/pass-lists")
SHOWN_FIRST, SHOWN_CHANGES = 20, 100
MOVES = ("approve", "publish", "put_back", "discard")


@bp.post("/publish/<uuid:sitting_id>")
@requires(Permission.PASS_LIST_PUBLISH)
def draft(sitting_id: UUID) -> str | Response:
    form = ListForm()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                sitting = planning.sitting(session, sitting_id)
                made = operations.draft_pass_list(session, sitting, form.terms(), current_user.actor)
            flash(_("名单已起草，共 %(count)s 人，须由另一名管理员批准。", count=made.passed_count), "success")
            return redirect(url_for(".show", pass_list_id=made.id))
        except DomainError as error:
            form.refuse(error)
    with reading() as session:
        return sitting_page(session, planning.sitting(session, sitting_id), form)


@bp.get("/drafts/<uuid:pass_list_id>")
@requires(Permission.PASS_LIST_PUBLISH)
def show(pass_list_id: UUID) -> str | Response:
    with reading() as session:
        found = queries.draft(session, pass_list_id)
        if found.state == PassListState.PUBLISHED:
            return redirect(url_for("pass_lists.show", pass_list_id=found.id))
        return _draft_page(session, found, RemarkForm(formdata=None))


@bp.post("/drafts/<uuid:pass_list_id>/approve")
@requires(Permission.PASS_LIST_PUBLISH)
def approve(pass_list_id: UUID) -> Response:
    with transaction() as session:
        found = queries.draft(session, pass_list_id)
        operations.approve_pass_list(session, found, current_user.actor)
    flash(_("名单已批准，可以公布。"), "success")
    return redirect(url_for(".show", pass_list_id=pass_list_id))


@bp.post("/drafts/<uuid:pass_list_id>/publish")
@requires(Permission.PASS_LIST_PUBLISH)
def publish(pass_list_id: UUID) -> Response:
    with transaction() as session:
        found = queries.draft(session, pass_list_id)
        operations.publish_pass_list(session, found, current_user.actor)
    flash(_("名单已公布，共 %(count)s 人，已写入公开日志。", count=found.passed_count), "success")
    return redirect(url_for("pass_lists.show", pass_list_id=pass_list_id))


@bp.post("/drafts/<uuid:pass_list_id>/put-back")
@requires(Permission.PASS_LIST_PUBLISH)
def put_back(pass_list_id: UUID) -> str | Response:
    return _with_remark(pass_list_id, operations.put_back_pass_list, _("已收回批准，名单退回待批准。"))


@bp.post("/drafts/<uuid:pass_list_id>/discard")
@requires(Permission.PASS_LIST_PUBLISH)
def discard(pass_list_id: UUID) -> str | Response:
    return _with_remark(pass_list_id, operations.discard_pass_list, _("这份名单已作废，可以重新起草。"))


def list_form(session: Session, sitting: Sitting) -> ListForm:
    """Return the drafting form, filled in as the list before it was; a correction takes effect at once."""
    form = ListForm(formdata=None)
    earlier = list_lines.newest_of(session, sitting.id)
    form.notice_days.data = DEFAULT_NOTICE_DAYS
    if earlier is not None:
        form.mode.data, form.contact.data = EffectMode.AT_ONCE, earlier.contact
        form.notice_days.data = earlier.notice_days or DEFAULT_NOTICE_DAYS
        form.basis.data = earlier.basis
    return form


def sitting_page(session: Session, sitting: Sitting, form: ListForm) -> str:
    """Return the office's page of a sitting's list: what is out, what waits, what would be drafted now."""
    earlier = list_lines.newest_of(session, sitting.id)
    lines = list_lines.next_lines(session, sitting.id, earlier)
    changed = [line for line in lines if line.change][:SHOWN_CHANGES]
    waiting = list_lines.open_draft_of(session, sitting.id)
    facts = DraftingFacts(waiting is not None, differences(lines).total if earlier else None)
    reasons = reasons_against_publishing(publishing_facts(session, sitting)) if earlier is None else []
    return render_template(
        "exam/publish.html",
        sitting=sitting,
        title=operations.title_of(sitting),
        issuer_name=city(session).issuer_name,
        earlier=earlier,
        versions=versions_of(session, sitting.id),
        waiting=waiting,
        discarded=[one for one in queries.unpublished_of(session, sitting.id) if one is not waiting],
        listed=sum(line.is_listed for line in lines),
        exempt=sum(line.is_listed and line.is_exempt for line in lines),
        units=len({line.unit_code for line in lines if line.is_listed}),
        differs=differences(lines),
        lines=changed if earlier else lines[:SHOWN_FIRST],
        names=queries.names_of_candidates(session, [line.candidate_id for line in changed]),
        changes=CHANGE_NAMES,
        states=PASS_LIST.words,
        reasons=[one.text for one in (*reasons, *reasons_against_drafting(facts))],
        form=form,
    )


def _with_remark(pass_list_id: UUID, verb: Callable[..., None], done: Text) -> str | Response:
    form = RemarkForm()
    with transaction() as session:
        found = queries.draft(session, pass_list_id)
        if form.validate_on_submit():
            try:
                verb(session, found, form.remark.data or "", current_user.actor)
                flash(done, "success")
                return redirect(url_for(".show", pass_list_id=pass_list_id))
            except DomainError as error:
                form.refuse(error)
        return _draft_page(session, found, form)


def _draft_page(session: Session, found: PassList, form: RemarkForm) -> str:
    facts = operations.move_facts(session, found, current_user.account_id)
    text, only_changed = request.args.get("text", "").strip(), request.args.get("changed") == "yes"
    number = request.args.get("page", 1, type=int)
    accounts = (found.drafted_by, found.approved_by, found.discarded_by)
    mode = EffectMode(found.mode)
    dates = dates_of(mode, clock.today(), found.notice_days, working_calendar(session))
    return render_template(
        "exam/list_draft.html",
        draft=found,
        sitting=planning.sitting(session, found.sitting_id),
        mode=MODE_NAMES[mode],
        dates=dates if mode is EffectMode.NOTICE else None,
        states=PASS_LIST.words,
        changes=CHANGE_NAMES,
        people=queries.names_of_accounts(session, accounts),
        reasons={verb: _texts(reasons_against_move(facts, verb)) for verb in MOVES},
        page=queries.draft_lines(session, found.id, text, number, only_changed=only_changed),
        text=text,
        only_changed=only_changed,
        confirm=ConfirmForm(formdata=None),
        form=form,
    )


def _texts(reasons: list[Reason]) -> list[Text]:
    return [reason.text for reason in reasons]
