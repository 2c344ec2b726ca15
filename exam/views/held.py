"""Pages of what came too late: the held responses of a sitting, and a candidate's sealed hand-in file."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core.access import requires
from core.db import reading, transaction
from core.errors import DomainError, NotFoundError
from core.texts import lazy_gettext as _
from exam.forms.sittings import DecisionForm, HandInFileForm
from exam.held import DECISION_NAMES, SOURCE_NAMES
from exam.models.room import Attempt
from exam.operations import quarantine
from exam.operations.hand_in_files import take_in_file
from exam.operations.quarantine import Verdict
from exam.queries import planning
from exam.queries.held import held_of_sitting
from exam.queries.room import attempt_of
from exam.states import ATTEMPT, HeldDecision
from people.permissions import Permission

bp = Blueprint("held", __name__, url_prefix="/sittings/<uuid:sitting_id>")


@bp.get("/held")
@requires(Permission.EXAM_INVIGILATE)
def show(sitting_id: UUID) -> str:
    with reading() as session:
        return _page(session, sitting_id, DecisionForm(formdata=None), None)


@bp.post("/held/<uuid:attempt_id>")
@requires(Permission.EXAM_INVIGILATE)
def decide(sitting_id: UUID, attempt_id: UUID) -> str | Response:
    form, decision = DecisionForm(), request.form.get("decision", type=HeldDecision)
    ticked = request.form.getlist("held", type=UUID)
    if not ticked:
        form.form_errors.append(_("没有勾选作答，请先勾选要处理的作答。"))
    elif decision is None:
        form.form_errors.append(_("请点“采纳”或“不采纳”。"))
    elif form.validate_on_submit():
        try:
            with transaction() as session:
                attempt = _attempt(session, sitting_id, attempt_id)
                verdict = Verdict(decision, form.reason.data or "")
                count = quarantine.decide(session, attempt, ticked, verdict, current_user.actor)
            name = DECISION_NAMES[decision]
            flash(_("已处理 %(count)s 条迟到的作答：%(decision)s。", count=count, decision=name), "success")
            return redirect(url_for(".show", sitting_id=sitting_id))
        except DomainError as error:
            form.refuse(error)
    with reading() as session:
        return _page(session, sitting_id, form, attempt_id)


@bp.route("/candidates/<uuid:candidate_id>/hand-in-file", methods=["GET", "POST"])
@requires(Permission.EXAM_INVIGILATE)
def upload(sitting_id: UUID, candidate_id: UUID) -> str | Response:
    form = HandInFileForm()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                candidate = planning.candidate(session, sitting_id, candidate_id, current_user.scope)
                attempt = attempt_of(session, candidate.id)
                if attempt is None:
                    raise NotFoundError(_("该考生还没有开始作答，没有可以补交的试卷。"))
                count = take_in_file(session, attempt, form.file.data.read(), current_user.actor)
            flash(_("文件已接收，其中 %(count)s 条作答待处理。请逐条决定是否采纳。", count=count), "success")
            return redirect(url_for(".show", sitting_id=sitting_id) + f"#attempt-{attempt.id}")
        except DomainError as error:
            form.refuse(error)
    with reading() as session:
        return render_template(
            "exam/hand_in_file.html",
            sitting=planning.sitting(session, sitting_id),
            candidate=planning.candidate(session, sitting_id, candidate_id, current_user.scope),
            form=form,
        )


def _attempt(session: Session, sitting_id: UUID, attempt_id: UUID) -> Attempt:
    attempt = session.get(Attempt, attempt_id)
    if attempt is None:
        raise NotFoundError
    planning.candidate(session, sitting_id, attempt.candidate_id, current_user.scope)
    return attempt


def _page(session: Session, sitting_id: UUID, form: DecisionForm, failed_id: UUID | None) -> str:
    return render_template(
        "exam/held.html",
        sitting=planning.sitting(session, sitting_id),
        attempts=held_of_sitting(session, sitting_id, current_user.scope),
        sources=SOURCE_NAMES,
        decisions=DECISION_NAMES,
        words=ATTEMPT.words,
        ticked=request.form.getlist("held"),
        form=form,
        failed_id=failed_id,
    )
