"""Pages of the open interface: its description for anybody, and portals' keys for the office."""

from uuid import UUID

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from certificates.api_description import PROBLEMS, described, status_rows
from certificates.forms import ConfirmForm, PortalKeyForm
from certificates.operations import portals as operations
from certificates.queries import portals as queries
from core.access import requires
from core.db import reading, transaction
from core.errors import DomainError
from core.texts import lazy_gettext as _
from people.permissions import Permission

bp = Blueprint("portals", __name__)


@bp.get("/portals/")
@requires(Permission.PORTAL_MANAGE)
def index() -> str:
    return _page(PortalKeyForm())


@bp.post("/portals/")
@requires(Permission.PORTAL_MANAGE)
def give() -> str | Response:
    form = PortalKeyForm()
    if not form.validate_on_submit():
        return _page(form)
    try:
        with transaction() as session:
            _row, key = operations.give_key(
                session, form.portal.data or "", form.contact.data or "", form.hourly_limit.data, current_user.actor
            )
    except DomainError as error:
        form.refuse(error)
        return _page(form)
    # Shown on this very answer, so that it is in no cookie and no log.
    return _page(PortalKeyForm(formdata=None), fresh=key)


@bp.post("/portals/<uuid:key_id>/take-back")
@requires(Permission.PORTAL_MANAGE)
def take_back(key_id: UUID) -> Response:
    with transaction() as session:
        operations.take_back_key(session, queries.portal_key(session, key_id), current_user.actor)
    flash(_("密钥已停用，从现在起不能再用它查询。"), "success")
    return redirect(url_for(".index"))


@bp.get("/api/docs")
@requires(Permission.PUBLIC_READ)
def docs() -> str:
    """Show the description of the open interface as a page."""
    document = described(str(current_app.config["PUBLIC_URL"]))
    return render_template(
        "certificates/api_docs.html", document=document, statuses=status_rows(), problems=PROBLEMS
    )


def _page(form: PortalKeyForm, fresh: str | None = None) -> str:
    with reading() as session:
        rows = queries.portal_rows(session)
    return render_template(
        "certificates/portals.html", rows=rows, form=form, fresh=fresh, confirm_form=ConfirmForm()
    )
