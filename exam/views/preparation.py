"""Pages of what is still to be done before a sitting: who is due and short of class hours."""

from uuid import UUID

from flask import Blueprint, render_template, request
from flask_login import current_user

from core.access import requires
from core.db import reading
from exam.queries import planning
from exam.queries.short_hours import short_people
from people.permissions import Permission

bp = Blueprint("preparation", __name__, url_prefix="/sittings")


@bp.get("/<uuid:sitting_id>/short-hours")
@requires(Permission.TRAINING_READ)
def short_hours(sitting_id: UUID) -> str:
    with reading() as session:
        sitting = planning.sitting(session, sitting_id)
        number = request.args.get("page", 1, type=int)
        return render_template(
            "exam/short_hours.html",
            sitting=sitting,
            page=short_people(session, sitting, current_user.scope, number),
        )
