"""Public pages of a sitting's draw: what was committed to before it opened, and how anybody checks it after."""

from uuid import UUID

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from core.access import requires
from core.db import reading
from core.downloads import as_file
from exam.draws import bank_text
from exam.queries import draws as queries
from people.permissions import Permission

bp = Blueprint("draws", __name__)


@bp.get("/draws")
@requires(Permission.PUBLIC_READ)
def index() -> str:
    with reading() as session:
        return render_template("exam/draws.html", sittings=queries.committed_sittings(session))


@bp.get("/sittings/<uuid:sitting_id>/draw")
@requires(Permission.PUBLIC_READ)
def show(sitting_id: UUID) -> str:
    with reading() as session:
        return render_template("exam/draw.html", draw=queries.public_draw(session, sitting_id))


@bp.get("/sittings/<uuid:sitting_id>/bank.json")
@requires(Permission.PUBLIC_READ)
def bank(sitting_id: UUID) -> Response:
    with reading() as session:
        content = bank_text(queries.bank_rows_of(session, sitting_id))
    return as_file(content, "application/json", f"bank-{sitting_id}.json")
