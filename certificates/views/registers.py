"""Units' public registers: the officers' part of the column in which enforcement is made public."""

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from certificates.queries import registers
from certificates.register_files import RegisteredOfficer, register_sheet
from certificates.states import STATUS_NAMES
from core import clock
from core.access import requires
from core.db import one_moment
from core.downloads import as_file
from core.paging import Page
from people.permissions import Permission

bp = Blueprint("registers", __name__)


@bp.get("/registers/")
@requires(Permission.PUBLIC_READ)
def index() -> str:
    now = clock.now()
    with one_moment() as session:
        heads = registers.register_heads(session, clock.day_of(now))
    return render_template("certificates/registers.html", heads=heads, answered_at=now)


@bp.get("/registers/<code>")
@requires(Permission.PUBLIC_READ)
def show(code: str) -> str:
    now = clock.now()
    with one_moment() as session:
        head = registers.register_head(session, code, clock.day_of(now))
        page = registers.register_page(session, head, clock.day_of(now), request.args.get("page", 1, type=int))
    return render_template(
        "certificates/register.html",
        head=head,
        page=page,
        left_out=left_out(page),
        statuses=STATUS_NAMES,
        answered_at=now,
    )


@bp.get("/registers/<code>.csv")
@requires(Permission.PUBLIC_READ)
def sheet(code: str) -> Response:
    now = clock.now()
    with one_moment() as session:
        head = registers.register_head(session, code, clock.day_of(now))
        lines = list(registers.register_lines(session, head, clock.day_of(now)))
    content = register_sheet(head.name, lines, f"{now.astimezone(clock.CITY_ZONE):%Y-%m-%d %H:%M}")
    return as_file(content, "text/csv", f"register-{head.code}-{clock.day_of(now):%Y%m%d}.csv")


def left_out(page: Page[RegisteredOfficer]) -> int:
    """Return how many credentials of a page are not shown, because the public log does not confirm them."""
    return max(0, page.last - page.first + 1 - len(page.rows)) if page.total else 0
