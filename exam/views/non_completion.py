"""Pages of those who have not completed a closed sitting: the list, one person, the answers, the sheet."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core import clock
from core.access import requires
from core.db import reading, transaction
from core.downloads import as_file
from core.errors import DomainError, NotFoundError
from core.import_flow import XLSX
from core.sheets import Cell, WorkbookSheet, write_workbook
from core.texts import Text, lazy_gettext as _
from exam.admission import city_time
from exam.forms.publishing import NonCompletionForm
from exam.models.planning import Sitting
from exam.non_completion import ABSENCE_REASON_NAMES, ANSWER_WORKING_DAYS
from exam.operations.non_completion import answer_for_people
from exam.queries import non_completion as queries, planning
from exam.queries.non_completion import AnswerCounts, AnswerFilter, MissingPerson, UnitAnswers
from exam.states import SHORTFALL_NAMES, Shortfall, SittingState
from people.permissions import Permission
from people.queries import organisation

bp = Blueprint("non_completion", __name__, url_prefix="/not-completed")
ANSWERED = {"no": False, "yes": True}
ANSWERED_NAMES: dict[str, Text] = {"no": _("未答复"), "yes": _("已答复")}
FILTERS = ("text", "organisation", "shortfall", "answered", "page")
HEADERS: tuple[Text, ...] = (
    _("单位"),
    _("姓名"),
    _("准考证号"),
    _("情形"),
    _("应修学时"),
    _("已修学时"),
    _("还差学时"),
    _("原因"),
    _("情况说明"),
    _("后续安排"),
    _("完成期限"),
    _("答复人"),
    _("答复时间"),
)
UNIT_HEADERS: tuple[Text, ...] = (_("单位"), _("未按要求完成人数"), _("已答复"), _("其中逾期答复"), _("未答复"))


@bp.get("/<uuid:sitting_id>")
@requires(Permission.RESULT_READ)
def show(sitting_id: UUID) -> str:
    with reading() as session:
        return _page(session, _closed(session, sitting_id), NonCompletionForm(formdata=None), [])


@bp.post("/<uuid:sitting_id>")
@requires(Permission.NON_COMPLETION_ANSWER)
def answer(sitting_id: UUID) -> str | Response:
    form, ticked = NonCompletionForm(), request.form.getlist("person")
    with transaction() as session:
        sitting = _closed(session, sitting_id)
        if form.validate_on_submit() and _is_saved(session, sitting, ticked, form):
            return redirect(url_for(".show", sitting_id=sitting_id, **_filters()))
        return _page(session, sitting, form, ticked)


@bp.get("/<uuid:sitting_id>/<uuid:candidate_id>")
@requires(Permission.RESULT_READ)
def person(sitting_id: UUID, candidate_id: UUID) -> str:
    with reading() as session:
        return _person_page(session, _closed(session, sitting_id), candidate_id, NonCompletionForm(formdata=None))


@bp.post("/<uuid:sitting_id>/<uuid:candidate_id>")
@requires(Permission.NON_COMPLETION_ANSWER)
def answer_one(sitting_id: UUID, candidate_id: UUID) -> str | Response:
    form = NonCompletionForm()
    with transaction() as session:
        sitting = _closed(session, sitting_id)
        ticked = [f"{candidate_id}:{request.form.get('seen', '')}"]
        if form.validate_on_submit() and _is_saved(session, sitting, ticked, form):
            return redirect(url_for(".person", sitting_id=sitting_id, candidate_id=candidate_id))
        return _person_page(session, sitting, candidate_id, form)


@bp.get("/<uuid:sitting_id>/sheet.xlsx")
@requires(Permission.RESULT_READ)
def sheet(sitting_id: UUID) -> Response:
    with reading() as session:
        sitting = _closed(session, sitting_id)
        people = queries.all_missing_people(session, sitting, current_user.scope, _wanted(session))
        units = queries.answers_by_unit(session, sitting, current_user.scope)
        rows = [_sheet_row(one) for one in people]
    sheets = [
        WorkbookSheet(_("未按要求完成人员"), HEADERS, rows),
        WorkbookSheet(_("各单位答复情况"), UNIT_HEADERS, [_unit_row(one) for one in units]),
    ]
    name = _("%(title)s未按要求完成人员", title=sitting.title)
    return as_file(write_workbook(sheets), XLSX, f"{name}.xlsx")


def _closed(session: Session, sitting_id: UUID) -> Sitting:
    """Return a sitting whose results are settled; before that there is nobody to name."""
    sitting = planning.sitting(session, sitting_id)
    if SittingState(sitting.state) is not SittingState.CLOSED or sitting.closed_at is None:
        raise NotFoundError
    return sitting


def _is_saved(session: Session, sitting: Sitting, ticked: Sequence[str], form: NonCompletionForm) -> bool:
    identity = current_user._get_current_object()
    try:
        answers = answer_for_people(session, sitting, _seen(ticked), form.drafted(), identity)
    except NotFoundError:
        raise
    except DomainError as error:
        form.refuse(error)
        return False
    flash(_("已填写 %(count)s 人的未完成原因。", count=len(answers)), "success")
    return True


def _seen(ticked: Sequence[str]) -> dict[UUID, int]:
    """Return who was ticked, each with how many answers the page had shown."""
    try:
        pairs = [one.partition(":") for one in dict.fromkeys(ticked)]
        return {UUID(key): int(number) for key, _colon, number in pairs}
    except ValueError:
        raise NotFoundError from None


def _page(session: Session, sitting: Sitting, form: NonCompletionForm, ticked: Sequence[str]) -> str:
    wanted, scope = _wanted(session), current_user.scope
    number = request.args.get("page", 1, type=int)
    units = queries.answers_by_unit(session, sitting, scope)
    return render_template(
        "exam/not_completed.html",
        sitting=sitting,
        page=queries.missing_people(session, sitting, scope, wanted, number),
        wanted=wanted,
        answered=request.args.get("answered", ""),
        filters=_filters(),
        units=units,
        total=sum((one.counts for one in units), AnswerCounts()),
        deadline=queries.last_day(session, sitting),
        is_late=clock.now() >= (queries.answer_end(session, sitting) or clock.now()),
        working_days=ANSWER_WORKING_DAYS,
        shortfalls=SHORTFALL_NAMES,
        answers=ANSWERED_NAMES,
        reasons=ABSENCE_REASON_NAMES,
        may_answer=current_user.may(Permission.NON_COMPLETION_ANSWER),
        tick_all=request.args.get("tick") == "all",
        ticked={one.partition(":")[0] for one in ticked},
        form=form,
    )


def _person_page(session: Session, sitting: Sitting, candidate_id: UUID, form: NonCompletionForm) -> str:
    return render_template(
        "exam/not_completed_person.html",
        sitting=sitting,
        person=queries.missing_person(session, sitting, candidate_id, current_user.scope),
        answers=queries.answers_of(session, candidate_id),
        deadline=queries.last_day(session, sitting),
        answer_end=queries.answer_end(session, sitting),
        shortfalls=SHORTFALL_NAMES,
        reasons=ABSENCE_REASON_NAMES,
        may_answer=current_user.may(Permission.NON_COMPLETION_ANSWER),
        form=form,
    )


def _wanted(session: Session) -> AnswerFilter:
    args = request.args
    organisation_id, why = args.get("organisation", type=UUID), args.get("shortfall", "")
    if organisation_id is not None:
        organisation(session, organisation_id, current_user.scope)
    return AnswerFilter(
        text=args.get("text", "").strip(),
        organisation_id=organisation_id,
        shortfall=Shortfall(why) if why in list(Shortfall) else None,
        is_answered=ANSWERED.get(args.get("answered", "")),
    )


def _filters() -> dict[str, Any]:
    """Return what the list is narrowed to as it stands in the address, to come back to the same place."""
    return {name: request.args[name] for name in FILTERS if name in request.args}


def _sheet_row(one: MissingPerson) -> list[Cell]:
    answer, hours = one.answer, one.hours
    why = SHORTFALL_NAMES[Shortfall(one.result.shortfall)] if one.result.shortfall else ""
    row: list[Cell] = [
        one.candidate.organisation.name,
        one.candidate.officer.name,
        one.candidate.candidate_no,
        str(why),
        hours.required,
        hours.done if hours.required is not None else None,
        hours.missing if hours.required is not None else None,
    ]
    if answer is None:
        return row + [None] * (len(HEADERS) - len(row))
    reason = str(ABSENCE_REASON_NAMES[answer.reason])
    return [
        *row,
        reason,
        answer.words,
        answer.plan,
        answer.plan_until,
        answer.account.display_name,
        city_time(answer.answered_at),
    ]


def _unit_row(one: UnitAnswers) -> list[Cell]:
    counts = one.counts
    return [one.organisation.name, counts.missing, counts.answered, counts.late, counts.open]
