"""The city's tree: counties, departments, and the page of one of them."""

from uuid import UUID

from flask import Blueprint, redirect, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from core.access import requires
from core.db import reading
from core.import_flow import register_import
from people import queries
from people.operations import TREE
from people.permissions import Permission, Role
from people.posts import ORGANISATION_KIND_NAMES, POST_NAMES, OrganisationKind

bp = Blueprint("organisations", __name__, url_prefix="/organisations")
register_import(bp, "/import", TREE, Permission.OFFICER_IMPORT)


@bp.get("/")
@requires(Permission.ORGANISATION_READ)
def index() -> str:
    with reading() as session:
        rows = queries.organisation_rows(session, current_user.scope)
        groups = [
            (ORGANISATION_KIND_NAMES[kind], [row for row in rows if row.organisation.kind == kind])
            for kind in (OrganisationKind.COUNTY, OrganisationKind.COUNTY_BODY, OrganisationKind.DEPARTMENT)
        ]
        return render_template("people/organisations.html", groups=[group for group in groups if group[1]])


@bp.get("/own")
@requires(Permission.ORGANISATION_READ)
def own() -> Response:
    if current_user.role is not Role.UNIT_ADMINISTRATOR:
        return redirect(url_for(".index"))
    return redirect(url_for(".show", organisation_id=current_user.organisation_id))


@bp.get("/<uuid:organisation_id>")
@requires(Permission.ORGANISATION_READ)
def show(organisation_id: UUID) -> str:
    with reading() as session:
        organisation = queries.organisation(session, organisation_id, current_user.scope)
        posts = queries.post_counts(session, organisation.id)
        kind = ORGANISATION_KIND_NAMES[organisation.kind]
        return render_template(
            "people/organisation.html",
            organisation=organisation,
            posts=posts,
            kind=kind,
            post_names=POST_NAMES,
        )
