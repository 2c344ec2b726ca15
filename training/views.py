"""Pages of training: courses, who has how many hours, recording and correcting them."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core import clock, resident_id
from core.access import requires
from core.db import reading, transaction
from core.errors import DomainError
from core.import_flow import register_import
from core.texts import lazy_gettext as _
from people.models import Officer
from people.permissions import Permission
from people.posts import DocumentKind
from people.queries import document_number, officer as officer_within, organisations
from training import operations, queries
from training.courses import CourseDraft
from training.forms import CorrectionForm, CourseForm, HoursForm
from training.hours import EARNED, SOURCE_NAMES, HourSource, NewHours, parsed_hours, written
from training.models import Course, HourEntry
from training.queries import ProgressFilter, ProgressRow

bp = Blueprint("training", __name__, url_prefix="/training")
register_import(bp, "/import", operations.HOURS, Permission.TRAINING_RECORD)


@bp.get("/")
@requires(Permission.TRAINING_READ)
def index() -> str:
    with reading() as session:
        return render_template(
            "training/index.html",
            courses=queries.courses(session),
            totals=queries.course_totals(session, current_user.scope),
            nothing=queries.CourseTotals(),
            today=clock.today(),
        )


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.TRAINING_PLAN)
def new() -> str | Response:
    form = CourseForm()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                course = operations.plan_course(session, _draft_of(form), current_user.actor)
            flash(_("已新建课程“%(title)s”。", title=course.title), "success")
            return redirect(url_for(".show", course_id=course.id))
        except DomainError as error:
            form.refuse(error)
    return render_template("training/new.html", form=form)


@bp.get("/<uuid:course_id>")
@requires(Permission.TRAINING_READ)
def show(course_id: UUID) -> str:
    wanted = ProgressFilter(
        text=request.args.get("text", "").strip(),
        organisation_id=request.args.get("organisation", type=UUID),
        short_only=request.args.get("state") == "short",
    )
    with reading() as session:
        course = queries.course(session, course_id)
        number = request.args.get("page", 1, type=int)
        return render_template(
            "training/show.html",
            course=course,
            units=queries.progress_by_organisation(session, course, current_user.scope),
            totals=queries.course_totals(session, current_user.scope).get(course.id, queries.CourseTotals()),
            page=queries.course_progress(session, course, current_user.scope, wanted, number),
            choices=organisations(session, current_user.scope),
            wanted=wanted,
        )


@bp.get("/<uuid:course_id>/record")
@requires(Permission.TRAINING_RECORD)
def record(course_id: UUID) -> str:
    wanted = ProgressFilter(text=request.args.get("text", "").strip())
    with reading() as session:
        course = queries.course(session, course_id)
        number = request.args.get("page", 1, type=int)
        page = queries.course_progress(session, course, current_user.scope, wanted, number)
        found = [(row, _shown_number(row.officer)) for row in page.rows] if wanted.text else []
        return render_template("training/record.html", course=course, page=page, found=found, wanted=wanted)


@bp.get("/<uuid:course_id>/officers/<uuid:officer_id>")
@requires(Permission.TRAINING_READ)
def officer(course_id: UUID, officer_id: UUID) -> str:
    with reading() as session:
        course, person = _place(session, course_id, officer_id)
        return _officer_page(session, course, person, None)


@bp.post("/<uuid:course_id>/officers/<uuid:officer_id>/hours")
@requires(Permission.TRAINING_RECORD)
def record_hours(course_id: UUID, officer_id: UUID) -> str | Response:
    form = _hours_form()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                course, person = _place(session, course_id, officer_id)
                entry = _entry_of(form, person)
                operations.record_hours(session, course, entry, current_user.actor)
            flash(_("已为 %(name)s 登记 %(hours)s 学时。", name=person.name, hours=written(entry.hours)), "success")
            return redirect(url_for(".officer", course_id=course_id, officer_id=officer_id))
        except DomainError as error:
            form.refuse(error)
    return _refused(course_id, officer_id, form)


@bp.post("/<uuid:course_id>/officers/<uuid:officer_id>/corrections")
@requires(Permission.TRAINING_RECORD)
def correct_hours(course_id: UUID, officer_id: UUID) -> str | Response:
    with reading() as session:
        course, person = _place(session, course_id, officer_id)
        form = _correction_form(queries.entries_of(session, course.id, person.id))
    if form.validate_on_submit():
        try:
            with transaction() as session:
                course, person = _place(session, course_id, officer_id)
                operations.correct_hours(
                    session,
                    course,
                    person,
                    -abs(parsed_hours(form.hours.data)),
                    held_on=date.fromisoformat(form.day.data),
                    note=form.note.data,
                    actor=current_user.actor,
                )
            flash(_("已登记 %(name)s 的学时更正。", name=person.name), "success")
            return redirect(url_for(".officer", course_id=course_id, officer_id=officer_id))
        except DomainError as error:
            form.refuse(error)
    return _refused(course_id, officer_id, form)


def _refused(course_id: UUID, officer_id: UUID, form: HoursForm | CorrectionForm) -> str:
    with reading() as session:
        course, person = _place(session, course_id, officer_id)
        return _officer_page(session, course, person, form)


def _officer_page(
    session: Session, course: Course, person: Officer, form: HoursForm | CorrectionForm | None
) -> str:
    entries = queries.entries_of(session, course.id, person.id)
    done = queries.hours_done(session, course.id, person.id)
    return render_template(
        "training/officer.html",
        course=course,
        officer=person,
        number=_shown_number(person),
        row=ProgressRow(person, done, course.required_hours),
        entries=entries,
        sources=SOURCE_NAMES,
        form=form if isinstance(form, HoursForm) else _hours_form(),
        correction=form if isinstance(form, CorrectionForm) else _correction_form(entries),
    )


def _place(session: Session, course_id: UUID, officer_id: UUID) -> tuple[Course, Officer]:
    return queries.course(session, course_id), officer_within(session, officer_id, current_user.scope)


def _shown_number(person: Officer) -> str:
    number = document_number(person)
    return number if person.document_kind == DocumentKind.DEMO else resident_id.masked(number)


def _hours_form() -> HoursForm:
    form = HoursForm(held_on=clock.today(), prefix="new")
    form.source.choices = [(str(source), SOURCE_NAMES[source]) for source in EARNED]
    return form


def _correction_form(entries: Sequence[HourEntry]) -> CorrectionForm:
    form = CorrectionForm(prefix="correction")
    days = sorted({entry.held_on for entry in entries}, reverse=True)
    form.day.choices = [(day.isoformat(), day.isoformat()) for day in days]
    return form


def _draft_of(form: CourseForm) -> CourseDraft:
    return CourseDraft(
        title=form.title.data or "",
        required_hours=parsed_hours(form.required_hours.data or ""),
        starts_on=form.starts_on.data,
        ends_on=form.ends_on.data,
        description=form.description.data or "",
    )


def _entry_of(form: HoursForm, person: Officer) -> NewHours:
    return NewHours(
        officer_id=person.id,
        hours=parsed_hours(form.hours.data or ""),
        source=HourSource(form.source.data),
        held_on=form.held_on.data,
        note=form.note.data or "",
    )
