"""A lost card: its holder's report, and the public notice of cards that are void."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from certificates.acts import ActKind
from certificates.allowed import reasons_against
from certificates.forms import LossForm
from certificates.operations import life_acts
from certificates.queries import losses
from certificates.queries.credentials import own_credential
from certificates.queries.life import card_facts
from core import clock
from core.access import requires
from core.db import reading, transaction
from core.errors import DomainError, NotFoundError
from core.texts import lazy_gettext as _
from people.permissions import Permission

bp = Blueprint("loss", __name__, url_prefix="/credentials")


@bp.route("/mine/<uuid:credential_id>/loss", methods=["GET", "POST"])
@requires(Permission.CREDENTIAL_OWN)
def report(credential_id: UUID) -> str | Response:
    form = LossForm()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                one = own_credential(session, credential_id, current_user.officer_id)
                life_acts.report_loss(session, one, form.words.data or "", current_user.actor)
            flash(_("已报失，证件 %(number)s 即时作废。", number=one.cert_no), "success")
            return redirect(url_for("credentials.mine"))
        except NotFoundError:
            raise
        except DomainError as error:
            form.refuse(error)
    with reading() as session:
        one = own_credential(session, credential_id, current_user.officer_id)
        reasons = reasons_against(ActKind.VOID, card_facts(session, one, clock.today()), clock.today())
        return render_template("certificates/loss.html", credential=one, reasons=reasons, form=form)


@bp.get("/lost")
@requires(Permission.PUBLIC_READ)
def notices() -> str:
    with reading() as session:
        page = losses.notices(session, request.args.get("page", 1, type=int))
        return render_template("certificates/lost.html", page=page)
