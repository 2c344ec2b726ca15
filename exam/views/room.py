"""The candidate's own pages: training and exams, the waiting page, the exam room, the outcome."""

from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core import clock
from core.access import requires
from core.db import reading, transaction
from core.errors import NotFoundError
from core.forms import Form
from core.texts import lazy_gettext as _
from exam.accommodations import AccommodationKind
from exam.blueprints import MultipleRule, total_items, total_marks
from exam.models.planning import Candidate, Sitting
from exam.models.room import Receipt
from exam.operations import handing_in, room as operations
from exam.operations.saving import remaining_ms
from exam.queries import room as queries
from exam.queries.accommodations import granted_to
from exam.queries.leaving import times_left
from exam.queries.make_ups import open_mocks
from exam.queries.outcome import undecided_count
from exam.queries.planning import cells_of
from exam.queries.room import Question
from exam.queries.score_checks import own_check
from exam.receipts import SHORT_DIGITS, SignedReceipt, facts_of, file_of
from exam.states import FINISH_NAMES, OUTCOME_NAMES, SHORTFALL_NAMES, AttemptState, FinishKind
from exam.time_ledger import MILLISECOND, time_left
from people.permissions import Permission
from questions.kinds import KIND_NAMES, ItemKind

bp = Blueprint("room", __name__)
OWN_CREDENTIALS = "credentials.mine"
RECEIPT_CHECK = "receipts.check"
OWN_FINISH_NAMES = {**FINISH_NAMES, FinishKind.CANDIDATE: _("本人交卷"), FinishKind.DEADLINE: _("到时自动交卷")}


@bp.get("/my")
@requires(Permission.EXAM_SIT)
def mine() -> str:
    _finish_overdue()
    with reading() as session:
        officer_id = current_user.officer_id
        return render_template(
            "exam/mine.html",
            sittings=queries.own_sittings(session, officer_id, clock.now()),
            hours=queries.own_hours(session, officer_id),
            outcomes=OUTCOME_NAMES,
            shortfalls=SHORTFALL_NAMES,
            mocks=open_mocks(session, officer_id, clock.now()),
            confirm=Form(formdata=None),
            has_credentials=OWN_CREDENTIALS in current_app.view_functions,
        )


@bp.get("/sittings/<uuid:sitting_id>/waiting")
@requires(Permission.EXAM_SIT)
def waiting(sitting_id: UUID) -> str | Response:
    _finish_overdue()
    with reading() as session:
        candidate = queries.own_candidate(session, sitting_id, current_user.officer_id)
        own = queries.own_sitting(session, candidate, clock.now(), request.remote_addr or "")
        if own.attempt is not None and not (own.is_mock and own.stage == "handed_in"):
            return redirect(url_for(".room", attempt_id=own.attempt.id))
        cells = cells_of(own.sitting.blueprint)
        return render_template(
            "exam/waiting.html",
            own=own,
            items=total_items(cells),
            marks=total_marks(cells),
            cells=cells,
            kinds=KIND_NAMES,
            halves=_gives_halves(own.sitting),
            opens_in_ms=remaining_ms(own.sitting.opens_at, clock.now()),
            now_ms=int(clock.now().timestamp() * 1000),
            form=Form(formdata=None),
        )


@bp.post("/sittings/<uuid:sitting_id>/start")
@requires(Permission.EXAM_SIT)
def start(sitting_id: UUID) -> Response:
    with transaction() as session:
        candidate = queries.own_candidate(session, sitting_id, current_user.officer_id)
        attempt = operations.start_attempt(session, candidate, current_user.actor, request.remote_addr or "")
    return redirect(url_for(".room", attempt_id=attempt.id))


