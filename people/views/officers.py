"""Officers: the list, one person, entering by hand or by sheet, leaving the post, an account."""

from enum import StrEnum
from typing import TypeVar
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
from core.queries import audit_of
from core.texts import Text, lazy_gettext as _
from people import operations, queries
from people.forms import ConfirmForm, OfficerForm, PostForm
from people.models import Officer
from people.operations import ROLL
from people.permissions import Permission
from people.posts import DOCUMENT_NAMES, EMPLOYMENT_NAMES, POST_NAMES, DocumentKind, EmploymentType, PostState
from people.queries import OfficerFilter
from people.roll import RollEntry, checked_entry

Word = TypeVar("Word", bound=StrEnum)
bp = Blueprint("officers", __name__, url_prefix="/officers")
register_import(bp, "/import", ROLL, Permission.OFFICER_IMPORT)


@bp.get("/")
@requires(Permission.OFFICER_READ)
def index() -> str:
    post = request.args.get("post", "")
    wanted = OfficerFilter(
        text=request.args.get("text", "").strip(),
        organisation_id=request.args.get("organisation", type=UUID),
        post=PostState(post) if post in list(PostState) else None,
    )
    with reading() as session:
        page = queries.officers(session, current_user.scope, wanted, request.args.get("page", 1, type=int))
        units = queries.organisations(session, current_user.scope)
        return render_template(
            "people/officers.html",
            page=page,
            wanted=wanted,
            units=units,
            posts=POST_NAMES,
            employments=EMPLOYMENT_NAMES,
        )


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.OFFICER_EDIT)
def new() -> str | Response:
    with reading() as session:
        form = _officer_form(session)
    if form.validate_on_submit():
        try:
            with transaction() as session:
                organisation = queries.organisation(session, UUID(form.organisation.data), current_user.scope)
                entry = checked_entry(_entry_of(form, organisation.name), clock.today())
                officer = operations.enter_officer(session, entry, organisation, current_user.actor)
            flash(_("已录入 %(name)s。", name=officer.name), "success")
            return redirect(url_for(".show", officer_id=officer.id))
        except DomainError as error:
            form.refuse(error)
    return render_template("people/officer_new.html", form=form)


@bp.get("/<uuid:officer_id>")
@requires(Permission.OFFICER_READ)
def show(officer_id: UUID) -> str:
    with reading() as session:
        officer = queries.officer(session, officer_id, current_user.scope)
        return _officer_page(session, officer, _post_form(officer))


@bp.post("/<uuid:officer_id>/post")
@requires(Permission.OFFICER_EDIT)
def change_post(officer_id: UUID) -> str | Response:
    with transaction() as session:
        officer = queries.officer(session, officer_id, current_user.scope)
        form = _post_form(officer)
        if form.validate_on_submit():
            try:
                post = PostState(form.post.data)
                operations.change_post(session, officer, post, form.since.data, current_user.actor)
                flash(_("已登记 %(name)s 的岗位变动。", name=officer.name), "success")
                return redirect(url_for(".show", officer_id=officer_id))
            except DomainError as error:
                form.refuse(error)
        return _officer_page(session, officer, form)


@bp.post("/<uuid:officer_id>/account")
@requires(Permission.ACCOUNT_ISSUE)
def issue_account(officer_id: UUID) -> str:
    with transaction() as session:
        officer = queries.officer(session, officer_id, current_user.scope)
        account, password = operations.open_candidate_account(session, officer, current_user.actor)
    return render_template("people/first_password.html", officer=officer, account=account, first_password=password)


def _officer_page(session: Session, officer: Officer, form: PostForm) -> str:
    number = queries.document_number(officer)
    is_demo = officer.document_kind == DocumentKind.DEMO
    return render_template(
        "people/officer.html",
        officer=officer,
        account=queries.account_of_officer(session, officer.id),
        number=number if is_demo else resident_id.masked(number),
        document=DOCUMENT_NAMES[officer.document_kind],
        employment=EMPLOYMENT_NAMES[officer.employment],
        posts=POST_NAMES,
        history=audit_of(session, officer.id),
        form=form,
        confirm=ConfirmForm(formdata=None),
    )


def _officer_form(session: Session) -> OfficerForm:
    form = OfficerForm()
    form.document_kind.choices = _choices(DOCUMENT_NAMES)
    form.employment.choices = _choices(EMPLOYMENT_NAMES)
    units = queries.organisations(session, current_user.scope)
    form.organisation.choices = [(str(unit.id), unit.name) for unit in units]
    return form


def _post_form(officer: Officer) -> PostForm:
    form = PostForm(since=clock.today())
    others = {post: text for post, text in POST_NAMES.items() if post != PostState.IN_POST or post != officer.post}
    form.post.choices = [("", _("请选择")), *_choices(others)]
    return form


def _entry_of(form: OfficerForm, organisation_name: str) -> RollEntry:
    return RollEntry(
        name=form.name.data or "",
        document_kind=DocumentKind(form.document_kind.data),
        document_number=form.document_number.data or "",
        organisation_name=organisation_name,
        employment=EmploymentType(form.employment.data),
        category=form.enforcement_category.data or "",
        area=form.enforcement_area.data or "",
    )


def _choices(
    names: dict[DocumentKind, Text] | dict[EmploymentType, Text] | dict[PostState, Text],
) -> list[tuple[str, Text]]:
    return [(str(key), text) for key, text in names.items()]
