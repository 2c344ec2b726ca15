"""Photos of officers for staff: by archive with a dry run, or one by one; whom they are missing of."""

from uuid import UUID

from flask import Blueprint, Response as Answer, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from certificates.forms import ArchiveForm, ConfirmForm, PhotoForm
from certificates.operations import photos as operations
from certificates.queries import photos as queries
from core.access import requires
from core.db import reading, transaction
from core.downloads import as_file
from core.errors import DomainError
from core.picture_limits import MAX_ARCHIVE_BYTES, MAX_PICTURE_BYTES
from core.picture_reader import read_picture, refuse_heavy_archive
from core.sheets import WorkbookSheet, write_workbook
from core.texts import Text, lazy_gettext as _
from people.permissions import Permission
from people.photo_states import INTAKE, IntakeState
from people.queries import officer as officer_within

bp = Blueprint("photos", __name__, url_prefix="/photos")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN_FIRST = 100
FORM_BYTES = 1024 * 1024


@bp.url_value_preprocessor
def let_archives_in(_endpoint: str | None, _values: dict[str, object] | None) -> None:
    """Let this part take larger files than the others, before anything of the form is read."""
    if request.endpoint == "photos.index":
        request.max_content_length = MAX_ARCHIVE_BYTES + FORM_BYTES


@bp.route("/", methods=["GET", "POST"])
@requires(Permission.PHOTO_TAKE_IN)
def index() -> str | Response:
    form = ArchiveForm()
    if form.validate_on_submit():
        try:
            return redirect(url_for(".intake", intake_id=_hand_in(form.file.data)))
        except DomainError as error:
            form.refuse(error)
    with reading() as session:
        counts = queries.unit_counts(session, current_user.scope)
        return render_template(
            "certificates/photos.html",
            form=form,
            counts=counts,
            needed=sum(one.needed for one in counts),
            having=sum(one.having for one in counts),
            missing=sum(one.missing for one in counts),
            intakes=queries.open_intakes(session, current_user.account_id),
            words=INTAKE.words,
        )


@bp.get("/missing.xlsx")
@requires(Permission.PHOTO_TAKE_IN)
def missing() -> Answer:
    with reading() as session:
        people = queries.without_photo(session, current_user.scope)
    headers = [_("单位代码"), _("单位"), _("姓名"), _("照片文件名")]
    rows = [(one.unit_code, one.unit_name, one.name, f"{one.unit_name}_{one.name}.jpg") for one in people]
    title = _("缺照片的人员")
    return as_file(write_workbook([WorkbookSheet(title, headers, rows)]), XLSX, f"{title}.xlsx")


@bp.get("/intakes/<uuid:intake_id>")
@requires(Permission.PHOTO_TAKE_IN)
def intake(intake_id: UUID) -> str:
    with reading() as session:
        found = queries.intake(session, intake_id, current_user.account_id)
        is_ready = found.state == IntakeState.READY
        return render_template(
            "certificates/photo_intake.html",
            intake=found,
            check=queries.check_intake(session, found.id, current_user.scope) if is_ready else None,
            done=len(queries.read_places(session, found.id)),
            total=queries.files_in(session, found.id),
            shown=SHOWN_FIRST,
            form=ConfirmForm(formdata=None),
        )


@bp.post("/intakes/<uuid:intake_id>")
@requires(Permission.PHOTO_TAKE_IN)
def confirm(intake_id: UUID) -> Response:
    with transaction() as session:
        found = queries.intake(session, intake_id, current_user.account_id)
        count = operations.confirm_intake(session, found, current_user.scope, current_user.actor)
    flash(_("已录入 %(count)s 张照片。", count=count), "success")
    return redirect(url_for(".index"))


@bp.post("/intakes/<uuid:intake_id>/discard")
@requires(Permission.PHOTO_TAKE_IN)
def discard(intake_id: UUID) -> Response:
    with transaction() as session:
        found = queries.intake(session, intake_id, current_user.account_id)
        operations.discard_intake(session, found, current_user.actor)
    flash(_("已放弃，没有录入任何照片。"), "success")
    return redirect(url_for(".index"))


@bp.get("/intakes/<uuid:intake_id>/<int:place>.jpg")
@requires(Permission.PHOTO_TAKE_IN)
def picture(intake_id: UUID, place: int) -> Answer:
    with reading() as session:
        found = queries.intake(session, intake_id, current_user.account_id)
        return _jpeg(queries.item_picture(session, found.id, place))


@bp.get("/intakes/<uuid:intake_id>/result.xlsx")
@requires(Permission.PHOTO_TAKE_IN)
def result(intake_id: UUID) -> Answer:
    with reading() as session:
        found = queries.intake(session, intake_id, current_user.account_id)
        check = queries.check_intake(session, found.id, current_user.scope)
    sheets = [
        WorkbookSheet(
            _("不能录入"), [_("文件名"), _("原因")], [(one.name, str(one.reason)) for one in check.unfit]
        ),
        WorkbookSheet(
            _("可以录入"),
            [_("文件名"), _("单位"), _("姓名")],
            [(one.name, one.person.unit_name, one.person.name) for one in check.fitting if one.person],
        ),
        WorkbookSheet(_("仍缺照片"), [_("单位"), _("姓名")], [(one.unit_name, one.name) for one in check.missing]),
    ]
    return as_file(write_workbook(sheets), XLSX, f"{_('照片检查结果')}.xlsx")


@bp.route("/officers/<uuid:officer_id>", methods=["GET", "POST"])
@requires(Permission.PHOTO_TAKE_IN)
def officer(officer_id: UUID) -> str | Response:
    with reading() as session:
        found = officer_within(session, officer_id, current_user.scope)
    form = PhotoForm()
    if form.validate_on_submit():
        try:
            flash(_take_in(found.id, form.file.data), "success")
            return redirect(url_for(".officer", officer_id=officer_id))
        except DomainError as error:
            form.refuse(error)
    with reading() as session:
        rows = queries.photo_rows(session, found.id)
    return render_template("certificates/photo_officer.html", officer=found, rows=rows, form=form)


@bp.get("/<uuid:photo_id>.jpg")
@requires(Permission.PHOTO_TAKE_IN)
def show(photo_id: UUID) -> Answer:
    with reading() as session:
        return _jpeg(queries.photo(session, photo_id, current_user.scope))


def _hand_in(file: FileStorage) -> UUID:
    data = file.read(MAX_ARCHIVE_BYTES + 1)
    refuse_heavy_archive(len(data))
    with transaction() as session:
        return operations.hand_in_archive(session, file.filename or "", data, current_user).id


def _take_in(officer_id: UUID, file: FileStorage) -> Text:
    """Read the picture before the transaction: that takes a moment, and others write meanwhile."""
    portrait = read_picture(file.read(MAX_PICTURE_BYTES + 1))
    with transaction() as session:
        made = operations.take_in_photo(session, officer_id, portrait, current_user.actor)
    return (
        _("已更换照片。")
        if made and made.number > 1
        else _("已录入照片。")
        if made
        else _("与现有照片相同，没有改动。")
    )


def _jpeg(content: bytes) -> Answer:
    return as_file(content, "image/jpeg", "photo.jpg", "inline")