@bp.get("/attempts/<uuid:attempt_id>")
@requires(Permission.EXAM_SIT)
def room(attempt_id: UUID) -> str | Response:
    _finish_overdue()
    with reading() as session:
        attempt = queries.own_attempt(session, attempt_id, current_user.officer_id)
        if attempt.state == AttemptState.HANDED_IN:
            return redirect(url_for(".outcome", attempt_id=attempt_id))
        sitting = session.get_one(Sitting, attempt.sitting_id)
        left = time_left(attempt.deadline_at, attempt.paused_at, clock.now())
        return render_template(
            "exam/room.html",
            attempt=attempt,
            candidate=attempt.candidate,
            sitting=sitting,
            paper=_shown(queries.questions_of(session, attempt.paper_id)),
            halves=_gives_halves(sitting),
            has_large_print=_has_large_print(session, attempt.candidate),
            leaves=times_left(session, attempt_id),
            remaining_ms=left // MILLISECOND,
        )


@bp.post("/attempts/<uuid:attempt_id>/hand-in")
@requires(Permission.EXAM_SIT)
def hand_in(attempt_id: UUID) -> Response:
    with transaction() as session:
        attempt = queries.own_attempt(session, attempt_id, current_user.officer_id)
        handing_in.hand_in(session, attempt, current_user.actor)
    return redirect(url_for(".outcome", attempt_id=attempt_id))


@bp.get("/attempts/<uuid:attempt_id>/outcome")
@requires(Permission.EXAM_SIT)
def outcome(attempt_id: UUID) -> str | Response:
    _finish_overdue()
    with reading() as session:
        attempt = queries.own_attempt(session, attempt_id, current_user.officer_id)
        mark = queries.mark_of(session, attempt_id)
        if mark is None or attempt.state != AttemptState.HANDED_IN:
            return redirect(url_for(".room", attempt_id=attempt_id))
        own = queries.own_sitting(session, attempt.candidate, clock.now())
        return render_template(
            "exam/outcome.html",
            attempt=attempt,
            own=own,
            mark=mark,
            items=total_items(cells_of(own.sitting.blueprint)),
            has_passed=mark.score >= mark.cut_score,
            check=own_check(session, attempt.candidate),
            finish=OWN_FINISH_NAMES,
            undecided=undecided_count(session, attempt_id),
            receipt=_receipt_shown(queries.receipt_of(session, attempt_id)),
            check_url=url_for(RECEIPT_CHECK) if RECEIPT_CHECK in current_app.view_functions else None,
        )


@bp.get("/attempts/<uuid:attempt_id>/receipt")
@requires(Permission.EXAM_SIT)
def receipt(attempt_id: UUID) -> Response:
    with reading() as session:
        queries.own_attempt(session, attempt_id, current_user.officer_id)
        row = queries.receipt_of(session, attempt_id)
    if row is None:
        raise NotFoundError
    signed = SignedReceipt(row.body, row.signature)
    answer = make_response(file_of(signed))
    answer.headers["Content-Type"] = "application/json; charset=utf-8"
    answer.headers["Content-Disposition"] = f'attachment; filename="receipt-{signed.code}.json"'
    return answer


def _finish_overdue() -> None:
    """Hand in what is over before a page decides anything; only then is a writer asked for."""
    with reading() as session:
        if not queries.own_overdue(session, clock.now(), current_user.officer_id):
            return
    with transaction() as session:
        handing_in.finish_own_overdue(session, current_user.officer_id, clock.now())


def _gives_halves(sitting: Sitting) -> bool:
    return sitting.blueprint.multiple_rule == MultipleRule.HALF_FOR_SUBSET


def _has_large_print(session: Session, candidate: Candidate) -> bool:
    return AccommodationKind.LARGE_PRINT in granted_to(session, candidate.id)


def _receipt_shown(row: Receipt | None) -> dict[str, Any] | None:
    """Return what the outcome page shows of a receipt."""
    if row is None:
        return None
    facts = facts_of(row.body)
    return {
        "code": SignedReceipt(row.body, row.signature).code,
        "responses": facts.responses,
        "finished_at": facts.finished_at,
        "digest": facts.log_digest[:SHORT_DIGITS],
    }


def _shown(questions: list[Question]) -> list[dict[str, Any]]:
    """Return the fields that leave for the browser, one by one."""
    names = {kind: str(name) for kind, name in KIND_NAMES.items()}
    return [
        {
            "kind": names[question.kind],
            "many": question.kind is ItemKind.MULTIPLE,
            "marks": question.marks,
            "stem": question.stem,
            "options": list(question.options),
        }
        for question in questions
    ]
