"""The public lookup: by number, by name and unit, by QR code; for anybody, without signing in."""

from collections.abc import Sequence

from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response

from certificates.queries import lookup
from certificates.queries.lookup import PublicCredential
from certificates.states import STATUS_NAMES
from core import clock
from core.access import requires
from core.db import one_moment, reading
from core.downloads import as_file
from core.errors import NotFoundError
from people.permissions import Permission
from people.queries import organisations
from people.scope import CITY

bp = Blueprint("lookup", __name__)


@bp.get("/lookup")
@requires(Permission.LOOKUP_ASK)
def ask() -> Response:
    number, name, unit = (request.args.get(key, "").strip() for key in ("number", "name", "unit"))
    today = clock.today()
    with one_moment() as session:
        if number:
            return _page(lookup.by_number(session, number, today), number=number)
        if name or unit:
            return _page(lookup.by_name_and_unit(session, name, unit, today), name=name, unit=unit)
    return _page(None)


@bp.get("/v/<token>")
@bp.get("/V/<token>")
@requires(Permission.LOOKUP_ASK)
def token(token: str) -> Response:
    with one_moment() as session:
        return _page(lookup.by_token(session, token, clock.today()), token=token)


@bp.get("/v/<token>/statement.json")
@requires(Permission.LOOKUP_ASK)
def statement(token: str) -> Response:
    with reading() as session:
        found = lookup.statement_by_token(session, token, clock.today())
    if found is None:
        raise NotFoundError
    response = as_file(found.canonical, "application/json", f"{found.cert_no}.json")
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _page(
    found: Sequence[PublicCredential] | None, number: str = "", name: str = "", unit: str = "", token: str = ""
) -> Response:
    with reading() as session:
        units = organisations(session, CITY)
    page = render_template(
        "certificates/lookup.html",
        found=found,
        number=number,
        name=name,
        unit=unit,
        token=token,
        units=units,
        statuses=STATUS_NAMES,
    )
    response = make_response(page)
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
