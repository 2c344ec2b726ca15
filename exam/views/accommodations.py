"""Pages of accommodations: what is in force in a sitting, and one candidate's, with a form for the office."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core.access import requires
from core.db import reading, transaction
from core.errors import DomainError
from core.texts import lazy_gettext as _
from exam.accommodations import ACCOMMODATION_NAMES, AccommodationKind
from exam.forms.sittings import AccommodationForm
from exam.models.planning import Candidate
from exam.operations import accommodations as operations
from exam.operations.accommodations import Grant
from exam.queries import accommodations as queries, planning
from people.permissions import Permission

bp = Blueprint("accommodations", __name__, url_prefix="/sittings/<uuid:sitting_id>")


@bp.get("/accommodations")
@requires(Permission.EXAM_READ)
def index(sitting_id: UUID) -> str:
    with reading() as session:
        rows = queries.accommodations_in_sitting(session, sitting_id, current_user.scope)
        return render_template(
            "exam/accommodations.html",
            sitting=planning.sitting(session, sitting_id),
            rows=[(row, row.accommodation.seconds // operations.MINUTE) for row in rows],
            evidence={row.accommodation.id: row.accommodation.evidence for row in rows if _sees_evidence()},
            names=ACCOMMODATION_NAMES,
        )


@bp.get("/candidates/<uuid:candidate_id>/accommodations")
@requires(Permission.EXAM_PLAN)
def show(sitting_id: UUID, candidate_id: UUID) -> str:
    with reading() as session:
        candidate = planning.candidate(session, sitting_id, candidate_id, current_user.scope)
        return _page(session, candidate, AccommodationForm(formdata=None))


@bp.post("/candidates/<uuid:candidate_id>/accommodations")
@requires(Permission.EXAM_PLAN)
def change(sitting_id: UUID, candidate_id: UUID) -> str | Response:
    form = AccommodationForm()
    if form.validate_on_submit():
        verb = operations.take_back if request.form.get("verb") == "take_back" else operations.grant
        wanted = Grant(AccommodationKind(form.kind.data), form.evidence.data or "", form.minutes.data or 0)
        try:
            with transaction() as session:
                candidate = planning.candidate(session, sitting_id, candidate_id, current_user.scope)
                verb(session, candidate, wanted, current_user.actor)
            flash(_("已为 %(name)s 办理合理便利。", name=candidate.officer.name), "success")
            return redirect(url_for(".show", sitting_id=sitting_id, candidate_id=candidate_id))
        except DomainError as error:
            form.refuse(error)
    with reading() as session:
        candidate = planning.candidate(session, sitting_id, candidate_id, current_user.scope)
        return _page(session, candidate, form)


def _page(session: Session, candidate: Candidate, form: AccommodationForm) -> str:
    rows = queries.accommodations_of(session, candidate.id)
    return render_template(
        "exam/candidate_accommodations.html",
        sitting=planning.sitting(session, candidate.sitting_id),
        candidate=candidate,
        rows=[(row, row.seconds // operations.MINUTE) for row in reversed(rows)],
        approvers=queries.approver_names(session, candidate.id),
        has_begun=planning.has_begun(session, candidate),
        names=ACCOMMODATION_NAMES,
        form=form,
    )


def _sees_evidence() -> bool:
    return bool(current_user.may(Permission.EXAM_PLAN))
