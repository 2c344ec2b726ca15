"""Pages of score checks: a candidate's own request, the queue, and the answer with the attempt laid open."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core.access import requires
from core.db import reading, transaction
from core.errors import DomainError
from core.texts import lazy_gettext as _
from exam.forms.sittings import AnswerForm, ScoreCheckForm
from exam.models.planning import Candidate, Sitting
from exam.models.results import ScoreCheck
from exam.operations import score_checks as operations
from exam.queries import planning, score_checks as queries
from exam.queries.room import own_candidate
from exam.queries.score_checks import QueueFilter
from exam.score_checks import reasons_against_answering
from exam.states import CHECK_FINDING_NAMES, CheckFinding
from people.models import Account
from people.permissions import Permission
from questions.kinds import KIND_NAMES, OPTION_LETTERS

bp = Blueprint("score_checks", __name__)
ANSWERED = {"no": False, "yes": True}
ANSWERED_NAMES = {"no": _("待答复"), "yes": _("已答复")}


@bp.route("/sittings/<uuid:sitting_id>/score-check", methods=["GET", "POST"])
@requires(Permission.EXAM_SIT)
def own(sitting_id: UUID) -> str | Response:
    form = ScoreCheckForm()
    with reading() as session:
        own_candidate(session, sitting_id, current_user.officer_id)
    if form.validate_on_submit():
        try:
            with transaction() as session:
                candidate = own_candidate(session, sitting_id, current_user.officer_id)
                operations.ask_for_check(session, candidate, form.request.data or "", current_user.actor)
            flash(_("已提交成绩复核申请，答复会显示在这里。"), "success")
            return redirect(url_for(".own", sitting_id=sitting_id))
        except DomainError as error:
            form.refuse(error)
    with reading() as session:
        candidate = own_candidate(session, sitting_id, current_user.officer_id)
        return _own_page(session, candidate, form)


@bp.get("/score-checks/")
@requires(Permission.EXAM_PLAN)
def index() -> str:
    args = request.args
    answered = args.get("answered", "")
    wanted = QueueFilter(
        text=args.get("text", "").strip(),
        sitting_id=args.get("sitting", type=UUID),
        is_answered=ANSWERED.get(answered),
    )
    with reading() as session:
        page = queries.queue(session, wanted, args.get("page", 1, type=int))
        sittings = planning.sittings(session)
        return render_template(
            "exam/score_checks.html",
            page=page,
            wanted=wanted,
            answered=answered,
            answers=ANSWERED_NAMES,
            sittings={one.id: one for one in sittings},
            findings=CHECK_FINDING_NAMES,
            is_narrowed=wanted != QueueFilter(),
        )


@bp.get("/score-checks/<uuid:check_id>")
@requires(Permission.EXAM_PLAN)
def show(check_id: UUID) -> str:
    with reading() as session:
        return _check_page(session, queries.score_check(session, check_id), AnswerForm())


@bp.post("/score-checks/<uuid:check_id>")
@requires(Permission.EXAM_PLAN)
def answer(check_id: UUID) -> str | Response:
    form = AnswerForm()
    with transaction() as session:
        check = queries.score_check(session, check_id)
        if form.validate_on_submit():
            try:
                finding = CheckFinding(form.finding.data)
                identity = current_user._get_current_object()
                operations.answer_check(session, check, finding, form.answer.data or "", identity)
                flash(_("已答复 %(name)s 的复核申请。", name=check.candidate.officer.name), "success")
                return redirect(url_for(".show", check_id=check_id))
            except DomainError as error:
                form.refuse(error)
        return _check_page(session, check, form)


def _own_page(session: Session, candidate: Candidate, form: ScoreCheckForm) -> str:
    return render_template(
        "exam/own_check.html",
        candidate=candidate,
        sitting=session.get_one(Sitting, candidate.sitting_id),
        own=queries.own_check(session, candidate),
        mark=queries.counting_mark(session, candidate.id),
        findings=CHECK_FINDING_NAMES,
        form=form,
    )


def _check_page(session: Session, check: ScoreCheck, form: AnswerForm) -> str:
    facts = queries.answering_facts(session, check, current_user)
    return render_template(
        "exam/score_check.html",
        check=check,
        sitting=session.get_one(Sitting, check.sitting_id),
        opened=queries.opened_attempt(session, check.candidate),
        reasons=[reason.text for reason in reasons_against_answering(facts)],
        facts=facts,
        answered_by=session.get_one(Account, check.answered_by).display_name if check.answered_by else None,
        findings=CHECK_FINDING_NAMES,
        kinds=KIND_NAMES,
        letters=OPTION_LETTERS,
        form=form,
    )
