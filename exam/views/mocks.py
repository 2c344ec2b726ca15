"""Joining a mock exam by oneself."""

from uuid import UUID

from flask import Blueprint, flash, redirect, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from core.access import requires
from core.db import transaction
from core.errors import ForbiddenError
from core.texts import lazy_gettext as _
from exam.operations.planning import join_mock
from exam.queries.planning import sitting
from people.models import Officer
from people.permissions import Permission

bp = Blueprint("mocks", __name__)


@bp.post("/sittings/<uuid:sitting_id>/join")
@requires(Permission.EXAM_SIT)
def join(sitting_id: UUID) -> Response:
    with transaction() as session:
        officer = session.get(Officer, current_user.officer_id) if current_user.officer_id else None
        if officer is None:
            raise ForbiddenError
        found = sitting(session, sitting_id)
        join_mock(session, found, officer, current_user.actor)
    flash(_("已参加“%(title)s”，可以随时开始，不限次数。", title=found.title), "success")
    return redirect(url_for("room.waiting", sitting_id=sitting_id))
