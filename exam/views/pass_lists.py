"""Pages of pass lists: what anybody may read, and publishing one."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from core.access import requires
from core.db import reading, transaction
from core.texts import lazy_gettext as _
from exam.forms.sittings import ConfirmForm
from exam.operations import publishing
from exam.pass_lists import canonical
from exam.queries import pass_lists as queries, planning
from exam.sittings import reasons_against_publishing
from people.permissions import Permission
from people.queries import city

bp = Blueprint("pass_lists", __name__, url_prefix="/pass-lists")
SHOWN_FIRST = 20


@bp.get("/")
@requires(Permission.PUBLIC_READ)
def index() -> str:
    with reading() as session:
        page = queries.pass_lists(session, request.args.get("page", 1, type=int))
        return render_template("exam/pass_lists.html", page=page)


@bp.get("/<uuid:pass_list_id>")
@requires(Permission.PUBLIC_READ)
def show(pass_list_id: UUID) -> str:
    unit, text = request.args.get("unit", ""), request.args.get("text", "").strip()
    with reading() as session:
        pass_list = queries.pass_list(session, pass_list_id)
        number = request.args.get("page", 1, type=int)
        return render_template(
            "exam/pass_list.html",
            pass_list=pass_list,
            page=queries.entries(session, pass_list.id, unit, text, number),
            units=queries.units_listed(session, pass_list.id),
            unit=unit,
            text=text,
        )


@bp.get("/<uuid:pass_list_id>/list.json")
@requires(Permission.PUBLIC_READ)
def sealed(pass_list_id: UUID) -> Response:
    with reading() as session:
        pass_list = queries.pass_list(session, pass_list_id)
        content = canonical(queries.published(session, pass_list))
    response = Response(content, mimetype="application/json")
    response.headers.set("Content-Disposition", "attachment", filename=f"{pass_list.title}.json")
    return response


@bp.get("/publish/<uuid:sitting_id>")
@requires(Permission.PASS_LIST_PUBLISH)
def preview(sitting_id: UUID) -> str:
    with reading() as session:
        sitting = planning.sitting(session, sitting_id)
        passed = queries.passed_in_order(session, sitting.id)
        return render_template(
            "exam/publish.html",
            sitting=sitting,
            title=publishing.title_of(sitting),
            issuer_name=city(session).issuer_name,
            passed=passed,
            shown=passed[:SHOWN_FIRST],
            units=len({one.organisation_id for one in passed}),
            reasons=[one.text for one in reasons_against_publishing(queries.publishing_facts(session, sitting))],
            published=queries.pass_list_of(session, sitting.id),
            confirm=ConfirmForm(),
        )


@bp.post("/publish/<uuid:sitting_id>")
@requires(Permission.PASS_LIST_PUBLISH)
def publish(sitting_id: UUID) -> Response:
    with transaction() as session:
        sitting = planning.sitting(session, sitting_id)
        pass_list = publishing.publish_pass_list(session, sitting, current_user.actor)
    flash(_("名单已公布，共 %(count)s 人。", count=pass_list.passed_count), "success")
    return redirect(url_for(".show", pass_list_id=pass_list.id))
