"""Was this person authorised on that day? The question, the answer, and what each part of it rests on."""

from uuid import UUID

from flask import Blueprint, render_template, request
from flask_login import current_user
from werkzeug.wrappers import Response

from certificates.acts import ACT_NAMES
from certificates.forms import OnDayForm
from certificates.life import Authority
from certificates.queries import on_day as queries
from certificates.queries.credentials import credential as credential_within
from certificates.states import STATUS_NAMES
from core import clock
from core.access import requires
from core.db import one_moment, reading
from core.downloads import as_file
from core.errors import DomainError
from core.texts import Text, lazy_gettext as _
from people.permissions import Permission

bp = Blueprint("on_day", __name__, url_prefix="/credentials")

AUTHORITY_NAMES: dict[Authority, Text] = {
    Authority.YES: _("当日有执法资格"),
    Authority.PART: _("当日部分时间有执法资格"),
    Authority.NO: _("当日没有执法资格"),
}
UNPROVED = _("不能证明当日有执法资格")


@bp.get("/on-day")
@requires(Permission.CREDENTIAL_READ)
def ask() -> str:
    form = OnDayForm(request.args)
    is_asked = bool(request.args.get("number") or request.args.get("day"))
    found = None
    if is_asked and form.validate():
        try:
            with one_moment() as session:
                found = queries.on_day(session, form.number.data or "", form.day.data, current_user.scope)
        except DomainError as error:
            form.refuse(error)
    return render_template(
        "certificates/on_day.html",
        form=form,
        found=found,
        verdict=verdict(found) if found else None,
        statuses=STATUS_NAMES,
        acts=ACT_NAMES,
        now=clock.now(),
    )


@bp.get("/<uuid:credential_id>/statement-<int:serial>.json")
@requires(Permission.CREDENTIAL_READ)
def statement(credential_id: UUID, serial: int) -> Response:
    with reading() as session:
        one = credential_within(session, credential_id, current_user.scope)
        said = queries.statement_of_act(session, one, serial)
    return as_file(said.canonical, "application/json", f"{one.cert_no}-{serial}.json")


def verdict(found: queries.OnDay) -> Text:
    """Return the answer in words: nobody is said to have been authorised where it cannot be proved."""
    if found.authority is not Authority.NO and not found.is_proved:
        return UNPROVED
    return AUTHORITY_NAMES[found.authority]
