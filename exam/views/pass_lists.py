"""Public pages of pass lists, and the way in to the office's page of one sitting's list."""

from uuid import UUID

from flask import Blueprint, render_template, request
from flask_login import current_user

from core.access import requires
from core.db import reading
from exam.list_states import CHANGE_NAMES
from exam.queries import list_lines, pass_lists as queries, planning
from exam.queries.objections import open_count
from exam.views.publishing import list_form, sitting_page
from people.permissions import Permission

bp = Blueprint("pass_lists", __name__, url_prefix="/pass-lists")


@bp.get("/")
@requires(Permission.PUBLIC_READ)
def index() -> str:
    text = request.args.get("text", "").strip()
    with reading() as session:
        page = queries.pass_lists(session, request.args.get("page", 1, type=int), text)
        waiting = open_count(session) if current_user.may(Permission.OBJECTION_ANSWER) else 0
        return render_template("exam/pass_lists.html", page=page, text=text, waiting=waiting)


@bp.get("/<uuid:pass_list_id>")
@requires(Permission.PUBLIC_READ)
def show(pass_list_id: UUID) -> str:
    unit, text = request.args.get("unit", ""), request.args.get("text", "").strip()
    with reading() as session:
        shown = queries.public_list(session, pass_list_id)
        number = request.args.get("page", 1, type=int)
        is_newest = shown.newest_id == shown.id
        may_correct = is_newest and current_user.may(Permission.PASS_LIST_PUBLISH)
        return render_template(
            "exam/pass_list.html",
            shown=shown,
            is_newest=is_newest,
            page=queries.entries(session, shown, unit, text, number),
            units=queries.units_listed(session, shown.id),
            withdrawn=queries.withdrawn_count(session, shown.id),
            corrected=queries.changed_lines(session, shown) if shown.version > 1 else [],
            versions=queries.versions_of(session, shown.sitting_id),
            changes=CHANGE_NAMES,
            differs=list_lines.differences_now(session, queries.pass_list(session, shown.id))
            if may_correct
            else None,
            unit=unit,
            text=text,
        )


@bp.get("/publish/<uuid:sitting_id>")
@requires(Permission.PASS_LIST_PUBLISH)
def preview(sitting_id: UUID) -> str:
    with reading() as session:
        sitting = planning.sitting(session, sitting_id)
        return sitting_page(session, sitting, list_form(session, sitting))
