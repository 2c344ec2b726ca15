"""The front page, the language link, health, and the pages of background jobs and the audit chain."""

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from app.duty_views import shown_duties
from app.languages import COOKIE, LANGUAGES
from core import clock
from core.access import requires
from core.addresses import own_address
from core.db import probe, reading
from core.models import JobState
from core.queries import jobs, recent_audit
from core.texts import lazy_gettext as _
from exam.queries.pass_lists import recent_pass_lists
from exam.supervision import CARD
from people.permissions import Permission, Role
from people.queries import organisation

bp = Blueprint("site", __name__)
YEAR_SECONDS = 31_536_000
JOB_NAMES = {
    "certificates:draw": _("生成电子证书"),
    "exam:papers:draw": _("抽取试卷"),
    "exam:tally": _("统计科目得分"),
    "exam:list_files": _("生成名单文件"),
    "duties:remind": _("发送邮件提醒"),
}
JOB_STATE_NAMES = {
    JobState.QUEUED: _("排队中"),
    JobState.RUNNING: _("进行中"),
    JobState.DONE: _("已完成"),
    JobState.FAILED: _("失败"),
}
HOMES = {
    Role.CANDIDATE: "room.mine",
    Role.UNIT_ADMINISTRATOR: "site.front",
    Role.ADMINISTRATOR: "sittings.index",
    Role.HR: "cleanup.index",
    Role.INVIGILATOR: "sittings.index",
}


@bp.get("/")
@requires(Permission.PUBLIC_READ)
def front() -> str:
    is_unit = current_user.role is Role.UNIT_ADMINISTRATOR
    with reading() as session:
        duties = shown_duties(session, current_user.scope, clock.now()) if is_unit else []
        return render_template(
            "app/front.html",
            pass_lists=recent_pass_lists(session),
            is_unit=is_unit,
            unit=organisation(session, current_user.organisation_id, current_user.scope) if is_unit else None,
            duties=duties,
            card_words=CARD.words,
        )


@bp.get("/home")
@requires(Permission.ACCOUNT_OWN)
def home() -> Response:
    return redirect(url_for(HOMES[current_user.role]))


@bp.get("/language/<code>")
@requires(Permission.PUBLIC_READ)
def language(code: str) -> Response:
    response = redirect(own_address(request.args.get("next", ""), url_for("site.front")))
    response.set_cookie(COOKIE, code if code in LANGUAGES else "zh", max_age=YEAR_SECONDS, samesite="Lax")
    return response


@bp.get("/healthz")
@requires(Permission.PUBLIC_READ)
def health() -> Response:
    with reading() as session:
        probe(session)
    return jsonify(status="ok")


@bp.get("/jobs")
@requires(Permission.JOB_READ)
def job_list() -> str:
    with reading() as session:
        return render_template(
            "app/jobs.html", jobs=jobs(session), job_names=JOB_NAMES, state_names=JOB_STATE_NAMES
        )


@bp.get("/audit")
@requires(Permission.AUDIT_READ)
def audit() -> str:
    with reading() as session:
        page = recent_audit(session, request.args.get("page", 1, type=int))
        return render_template("app/audit.html", page=page)
